//! Tails of the distributions that tests need.

use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::beta::beta_reg;

/// Probability that F with these degrees of freedom is larger.
pub(super) fn f_sf(f: f64, df1: usize, df2: usize) -> f64 {
    let (df1, df2) = (df1 as f64, df2 as f64);
    beta_reg(df2 / 2.0, df1 / 2.0, (df2 / (df2 + df1 * f)).clamp(0.0, 1.0))
}

/// Probability that Student's t is farther from 0.
pub(super) fn t_two_sided(t: f64, df: usize) -> f64 {
    f_sf(t * t, 1, df)
}

/// The value that Student's t exceeds in magnitude with probability `1 - level`.
pub(super) fn t_reach(level: f64, df: usize) -> Option<f64> {
    let t = StudentsT::new(0.0, 1.0, df as f64).ok()?;
    Some(t.inverse_cdf(0.5 + level / 2.0))
}
