//! What is asked of the data.

use serde::Serialize;

use crate::linear::{LinearError, Squares};

/// What is asked of the data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// Probability, between 0 and 1, of calling a term without effect one that has an effect.
    pub alpha: f64,
    /// Most factors of an interaction, at least 1.
    pub order: usize,
    /// The type of the sums of squares.
    #[serde(serialize_with = "roman")]
    pub squares: Squares,
    /// The level of the factors, where they have it, that all their other levels are compared with; without one all pairs
    /// are compared.
    pub control: Option<String>,
    /// The power, between `alpha` and 1, for which it is told which effect would have been found.
    pub power: f64,
    /// Most permutations of each test, at least 99.
    pub permutations: u32,
    /// The seed of all random draws.
    pub seed: u64,
}

impl Default for Question {
    fn default() -> Self {
        let squares = Squares::Marginal;
        Self { alpha: 0.05, order: 2, squares, control: None, power: 0.8, permutations: 999, seed: 0 }
    }
}

impl Question {
    /// The level of confidence of intervals.
    #[must_use]
    pub fn level(&self) -> f64 {
        1.0 - self.alpha
    }

    pub(super) fn check(&self) -> Result<(), LinearError> {
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(LinearError::Level { got: self.level() });
        }
        if !(self.power > self.alpha && self.power < 1.0) {
            return Err(LinearError::Power { got: self.power, alpha: self.alpha });
        }
        Ok(())
    }

    /// How often something that costs a fit of so many rows is repeated, at least 99 times.
    pub(super) fn repeats(&self, rows: usize) -> u32 {
        const ROWS: usize = 2_000_000;
        let affordable = u32::try_from(ROWS / rows.max(1)).unwrap_or(u32::MAX);
        self.permutations.min(affordable).max(99)
    }
}

/// The number by which statisticians call a type.
pub(super) fn type_name(squares: Squares) -> &'static str {
    match squares {
        Squares::Sequential => "I",
        Squares::Hierarchical => "II",
        Squares::Marginal => "III",
    }
}

fn roman<S: serde::Serializer>(squares: &Squares, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(type_name(*squares))
}
