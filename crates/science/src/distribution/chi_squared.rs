//! The chi-squared distribution.

use super::special::Tails;
use super::special::gamma::incomplete_gamma;
use super::special::invert::{Slope, invert_positive};

/// Probability of a value up to `x` with `df` degrees of freedom. NaN unless `df` is above 0 and finite, or if `x` is NaN.
#[must_use]
pub fn cdf(x: f64, df: f64) -> f64 {
    tails(x, df).map_or(f64::NAN, |tails| tails.lower)
}

/// Probability of a value above `x` with `df` degrees of freedom. NaN unless `df` is above 0 and finite, or if `x` is NaN.
#[must_use]
pub fn sf(x: f64, df: f64) -> f64 {
    tails(x, df).map_or(f64::NAN, |tails| tails.upper)
}

/// The value that is exceeded with probability 1 - `p`. NaN unless `p` lies strictly between 0 and 1 and `df` is above 0 and
/// finite.
#[must_use]
pub fn quantile(p: f64, df: f64) -> f64 {
    if p > 0.5 {
        return upper_quantile(1.0 - p, df);
    }
    if is_valid(df) && p > 0.0 { invert_positive(Slope::Rising, |x| cdf(x, df), p, df) } else { f64::NAN }
}

/// The value that is exceeded with probability `p`. NaN unless `p` lies strictly between 0 and 1 and `df` is above 0 and
/// finite.
#[must_use]
pub fn upper_quantile(p: f64, df: f64) -> f64 {
    if !(is_valid(df) && p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    if p > 0.5 { quantile(1.0 - p, df) } else { invert_positive(Slope::Falling, |x| sf(x, df), p, df) }
}

pub(super) fn tails(x: f64, df: f64) -> Option<Tails> {
    (is_valid(df) && !x.is_nan()).then(|| incomplete_gamma(0.5 * df, 0.5 * x))
}

fn is_valid(df: f64) -> bool {
    df > 0.0 && df.is_finite()
}
