//! F tests of the means of several groups.

use crate::analysis::AnalysisError;
use crate::analysis::sample::{Moments, group_moments, is_rounding};
use crate::distribution::f;

/// An F test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FTest {
    /// The statistic.
    pub f: f64,
    /// Degrees of freedom of the numerator.
    pub numerator: f64,
    /// Degrees of freedom of the denominator; fractional for Welch's test.
    pub denominator: f64,
    /// p by the F distribution.
    pub p: f64,
}

impl FTest {
    fn new(method: &'static str, f: f64, numerator: f64, denominator: f64) -> Result<Self, AnalysisError> {
        let f = AnalysisError::finite(method, f)?;
        Ok(Self { f, numerator, denominator, p: f::sf(f, numerator, denominator) })
    }
}

/// Welch's analysis of variance (1951): whether the means of groups differ, with a variance for each group.
///
/// # Errors
/// If there are fewer than two groups, a group has fewer than two values or one that is not usable, or the values of one
/// group are equal.
pub fn welch_anova(groups: &[impl AsRef<[f64]>]) -> Result<FTest, AnalysisError> {
    let method = "Welch's analysis of variance";
    let groups = group_moments(method, groups)?;
    if groups.iter().any(Moments::is_constant) {
        return Err(AnalysisError::NoSpread { method, what: "the values of one group are equal" });
    }
    let least = groups.iter().map(Moments::mean_variance).fold(f64::INFINITY, f64::min);
    let weights: Vec<_> = groups.iter().map(|group| least / group.mean_variance()).collect();
    let total: f64 = weights.iter().sum();
    let shares: Vec<_> = weights.iter().map(|weight| weight / total).collect();
    let centre: f64 = groups.iter().zip(&shares).map(|(group, share)| share * group.mean).sum();
    let distance = |group: &Moments| (group.mean - centre) / libm::sqrt(group.mean_variance());
    let between: f64 = groups.iter().map(|group| distance(group) * distance(group)).sum();
    let uncertainty = |(group, share): (&Moments, &f64)| (1.0 - share) * (1.0 - share) / (group.n - 1.0);
    let uncertainty: f64 = groups.iter().zip(&shares).map(uncertainty).sum();
    let k = groups.len() as f64;
    let spread = uncertainty / (k * k - 1.0);
    FTest::new(method, between / (k - 1.0) / (1.0 + 2.0 * (k - 2.0) * spread), k - 1.0, 1.0 / (3.0 * spread))
}

/// The F test with one variance for all groups, of values that were computed from numbers up to `largest`.
pub(in crate::analysis) fn one_way(
    method: &'static str,
    groups: &[impl AsRef<[f64]>],
    largest: f64,
) -> Result<FTest, AnalysisError> {
    let groups = group_moments(method, groups)?;
    let total: f64 = groups.iter().map(|group| group.n).sum();
    let centre = groups.iter().map(|group| group.n / total * group.mean).sum::<f64>();
    let between: f64 = groups.iter().map(|group| group.n * (group.mean - centre) * (group.mean - centre)).sum();
    let (numerator, denominator) = (groups.len() as f64 - 1.0, total - groups.len() as f64);
    let within: f64 = groups.iter().map(|group| (group.n - 1.0) / denominator * group.variance).sum();
    if is_rounding(libm::sqrt(within), largest) {
        return Err(AnalysisError::NoSpread { method, what: "the deviations within each group are equal" });
    }
    FTest::new(method, between / numerator / within, numerator, denominator)
}
