//! The t tests of two samples.

use super::Contrast;
use crate::analysis::AnalysisError;
use crate::distribution::student_t;
use crate::stats::Interval;

/// A t test of the difference of two means, left minus right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TTest {
    /// Difference of the means, in the unit of the values.
    pub difference: f64,
    /// Its standard error, above 0.
    pub standard_error: f64,
    /// The difference in standard errors.
    pub t: f64,
    /// Degrees of freedom; fractional for Welch's test.
    pub freedom: f64,
    /// Two-sided p.
    pub p: f64,
    /// Interval of the difference at the level that was asked for.
    pub interval: Interval,
}

/// Student's t test (1908) with one variance for both samples. If the variances differ and the sizes do too, its p is wrong:
/// prefer [`welch`].
///
/// # Errors
/// If a sample has fewer than two values or one that is not usable, the values of each sample are equal, or the level is
/// not between 0 and 1.
pub fn student(left: &[f64], right: &[f64], level: f64) -> Result<TTest, AnalysisError> {
    let method = "Student's t test";
    TTest::new(method, &Contrast::pooled(method, left, right)?, level)
}

/// Welch's t test (1947) with a variance for each sample.
///
/// # Errors
/// If a sample has fewer than two values or one that is not usable, the values of each sample are equal, or the level is
/// not between 0 and 1.
pub fn welch(left: &[f64], right: &[f64], level: f64) -> Result<TTest, AnalysisError> {
    let method = "Welch's t test";
    TTest::new(method, &Contrast::welch(method, left, right)?, level)
}

/// The t test of pairs: values at one index belong together.
///
/// # Errors
/// If the samples differ in length, there are fewer than two pairs, a value is not usable, all differences are equal, or the
/// level is not between 0 and 1.
pub fn paired(left: &[f64], right: &[f64], level: f64) -> Result<TTest, AnalysisError> {
    let method = "the paired t test";
    TTest::new(method, &Contrast::paired(method, left, right)?, level)
}

impl TTest {
    fn new(method: &'static str, contrast: &Contrast, level: f64) -> Result<Self, AnalysisError> {
        AnalysisError::check_level(level)?;
        let &Contrast { difference, standard_error, freedom } = contrast;
        let t = contrast.t(method)?;
        let p = (2.0 * student_t::sf(t.abs(), freedom)).min(1.0);
        let reach = student_t::quantile(0.5 + level / 2.0, freedom) * standard_error;
        let interval = Interval { low: difference - reach, high: difference + reach };
        AnalysisError::finite(method, reach)?;
        Ok(Self { difference, standard_error, t, freedom, p, interval })
    }
}
