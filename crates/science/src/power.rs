//! The chance of tests to find an effect, the runs that they need for it, and the effect that they can find.
//!
//! All by the noncentral distributions (Cohen 1988, Statistical power analysis for the behavioral sciences), not by their
//! normal approximations.

mod plan;
mod search;

pub use plan::{Plan, Sides};
pub use search::{MAX_SIZE, effect, sample_size};

use crate::distribution::{f, noncentral_f, noncentral_t, student_t};

/// Why there is no answer about power.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PowerError {
    /// The significance level is none.
    #[error("a significance level lies between 0 and 1")]
    Alpha,
    /// The effect is none.
    #[error("an effect is a finite number above 0, in standard deviations")]
    Effect,
    /// The power asked for cannot be planned for.
    #[error("the power to plan for lies between the significance level, which a test has without any effect, and 1")]
    Power,
    /// There are too few groups to compare.
    #[error("an analysis of variance compares at least 2 groups")]
    Groups,
    /// The coefficients compare nothing.
    #[error("the coefficients of a contrast are finite, not all 0, and add up to 0")]
    Contrast,
    /// No degrees of freedom are left for the error.
    #[error("a test needs at least 2 observations per group, or 2 pairs")]
    Size,
    /// The noncentrality is beyond what is computed.
    #[error("the effect is too large for its power to be told from 1; ask for a smaller one")]
    TooLarge,
    /// The effect is so small, or the power so large, that no size within reason suffices.
    #[error("no size up to {MAX_SIZE} has this power; ask for a larger effect or less power")]
    OutOfReach,
}

/// The power of an F test: the probability that a noncentral F variable exceeds the critical value. `ncp` is the sum of the
/// squared effects over the error variance. `alpha` lies between 0 and 1, both degrees of freedom are above 0; absent
/// otherwise, and where `ncp` is above [`noncentral_f::MAX_NCP`].
#[must_use]
pub fn f_test(ncp: f64, df1: f64, df2: f64, alpha: f64) -> Option<f64> {
    number(noncentral_f::sf(f::upper_quantile(alpha, df1, df2), df1, df2, ncp))
}

/// The noncentrality with which an F test has this power: what it would have found. Absent unless `power` lies between
/// `alpha` and 1 and the other parameters are as for [`f_test`], and where it is above [`noncentral_f::MAX_NCP`].
#[must_use]
pub fn f_test_ncp(power: f64, df1: f64, df2: f64, alpha: f64) -> Option<f64> {
    if !(power > alpha && power < 1.0) {
        return None;
    }
    let ncp = noncentral_f::ncp_for(f::upper_quantile(alpha, df1, df2), df1, df2, 1.0 - power);
    number(ncp).filter(|ncp| *ncp < noncentral_f::MAX_NCP)
}

/// The power of a t test whose statistic has the noncentrality `ncp` towards the alternative. `alpha` lies between 0 and 1,
/// `df` is above 0; absent otherwise, and where `ncp` is too large for its distribution.
#[must_use]
pub fn t_test(ncp: f64, df: f64, alpha: f64, sides: Sides) -> Option<f64> {
    match sides {
        // The square of t is F, and both ends count.
        Sides::Two => f_test(ncp * ncp, 1.0, df, alpha),
        Sides::One => number(noncentral_t::sf(student_t::upper_quantile(alpha, df), df, ncp)),
    }
}

fn number(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}
