//! The Mann-Whitney test of two samples.

use super::rank::doubled;
use super::{Method, exact, normal_p};
use crate::analysis::{AnalysisError, sample};

/// The Mann-Whitney test (Wilcoxon 1945, Mann and Whitney 1947).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// U of the left sample: the number of pairs in which the left value is larger, equal ones counted half.
    pub u: f64,
    /// The share of these pairs: the chance that a left value is larger than a right one, equal ones counted half.
    pub superiority: f64,
    /// Standardised U by the normal approximation; absent if all values are equal.
    pub z: Option<f64>,
    /// Two-sided p: the chance of a U at least as far from its mean.
    pub p: f64,
    /// Where p comes from.
    pub method: Method,
}

/// Tests whether values of one sample tend to be larger than those of the other. Up to 50 values together p is exact, with
/// the ties that are there; beyond that it is the normal approximation with corrections for ties and continuity.
///
/// # Errors
/// If a sample is empty or holds a value that is not usable.
pub fn mann_whitney(left: &[f64], right: &[f64]) -> Result<MannWhitney, AnalysisError> {
    sample::check("the left sample", left)?;
    sample::check("the right sample", right)?;
    let all = [left, right].concat();
    let (ranks, ties) = doubled(&all, 0.0);
    let (n, m, total) = (left.len() as f64, right.len() as f64, all.len() as f64);
    let doubled_sum: u64 = ranks[..left.len()].iter().sum();
    let u = doubled_sum as f64 / 2.0 - n * (n + 1.0) / 2.0;
    let variance = n * m / 12.0 * ((total + 1.0) - ties / (total * (total - 1.0)));
    let approximation = (variance > 0.0).then(|| normal_p(u - n * m / 2.0, variance));
    let (method, p) = if all.len() <= exact::MOST {
        let twice_mean = 2 * (left.len() * (all.len() + 1)) as u64;
        (Method::Exact, exact::two_sided(&exact::choices(&ranks, left.len()), doubled_sum, twice_mean))
    } else {
        (Method::Normal, approximation.map_or(1.0, |(_, p)| p))
    };
    Ok(MannWhitney { u, superiority: u / (n * m), z: approximation.map(|(z, _)| z), p, method })
}
