//! The distribution of the studentized range, on which Tukey's comparisons rest.

use super::normal;
use super::special::invert::{Slope, invert_positive};
use super::special::scale::Grid;

/// The probability of a larger range is zero in double precision.
const LARGEST: f64 = 60.0;

/// How far from its most probable values a normal variable matters.
const REACH: f64 = 6.5;

/// Terms below this share of a sum are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// Probability that the range of `groups` standard normal values, over an independent estimate of their standard deviation
/// with `df` degrees of freedom, exceeds `q`. NaN unless there are at least 2 groups and `df` is at least 1 (it may be
/// infinite), or if `q` is NaN.
///
/// Copenhaver and Holland 1988 (Computation of the distribution of the maximum studentized range statistic) integrate the
/// probability below `q`; here the one above is integrated, over positive terms, so that it keeps its digits when small.
#[must_use]
pub fn sf(q: f64, groups: usize, df: f64) -> f64 {
    StudentizedRange::new(groups).map_or(f64::NAN, |range| range.sf(q, df))
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
    StudentizedRange::new(groups).map_or(f64::NAN, |range| range.upper_quantile(p, df))
}

/// The distribution for one number of groups. What it has computed serves for the next question as well, whatever the
/// degrees of freedom, so that a table of comparisons costs little more than one; the answers are those of [`sf`] and
/// [`upper_quantile`], to the bit.
#[derive(Debug, Clone)]
pub struct StudentizedRange {
    range: NormalRange,
    grid: Grid,
}

impl StudentizedRange {
    /// The distribution for this many groups; absent for fewer than two.
    #[must_use]
    pub fn new(groups: usize) -> Option<Self> {
        (groups >= 2).then(|| Self { range: NormalRange::new(groups), grid: Grid::default() })
    }

    /// As [`sf`].
    #[must_use]
    pub fn sf(&self, q: f64, df: f64) -> f64 {
        if !is_valid(df) || q.is_nan() {
            return f64::NAN;
        }
        if q <= 0.0 {
            return 1.0;
        }
        let q = q.min(1e100);
        // The tail of a range of normal values falls like exp(-w²/4).
        let peak = 1.0 / libm::sqrt(1.0 + q * q / (2.0 * df));
        self.grid.studentised(q, df, peak, |scaled| self.range.sf(scaled))
    }

    /// As [`upper_quantile`].
    #[must_use]
    pub fn upper_quantile(&self, p: f64, df: f64) -> f64 {
        if !(is_valid(df) && p > 0.0 && p < 1.0) {
            return f64::NAN;
        }
        invert_positive(Slope::Falling, |q| self.sf(q, df), p, 3.5)
    }
}

fn is_valid(df: f64) -> bool {
    df >= 1.0
}

/// The range of a number of standard normal values, as an integral over the largest of them.
#[derive(Debug, Clone)]
struct NormalRange {
    others: f64,
    step: f64,
    nodes: Vec<Node>,
}

/// A value of the largest.
#[derive(Debug, Clone)]
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
        // Where the terms for the largest range end to matter.
        let highest = libm::sqrt(76.0 + 2.0 * libm::log(groups) + 0.5 * LARGEST * LARGEST);
        let count = libm::ceil((highest + REACH) / step) as u32;
        Self { others: groups - 1.0, step, nodes: (0..=count).map(node).collect() }
    }

    /// Probability that the range exceeds `range`: the mean over the largest value of the probability that not all others
    /// lie within `range` below it.
    fn sf(&self, range: f64) -> f64 {
        if range > LARGEST {
            return 0.0;
        }
        let beyond = |node: &Node| {
            let far_below = normal::cdf(node.largest - range);
            node.weight * -libm::expm1(self.others * libm::log1p(-far_below / node.below))
        };
        // Where the range is wide, the largest of the values that matter most is half of it; where not, it is above.
        let middle = libm::floor((0.5 * range + REACH) / self.step) as usize;
        let (low, high) = self.nodes.split_at(middle.min(self.nodes.len()));
        let upper = falling(0.0, high.iter().map(beyond));
        falling(upper, low.iter().rev().map(beyond)).min(1.0)
    }
}

/// The sum with these terms, which rise to a peak and then fall until they do not matter.
fn falling(mut sum: f64, terms: impl Iterator<Item = f64>) -> f64 {
    let mut last = 0.0;
    for next in terms {
        sum += next;
        if sum > 0.0 && next <= last && next <= NEGLIGIBLE * sum {
            break;
        }
        last = next;
    }
    sum
}
