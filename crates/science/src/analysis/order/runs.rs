//! The runs test.

use crate::analysis::{AnalysisError, sample};
use crate::distribution::normal;

const METHOD: &str = "the runs test";

/// Most values for which p is exact: the counts stay below 2^53.
const MOST_EXACT: usize = 50;

/// How often values in run order change the side of their median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runs {
    /// Number of runs: of stretches on one side.
    pub runs: usize,
    /// The number that random order would give on average.
    pub expected: f64,
    /// How many values are above the median.
    pub above: usize,
    /// How many are below; values equal to the median are left out.
    pub below: usize,
    /// Two-sided p: the chance of a number of runs at least as far from the expected one. Exact up to 50 values that count,
    /// else by the normal distribution.
    pub p: f64,
}

/// The runs test (Wald and Wolfowitz 1940) of values in run order about their median.
///
/// # Errors
/// If there are no values, one is not usable, or no value lies above the median, or none below.
pub fn runs(values: &[f64]) -> Result<Runs, AnalysisError> {
    sample::check("the values", values)?;
    let median = sample::median(values);
    let sides: Vec<_> = values.iter().filter(|&&value| value != median).map(|&value| value > median).collect();
    let above = sides.iter().filter(|&&side| side).count();
    let below = sides.len() - above;
    if above == 0 || below == 0 {
        return Err(AnalysisError::NoSpread { method: METHOD, what: "no value lies above the median, or none below" });
    }
    let runs = sides.chunk_by(|a, b| a == b).count();
    let (a, b) = (above as f64, below as f64);
    let n = a + b;
    let expected = 1.0 + 2.0 * a * b / n;
    let p = if sides.len() <= MOST_EXACT {
        exact_p(runs, above, below)
    } else {
        let variance = 2.0 * a * b * (2.0 * a * b - n) / (n * n * (n - 1.0));
        2.0 * normal::sf((runs as f64 - expected).abs() / libm::sqrt(variance))
    };
    Ok(Runs { runs, expected, above, below, p: p.min(1.0) })
}

fn exact_p(runs: usize, above: usize, below: usize) -> f64 {
    // Distances from the mean 1 + 2 a b / n, times n, so that they are integers.
    let far = |runs: usize| ((runs - 1) * (above + below)).abs_diff(2 * above * below);
    let counts: Vec<_> = (2..=above + below).map(|runs| (runs, arrangements(runs, above, below))).collect();
    let extreme: f64 = counts.iter().filter(|&&(other, _)| far(other) >= far(runs)).map(|(_, count)| count).sum();
    extreme / counts.iter().map(|(_, count)| count).sum::<f64>()
}

/// In how many orders the sides make so many runs.
fn arrangements(runs: usize, above: usize, below: usize) -> f64 {
    let ways = |stretches: usize, values: usize| choose(values - 1, stretches - 1);
    let half = runs / 2;
    if runs.is_multiple_of(2) {
        return 2.0 * ways(half, above) * ways(half, below);
    }
    ways(half + 1, above) * ways(half, below) + ways(half, above) * ways(half + 1, below)
}

fn choose(n: usize, k: usize) -> f64 {
    if k > n { 0.0 } else { (0..k).fold(1.0, |ways, i| ways * (n - i) as f64 / (i + 1) as f64) }
}
