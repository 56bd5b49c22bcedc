//! Findings: what somebody holds to be true because of an experiment, and whether the experiment still says so.

use std::fmt;

use crate::error::Violation;
use crate::ids::{ExperimentId, FindingId};
use crate::journal::{Actor, cleaned, is_line_break};
use crate::status::ExperimentStatus;

/// Longest statement, in bytes.
pub const MAX_STATEMENT: usize = 2000;
/// Longest name of a term or contrast, in bytes.
pub const MAX_TERM: usize = 200;

/// A finding that is about to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFinding {
    /// Its id.
    pub id: FindingId,
    /// What was found, in a sentence.
    pub statement: String,
    /// The experiment that shows it.
    pub experiment: ExperimentId,
    /// The term or contrast of its analysis that shows it, such as `policy` or `policy: aim - random`.
    pub term: String,
    /// Who found it.
    pub author: Actor,
}

impl NewFinding {
    /// A finding as somebody worded it.
    ///
    /// # Errors
    /// If the statement or the term is empty, or longer than [`MAX_STATEMENT`] or [`MAX_TERM`].
    pub fn new(
        id: FindingId,
        statement: &str,
        experiment: ExperimentId,
        term: &str,
        author: Actor,
    ) -> Result<Self, Violation> {
        let statement = worded("statement", &cleaned(statement, is_line_break), MAX_STATEMENT)?;
        let term = worded("term", &cleaned(term, |_| false), MAX_TERM)?;
        Ok(Self { id, statement, experiment, term, author })
    }
}

fn worded(path: &str, text: &str, most: usize) -> Result<String, Violation> {
    match text.len() {
        0 => Err(Violation::new(path, "is empty")),
        length if length > most => {
            Err(Violation::new(path, format!("is {length} bytes long; at most {most} are kept")))
        }
        _ => Ok(text.to_owned()),
    }
}

/// A finding as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// What was found, in a sentence.
    pub statement: String,
    /// What shows it.
    pub evidence: Evidence,
    /// Who found it.
    pub author: Actor,
    /// Milliseconds since 1970 when it was kept, by the store's clock.
    pub at_ms: i64,
    /// Whether the evidence is still what it was.
    pub standing: Standing,
}

/// What a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The experiment.
    pub experiment: ExperimentId,
    /// Its name.
    pub name: String,
    /// The term or contrast of its analysis.
    pub term: String,
    /// Its digest when the finding was kept.
    pub digest: String,
}

impl Evidence {
    /// What it is worth by the experiment's present status and digest; `None` if the experiment is gone.
    #[must_use]
    pub fn standing(&self, present: Option<(ExperimentStatus, Option<&str>)>) -> Standing {
        match present {
            None => Standing::Stale(Stale::Gone),
            Some((ExperimentStatus::Completed, Some(digest))) if digest == self.digest => Standing::Current,
            Some((ExperimentStatus::Completed, _)) => Standing::Stale(Stale::Changed),
            Some(_) => Standing::Stale(Stale::Unfinished),
        }
    }
}

/// Whether the evidence of a finding is still what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The experiment has the digest that the finding names.
    Current,
    /// It has not; the finding has to be looked at again.
    Stale(Stale),
}

impl Standing {
    /// Whether the finding has to be looked at again.
    #[must_use]
    pub fn is_stale(self) -> bool {
        self != Self::Current
    }

    /// `current` or `stale`, for tables and programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        if self.is_stale() { "stale" } else { "current" }
    }
}

/// Why a finding is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// The experiment is not there any more.
    Gone,
    /// The experiment was extended since, and is not completed again.
    Unfinished,
    /// The experiment has other rows than it had, for instance because it was extended.
    Changed,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gone => "the experiment is gone",
            Self::Unfinished => "the experiment was extended and is not completed again",
            Self::Changed => "the experiment has another digest now",
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn new(statement: &str, term: &str) -> Result<NewFinding, Violation> {
        let (id, experiment) = (FindingId(Uuid::nil()), ExperimentId(Uuid::nil()));
        NewFinding::new(id, statement, experiment, term, Actor::new("ada"))
    }

    #[test]
    fn a_finding_is_worded_and_bounded() {
        let kept = new("  aim kills more\nthan random\u{1b} ", " policy ").unwrap();
        assert_eq!((kept.statement.as_str(), kept.term.as_str()), ("aim kills more\nthan random?", "policy"));
        assert_eq!(new(" ", "policy").unwrap_err().path, "statement");
        assert_eq!(new("x", "\n").unwrap_err().path, "term");
        assert_eq!(new(&"x".repeat(MAX_STATEMENT + 1), "policy").unwrap_err().path, "statement");
        assert_eq!(new("x", &"x".repeat(MAX_TERM + 1)).unwrap_err().path, "term");
    }

    #[test]
    fn evidence_stands_as_long_as_its_experiment_has_the_same_digest() {
        use ExperimentStatus::{Completed, Running};
        let (experiment, name, term) = (ExperimentId(Uuid::nil()), "x".to_owned(), "policy".to_owned());
        let evidence = Evidence { experiment, name, term, digest: "00ff".to_owned() };
        assert_eq!(evidence.standing(Some((Completed, Some("00ff")))), Standing::Current);
        assert_eq!(evidence.standing(Some((Completed, Some("00fe")))), Standing::Stale(Stale::Changed));
        assert_eq!(evidence.standing(Some((Running, None))), Standing::Stale(Stale::Unfinished));
        assert_eq!(evidence.standing(None), Standing::Stale(Stale::Gone));
    }
}
