//! The Durbin-Watson statistic.

use crate::analysis::resample::{Permutation, Plan, orders};
use crate::analysis::{AnalysisError, sample};

const METHOD: &str = "the Durbin-Watson test";

/// The Durbin-Watson statistic of residuals in run order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DurbinWatson {
    /// Between 0 and 4: about 2 without correlation of neighbours, less if they are alike, more if they alternate.
    pub statistic: f64,
    /// Correlation of neighbours: their sum of products over the sum of squares.
    pub correlation: f64,
    /// How p was found: the statistic is the distance from 2.
    pub permutation: Permutation,
}

/// The Durbin-Watson statistic (1950) of `residuals` about their mean, in run order. Its p is the share of orders whose
/// statistic is at least as far from 2, which is the mean over all orders. That is exact for values with one mean in random
/// order; for residuals of a larger model it is an approximation, better the fewer coefficients there are for the runs.
///
/// # Errors
/// If there are fewer than 3 residuals, one is not usable, all are equal, or no draws are planned where draws are needed.
pub fn durbin_watson(residuals: &[f64], plan: &Plan) -> Result<DurbinWatson, AnalysisError> {
    let got = residuals.len();
    if got < 3 {
        return Err(AnalysisError::TooFew { method: METHOD, least: 3, what: "residuals", got });
    }
    let moments = sample::moments(METHOD, "the residuals", residuals)?;
    if moments.is_constant() {
        return Err(AnalysisError::NoSpread { method: METHOD, what: "all residuals are equal" });
    }
    let sd = libm::sqrt(moments.variance);
    let scaled: Vec<_> = residuals.iter().map(|value| (value - moments.mean) / sd).collect();
    let squares: f64 = scaled.iter().map(|value| value * value).sum();
    let of =
        |values: &[f64]| values.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])).sum::<f64>() / squares;
    let statistic = of(&scaled);
    let products: f64 = scaled.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let far = |values: &[f64]| (of(values) - 2.0).abs();
    let permutation = orders(&scaled, 4.0, plan, "analysis/durbin-watson/v1", far)?;
    Ok(DurbinWatson { statistic, correlation: products / squares, permutation })
}
