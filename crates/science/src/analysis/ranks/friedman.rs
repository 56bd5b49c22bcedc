//! Friedman's test of treatments within blocks.

use super::ChiSquaredTest;
use super::rank::doubled;
use crate::analysis::{AnalysisError, sample};
use crate::distribution::chi_squared;

const METHOD: &str = "Friedman's test";

/// Tests whether some treatment tends to have larger values than another within blocks (Friedman 1937), corrected for ties.
/// Each block is a row with one value of each treatment, in one order of treatments.
///
/// # Errors
/// If there are fewer than two blocks or treatments, blocks differ in length, a value is not usable, or the values within
/// each block are equal.
pub fn friedman(blocks: &[impl AsRef<[f64]>]) -> Result<ChiSquaredTest, AnalysisError> {
    let rows = sample::blocks(METHOD, blocks)?;
    let (b, k) = (rows.len() as f64, rows[0].len() as f64);
    let mut sums = vec![0; rows[0].len()];
    let mut ties = 0.0;
    for row in rows {
        let (ranks, tied) = doubled(row, 0.0);
        sums.iter_mut().zip(ranks).for_each(|(sum, rank)| *sum += rank);
        ties += tied;
    }
    let variance = b * k * (k + 1.0) - ties / (k - 1.0);
    if variance <= 0.0 {
        return Err(AnalysisError::NoSpread { method: METHOD, what: "the values within each block are equal" });
    }
    let deviation = |&sum: &u64| sum as f64 / 2.0 - b * (k + 1.0) / 2.0;
    let statistic = 12.0 * sums.iter().map(deviation).map(|d| d * d).sum::<f64>() / variance;
    let freedom = sums.len() - 1;
    Ok(ChiSquaredTest { statistic, freedom, p: chi_squared::sf(statistic, freedom as f64) })
}
