//! Means and contrasts of every factor.

use serde::Serialize;

use super::Question;
use crate::linear::{Adjustment, Contrast, Fit, Frame, LinearError, MarginalMean, Term};

/// Means and contrasts of the levels of one factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactorEffects {
    /// The factor.
    pub factor: String,
    /// How contrasts allow for their number: `Tukey` for all pairs, `Dunnett` for comparisons with a control.
    pub adjustment: &'static str,
    /// Estimated marginal means: levels of other factors have equal weights.
    pub means: Vec<MeanRow>,
    /// Differences of these means.
    pub contrasts: Vec<ContrastRow>,
}

/// A marginal mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanRow {
    /// The level.
    pub level: String,
    /// Its mean.
    pub mean: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
}

/// A difference of two means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContrastRow {
    /// Which levels.
    pub name: String,
    /// The difference.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// Student's t.
    pub t: Option<f64>,
    /// p value of this contrast alone.
    pub p: Option<f64>,
    /// p value that allows for all contrasts of the factor.
    pub adjusted_p: Option<f64>,
    /// Lower end of an interval that allows for all contrasts of the factor.
    pub low: Option<f64>,
    /// Upper end of that interval.
    pub high: Option<f64>,
    /// The difference in standard deviations of the residuals.
    pub d: Option<f64>,
}

pub(super) fn effects(frame: &Frame, fitted: &Fit<'_>, question: &Question) -> Result<Vec<FactorEffects>, LinearError> {
    let factors = super::cells::crossed(frame);
    factors.into_iter().map(|factor| of_factor(frame, fitted, factor, question)).collect()
}

fn of_factor(
    frame: &Frame,
    fitted: &Fit<'_>,
    factor: usize,
    question: &Question,
) -> Result<FactorEffects, LinearError> {
    let level = question.level();
    let means = fitted.marginal_means(&Term::of(&[factor]), level)?;
    let control =
        question.control.as_ref().and_then(|name| frame.levels(factor).iter().position(|other| other == name));
    let (adjustment, contrasts) = match control {
        Some(control) => ("Dunnett", means.versus(control, Adjustment::Dunnett, level)?),
        None => ("Tukey", means.pairwise(Adjustment::Tukey, level)?),
    };
    Ok(FactorEffects {
        factor: frame.factors().nth(factor).unwrap_or_default().to_owned(),
        adjustment,
        means: means.means.iter().map(mean_row).collect(),
        contrasts: contrasts.into_iter().map(|contrast| contrast_row(contrast, fitted.sigma())).collect(),
    })
}

fn mean_row(mean: &MarginalMean) -> MeanRow {
    let MarginalMean { levels, mean, se, low, high } = mean.clone();
    MeanRow { level: levels.join(" "), mean, se, low, high }
}

fn contrast_row(contrast: Contrast, sigma: Option<f64>) -> ContrastRow {
    let Contrast { name, estimate, se, t, p, adjusted_p, low, high } = contrast;
    let d = estimate.zip(sigma).map(|(estimate, sigma)| estimate / sigma);
    ContrastRow { name, estimate, se, t, p, adjusted_p, low, high, d }
}
