//! What is added to an experiment after it was launched. Its specification stays what was launched.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far an experiment is to go. A total and not an addition, so that asking twice is asking once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Episodes that each condition of a design plays.
    Replicates(u32),
    /// Rounds of an evolution, confirmations not counted.
    Generations(u32),
}

impl Extent {
    /// What is counted.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Replicates(_) => "replicates",
            Self::Generations(_) => "generations",
        }
    }

    /// How many.
    #[must_use]
    pub fn total(self) -> u32 {
        match self {
            Self::Replicates(total) | Self::Generations(total) => total,
        }
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.total(), self.unit())
    }
}

/// An extension that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// How far the experiment goes since then.
    pub extent: Extent,
    /// Number of the latest generation that was planned at that moment. What was planned stays, so the course after it
    /// depends on this.
    pub generation: u32,
}
