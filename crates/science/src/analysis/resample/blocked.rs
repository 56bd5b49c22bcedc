//! The permutation test of treatments within blocks.

use super::permutation::{Extremes, Permutation, drawn, exact};
use super::{Plan, lexicographic};
use crate::analysis::{AnalysisError, sample};

const METHOD: &str = "the blocked permutation test";

/// A permutation test of treatments within blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blocked {
    /// F of the treatments in the analysis of variance with blocks; absent if treatments and blocks explain all differences.
    pub f: Option<f64>,
    /// How p was found: the statistic is the sum of squares of the treatments, with which F grows.
    pub permutation: Permutation,
}

/// Tests whether the values of each block could change places among the treatments (Pitman 1938). Each block is a row with
/// one value of each treatment, in one order of treatments. p is the share of the ways to reorder the values within all
/// blocks for which F is at least as large.
///
/// # Errors
/// If there are fewer than two blocks or treatments, blocks differ in length, a value is not usable, all squares underflow, or no
/// draws are planned where draws are needed.
pub fn blocked(blocks: &[impl AsRef<[f64]>], plan: &Plan) -> Result<Blocked, AnalysisError> {
    let blocks = sample::blocks(METHOD, blocks)?;
    let rows: Vec<_> = blocks.iter().map(|block| centred(block)).collect();
    let rounding = sample::rounding(sample::largest(&blocks.concat()));
    Ok(Blocked { f: f_ratio(&rows, rounding), permutation: permute(rows, rounding, plan)? })
}

fn permute(mut rows: Vec<Vec<f64>>, rounding: f64, plan: &Plan) -> Result<Permutation, AnalysisError> {
    let observed = between(&rows);
    let within: f64 = rows.iter().flatten().map(|value| value * value).sum();
    if sample::is_underflow(within) && rows.iter().flatten().any(|&value| value != 0.0) {
        return Err(AnalysisError::Overflow { method: METHOD });
    }
    // What an error of that size in each value makes of a sum of squares.
    let error = rounding * libm::sqrt((rows.len() * rows[0].len()) as f64);
    let extreme = Extremes::new(observed, within, error * (2.0 * libm::sqrt(within) + error));
    if all(rows.len(), rows[0].len()).is_some_and(|all| all <= plan.most_exact) {
        return Ok(exact(observed, &extreme, Orders::new(rows)));
    }
    let original = rows.clone();
    drawn(observed, &extreme, plan, "analysis/blocked-permutation/v1", |draws| {
        rows.clone_from(&original);
        rows.iter_mut().for_each(|row| draws.shuffle(row));
        between(&rows)
    })
}

/// F of the treatments, unless the residuals are no more than rounding.
fn f_ratio(rows: &[Vec<f64>], rounding: f64) -> Option<f64> {
    let mean = |treatment: usize| rows.iter().map(|row| row[treatment]).sum::<f64>() / rows.len() as f64;
    let means: Vec<_> = (0..rows[0].len()).map(mean).collect();
    let residuals = rows.iter().flat_map(|row| row.iter().zip(&means).map(|(value, mean)| value - mean));
    let squares: f64 = residuals.map(|residual| residual * residual).sum();
    let values = (rows.len() * means.len()) as f64;
    let f = (rows.len() - 1) as f64 * between(rows) / squares;
    Some(f).filter(|f| f.is_finite() && libm::sqrt(squares / values) > rounding)
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
