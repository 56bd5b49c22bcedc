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
    /// The values are so large or so small that the result is no finite number.
    #[error("{method} gives no finite number for these values; change their unit")]
    Overflow {
        /// The method.
        method: &'static str,
    },
}
