//! The Kruskal-Wallis test of several groups.

use super::ChiSquaredTest;
use super::rank::doubled;
use crate::analysis::{AnalysisError, sample};
use crate::distribution::chi_squared;

const METHOD: &str = "the Kruskal-Wallis test";

/// Tests whether some group tends to have larger values than another (Kruskal and Wallis 1952), corrected for ties.
///
/// # Errors
/// If there are fewer than two groups, one is empty or holds a value that is not usable, or all values are equal.
pub fn kruskal_wallis(groups: &[impl AsRef<[f64]>]) -> Result<ChiSquaredTest, AnalysisError> {
    let ranked = Ranked::new(METHOD, groups)?;
    // From the deviations of the mean ranks, which cancels less than the sums of squares of the textbooks.
    let middle = (ranked.total + 1.0) / 2.0;
    let between: f64 = ranked.groups.iter().map(|&(n, mean)| n * (mean - middle) * (mean - middle)).sum();
    let statistic = between / ranked.variance;
    let freedom = groups.len() - 1;
    Ok(ChiSquaredTest { statistic, freedom, p: chi_squared::sf(statistic, freedom as f64) })
}

/// Groups, ranked together.
pub(super) struct Ranked {
    /// Size and mean rank of each group.
    pub(super) groups: Vec<(f64, f64)>,
    /// Number of values.
    pub(super) total: f64,
    /// Variance of the ranks, ties taken into account.
    pub(super) variance: f64,
}

impl Ranked {
    pub(super) fn new(method: &'static str, groups: &[impl AsRef<[f64]>]) -> Result<Self, AnalysisError> {
        let groups = sample::groups(method, groups)?;
        let (ranks, ties) = doubled(&groups.concat(), 0.0);
        let total = ranks.len() as f64;
        let variance = (total * (total + 1.0) - ties / (total - 1.0)) / 12.0;
        if variance <= 0.0 {
            return Err(AnalysisError::NoSpread { method, what: "all values are equal" });
        }
        let mut rest = ranks.as_slice();
        let mean = |group: &&[f64]| {
            let (own, after) = rest.split_at(group.len());
            rest = after;
            let n = own.len() as f64;
            (n, own.iter().sum::<u64>() as f64 / (2.0 * n))
        };
        Ok(Self { groups: groups.iter().map(mean).collect(), total, variance })
    }
}
