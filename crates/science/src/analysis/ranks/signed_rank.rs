//! Wilcoxon's signed-rank test of pairs.

use super::rank::doubled;
use super::{Method, exact, normal_p};
use crate::analysis::{AnalysisError, sample};

/// Wilcoxon's signed-rank test (1945).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignedRank {
    /// Sum of the ranks of the positive differences left - right, ranked by size.
    pub positive: f64,
    /// Sum of the ranks of the negative differences.
    pub negative: f64,
    /// Number of pairs that differ; the others say nothing about the direction and are left out, as Wilcoxon did.
    pub used: usize,
    /// Standardised sum by the normal approximation; absent if no pair differs.
    pub z: Option<f64>,
    /// Two-sided p.
    pub p: f64,
    /// Where p comes from.
    pub method: Method,
}

/// Tests whether the differences left - right are symmetric about zero. Up to 50 differences other than zero p is exact,
/// with the ties that are there; beyond that it is the normal approximation with corrections for ties and continuity.
/// Differences that only the rounding of the values tells apart count as equal.
///
/// # Errors
/// If the samples differ in length, are empty, or hold a value that is not usable.
pub fn signed_rank(left: &[f64], right: &[f64]) -> Result<SignedRank, AnalysisError> {
    let (mut differences, largest) = sample::differences(left, right)?;
    let rounding = sample::rounding(largest);
    differences.retain(|difference| difference.abs() > rounding);
    let sizes: Vec<_> = differences.iter().map(|difference| difference.abs()).collect();
    let (ranks, ties) = doubled(&sizes, rounding);
    let total: u64 = ranks.iter().sum();
    let positive: u64 = ranks.iter().zip(&differences).filter(|(_, d)| **d > 0.0).map(|(rank, _)| rank).sum();
    let n = sizes.len() as f64;
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    let deviation = positive as f64 / 2.0 - n * (n + 1.0) / 4.0;
    let approximation = (variance > 0.0).then(|| normal_p(deviation, variance));
    let (method, p) = if sizes.len() <= exact::MOST {
        (Method::Exact, exact::two_sided(&exact::signs(&ranks), positive, total))
    } else {
        (Method::Normal, approximation.map_or(1.0, |(_, p)| p))
    };
    let (positive, negative) = (positive as f64 / 2.0, (total - positive) as f64 / 2.0);
    Ok(SignedRank { positive, negative, used: sizes.len(), z: approximation.map(|(z, _)| z), p, method })
}
