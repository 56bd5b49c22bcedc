//! The noncentral F distribution.

use super::special::beta::{beta_power, incomplete_beta};
use super::special::invert::{Slope, invert_positive};
use super::special::mixture::{Family, lower, upper};
use super::special::{MANY, Tails};
use super::{f, noncentral_chi_squared};

pub use super::noncentral_chi_squared::MAX_NCP;

/// Probability of a value up to `x` with `df1` and `df2` degrees of freedom and noncentrality `ncp`, the sum of the squared
/// means over the error variance. NaN unless `df1` is above 0 and finite, `df2` above 0 (it may be infinite) and `ncp`
/// between 0 and [`MAX_NCP`], or if `x` is NaN.
#[must_use]
pub fn cdf(x: f64, df1: f64, df2: f64, ncp: f64) -> f64 {
    match Central::new(x, df1, df2, ncp) {
        Some(central) => lower(&central, 0.5 * ncp),
        None if !is_valid(df1, df2, ncp) => f64::NAN,
        None if df2 >= MANY => noncentral_chi_squared::cdf(df1 * x, df1, ncp),
        None => f::cdf(x, df1, df2),
    }
}

/// Probability of a value above `x`. NaN unless `df1` is above 0 and finite, `df2` above 0 (it may be infinite) and `ncp`
/// between 0 and [`MAX_NCP`], or if `x` is NaN.
#[must_use]
pub fn sf(x: f64, df1: f64, df2: f64, ncp: f64) -> f64 {
    match Central::new(x, df1, df2, ncp) {
        Some(central) => upper(&central, 0.5 * ncp),
        None if !is_valid(df1, df2, ncp) => f64::NAN,
        None if df2 >= MANY => noncentral_chi_squared::sf(df1 * x, df1, ncp),
        None => f::sf(x, df1, df2),
    }
}

/// The noncentrality with which a value up to `x` has probability `p`: an end of a confidence interval for it (Steiger and
/// Fouladi 1997, Noncentrality interval estimation and the evaluation of statistical models). 0 if the probability is at
/// most `p` without any noncentrality, [`MAX_NCP`] if it is above `p` with that. NaN unless `p` lies strictly between 0 and
/// 1 and the other parameters are as for [`cdf`].
#[must_use]
pub fn ncp_for(x: f64, df1: f64, df2: f64, p: f64) -> f64 {
    let central = cdf(x, df1, df2, 0.0);
    if !(p > 0.0 && p < 1.0) || central.is_nan() {
        return f64::NAN;
    }
    if central <= p {
        return 0.0;
    }
    if cdf(x, df1, df2, MAX_NCP) > p {
        return MAX_NCP;
    }
    let start = (df1 * (x - 1.0)).clamp(1.0, MAX_NCP);
    let ncp = if p > 0.5 {
        invert_positive(Slope::Rising, |ncp| sf(x, df1, df2, ncp.min(MAX_NCP)), 1.0 - p, start)
    } else {
        invert_positive(Slope::Falling, |ncp| cdf(x, df1, df2, ncp.min(MAX_NCP)), p, start)
    };
    ncp.min(MAX_NCP)
}

fn is_valid(df1: f64, df2: f64, ncp: f64) -> bool {
    df1 > 0.0 && df1.is_finite() && df2 > 0.0 && (0.0..=MAX_NCP).contains(&ncp)
}

/// Beta distributions whose first parameter is larger by one at every index.
struct Central {
    a: f64,
    b: f64,
    x: f64,
    y: f64,
}

impl Central {
    /// Absent where no mixture is needed.
    fn new(x: f64, df1: f64, df2: f64, ncp: f64) -> Option<Self> {
        let mixed = is_valid(df1, df2, ncp) && df2 < MANY && ncp > 0.0 && x > 0.0 && x.is_finite();
        let odds = df1 / df2 * x;
        mixed.then(|| Self { a: 0.5 * df1, b: 0.5 * df2, x: 1.0 / (1.0 + 1.0 / odds), y: 1.0 / (1.0 + odds) })
    }

    fn tails(&self, index: f64) -> Tails {
        incomplete_beta(self.a + index, self.b, self.x, self.y)
    }
}

impl Family for Central {
    fn lower(&self, index: f64) -> f64 {
        self.tails(index).lower
    }

    fn upper(&self, index: f64) -> f64 {
        self.tails(index).upper
    }

    fn increment(&self, index: f64) -> f64 {
        beta_power(self.a + index, self.b, self.x, self.y) / (self.a + index)
    }

    fn growth(&self, index: f64) -> f64 {
        self.x * (self.a + index + self.b) / (self.a + index + 1.0)
    }
}
