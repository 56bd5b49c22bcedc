//! Means, intervals and paired comparisons.
//!
//! A value that is not finite never enters a result and none ever leaves: functions return `None` or a
//! [`StatsError`] instead. Sums run over the sample in its order.

mod paired;
mod summary;

pub use paired::{Paired, paired};
pub(crate) use summary::median;
pub use summary::{Interval, Summary, mean, mean_interval, standard_error, summarise, variance};

/// Why a sample has no statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatsError {
    /// There is nothing to average.
    #[error("the sample is empty")]
    Empty,
    /// A value is NaN or infinite, or too large for its square to be finite.
    #[error("the value at index {0} is not a usable number")]
    NotFinite(usize),
    /// Pairs need two samples of one length.
    #[error("the samples have {left} and {right} values and cannot be paired")]
    Unpaired {
        /// Values on the left side.
        left: usize,
        /// Values on the right side.
        right: usize,
    },
    /// A level of confidence must lie between 0 and 1.
    #[error("a level of confidence lies between 0 and 1")]
    Level,
}

/// The level of confidence that claudoom reports: 95 %.
pub const LEVEL: f64 = 0.95;
