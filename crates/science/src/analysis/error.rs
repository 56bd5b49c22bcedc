//! Why an analysis has no result.

use crate::stats::StatsError;

/// Why an analysis has no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AnalysisError {
    /// A sample is empty or holds a value that cannot be used.
    #[error("{which}: {reason}; remove it, or say why it is missing")]
    Sample {
        /// Which sample, in words.
        which: String,
        /// What is wrong with it.
        reason: StatsError,
    },
    /// There is less data than the method needs.
    #[error("{method} needs at least {least} {what}, but there are {got}; play more")]
    TooFew {
        /// The method.
        method: &'static str,
        /// The least number.
        least: usize,
        /// Of what.
        what: &'static str,
        /// How many there are.
        got: usize,
    },
    /// There is more data than the method takes.
    #[error("{method} takes at most {most} {what}, but there are {got}; {advice}")]
    TooMany {
        /// The method.
        method: &'static str,
        /// The largest number.
        most: usize,
        /// Of what.
        what: &'static str,
        /// How many there are.
        got: usize,
        /// What to do instead.
        advice: &'static str,
    },
    /// All values that should vary are equal, up to the rounding of the numbers.
    #[error("{method} cannot be computed: {what}, so chance has no size; look whether the measure works at all")]
    NoSpread {
        /// The method.
        method: &'static str,
        /// What does not vary.
        what: &'static str,
    },
    /// Samples that belong together differ in length.
    #[error("{what} {place} has {got} values where {expected} are expected; give one value for each")]
    Ragged {
        /// What the values belong to, such as a block.
        what: &'static str,
        /// Its number, from 0.
        place: usize,
        /// How many values it has.
        got: usize,
        /// How many it should have.
        expected: usize,
    },
    /// A parameter is out of its range.
    #[error("{name} is {got}, but must be {range}")]
    Parameter {
        /// Which parameter.
        name: &'static str,
        /// What it is.
        got: f64,
        /// What it must be, in words.
        range: &'static str,
    },
    /// The values are so large or so small that their squares or ratios are no numbers with digits.
    #[error("{method} cannot be computed with numbers of this size; change the unit of the values")]
    Overflow {
        /// The method.
        method: &'static str,
    },
}

impl AnalysisError {
    /// The statistic, if it is a finite number.
    pub(super) fn finite(method: &'static str, value: f64) -> Result<f64, Self> {
        if value.is_finite() { Ok(value) } else { Err(Self::Overflow { method }) }
    }

    /// Whether all pairs of so many groups can be compared.
    pub(super) fn check_groups(method: &'static str, most: usize, got: usize) -> Result<(), Self> {
        let advice = "compare fewer, such as each with one control";
        if got <= most { Ok(()) } else { Err(Self::TooMany { method, most, what: "groups", got, advice }) }
    }

    /// Whether `level` can be a level of confidence.
    pub(super) fn check_level(level: f64) -> Result<(), Self> {
        if level > 0.0 && level < 1.0 {
            Ok(())
        } else {
            Err(Self::Parameter { name: "the level of confidence", got: level, range: "between 0 and 1" })
        }
    }
}
