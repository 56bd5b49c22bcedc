//! Student's t distribution.

use super::{f, normal};

/// Probability of a value up to `t` with `df` degrees of freedom. NaN unless `df` is above 0 (it may be infinite), or if `t`
/// is NaN.
#[must_use]
pub fn cdf(t: f64, df: f64) -> f64 {
    sf(-t, df)
}

/// Probability of a value above `t` with `df` degrees of freedom. NaN unless `df` is above 0 (it may be infinite), or if `t`
/// is NaN.
#[must_use]
pub fn sf(t: f64, df: f64) -> f64 {
    if df == f64::INFINITY {
        return normal::sf(t);
    }
    let beyond = 0.5 * f::sf(t * t, 1.0, df);
    if t < 0.0 { 1.0 - beyond } else { beyond }
}

/// The value that is exceeded with probability 1 - `p`. NaN unless `p` lies strictly between 0 and 1 and `df` is above 0 (it
/// may be infinite).
#[must_use]
pub fn quantile(p: f64, df: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df > 0.0) {
        f64::NAN
    } else if df == f64::INFINITY {
        normal::quantile(p)
    } else if p < 0.25 {
        -libm::sqrt(f::upper_quantile(2.0 * p, 1.0, df))
    } else if p > 0.75 {
        libm::sqrt(f::upper_quantile(2.0 * (1.0 - p), 1.0, df))
    } else if p == 0.5 {
        0.0
    } else {
        libm::copysign(libm::sqrt(f::quantile((2.0 * p - 1.0).abs(), 1.0, df)), p - 0.5)
    }
}

/// The value that is exceeded with probability `p`. NaN unless `p` lies strictly between 0 and 1 and `df` is above 0 (it may
/// be infinite).
#[must_use]
pub fn upper_quantile(p: f64, df: f64) -> f64 {
    -quantile(p, df)
}
