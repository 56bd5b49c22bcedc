//! What an agent does in one tick.

use serde::{Deserialize, Serialize};

/// The buttons held during one tick, one bit per button in the order the scenario lists them
/// (bit 0 is the first). A pressed delta button counts as the value 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Buttons(pub u64);

impl Buttons {
    /// The most buttons a scenario can list.
    pub const MAX: usize = 64;
    /// Nothing pressed.
    pub const NONE: Self = Self(0);

    /// Only the button at `index` pressed. An index out of range presses nothing.
    #[must_use]
    pub fn only(index: usize) -> Self {
        Self::NONE.with(index)
    }

    /// These buttons and the one at `index`. An index out of range changes nothing.
    #[must_use]
    pub fn with(self, index: usize) -> Self {
        if index < Self::MAX { Self(self.0 | 1 << index) } else { self }
    }

    /// Whether the button at `index` is pressed.
    #[must_use]
    pub fn contains(self, index: usize) -> bool {
        index < Self::MAX && self.0 >> index & 1 == 1
    }

    /// Whether any bit at or above `count` is set, that is a button the scenario does not have.
    #[must_use]
    pub fn exceeds(self, count: usize) -> bool {
        count < Self::MAX && self.0 >> count != 0
    }
}

/// Which level of the decision cascade chose an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Reflex rules, scripts and other policies that look only at the present state.
    L0,
    /// The agent's own experience.
    L1,
    /// Strategy documents.
    L2,
}

/// The answer to one game state: what to press and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// The buttons to hold for this tick.
    pub buttons: Buttons,
    /// The level that decided.
    pub level: Level,
    /// The rule that decided, a name unique within the policy.
    pub rule: &'static str,
    /// The probability that the policy gave to this choice in this state, in (0, 1]. Exactly 1 where nothing was drawn at
    /// random, except for a network, which always takes what it gives the largest share: that share.
    pub confidence: f32,
}

impl Decision {
    /// A decision of the reflex level in which nothing was left to chance.
    #[must_use]
    pub fn certain(buttons: Buttons, rule: &'static str) -> Self {
        Self { buttons, level: Level::L0, rule, confidence: 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_out_of_range_press_nothing() {
        assert_eq!(Buttons::only(64), Buttons::NONE);
        assert!(Buttons::only(3).contains(3));
        assert!(!Buttons::only(3).contains(67));
        assert!(Buttons::only(3).exceeds(3));
        assert!(!Buttons::only(3).exceeds(4));
        assert!(!Buttons(u64::MAX).exceeds(64));
    }
}
