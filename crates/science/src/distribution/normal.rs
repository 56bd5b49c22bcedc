//! The standard normal distribution.

use core::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use statrs::function::erf::erfc_inv;

/// 1 / sqrt(2 pi).
const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

/// Density at `x`; NaN if `x` is.
#[must_use]
pub fn density(x: f64) -> f64 {
    FRAC_1_SQRT_TAU * libm::exp(-0.5 * x * x)
}

/// Probability of a value up to `x`; NaN if `x` is.
#[must_use]
pub fn cdf(x: f64) -> f64 {
    sf(-x)
}

/// Probability of a value above `x`; NaN if `x` is.
#[must_use]
pub fn sf(x: f64) -> f64 {
    0.5 * libm::erfc(x * FRAC_1_SQRT_2)
}

/// The value that is exceeded with probability 1 - `p`. NaN unless `p` lies strictly between 0 and 1.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    let rough = -SQRT_2 * erfc_inv(2.0 * p);
    // One step of Newton's method.
    let density = density(rough);
    let gap = if p < 0.5 { p - cdf(rough) } else { sf(rough) - (1.0 - p) };
    if density > 0.0 { rough + gap / density } else { rough }
}

/// The value that is exceeded with probability `p`. NaN unless `p` lies strictly between 0 and 1.
#[must_use]
pub fn upper_quantile(p: f64) -> f64 {
    -quantile(p)
}
