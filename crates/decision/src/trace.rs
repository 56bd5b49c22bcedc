//! The compact record of a decision, for storage and for learning from an episode.

use domain::action::{Buttons, Level};
use serde::Serialize;

use crate::experience::Moment;
use crate::snapshot::SnapshotError;
use crate::tactic::Tactic;

/// What made a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum By {
    /// A reflex rule.
    Rule = 0,
    /// Own experience.
    Experience = 1,
    /// A strategy document.
    Document = 2,
    /// What is done when no level has anything to say.
    Fallback = 3,
}

impl By {
    /// Everything that can make a decision; its place is its number.
    pub const ALL: [Self; 4] = [Self::Rule, Self::Experience, Self::Document, Self::Fallback];

    /// The level it belongs to. The fallback looks at the present state only.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::Rule | Self::Fallback => Level::L0,
            Self::Experience => Level::L1,
            Self::Document => Level::L2,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Experience => "experience",
            Self::Document => "document",
            Self::Fallback => "fallback",
        }
    }
}

/// One decision of a cascade.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trace {
    /// Number of the tick.
    pub tick: u32,
    /// What decided.
    pub by: By,
    /// Which one: the place of the rule among those tried, the cell, or the place of the document; 0 for the fallback.
    pub which: u32,
    /// What was done, if it was a tactic.
    #[serde(serialize_with = "by_name")]
    pub tactic: Option<Tactic>,
    /// The buttons held.
    pub buttons: Buttons,
    /// The cell of the situation.
    pub cell: u32,
    /// How sure it was: 1 for a rule, the lower bound of the success rate for experience and documents, 0 for the
    /// fallback.
    pub confidence: f32,
    /// The score of a document; the confidence of everything else.
    pub score: f32,
    /// Health in whole points.
    pub health: i32,
    /// Hits since the episode began.
    pub hits: i32,
    /// Kills since the episode began.
    pub kills: i32,
}

fn by_name<S: serde::Serializer>(tactic: &Option<Tactic>, serializer: S) -> Result<S::Ok, S::Error> {
    tactic.map(Tactic::name).serialize(serializer)
}

/// In the place of a tactic where there is none.
const NO_TACTIC: u8 = u8::MAX;

impl Trace {
    /// Bytes of a stored trace.
    pub const BYTES: usize = 42;

    /// The trace as bytes, numbers in little-endian.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let mut at = 0;
        let mut put = |part: &[u8]| {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        put(&self.tick.to_le_bytes());
        put(&[self.by as u8]);
        put(&self.which.to_le_bytes());
        put(&[self.tactic.map_or(NO_TACTIC, Tactic::code)]);
        put(&self.buttons.0.to_le_bytes());
        put(&self.cell.to_le_bytes());
        put(&self.confidence.to_le_bytes());
        put(&self.score.to_le_bytes());
        put(&self.health.to_le_bytes());
        put(&self.hits.to_le_bytes());
        put(&self.kills.to_le_bytes());
        bytes
    }

    /// Reads a stored trace.
    ///
    /// # Errors
    /// [`SnapshotError`] if there is no such decider or tactic.
    pub fn decode(bytes: &[u8; Self::BYTES]) -> Result<Self, SnapshotError> {
        let mut rest = &bytes[..];
        let wrong = |at, what: String| SnapshotError::Value { at, what };
        let tick = u32::from_le_bytes(take(&mut rest));
        let [by] = take(&mut rest);
        let by = By::ALL.get(usize::from(by)).copied().ok_or_else(|| wrong(4, format!("there is no decider {by}")))?;
        let which = u32::from_le_bytes(take(&mut rest));
        let tactic = match take(&mut rest) {
            [NO_TACTIC] => None,
            [code] => Some(Tactic::of_code(code).ok_or_else(|| wrong(9, format!("there is no tactic {code}")))?),
        };
        Ok(Self {
            tick,
            by,
            which,
            tactic,
            buttons: Buttons(u64::from_le_bytes(take(&mut rest))),
            cell: u32::from_le_bytes(take(&mut rest)),
            confidence: f32::from_le_bytes(take(&mut rest)),
            score: f32::from_le_bytes(take(&mut rest)),
            health: i32::from_le_bytes(take(&mut rest)),
            hits: i32::from_le_bytes(take(&mut rest)),
            kills: i32::from_le_bytes(take(&mut rest)),
        })
    }

    /// What experience makes of it.
    #[must_use]
    pub fn moment(&self) -> Moment {
        let Self { cell, tactic, health, hits, kills, .. } = *self;
        Moment { cell, tactic, health, hits, kills }
    }
}

/// The next bytes; zeros behind the end, where nobody reads.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let Some((head, tail)) = rest.split_first_chunk() else { return [0; N] };
    *rest = tail;
    *head
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A decision of a healthy player at the first tick.
    pub(crate) fn trace(by: By) -> Trace {
        let (buttons, confidence, score) = (Buttons::NONE, 0.5, 0.5);
        Trace {
            tick: 0,
            by,
            which: 0,
            tactic: None,
            buttons,
            cell: 0,
            confidence,
            score,
            health: 50,
            hits: 0,
            kills: 0,
        }
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        let trace = Trace {
            tick: 7,
            by: By::Document,
            which: 9_999,
            tactic: Some(Tactic::Dodge),
            buttons: Buttons(0b101),
            cell: 7_199,
            confidence: 0.25,
            score: 0.75,
            health: -3,
            hits: 4,
            kills: 2,
        };
        let bytes = trace.encode();
        assert_eq!(Trace::decode(&bytes), Ok(trace));
        assert_eq!(&bytes[38..], 2i32.to_le_bytes(), "every byte is used");
        let without = Trace { tactic: None, by: By::Fallback, ..trace };
        assert_eq!(Trace::decode(&without.encode()), Ok(without));
        let mut odd = bytes;
        odd[4] = 9;
        assert!(Trace::decode(&odd).unwrap_err().to_string().contains("there is no decider 9"));
    }
}
