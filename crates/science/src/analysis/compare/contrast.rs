//! A difference of two means with its standard error.

use crate::analysis::AnalysisError;
use crate::analysis::sample::{Moments, differences, is_rounding, moments, two_moments};

/// A difference of two means, left minus right.
#[derive(Debug, Clone, Copy)]
pub(in crate::analysis) struct Contrast {
    pub(in crate::analysis) difference: f64,
    /// Above 0.
    pub(in crate::analysis) standard_error: f64,
    /// Degrees of freedom of the standard error.
    pub(in crate::analysis) freedom: f64,
}

impl Contrast {
    /// With one variance for both samples.
    pub(in crate::analysis) fn pooled(
        method: &'static str,
        left: &[f64],
        right: &[f64],
    ) -> Result<Self, AnalysisError> {
        let (left, right) = two_moments(method, left, right)?;
        let freedom = left.n + right.n - 2.0;
        let variance = (left.variance * ((left.n - 1.0) / freedom)) + right.variance * ((right.n - 1.0) / freedom);
        let largest = left.largest.max(right.largest);
        if is_rounding(libm::sqrt(variance), largest) {
            return Err(AnalysisError::NoSpread { method, what: "the values of each sample are equal" });
        }
        let standard_error = libm::sqrt(variance * (1.0 / left.n + 1.0 / right.n));
        Ok(Self { difference: left.mean - right.mean, standard_error, freedom })
    }

    /// With a variance for each sample.
    pub(in crate::analysis) fn welch(method: &'static str, left: &[f64], right: &[f64]) -> Result<Self, AnalysisError> {
        let (left, right) = two_moments(method, left, right)?;
        Self::of_moments(method, &left, &right)
    }

    /// With a variance for each sample (Welch 1947).
    pub(in crate::analysis) fn of_moments(
        method: &'static str,
        left: &Moments,
        right: &Moments,
    ) -> Result<Self, AnalysisError> {
        if left.is_constant() && right.is_constant() {
            return Err(AnalysisError::NoSpread { method, what: "the values of each of two samples are equal" });
        }
        let variance = left.mean_variance() + right.mean_variance();
        let freedom = satterthwaite(&[(left.mean_variance(), left.n - 1.0), (right.mean_variance(), right.n - 1.0)]);
        Ok(Self { difference: left.mean - right.mean, standard_error: libm::sqrt(variance), freedom })
    }

    /// Of pairs.
    pub(in crate::analysis) fn paired(
        method: &'static str,
        left: &[f64],
        right: &[f64],
    ) -> Result<Self, AnalysisError> {
        let (differences, largest) = differences(left, right)?;
        let moments = moments(method, "the differences", &differences)?;
        if is_rounding(libm::sqrt(moments.variance), largest) {
            return Err(AnalysisError::NoSpread { method, what: "the differences of all pairs are equal" });
        }
        let standard_error = libm::sqrt(moments.mean_variance());
        Ok(Self { difference: moments.mean, standard_error, freedom: moments.n - 1.0 })
    }

    /// The difference in standard errors.
    pub(in crate::analysis) fn t(&self, method: &'static str) -> Result<f64, AnalysisError> {
        AnalysisError::finite(method, self.difference / self.standard_error)
    }
}

/// Degrees of freedom of a sum of variances with their own (Satterthwaite 1946).
pub(in crate::analysis) fn satterthwaite(parts: &[(f64, f64)]) -> f64 {
    let total: f64 = parts.iter().map(|(variance, _)| variance).sum();
    // As shares, since the squares of the variances might overflow.
    let part = |&(variance, freedom): &(f64, f64)| (variance / total) * (variance / total) / freedom;
    1.0 / parts.iter().map(part).sum::<f64>()
}
