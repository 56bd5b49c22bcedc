//! Fisher's F distribution.

use super::chi_squared;
use super::special::beta::incomplete_beta;
use super::special::invert::{Slope, invert_positive};
use super::special::{MANY, Tails};

/// Probability of a value up to `x` with `df1` degrees of freedom of the numerator and `df2` of the denominator. NaN unless
/// both are above 0 (they may be infinite), or if `x` is NaN.
#[must_use]
pub fn cdf(x: f64, df1: f64, df2: f64) -> f64 {
    tails(x, df1, df2).map_or(f64::NAN, |tails| tails.lower)
}

/// Probability of a value above `x`. NaN unless both degrees of freedom are above 0 (they may be infinite), or if `x` is
/// NaN.
#[must_use]
pub fn sf(x: f64, df1: f64, df2: f64) -> f64 {
    tails(x, df1, df2).map_or(f64::NAN, |tails| tails.upper)
}

/// The value that is exceeded with probability 1 - `p`. NaN unless `p` lies strictly between 0 and 1 and both degrees of
/// freedom are above 0 (they may be infinite).
#[must_use]
pub fn quantile(p: f64, df1: f64, df2: f64) -> f64 {
    if p > 0.5 {
        return upper_quantile(1.0 - p, df1, df2);
    }
    if !(p > 0.0 && df1 > 0.0 && df2 > 0.0) {
        return f64::NAN;
    }
    invert_positive(Slope::Rising, |x| cdf(x, df1, df2), p, 1.0)
}

/// The value that is exceeded with probability `p`. NaN unless `p` lies strictly between 0 and 1 and both degrees of
/// freedom are above 0 (they may be infinite).
#[must_use]
pub fn upper_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df1 > 0.0 && df2 > 0.0) {
        return f64::NAN;
    }
    if p > 0.5 { quantile(1.0 - p, df1, df2) } else { invert_positive(Slope::Falling, |x| sf(x, df1, df2), p, 1.0) }
}

fn tails(x: f64, df1: f64, df2: f64) -> Option<Tails> {
    if !(df1 > 0.0 && df2 > 0.0) || x.is_nan() {
        return None;
    }
    if x <= 0.0 {
        return Some(Tails { lower: 0.0, upper: 1.0 });
    }
    match (df1 < MANY, df2 < MANY) {
        (true, true) => {
            // Both shares are computed without cancellation, whatever the sizes.
            let odds = df1 / df2 * x;
            Some(incomplete_beta(0.5 * df1, 0.5 * df2, 1.0 / (1.0 + 1.0 / odds), 1.0 / (1.0 + odds)))
        }
        (true, false) => chi_squared::tails(df1 * x, df1),
        (false, true) => chi_squared::tails(df2 / x, df2).map(Tails::swapped),
        (false, false) => Some(Tails { lower: f64::from(x >= 1.0), upper: f64::from(x < 1.0) }),
    }
}
