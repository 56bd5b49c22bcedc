//! How far the experiment was when a fault came.

use std::fmt;

use domain::ids::ExperimentId;
use domain::ports::ExperimentRecord;
use serde::{Serialize, Serializer};

/// The phase of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Planned, and nothing is scored.
    Planned,
    /// Less than half is scored.
    FirstHalf,
    /// At least half is scored.
    SecondHalf,
    /// Everything is scored, and it is not completed.
    Closing,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Planned, Self::FirstHalf, Self::SecondHalf, Self::Closing];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::FirstHalf => "first half",
            Self::SecondHalf => "second half",
            Self::Closing => "closing",
        }
    }

    fn of(scored: u64, planned: u64) -> Self {
        match scored {
            0 => Self::Planned,
            _ if scored >= planned => Self::Closing,
            _ if scored * 2 < planned => Self::FirstHalf,
            _ => Self::SecondHalf,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Phase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The experiment that is played now, as the ledger last told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Which.
    pub experiment: ExperimentId,
    /// Number of the lap.
    pub lap: u32,
    /// Its generation.
    pub generation: u32,
    /// How far it is.
    pub phase: Phase,
}

impl Moment {
    /// The moment that a record of lap `lap` tells of.
    #[must_use]
    pub fn of(lap: u32, record: &ExperimentRecord) -> Self {
        let phase = Phase::of(record.episodes_scored, record.episodes_planned);
        Self { experiment: record.id, lap, generation: record.generation, phase }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_the_scores() {
        let phases = [0, 1, 4, 5, 9, 10].map(|scored| Phase::of(scored, 10).name());
        assert_eq!(phases, ["planned", "first half", "first half", "second half", "second half", "closing"]);
    }
}
