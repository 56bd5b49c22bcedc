//! The distribution of the largest of several t statistics that share a control group, on which Dunnett's comparisons rest.

use super::normal;
use super::special::invert::{Slope, invert_positive};
use super::special::scale::Grid;

/// Step of the trapezoidal rule over the value of the control where the factors are small.
const STEP: f64 = 0.25;

/// The probability of a normal value beyond this is zero in double precision.
const LARGEST: f64 = 40.0;

/// The factors λ of comparisons of groups with a control, from the numbers of observations: the correlation of two
/// comparisons is λ_i λ_j, with λ_i = sqrt(n_i / (n_i + n_control)) (Dunnett 1955).
#[must_use]
pub fn factors(control: usize, groups: &[usize]) -> Vec<f64> {
    groups.iter().map(|&n| libm::sqrt(n as f64 / (n as f64 + control as f64))).collect()
}

/// Probability that the largest absolute value of t statistics, whose correlations are the products of `factors` and which
/// share an estimate of the standard deviation with `df` degrees of freedom, exceeds `t` (Dunnett 1955, A multiple
/// comparison procedure for comparing several treatments with a control). NaN unless there is a factor, all lie between 0
/// and 0.9999, and `df` is at least 1 (it may be infinite), or if `t` is NaN.
#[must_use]
pub fn sf(t: f64, factors: &[f64], df: f64) -> f64 {
    Dunnett::new(factors).map_or(f64::NAN, |comparisons| comparisons.sf(t, df))
}

/// The value that is exceeded with probability 1 - `p`. NaN unless `p` lies strictly between 0 and 1, and the other
/// parameters are as for [`sf`].
#[must_use]
pub fn quantile(p: f64, factors: &[f64], df: f64) -> f64 {
    upper_quantile(1.0 - p, factors, df)
}

/// The value that is exceeded with probability `p`. NaN unless `p` lies strictly between 0 and 1, and the other parameters
/// are as for [`sf`].
#[must_use]
pub fn upper_quantile(p: f64, factors: &[f64], df: f64) -> f64 {
    Dunnett::new(factors).map_or(f64::NAN, |comparisons| comparisons.upper_quantile(p, df))
}

/// The distribution for some comparisons. What it has computed serves for the next question as well; the answers are those
/// of [`sf`] and [`upper_quantile`], to the bit.
#[derive(Debug, Clone)]
pub struct Dunnett {
    /// Different factors, ascending, and how often each occurs.
    factors: Vec<(f64, f64)>,
    grid: Grid,
}

impl Dunnett {
    /// The distribution for comparisons with these factors; absent unless there is one and all lie between 0 and 0.9999.
    #[must_use]
    pub fn new(factors: &[f64]) -> Option<Self> {
        if factors.is_empty() || !factors.iter().all(|factor| (0.0..=0.9999).contains(factor)) {
            return None;
        }
        let mut sorted = factors.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = |equal: &[f64]| (equal[0], equal.len() as f64);
        Some(Self { factors: sorted.chunk_by(|a, b| a == b).map(count).collect(), grid: Grid::default() })
    }

    /// As [`sf`].
    #[must_use]
    pub fn sf(&self, t: f64, df: f64) -> f64 {
        if !is_valid(df) || t.is_nan() {
            return f64::NAN;
        }
        if t <= 0.0 {
            return 1.0;
        }
        let t = t.min(1e100);
        // The tail of normal values falls like exp(-w²/2).
        let peak = 1.0 / libm::sqrt(1.0 + t * t / df);
        self.grid.studentised(t, df, peak, |bound| self.normal_sf(bound))
    }

    /// As [`upper_quantile`].
    #[must_use]
    pub fn upper_quantile(&self, p: f64, df: f64) -> f64 {
        if !(is_valid(df) && p > 0.0 && p < 1.0) {
            return f64::NAN;
        }
        invert_positive(Slope::Falling, |t| self.sf(t, df), p, 2.5)
    }

    /// Probability that one of the normal values exceeds `bound`: the mean over the standardised value of the control, which
    /// counts twice, as it is symmetric.
    fn normal_sf(&self, bound: f64) -> f64 {
        if bound > LARGEST {
            return 0.0;
        }
        let largest = self.factors[self.factors.len() - 1].0;
        let narrowest = libm::sqrt(1.0 - largest * largest) / largest;
        let high = 8.6 + largest * bound;
        let step = STEP.min(0.35 * narrowest);
        let term = |place: u32| {
            let control = f64::from(place) * step;
            normal::density(control) * self.any_beyond(bound, control)
        };
        let steps = libm::ceil(high / step) as u32;
        let sum = 0.5 * term(0) + (1..=steps).map(term).sum::<f64>();
        (2.0 * step * sum).min(1.0)
    }

    /// Probability that one of the normal values exceeds `bound` given that of the control, on which they depend through
    /// their factors and on nothing else in common.
    fn any_beyond(&self, bound: f64, control: f64) -> f64 {
        let none = |&(factor, count): &(f64, f64)| {
            let rest = libm::sqrt(1.0 - factor * factor);
            let beyond = normal::sf((bound - factor * control) / rest) + normal::sf((bound + factor * control) / rest);
            count * libm::log1p(-beyond.min(1.0))
        };
        -libm::expm1(self.factors.iter().map(none).sum())
    }
}

fn is_valid(df: f64) -> bool {
    df >= 1.0
}
