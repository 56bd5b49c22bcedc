//! Dunn's comparisons of pairs of groups, after a Kruskal-Wallis test.

use super::kruskal_wallis::Ranked;
use crate::analysis::{AnalysisError, multiple, sample};
use crate::distribution::normal;

const METHOD: &str = "Dunn's test";

/// Most groups, which make half a million pairs.
const MOST_GROUPS: usize = 1000;

/// Two groups, compared by their mean ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankPair {
    /// Place of the left group.
    pub left: usize,
    /// Place of the right group, which is after the left one.
    pub right: usize,
    /// Difference of the mean ranks, left minus right.
    pub difference: f64,
    /// The difference in standard errors.
    pub z: f64,
    /// Two-sided p of this pair alone, by the normal distribution.
    pub p: f64,
    /// The same, adjusted by Holm's method for all pairs.
    pub adjusted: f64,
}

/// Compares all pairs of groups by their mean ranks among all values (Dunn 1964), with the variance corrected for ties.
///
/// # Errors
/// If there are fewer than two groups or more than 1000, one is empty or holds a value that is not usable, or all values are equal.
pub fn dunn(groups: &[impl AsRef<[f64]>]) -> Result<Vec<RankPair>, AnalysisError> {
    AnalysisError::check_groups(METHOD, MOST_GROUPS, groups.len())?;
    let ranked = Ranked::new(METHOD, groups)?;
    let mut pairs: Vec<_> = sample::pairs(groups.len()).map(|(left, right)| compare(&ranked, left, right)).collect();
    let adjusted = multiple::holm(&pairs.iter().map(|pair| pair.p).collect::<Vec<_>>())?;
    pairs.iter_mut().zip(adjusted).for_each(|(pair, adjusted)| pair.adjusted = adjusted);
    Ok(pairs)
}

fn compare(ranked: &Ranked, left: usize, right: usize) -> RankPair {
    let ((n, left_mean), (m, right_mean)) = (ranked.groups[left], ranked.groups[right]);
    let difference = left_mean - right_mean;
    let z = difference / libm::sqrt(ranked.variance * (1.0 / n + 1.0 / m));
    let p = (2.0 * normal::sf(z.abs())).min(1.0);
    RankPair { left, right, difference, z, p, adjusted: p }
}
