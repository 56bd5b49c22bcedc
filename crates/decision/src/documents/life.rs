//! The life of a document.

use serde::{Deserialize, Serialize};

/// Where a document stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Life {
    /// Written, not played with yet.
    Draft = 0,
    /// Played with.
    Active = 1,
    /// Played with while it is in doubt.
    UnderReview = 2,
    /// No longer played with; may come back.
    Deprecated = 3,
    /// Given up; kept for the record.
    Retired = 4,
}

impl Life {
    /// Every stage, in order; a stage's place is its number in stored formats.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Active, Self::UnderReview, Self::Deprecated, Self::Retired];

    /// Whether documents in this stage are played with.
    #[must_use]
    pub fn is_played(self) -> bool {
        matches!(self, Self::Active | Self::UnderReview)
    }

    /// Whether a document may go from this stage to `next`. Staying is no step, and nothing leads out of retirement.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft, Self::Active | Self::Retired)
                | (Self::Active, Self::UnderReview | Self::Deprecated)
                | (Self::UnderReview, Self::Active | Self::Deprecated)
                | (Self::Deprecated, Self::Active | Self::Retired)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_steps_are_allowed() {
        let allowed: Vec<_> = Life::ALL
            .into_iter()
            .flat_map(|from| Life::ALL.into_iter().map(move |to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        let expected = [
            (Life::Draft, Life::Active),
            (Life::Draft, Life::Retired),
            (Life::Active, Life::UnderReview),
            (Life::Active, Life::Deprecated),
            (Life::UnderReview, Life::Active),
            (Life::UnderReview, Life::Deprecated),
            (Life::Deprecated, Life::Active),
            (Life::Deprecated, Life::Retired),
        ];
        assert_eq!(allowed, expected);
    }
}
