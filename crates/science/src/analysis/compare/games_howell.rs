//! The Games-Howell comparisons of all pairs of groups.

use super::Contrast;
use crate::analysis::{AnalysisError, sample};
use crate::distribution::studentized_range::StudentizedRange;
use crate::stats::Interval;

/// Most groups, which make 1225 pairs.
const MOST_GROUPS: usize = 50;

/// Two groups, compared by their means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupPair {
    /// Place of the left group.
    pub left: usize,
    /// Place of the right group, which is after the left one.
    pub right: usize,
    /// Difference of the means, left minus right.
    pub difference: f64,
    /// Standard error of the difference, above 0.
    pub standard_error: f64,
    /// Welch's degrees of freedom of the pair.
    pub freedom: f64,
    /// p for the family of all pairs, by the studentised range.
    pub p: f64,
    /// Interval of the difference; the level holds for all pairs together.
    pub interval: Interval,
}

/// Compares all pairs of groups with a variance for each group (Games and Howell 1976).
///
/// # Errors
/// If there are fewer than two groups or more than 50, a group has fewer than two values or one that is not usable, the values of each group
/// of a pair are equal, or the level is not between 0 and 1.
pub fn games_howell(groups: &[impl AsRef<[f64]>], level: f64) -> Result<Vec<GroupPair>, AnalysisError> {
    let method = "the Games-Howell comparison";
    AnalysisError::check_level(level)?;
    AnalysisError::check_groups(method, MOST_GROUPS, groups.len())?;
    let groups = sample::group_moments(method, groups)?;
    let Some(range) = StudentizedRange::new(groups.len()) else { return Ok(vec![]) };
    let compare = |(left, right): (usize, usize)| {
        let contrast = Contrast::of_moments(method, &groups[left], &groups[right])?;
        let Contrast { difference, standard_error, freedom } = contrast;
        // The studentised range is that of means, whose differences have twice their variance.
        let unit = standard_error * std::f64::consts::FRAC_1_SQRT_2;
        let q = AnalysisError::finite(method, difference.abs() / unit)?;
        let p = AnalysisError::finite(method, range.sf(q, freedom))?;
        let reach = AnalysisError::finite(method, range.upper_quantile(1.0 - level, freedom) * unit)?;
        let interval = Interval { low: difference - reach, high: difference + reach };
        Ok(GroupPair { left, right, difference, standard_error, freedom, p, interval })
    };
    sample::pairs(groups.len()).map(compare).collect()
}
