//! Standardised differences of two means, with exact or nearly exact intervals.
//!
//! All are a difference over a standard deviation, and they differ in whose. The intervals come from the noncentral t
//! distribution of the matching t test: the noncentralities for which the observed t is at the edge of what is likely,
//! times the standard error over the standard deviation.

mod correction;

use super::AnalysisError;
use super::compare::{Contrast, satterthwaite};
use super::sample::two_moments;
use crate::distribution::noncentral_t;
use crate::stats::Interval;

pub use correction::hedges_correction;

/// A standardised difference of means, left minus right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Cohen's d: the difference of the means in standard deviations.
    pub d: f64,
    /// Hedges' g: d, corrected for its bias in small samples; absent with one degree of freedom, where d has no mean.
    pub g: Option<f64>,
    /// The standard deviation it is measured in, in the unit of the values.
    pub sd: f64,
    /// Interval of d; absent where its end would need a noncentrality above 10 000.
    pub interval: Option<Interval>,
}

/// In pooled standard deviations of two samples (Cohen 1988). The interval is exact if both samples are normal with one
/// variance.
///
/// # Errors
/// If a sample has fewer than two values or one that is not usable, the values of each sample are equal, or the level is
/// not between 0 and 1.
pub fn d_pooled(left: &[f64], right: &[f64], level: f64) -> Result<Effect, AnalysisError> {
    let method = "Cohen's d";
    let contrast = Contrast::pooled(method, left, right)?;
    let sizes = libm::sqrt(1.0 / left.len() as f64 + 1.0 / right.len() as f64);
    Effect::new(method, &contrast, contrast.standard_error / sizes, contrast.freedom, level)
}

/// In the root of the mean of both variances, the one to go with Welch's test (Delacre, Lakens, Ley, Liu and Leys 2021).
/// The interval uses Welch's degrees of freedom and is approximate; the correction uses those of the mean of the variances.
///
/// # Errors
/// If a sample has fewer than two values or one that is not usable, the values of each sample are equal, or the level is
/// not between 0 and 1.
pub fn d_welch(left: &[f64], right: &[f64], level: f64) -> Result<Effect, AnalysisError> {
    let method = "Cohen's d with the mean variance";
    let contrast = Contrast::welch(method, left, right)?;
    let (left, right) = two_moments(method, left, right)?;
    let freedom = satterthwaite(&[(left.variance, left.n - 1.0), (right.variance, right.n - 1.0)]);
    let sd = libm::sqrt((left.variance + right.variance) / 2.0);
    Effect::new(method, &contrast, sd, freedom, level)
}

/// Of pairs, in standard deviations of their differences (Cohen 1988, d_z). The interval is exact if the differences are
/// normal.
///
/// # Errors
/// If the samples differ in length, there are fewer than two pairs, a value is not usable, all differences are equal, or the
/// level is not between 0 and 1.
pub fn d_z(left: &[f64], right: &[f64], level: f64) -> Result<Effect, AnalysisError> {
    let method = "Cohen's d_z";
    let contrast = Contrast::paired(method, left, right)?;
    let sd = contrast.standard_error * libm::sqrt(left.len() as f64);
    Effect::new(method, &contrast, sd, contrast.freedom, level)
}

/// Of pairs, in the root of the mean of the variances of both sides (d_av of Cumming 2012), which makes it comparable with
/// an effect between samples. The interval is approximate (Algina and Keselman 2003).
///
/// # Errors
/// If the samples differ in length, there are fewer than two pairs, a value is not usable, all differences or the values of
/// both sides are equal, or the level is not between 0 and 1.
pub fn d_av(left: &[f64], right: &[f64], level: f64) -> Result<Effect, AnalysisError> {
    let method = "Cohen's d_av";
    let contrast = Contrast::paired(method, left, right)?;
    let (left, right) = two_moments(method, left, right)?;
    Effect::new(method, &contrast, libm::sqrt((left.variance + right.variance) / 2.0), contrast.freedom, level)
}

impl Effect {
    fn new(
        method: &'static str,
        contrast: &Contrast,
        sd: f64,
        freedom: f64,
        level: f64,
    ) -> Result<Self, AnalysisError> {
        AnalysisError::check_level(level)?;
        let d = AnalysisError::finite(method, contrast.difference / sd)?;
        let t = contrast.t(method)?;
        let interval = interval(t, contrast.freedom, contrast.standard_error / sd, level);
        Ok(Self { d, g: hedges_correction(freedom).map(|factor| d * factor), sd, interval })
    }
}

/// The noncentralities at the edge of what is likely, times `scale`; absent beyond those that are computed.
fn interval(t: f64, freedom: f64, scale: f64, level: f64) -> Option<Interval> {
    let tail = (1.0 - level) / 2.0;
    let end = |p| Some(noncentral_t::ncp_for(t, freedom, p)).filter(|ncp| ncp.abs() < noncentral_t::MAX_NCP);
    end(1.0 - tail).zip(end(tail)).map(|(low, high)| Interval { low: low * scale, high: high * scale })
}
