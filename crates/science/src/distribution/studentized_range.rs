//! The distribution of the studentized range, on which Tukey's comparisons rest.

use super::normal;
use super::special::invert::{Slope, invert_positive};
use super::special::scale::studentised;

/// The probability of a larger range is zero in double precision.
const LARGEST: f64 = 60.0;

/// How far from its most probable values a normal variable matters.
const REACH: f64 = 6.5;

/// Probability that the range of `groups` standard normal values, over an independent estimate of their standard deviation
/// with `df` degrees of freedom, exceeds `q`. NaN unless there are at least 2 groups and `df` is at least 1 (it may be
/// infinite), or if `q` is NaN.
///
/// Copenhaver and Holland 1988 (Computation of the distribution of the maximum studentized range statistic) integrate the
/// probability below `q`; here the one above is integrated, over positive terms, so that it keeps its digits when small.
#[must_use]
pub fn sf(q: f64, groups: usize, df: f64) -> f64 {
    if !is_valid(groups, df) || q.is_nan() {
        return f64::NAN;
    }
    if q <= 0.0 {
        return 1.0;
    }
    studentised_sf(q, &NormalRange::new(groups), df)
}

/// The value that is exceeded with probability 1 - `p`. NaN unless `p` lies strictly between 0 and 1, and the other
/// parameters are as for [`sf`].
#[must_use]
pub fn quantile(p: f64, groups: usize, df: f64) -> f64 {
    upper_quantile(1.0 - p, groups, df)
}

/// The value that is exceeded with probability `p`. NaN unless `p` lies strictly between 0 and 1, and the other parameters
/// are as for [`sf`].
#[must_use]
pub fn upper_quantile(p: f64, groups: usize, df: f64) -> f64 {
    if !(is_valid(groups, df) && p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    let range = NormalRange::new(groups);
    invert_positive(Slope::Falling, |q| studentised_sf(q, &range, df), p, 3.5)
}

fn is_valid(groups: usize, df: f64) -> bool {
    groups >= 2 && df >= 1.0
}

fn studentised_sf(q: f64, range: &NormalRange, df: f64) -> f64 {
    let q = q.min(1e100);
    // The tail of a range of normal values falls like exp(-w²/4).
    let peak = 1.0 / libm::sqrt(1.0 + q * q / (2.0 * df));
    studentised(q, df, peak, 0.0, |scaled| range.sf(scaled))
}

/// The range of a number of standard normal values, as an integral over the largest of them.
struct NormalRange {
    others: f64,
    step: f64,
    nodes: Vec<Node>,
}

/// A value of the largest.
struct Node {
    largest: f64,
    /// Probability that another value is below it.
    below: f64,
    /// Probability density of the largest, times the step.
    weight: f64,
}

impl NormalRange {
    fn new(groups: usize) -> Self {
        let groups = groups as f64;
        let step = 0.25 * (3.0 / libm::log(groups)).min(1.0);
        let node = |place: u32| {
            let largest = f64::from(place) * step - REACH;
            let below = normal::cdf(largest);
            let weight = groups * step * normal::density(largest) * libm::exp((groups - 1.0) * libm::log(below));
            Node { largest, below, weight }
        };
        let count = libm::ceil((Self::highest(LARGEST, groups) + REACH) / step) as u32;
        Self { others: groups - 1.0, step, nodes: (0..=count).map(node).collect() }
    }

    /// Where the terms for a range end to matter.
    fn highest(range: f64, groups: f64) -> f64 {
        libm::sqrt(76.0 + 2.0 * libm::log(groups) + 0.5 * range * range)
    }

    /// Probability that the range exceeds `range`: the mean over the largest value of the probability that not all others
    /// lie within `range` below it.
    fn sf(&self, range: f64) -> f64 {
        if range > LARGEST {
            return 0.0;
        }
        // The largest of the values that matter most is half the range.
        let first = libm::floor(0.5 * range / self.step) as usize;
        let last = libm::ceil((Self::highest(range, self.others + 1.0) + REACH) / self.step) as usize;
        let beyond = |node: &Node| {
            let far_below = normal::cdf(node.largest - range);
            node.weight * -libm::expm1(self.others * libm::log1p(-far_below / node.below))
        };
        self.nodes.iter().take(last).skip(first).map(beyond).sum::<f64>().min(1.0)
    }
}
