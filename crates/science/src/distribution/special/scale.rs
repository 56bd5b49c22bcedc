//! Dividing by an estimated standard deviation.

use super::MANY;
use super::stirling::stirling_error;

/// Most steps to either side.
const MAX_STEPS: u32 = 2_000_000;

/// Terms below this share of the sum are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// Widest step in ln s that keeps the rule exact to double precision with few degrees of freedom.
const WIDEST: f64 = 0.11;

/// The mean of `tail(q s)`, where `s` is the square root of a chi-squared variable over its `df` degrees of freedom: the
/// probability that a statistic divided by its estimated standard deviation exceeds `q`, if `tail` is that of the statistic
/// itself. `peak` is about where the product of the density and the tail is largest, and `steepness` how fast the tail
/// changes there or where it does so fastest, as a share of its argument.
///
/// The trapezoidal rule in ln s converges exponentially (Trefethen and Weideman 2014, The exponentially convergent
/// trapezoidal rule); all terms are positive, so small probabilities keep their digits.
pub(in super::super) fn studentised(q: f64, df: f64, peak: f64, steepness: f64, tail: impl Fn(f64) -> f64) -> f64 {
    if df > MANY {
        return tail(q);
    }
    let start = libm::log(peak);
    let step = WIDEST.min(0.6 / libm::sqrt(2.0 * df + steepness * steepness));
    let term = |place: f64| {
        let u = start + place * step;
        let weight = libm::exp(df * (u - 0.5 * libm::expm1(2.0 * u)));
        if weight > 0.0 { weight * tail(q * libm::exp(u)) } else { 0.0 }
    };
    let mut sum = term(0.0);
    for direction in [-1.0, 1.0] {
        let mut last = 0.0;
        for place in 1..MAX_STEPS {
            let next = term(direction * f64::from(place));
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
