//! Why a decision is what it is, for people.

use std::collections::BTreeMap;

use domain::action::Level;
use serde::Serialize;

use crate::trace::Trace;

/// Everything that had a say in a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The decision.
    pub trace: Trace,
    /// The rule or document that decided; empty for experience and fallback.
    pub name: String,
    /// The engine's names of the buttons held.
    pub buttons: Vec<String>,
    /// What each level said, in the order in which they are asked.
    pub levels: Vec<LevelReport>,
    /// The rules that hold, in the order in which they are tried.
    pub rules: Vec<String>,
    /// What experience knows about situations like this.
    pub experience: CellReport,
    /// The best documents, best first.
    pub documents: Vec<DocumentReport>,
    /// The tags that hold.
    pub tags: Vec<&'static str>,
    /// The situation in natural units.
    pub situation: BTreeMap<&'static str, f32>,
}

/// What a level said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelReport {
    /// The level.
    pub level: Level,
    /// Whether it has something to do.
    pub decides: bool,
    /// Why it does or does not.
    pub reason: String,
}

/// A cell of the grid of experience.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellReport {
    /// Its number.
    pub cell: u32,
    /// What it means: features and the ranges of their values.
    pub ranges: Vec<(&'static str, [f32; 2])>,
    /// What has been tried in it.
    pub tactics: Vec<TacticReport>,
}

/// A tactic that was tried in a cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TacticReport {
    /// The tactic.
    pub tactic: &'static str,
    /// How often it was tried.
    pub trials: u32,
    /// How often that went well.
    pub successes: u32,
    /// The lower bound of its success rate.
    pub confidence: f32,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DocumentReport {
    /// Its id.
    pub id: String,
    /// Its score.
    pub score: f32,
    /// How similar its situation is, in [0, 1].
    pub similarity: f32,
    /// The lower bound of its success rate.
    pub confidence: f32,
    /// How often it decided.
    pub trials: u32,
    /// How often that went well.
    pub successes: u32,
}
