//! A study of one response: may the data be believed, what explains the response, by how much, and how sure is that.
//!
//! [`Study::of`] runs the steps that a careful statistician would, always all of them and in one order: a [`gate`] that
//! looks for data that mean nothing, the cells, a linear model with its analysis of variance, a permutation test of every
//! term beside it, tests of the cells that assume less, checks of what the model assumes, marginal means, contrasts and
//! slopes, and a verdict for every term by a rule that is stated in advance.

mod cells;
mod detectable;
mod diagnostics;
mod effects;
pub mod gate;
mod model;
mod permutation;
mod question;
mod robust;
mod screening;
mod verdict;
mod words;

use serde::Serialize;

use crate::linear::{Frame, LinearError, Slope, Terms, fit};
use crate::stats;

pub use cells::CellSummary;
pub use detectable::Detectable;
pub use diagnostics::Diagnostic;
pub use effects::{ContrastRow, FactorEffects, MeanRow};
pub use model::{Model, TermRow};
pub use question::Question;
pub use robust::{Robust, RobustPair, RobustTest};
pub use screening::{ScreenedEffect, Screening};
pub use verdict::{Outcome, RULE, Verdict};

use gate::{Check, Gate};
use verdict::Evidence;

/// What a study found. Numbers are at full precision; what cannot be computed is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Study {
    /// Name of the response.
    pub response: String,
    /// Number of rows.
    pub rows: usize,
    /// What may explain the response.
    pub factors: Vec<FactorSummary>,
    /// What was asked.
    pub question: Question,
    /// Whether the data may be believed.
    pub gate: Gate,
    /// The response in every combination of levels of the factors that are not blocks.
    pub cells: Vec<CellSummary>,
    /// The linear model and its analysis of variance.
    pub model: Model,
    /// Checks of what the model assumes.
    pub diagnostics: Vec<Diagnostic>,
    /// Means and contrasts of every factor.
    pub effects: Vec<FactorEffects>,
    /// Slopes of the covariates.
    pub slopes: Vec<Slope>,
    /// Tests and comparisons of the cells that assume less than the model.
    pub robust: Robust,
    /// The effects of two-level factors against each other; absent for other factors.
    pub screening: Option<Screening>,
    /// The rule by which the verdicts were reached.
    pub rule: &'static str,
    /// A verdict for every term that is not a block.
    pub verdicts: Vec<Verdict>,
    /// Mean of all rows.
    pub grand_mean: f64,
    /// Values that the model gives, row by row.
    #[serde(skip)]
    pub fitted: Vec<f64>,
    /// Response minus fitted value, row by row.
    #[serde(skip)]
    pub residuals: Vec<f64>,
}

/// A factor, as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactorSummary {
    /// Its name.
    pub name: String,
    /// `categorical`, `continuous` or `block`.
    pub kind: &'static str,
    /// Its levels, if it has any.
    pub levels: Vec<String>,
}

impl Study {
    /// Studies a frame.
    ///
    /// # Errors
    /// If no factor can be studied, a factor has one level only, the question is out of range, or the model is too large.
    pub fn of(frame: &Frame, question: &Question) -> Result<Self, LinearError> {
        Self::with_checks(frame, question, Vec::new())
    }

    /// Studies a frame whose rows come from somewhere that has been checked in more ways; these checks join the gate.
    ///
    /// # Errors
    /// As for [`Study::of`].
    pub fn with_checks(frame: &Frame, question: &Question, checks: Vec<Check>) -> Result<Self, LinearError> {
        question.check()?;
        let terms = Terms::up_to(frame, question.order)?;
        let fitted = fit(frame, &terms)?;
        let cells = cells::cells(frame);
        let gate = gate::pass(frame, &cells, question, checks)?;
        let model = model::model(frame, &fitted, question)?;
        let robust = robust::robust(frame, &cells, question);
        let response = frame.response();
        let verdicts = verdict::verdicts(&Evidence { response, question, gate: &gate, model: &model, robust: &robust });
        let influence = fitted.influence();
        Ok(Self {
            response: response.to_owned(),
            rows: frame.rows(),
            factors: (0..frame.factors().count()).map(|factor| summary(frame, factor)).collect(),
            question: question.clone(),
            cells: cells.iter().map(|cell| cells::summarise(frame, cell, question.level())).collect(),
            diagnostics: diagnostics::diagnose(frame, &influence, &cells, question),
            effects: effects::effects(frame, &fitted, question)?,
            slopes: fitted.slopes(question.level())?,
            robust,
            screening: screening::screen(frame, &fitted, question)?,
            rule: RULE,
            verdicts,
            gate,
            model,
            grand_mean: stats::mean(frame.values()).unwrap_or_default(),
            fitted: influence.fitted,
            residuals: influence.residuals,
        })
    }
}

fn summary(frame: &Frame, factor: usize) -> FactorSummary {
    let levels = frame.levels(factor);
    let kind = match (frame.is_block(factor), levels.is_empty()) {
        (true, _) => "block",
        (false, true) => "continuous",
        (false, false) => "categorical",
    };
    let name = frame.factors().nth(factor).unwrap_or_default().to_owned();
    FactorSummary { name, kind, levels: levels.to_vec() }
}
