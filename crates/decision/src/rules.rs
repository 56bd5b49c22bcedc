//! Reflex rules as data: the first level of the cascade.
//!
//! A rule has a name, a priority, a condition over the features of [`crate::situation`] and a response. The rule of
//! the highest priority whose condition holds decides; among equals the one written first. A rule set that holds in
//! every state leaves the levels below it without a say, so [`RuleSet::check`] looks for that, for rules that can never
//! decide and for rules that others hide.
//!
//! ```toml
//! [[rules]]
//! name = "step_out_of_the_way"
//! priority = 90
//! when = { all = [
//!     { feature = "projectile_distance", below = "dodge_distance" },
//!     { feature = "projectile_closing", above = 0 },
//! ] }
//! do = "dodge"
//! ```
//!
//! A condition is `all`, `any` or `not` of conditions, or a `feature` with one or more of `below`, `at_most`, `above`,
//! `at_least` and `equals`. A threshold is a number in the feature's unit, or the name of a gene. The response is a
//! tactic, or a list of buttons to hold.

mod bound;
mod check;
mod condition;
mod reflexes;
mod region;

use domain::Violation;
use domain::genome::Parameter;
use serde::{Deserialize, Serialize};

pub use check::Findings;
pub use condition::{Condition, Threshold};
pub use reflexes::{Reflexes, Response};

/// The most rules of a set.
pub const MAX_RULES: usize = 256;

/// Rules, as they are written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// The rules. Their order counts only among equal priorities.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name, unique in the set: 1 to 64 of `A-Z a-z 0-9 _ -`.
    pub name: String,
    /// Higher ones come first.
    #[serde(default)]
    pub priority: i32,
    /// When it holds.
    pub when: Condition,
    /// What to do then.
    #[serde(rename = "do")]
    pub response: ResponseSpec,
    /// Leave the rule out, instead of refusing the set, where the scenario lacks a button for it.
    #[serde(default)]
    pub optional: bool,
}

/// A response, as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ResponseSpec {
    /// Name of a tactic.
    Tactic(String),
    /// The engine's names of the buttons to hold; none to hold nothing.
    Buttons(Vec<String>),
}

/// What rules may refer to besides features.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The genes that thresholds may name.
    pub parameters: &'a [Parameter<'a>],
    /// The scenario's buttons.
    pub buttons: &'a [String],
}

impl RuleSet {
    /// Reads a set from TOML.
    ///
    /// # Errors
    /// The line and what is wrong there, at the path `rules`.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            Violation::new("rules", format!("line {}: {}", before.matches('\n').count() + 1, error.message()))
        })
    }

    /// The rules for scenarios in which one shoots: step out of the way, do not be surrounded, heal when weak. They pass
    /// where nothing is urgent.
    ///
    /// # Errors
    /// None, as long as the text that is built in is right.
    pub fn shooting() -> Result<Self, Violation> {
        Self::parse(include_str!("rules/shooting.toml"))
    }

    /// The rules that are built in for scenarios without a weapon.
    ///
    /// # Errors
    /// None, as long as the text that is built in is right.
    pub fn walking() -> Result<Self, Violation> {
        Self::parse(include_str!("rules/walking.toml"))
    }

    /// The rules in the order in which they are tried, with their places in the set.
    fn in_order(&self) -> Vec<(usize, &Rule)> {
        let mut rules: Vec<_> = self.rules.iter().enumerate().collect();
        rules.sort_by_key(|(_, rule)| std::cmp::Reverse(rule.priority));
        rules
    }
}

#[cfg(test)]
mod tests;
