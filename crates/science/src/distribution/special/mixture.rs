//! Mixtures of central distributions with Poisson weights.

use super::gamma::gamma_power;

/// Most terms of a mixture.
const MAX_TERMS: u64 = 10_000_000;

/// Terms below this share of the sum are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// Tails below this are left out, since their increments would have lost their digits.
const SMALLEST: f64 = 1e-290;

/// A family of central distributions at one point, by their index.
pub(in super::super) trait Family {
    /// Probability below the point; falls with the index.
    fn lower(&self, index: f64) -> f64;
    /// Probability above the point; grows with the index.
    fn upper(&self, index: f64) -> f64;
    /// How much larger the probability above the point is at the next index.
    fn increment(&self, index: f64) -> f64;
    /// The increment at the next index as a share of the one at this index.
    fn growth(&self, index: f64) -> f64;
}

/// Probability above the point, when the index is a Poisson variable of mean `mean`, above 0. Starts below the bulk and goes
/// up, so that nothing is subtracted (after Benton and Krishnamoorthy 2003, Computing discrete mixtures of continuous
/// distributions).
pub(in super::super) fn upper(family: &impl Family, mean: f64) -> f64 {
    let low = libm::floor(mean - 9.0 * libm::sqrt(mean) - 10.0).max(0.0);
    let start = first(low, low + MAX_TERMS as f64, |index| family.upper(index) >= SMALLEST);
    let (mut weight, mut tail, mut increment) = (poisson(start, mean), family.upper(start), family.increment(start));
    let (mut sum, mut last) = (0.0, 0.0);
    for index in (0..MAX_TERMS).map(|step| start + step as f64) {
        let term = weight * tail;
        sum += term;
        if term <= last && term <= NEGLIGIBLE * sum {
            break;
        }
        last = term;
        weight *= mean / (index + 1.0);
        tail += increment;
        increment *= family.growth(index);
    }
    f64::min(sum, 1.0)
}

/// Probability below the point, when the index is a Poisson variable of mean `mean`, above 0. Starts above the bulk and goes
/// down.
pub(in super::super) fn lower(family: &impl Family, mean: f64) -> f64 {
    let high = libm::ceil(mean + 9.0 * libm::sqrt(mean) + 30.0);
    let start = high - first(0.0, high, |below| family.lower(high - below) >= SMALLEST);
    let (mut weight, mut tail, mut increment) = (poisson(start, mean), family.lower(start), family.increment(start));
    let (mut sum, mut last) = (0.0, 0.0);
    for index in (0..=start as u64).rev().map(|index| index as f64) {
        let term = weight * tail;
        sum += term;
        if term <= last && term <= NEGLIGIBLE * sum || index == 0.0 {
            break;
        }
        last = term;
        weight *= index / mean;
        increment /= family.growth(index - 1.0);
        tail += increment;
    }
    f64::min(sum, 1.0)
}

fn poisson(index: f64, mean: f64) -> f64 {
    gamma_power(index + 1.0, mean) / mean
}

/// The first integer from `low` on at which a condition holds that holds from there on; `high` if there is none before.
fn first(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    while low < high {
        let middle = libm::floor(0.5 * (low + high));
        if holds(middle) { high = middle } else { low = middle + 1.0 }
    }
    low
}
