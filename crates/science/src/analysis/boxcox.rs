//! Advice on a power transformation of the response (Box and Cox 1964).

mod profile;

use super::AnalysisError;
use crate::distribution::chi_squared;
use profile::Profile;

const METHOD: &str = "the Box-Cox likelihood";

/// The powers that are searched go from minus this to this.
pub const LARGEST_POWER: f64 = 5.0;

/// How far apart the powers are that are tried first.
const STEP: f64 = 0.05;

/// The power under which the values of each group are nearest to normal with one variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxCox {
    /// The power of the largest likelihood; 0 is the logarithm.
    pub lambda: f64,
    /// Lower end of its interval by the likelihood ratio; absent if it lies beyond the powers that are searched.
    pub low: Option<f64>,
    /// Upper end of its interval; absent if it lies beyond the powers that are searched.
    pub high: Option<f64>,
    /// What to do.
    pub advice: Transformation,
}

/// A transformation of the response.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Transformation {
    /// None: the interval contains the power 1.
    None,
    /// The logarithm.
    Logarithm,
    /// The square root.
    SquareRoot,
    /// One over the square root.
    InverseSquareRoot,
    /// One over the value.
    Inverse,
    /// The square.
    Square,
    /// This power; no usual one is in the interval.
    Power(f64),
}

/// The usual powers.
const USUAL: [(f64, Transformation); 5] = [
    (0.0, Transformation::Logarithm),
    (0.5, Transformation::SquareRoot),
    (-0.5, Transformation::InverseSquareRoot),
    (-1.0, Transformation::Inverse),
    (2.0, Transformation::Square),
];

/// Finds the power with the largest profile likelihood for a mean per group and one variance, and its interval at a `level`
/// of confidence by the chi-squared limit of the likelihood ratio. The advice is to leave the values alone if the power 1 is
/// in the interval, and else the usual power in the interval that is nearest to the best one.
///
/// # Errors
/// If there are no groups, one is empty or holds a value that is not usable or not above 0, the values of each group are
/// equal, no power has a finite likelihood, or the level is not between 0 and 1.
pub fn box_cox(groups: &[impl AsRef<[f64]>], level: f64) -> Result<BoxCox, AnalysisError> {
    AnalysisError::check_level(level)?;
    let profile = Profile::new(groups)?;
    let lambda = profile.best();
    let drop = chi_squared::quantile(level, 1.0) / 2.0;
    let limit = AnalysisError::finite(METHOD, profile.log_likelihood(lambda))? - drop;
    let (low, high) = (profile.crossing(lambda, -STEP, limit), profile.crossing(lambda, STEP, limit));
    Ok(BoxCox { lambda, low, high, advice: advise(lambda, low, high) })
}

/// The profile log-likelihood of a power, up to a constant that does not depend on it.
///
/// # Errors
/// As [`box_cox`], or if the power is not between -5 and 5, or the likelihood is not finite there.
pub fn log_likelihood(groups: &[impl AsRef<[f64]>], lambda: f64) -> Result<f64, AnalysisError> {
    if lambda.is_nan() || lambda.abs() > LARGEST_POWER {
        return Err(AnalysisError::Parameter { name: "the power", got: lambda, range: "between -5 and 5" });
    }
    AnalysisError::finite(METHOD, Profile::new(groups)?.log_likelihood(lambda))
}

fn advise(lambda: f64, low: Option<f64>, high: Option<f64>) -> Transformation {
    let is_inside = |power: f64| low.is_none_or(|low| low <= power) && high.is_none_or(|high| power <= high);
    if is_inside(1.0) {
        return Transformation::None;
    }
    let distance = |power: f64| (power - lambda).abs();
    let inside = USUAL.into_iter().filter(|&(power, _)| is_inside(power));
    let nearest = inside.min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)));
    nearest.map_or(Transformation::Power(lambda), |(_, transformation)| transformation)
}
