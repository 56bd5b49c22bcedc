//! Tests that two means differ by no more than matters.

use super::Contrast;
use crate::analysis::AnalysisError;
use crate::distribution::student_t;
use crate::stats::Interval;

/// Two one-sided t tests (Schuirmann 1987) of a difference of means, left minus right, against the bounds within which it
/// would not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// Difference of the means, in the unit of the values.
    pub difference: f64,
    /// Its standard error, above 0.
    pub standard_error: f64,
    /// Degrees of freedom.
    pub freedom: f64,
    /// p of the claim that the difference is above the lower bound.
    pub p_above_low: f64,
    /// p of the claim that the difference is below the upper bound.
    pub p_below_high: f64,
    /// Interval of the difference at the level 1 - 2 alpha: within the bounds exactly if both tests succeed at alpha.
    pub interval: Interval,
    /// Whether both tests succeed at alpha.
    pub is_equivalent: bool,
}

impl Equivalence {
    /// p of the claim of equivalence: the larger one of the two.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.p_above_low.max(self.p_below_high)
    }
}

/// Tests equivalence within `bounds`, in the unit of the values, with a variance for each sample.
///
/// # Errors
/// If a sample has fewer than two values or one that is not usable, the values of each sample are equal, the bounds are not
/// an interval, or alpha is not between 0 and 0.5.
pub fn equivalence_welch(
    left: &[f64],
    right: &[f64],
    bounds: Interval,
    alpha: f64,
) -> Result<Equivalence, AnalysisError> {
    let method = "the equivalence test";
    Equivalence::new(method, &Contrast::welch(method, left, right)?, bounds, alpha)
}

/// Tests equivalence of pairs within `bounds`, in the unit of the values.
///
/// # Errors
/// If the samples differ in length, there are fewer than two pairs, a value is not usable, all differences are equal, the
/// bounds are not an interval, or alpha is not between 0 and 0.5.
pub fn equivalence_paired(
    left: &[f64],
    right: &[f64],
    bounds: Interval,
    alpha: f64,
) -> Result<Equivalence, AnalysisError> {
    let method = "the paired equivalence test";
    Equivalence::new(method, &Contrast::paired(method, left, right)?, bounds, alpha)
}

impl Equivalence {
    fn new(method: &'static str, contrast: &Contrast, bounds: Interval, alpha: f64) -> Result<Self, AnalysisError> {
        check(bounds, alpha)?;
        let &Contrast { difference, standard_error, freedom } = contrast;
        let above = AnalysisError::finite(method, (difference - bounds.low) / standard_error)?;
        let below = AnalysisError::finite(method, (bounds.high - difference) / standard_error)?;
        let (p_above_low, p_below_high) = (student_t::sf(above, freedom), student_t::sf(below, freedom));
        let reach = AnalysisError::finite(method, student_t::quantile(1.0 - alpha, freedom) * standard_error)?;
        let interval = Interval { low: difference - reach, high: difference + reach };
        let is_equivalent = p_above_low < alpha && p_below_high < alpha;
        Ok(Self { difference, standard_error, freedom, p_above_low, p_below_high, interval, is_equivalent })
    }
}

fn check(bounds: Interval, alpha: f64) -> Result<(), AnalysisError> {
    let bad = |name, got, range| Err(AnalysisError::Parameter { name, got, range });
    if !bounds.low.is_finite() {
        return bad("the lower bound of equivalence", bounds.low, "a finite number");
    }
    if !(bounds.high.is_finite() && bounds.high > bounds.low) {
        return bad("the upper bound of equivalence", bounds.high, "a finite number above the lower bound");
    }
    if alpha > 0.0 && alpha < 0.5 { Ok(()) } else { bad("alpha", alpha, "between 0 and 0.5") }
}
