//! The p value of a permutation test.

use domain::seed::{Address, Draws};

use super::Plan;
use crate::analysis::AnalysisError;

/// What a permutation test found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Permutation {
    /// The statistic of the data as they are.
    pub statistic: f64,
    /// p: the share of permutations whose statistic is at least as extreme. Of b such among m draws it is
    /// (b + 1) / (m + 1), which is never 0 (Phipson and Smyth 2010).
    pub p: f64,
    /// How many permutations were looked at, the data as they are included.
    pub permutations: u64,
    /// Whether these are all there are.
    pub is_exact: bool,
}

/// How extreme a permutation is, compared to the data.
pub(super) struct Extremes {
    limit: f64,
}

impl Extremes {
    /// `observed` is how extreme the data are, above or at 0. Values that are equal up to the rounding of the data and of
    /// sums count as equal, else ties would be decided by rounding: `scale` is the size of the sums, and `rounding` what the
    /// rounding of the data makes of them.
    pub(super) fn new(observed: f64, scale: f64, rounding: f64) -> Self {
        Self { limit: observed - 1e-12 * scale - rounding }
    }

    fn count(&self, value: f64) -> u64 {
        u64::from(value >= self.limit)
    }
}

/// p from all permutations; `all` tells how extreme each of them is.
pub(super) fn exact(statistic: f64, extreme: &Extremes, all: impl Iterator<Item = f64>) -> Permutation {
    let (hits, permutations) = all.fold((0, 0), |(hits, count), value| (hits + extreme.count(value), count + 1));
    Permutation { statistic, p: hits as f64 / permutations as f64, permutations, is_exact: true }
}

/// p from draws: `draw` makes one permutation from its own stream and tells how extreme it is.
pub(super) fn drawn(
    statistic: f64,
    extreme: &Extremes,
    plan: &Plan,
    purpose: &str,
    mut draw: impl FnMut(&mut Draws) -> f64,
) -> Result<Permutation, AnalysisError> {
    if plan.draws == 0 {
        return Err(AnalysisError::Parameter { name: "the number of draws", got: 0.0, range: "at least 1" });
    }
    let address = Address::new(plan.seed, purpose);
    let hits: u64 = (0..plan.draws).map(|index| extreme.count(draw(&mut address.clone().at(index).stream()))).sum();
    let permutations = u64::from(plan.draws) + 1;
    Ok(Permutation { statistic, p: (hits + 1) as f64 / permutations as f64, permutations, is_exact: false })
}
