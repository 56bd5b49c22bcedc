//! The measurement gate: data that mean nothing are found before anything is concluded from them.

mod calibration;
mod identical;
mod layout;
mod spread;

use serde::Serialize;

use super::Question;
use super::cells::Cell;
use crate::linear::{Frame, LinearError};

/// Whether the data may be believed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gate {
    /// Whether no check failed.
    pub is_passed: bool,
    /// What was checked.
    pub checks: Vec<Check>,
}

/// One check of the gate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// What is checked.
    pub name: &'static str,
    /// How it went.
    pub state: State,
    /// What was found, as a sentence.
    pub finding: String,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing was found.
    Passed,
    /// Something was found that one should know.
    Noted,
    /// Something was found that makes conclusions worthless.
    Failed,
    /// The data do not allow the check.
    Skipped,
}

impl Gate {
    /// A gate of these checks.
    #[must_use]
    pub fn of(checks: Vec<Check>) -> Self {
        Self { is_passed: checks.iter().all(|check| check.state != State::Failed), checks }
    }
}

impl Check {
    /// A check.
    #[must_use]
    pub fn new(name: &'static str, state: State, finding: impl Into<String>) -> Self {
        Self { name, state, finding: finding.into() }
    }
}

pub(super) fn pass(
    frame: &Frame,
    cells: &[Cell],
    question: &Question,
    mut checks: Vec<Check>,
) -> Result<Gate, LinearError> {
    checks.extend([
        layout::replicates(cells),
        layout::blocks(frame, cells),
        spread::varies(frame, cells),
        identical::identical(frame, cells),
    ]);
    checks.extend(calibration::calibrate(frame, cells, question)?);
    Ok(Gate::of(checks))
}
