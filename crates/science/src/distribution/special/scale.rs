//! Dividing by an estimated standard deviation.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::MANY;
use super::stirling::stirling_error;

/// Most steps to either side.
const MAX_STEPS: u32 = 2_000_000;

/// Terms below this share of the sum are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// Widest step in ln s that keeps the rule exact to double precision with few degrees of freedom. It has few digits, so
/// that its multiples and halves are exact.
const WIDEST: f64 = 7.0 / 64.0;

/// Widest step in standard deviations of ln s, where the largest term lies, which are those of a normal variable if there
/// are many degrees of freedom: the error of the rule is then exp(-2π²/0.7²), below 1e-17.
const WIDEST_SHARE: f64 = 0.7;

/// The mean of `tail(q s)`, where `s` is the square root of a chi-squared variable over its `df` degrees of freedom: the
/// probability that a statistic divided by its estimated standard deviation exceeds `q`, if `tail` is that of the statistic
/// itself. `peak` is about where the product of the density and the tail is largest, and `steepness` how fast the tail
/// changes there or where it does so fastest, as a share of its argument.
pub(in super::super) fn studentised(q: f64, df: f64, peak: f64, steepness: f64, tail: impl Fn(f64) -> f64) -> f64 {
    if df > MANY {
        return tail(q);
    }
    let start = libm::log(peak);
    let step = WIDEST.min(0.6 / libm::sqrt(2.0 * df + steepness * steepness));
    trapezoidal(df, step, start, 0.0, |place| tail(q * libm::exp(start + place * step)))
}

/// A tail at the points of a grid that all arguments and degrees of freedom share, each computed once: such as for all
/// comparisons of one table. A grid of more points holds those of one of fewer.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Grid {
    known: RefCell<BTreeMap<u64, f64>>,
}

impl Grid {
    /// As [`studentised`] for a `q` above 0 and a tail that falls like that of a normal variable; it has to be the same tail
    /// in every call. The rule is exact wherever its points lie, so they are moved to the grid.
    pub(in super::super) fn studentised(&self, q: f64, df: f64, peak: f64, tail: impl Fn(f64) -> f64) -> f64 {
        if df > MANY {
            return tail(q);
        }
        let mut step = WIDEST;
        while step * libm::sqrt(2.0 * df) > WIDEST_SHARE {
            step *= 0.5;
        }
        let first = libm::round((libm::log(q) + libm::log(peak)) / step);
        trapezoidal(df, step, -libm::log(q), first, |place| self.at(place * step, &tail))
    }

    /// The tail of e to the power of `point`.
    fn at(&self, point: f64, tail: impl Fn(f64) -> f64) -> f64 {
        *self.known.borrow_mut().entry(point.to_bits()).or_insert_with(|| tail(libm::exp(point)))
    }
}

/// The mean over ln s by the trapezoidal rule, which converges exponentially (Trefethen and Weideman 2014, The exponentially
/// convergent trapezoidal rule); all terms are positive, so small probabilities keep their digits. Place n is at
/// ln s = `shift` + n `step`, and the sum begins at `first`.
fn trapezoidal(df: f64, step: f64, shift: f64, first: f64, tail: impl Fn(f64) -> f64) -> f64 {
    let term = |place: f64| {
        let u = shift + place * step;
        let weight = libm::exp(df * (u - 0.5 * libm::expm1(2.0 * u)));
        if weight > 0.0 { weight * tail(place) } else { 0.0 }
    };
    let mut sum = term(first);
    for direction in [-1.0, 1.0] {
        let mut last = 0.0;
        for steps in 1..MAX_STEPS {
            let next = term(first + direction * f64::from(steps));
            sum += next;
            if next <= last && next <= NEGLIGIBLE * sum {
                break;
            }
            last = next;
        }
    }
    let norm = libm::sqrt(df / core::f64::consts::PI) * libm::exp(-stirling_error(0.5 * df));
    (sum * step * norm).min(1.0)
}
