//! The noncentral chi-squared distribution.

use super::chi_squared;
use super::special::gamma::gamma_power;
use super::special::mixture::{Family, lower, upper};

/// Largest noncentrality that is computed.
pub const MAX_NCP: f64 = 1e9;

/// Probability of a value up to `x` with `df` degrees of freedom and noncentrality `ncp`. NaN unless `df` is above 0 and
/// finite and `ncp` between 0 and [`MAX_NCP`], or if `x` is NaN.
#[must_use]
pub fn cdf(x: f64, df: f64, ncp: f64) -> f64 {
    tail(x, df, ncp, chi_squared::cdf, lower)
}

/// Probability of a value above `x` with `df` degrees of freedom and noncentrality `ncp`. NaN unless `df` is above 0 and
/// finite and `ncp` between 0 and [`MAX_NCP`], or if `x` is NaN.
#[must_use]
pub fn sf(x: f64, df: f64, ncp: f64) -> f64 {
    tail(x, df, ncp, chi_squared::sf, upper)
}

fn tail(x: f64, df: f64, ncp: f64, central: fn(f64, f64) -> f64, mixture: fn(&Central, f64) -> f64) -> f64 {
    if !(0.0..=MAX_NCP).contains(&ncp) {
        f64::NAN
    } else if ncp == 0.0 || !(x > 0.0 && x.is_finite()) || !(df > 0.0 && df.is_finite()) {
        central(x, df)
    } else {
        mixture(&Central { half_x: 0.5 * x, half_df: 0.5 * df }, 0.5 * ncp)
    }
}

/// Chi-squared distributions with two more degrees of freedom at every index.
struct Central {
    half_x: f64,
    half_df: f64,
}

impl Family for Central {
    fn lower(&self, index: f64) -> f64 {
        chi_squared::cdf(2.0 * self.half_x, 2.0 * (self.half_df + index))
    }

    fn upper(&self, index: f64) -> f64 {
        chi_squared::sf(2.0 * self.half_x, 2.0 * (self.half_df + index))
    }

    fn increment(&self, index: f64) -> f64 {
        gamma_power(self.half_df + index, self.half_x) / (self.half_df + index)
    }

    fn growth(&self, index: f64) -> f64 {
        self.half_x / (self.half_df + index + 1.0)
    }
}
