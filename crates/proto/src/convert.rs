//! Messages to the words of [`domain`] and back, one file per theme.

pub mod action;
pub mod artifact;
pub mod config;
pub mod control;
pub mod experiment;
pub mod game;
mod job;
pub mod score;
mod summary;

use domain::Violation;

/// A message that cannot be understood, with every field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", summary(.0))]
pub struct BadMessage(pub Vec<Violation>);

impl BadMessage {
    /// A message with one wrong field.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![Violation::new(path, message)])
    }
}

/// The violations in one line.
fn summary(violations: &[Violation]) -> String {
    let lines: Vec<_> = violations.iter().map(|v| format!("{}: {}", v.path, v.message)).collect();
    lines.join("; ")
}
