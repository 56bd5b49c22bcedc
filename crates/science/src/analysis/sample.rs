//! What most methods need of their samples first: that they are usable, and their moments.

use std::fmt::Display;

use super::AnalysisError;
use crate::stats::{self, StatsError};

/// Size, mean and variance of a sample of at least two values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) n: f64,
    pub(super) mean: f64,
    /// With divisor n - 1.
    pub(super) variance: f64,
    /// The largest absolute value.
    pub(super) largest: f64,
}

impl Moments {
    /// Variance of the mean.
    pub(super) fn mean_variance(&self) -> f64 {
        self.variance / self.n
    }

    /// Whether the values differ by no more than the rounding of numbers of their size.
    pub(super) fn is_constant(&self) -> bool {
        is_rounding(libm::sqrt(self.variance), self.largest)
    }
}

/// Whether a spread is no more than what the rounding of numbers up to `largest` can make.
pub(super) fn is_rounding(spread: f64, largest: f64) -> bool {
    spread <= rounding(largest)
}

/// How far numbers up to `largest` may be apart that would be equal without rounding.
pub(super) fn rounding(largest: f64) -> f64 {
    4.0 * f64::EPSILON * largest
}

/// Whether a mean of squares that are not all zero is so small that it has lost digits.
pub(super) fn is_underflow(squares: f64) -> bool {
    squares < 1e-290
}

/// The largest absolute value.
pub(super) fn largest(sample: &[f64]) -> f64 {
    sample.iter().fold(0.0, |most, value| value.abs().max(most))
}

/// The values in ascending order.
pub(super) fn sorted(sample: &[f64]) -> Vec<f64> {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The middle value, or the mean of the two middle ones.
pub(super) fn median(values: &[f64]) -> f64 {
    stats::median(&sorted(values))
}

/// The moments of one sample, named in errors as `which`.
pub(super) fn moments(method: &'static str, which: impl Display, sample: &[f64]) -> Result<Moments, AnalysisError> {
    let named = |reason| AnalysisError::Sample { which: which.to_string(), reason };
    let mean = stats::mean(sample).map_err(&named)?;
    let Some(variance) = stats::variance(sample).map_err(named)? else {
        return Err(AnalysisError::TooFew { method, least: 2, what: "values in each sample", got: 1 });
    };
    if is_underflow(variance) && sample.iter().any(|&value| value != sample[0]) {
        return Err(AnalysisError::Overflow { method });
    }
    Ok(Moments { n: sample.len() as f64, mean, variance, largest: largest(sample) })
}

/// The moments of a left and a right sample.
pub(super) fn two_moments(
    method: &'static str,
    left: &[f64],
    right: &[f64],
) -> Result<(Moments, Moments), AnalysisError> {
    Ok((moments(method, "the left sample", left)?, moments(method, "the right sample", right)?))
}

/// Whether a sample has values and all of them are usable.
pub(super) fn check(which: impl Display, sample: &[f64]) -> Result<(), AnalysisError> {
    stats::mean(sample).map(|_| ()).map_err(|reason| AnalysisError::Sample { which: which.to_string(), reason })
}

/// At least two groups of usable values.
pub(super) fn groups<'a, G: AsRef<[f64]>>(
    method: &'static str,
    groups: &'a [G],
) -> Result<Vec<&'a [f64]>, AnalysisError> {
    if groups.len() < 2 {
        return Err(AnalysisError::TooFew { method, least: 2, what: "groups", got: groups.len() });
    }
    let groups: Vec<_> = groups.iter().map(AsRef::as_ref).collect();
    groups.iter().enumerate().try_for_each(|(place, group)| check(format_args!("group {place}"), group))?;
    Ok(groups)
}

/// The moments of at least two groups.
pub(super) fn group_moments<G: AsRef<[f64]>>(
    method: &'static str,
    groups: &[G],
) -> Result<Vec<Moments>, AnalysisError> {
    let groups = self::groups(method, groups)?;
    groups.iter().enumerate().map(|(place, group)| moments(method, format_args!("group {place}"), group)).collect()
}

/// At least two blocks (rows) with one usable value of each of at least two treatments (columns).
pub(super) fn blocks<'a, B: AsRef<[f64]>>(
    method: &'static str,
    blocks: &'a [B],
) -> Result<Vec<&'a [f64]>, AnalysisError> {
    let rows: Vec<_> = blocks.iter().map(AsRef::as_ref).collect();
    if rows.len() < 2 {
        return Err(AnalysisError::TooFew { method, least: 2, what: "blocks", got: rows.len() });
    }
    let expected = rows[0].len();
    if expected < 2 {
        return Err(AnalysisError::TooFew { method, least: 2, what: "treatments", got: expected });
    }
    for (place, row) in rows.iter().enumerate() {
        if row.len() != expected {
            return Err(AnalysisError::Ragged { what: "block", place, got: row.len(), expected });
        }
        check(format_args!("block {place}"), row)?;
    }
    Ok(rows)
}

/// The differences left minus right of usable pairs, and the largest absolute value of the pairs.
pub(super) fn differences(left: &[f64], right: &[f64]) -> Result<(Vec<f64>, f64), AnalysisError> {
    if left.len() != right.len() {
        let reason = StatsError::Unpaired { left: left.len(), right: right.len() };
        return Err(AnalysisError::Sample { which: "the pairs".to_owned(), reason });
    }
    check("the left sample", left)?;
    check("the right sample", right)?;
    let differences = left.iter().zip(right).map(|(left, right)| left - right).collect();
    Ok((differences, largest(left).max(largest(right))))
}

/// All pairs of `count` groups, in order.
pub(super) fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |left| (left + 1..count).map(move |right| (left, right)))
}
