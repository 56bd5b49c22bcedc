//! The permutation test of treatments within blocks.

use super::permutation::{Extremes, Permutation, drawn, exact};
use super::{Plan, lexicographic};
use crate::analysis::{AnalysisError, sample};

const METHOD: &str = "the blocked permutation test";

/// Tests whether the values of each block could change places among the treatments (Pitman 1938). Each block is a row with
/// one value of each treatment, in one order of treatments. The statistic is the F of the treatments in the analysis of
/// variance with blocks, and p the share of the ways to reorder the values within all blocks for which it is at least as
/// large.
///
/// # Errors
/// If there are fewer than two blocks or treatments, blocks differ in length, a value is not usable, treatments and blocks
/// leave no variance, or no draws are planned where draws are needed.
pub fn blocked(blocks: &[impl AsRef<[f64]>], plan: &Plan) -> Result<Permutation, AnalysisError> {
    let rows: Vec<_> = sample::blocks(METHOD, blocks)?.into_iter().map(centred).collect();
    // Given the blocks, F grows with the sum of squares of the treatments alone.
    let observed = between(&rows);
    let within: f64 = rows.iter().flatten().map(|value| value * value).sum();
    let residual = within - observed;
    let largest = blocks.iter().map(|block| sample::largest(block.as_ref())).fold(0.0, f64::max);
    let values = rows.len() * rows[0].len();
    if sample::is_rounding(libm::sqrt((residual / values as f64).max(0.0)), largest) {
        return Err(AnalysisError::NoSpread { method: METHOD, what: "treatments and blocks explain all differences" });
    }
    let statistic = AnalysisError::finite(METHOD, (rows.len() - 1) as f64 * observed / residual)?;
    let extreme = Extremes::new(observed, within);
    let mut rows = rows;
    if all(rows.len(), rows[0].len()).is_some_and(|all| all <= plan.most_exact) {
        return Ok(exact(statistic, &extreme, Orders::new(rows)));
    }
    let original = rows.clone();
    drawn(statistic, &extreme, plan, "analysis/blocked-permutation/v1", |draws| {
        rows.clone_from(&original);
        rows.iter_mut().for_each(|row| draws.shuffle(row));
        between(&rows)
    })
}

fn centred(row: &[f64]) -> Vec<f64> {
    let mean = row.iter().sum::<f64>() / row.len() as f64;
    row.iter().map(|value| value - mean).collect()
}

/// Sum of squares of the treatments, for rows whose means are zero.
fn between(rows: &[Vec<f64>]) -> f64 {
    let sum = |treatment: usize| rows.iter().map(|row| row[treatment]).sum::<f64>();
    (0..rows[0].len()).map(|treatment| sum(treatment) * sum(treatment)).sum::<f64>() / rows.len() as f64
}

/// The number of ways to reorder all rows, if it fits.
fn all(rows: usize, treatments: usize) -> Option<u64> {
    let orders = lexicographic::orders(treatments)?;
    (0..rows).try_fold(1u64, |all, _| all.checked_mul(orders))
}

/// The sums of squares of all ways to reorder the rows: an odometer, whose wheels are the orders of one row.
struct Orders {
    rows: Vec<Vec<f64>>,
    places: Vec<Vec<usize>>,
    is_done: bool,
}

impl Orders {
    fn new(rows: Vec<Vec<f64>>) -> Self {
        let places = rows.iter().map(|row| (0..row.len()).collect()).collect();
        Self { rows, places, is_done: false }
    }
}

impl Iterator for Orders {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        if self.is_done {
            return None;
        }
        let reordered = |(row, places): (&Vec<f64>, &Vec<usize>)| places.iter().map(|&place| row[place]).collect();
        let value = between(&self.rows.iter().zip(&self.places).map(reordered).collect::<Vec<_>>());
        self.is_done = !self.places.iter_mut().any(|places| lexicographic::advance(places));
        Some(value)
    }
}
