//! Which effects a study would have found.

use serde::Serialize;

use super::Question;
use crate::linear::{Adjustment, AnovaRow, Fit, Frame, LinearError, Squares};
use crate::power;

/// The effect of a term that its F test alone, at the alpha that was asked for, would have found with the power that was
/// asked for (Cohen 1988), if the residuals scatter as they do. The rule of the verdicts also asks for the permutation test
/// and allows for the number of terms, so it finds a little less.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Detectable {
    /// Cohen's f: the standard deviation of the term's effects over the rows, in standard deviations of the residuals.
    pub cohens_f: f64,
    /// The same as a share: the variance of the term's effects over the sum of it and that of the residuals.
    pub partial_eta_squared: f64,
    /// The difference of two levels of a factor that is found with at least this power whatever the other levels do, in the
    /// unit of the response. Absent for interactions, for covariates and where the F is not that of the marginal means: of
    /// types I and II if an interaction holds the factor or the order matters, and if some difference cannot be estimated.
    pub difference: Option<f64>,
    /// The slope of a covariate, in units of the response per unit of the covariate; absent for other terms, and where its
    /// F is not that of the slope.
    pub slope: Option<f64>,
}

/// What would have been found of a term; absent if it has no F, or no effect would be large enough.
pub(super) fn detectable(
    frame: &Frame,
    fitted: &Fit<'_>,
    row: &AnovaRow,
    question: &Question,
) -> Result<Option<Detectable>, LinearError> {
    let (df, residual_df) = (row.df as f64, fitted.residual_df() as f64);
    let ncp = row.f.and_then(|_| power::f_test_ncp(question.power, df, residual_df, question.alpha));
    let Some(ncp) = ncp else { return Ok(None) };
    let (squared, reach) = (ncp / frame.rows() as f64, libm::sqrt(ncp));
    let (mut difference, mut slope) = (None, None);
    if is_of_own_effect(frame, fitted, row, question.squares) {
        if is_continuous(frame, row.term.factors()) {
            slope = slope_se(fitted, row, question)?.map(|se| reach * se);
        } else {
            difference = largest_se(fitted, row, question)?.map(|se| reach * se);
        }
    }
    let (cohens_f, partial_eta_squared) = (libm::sqrt(squared), squared / (1.0 + squared));
    Ok(Some(Detectable { cohens_f, partial_eta_squared, difference, slope }))
}

/// The largest standard error of a difference of two levels. Of all effects in which two means are so far apart, the one
/// with all other means between them has the least noncentrality: the squared difference over its squared standard error.
fn largest_se(fitted: &Fit<'_>, row: &AnovaRow, question: &Question) -> Result<Option<f64>, LinearError> {
    let pairs = fitted.marginal_means(&row.term, question.level())?.pairwise(Adjustment::None, question.level())?;
    Ok(pairs.iter().map(|pair| pair.se).try_fold(0.0, |most: f64, se| Some(most.max(se?))))
}

fn slope_se(fitted: &Fit<'_>, row: &AnovaRow, question: &Question) -> Result<Option<f64>, LinearError> {
    let slopes = fitted.slopes(question.level())?;
    Ok(slopes.into_iter().find(|slope| slope.covariate == row.name).and_then(|slope| slope.se))
}

/// Whether a main effect's F tests that all its marginal means are equal, or its slope is 0.
fn is_of_own_effect(frame: &Frame, fitted: &Fit<'_>, row: &AnovaRow, squares: Squares) -> bool {
    let terms = fitted.terms().terms();
    let mut larger = terms.iter().filter(|other| **other != row.term && row.term.is_within(other));
    let fits = match squares {
        Squares::Sequential => terms.last() == Some(&row.term),
        Squares::Hierarchical => larger.next().is_none(),
        // Of type III the covariates of interactions count from 0, not from their means.
        Squares::Marginal => !larger.any(|other| is_continuous(frame, other.factors())),
    };
    fits && row.lost == 0 && row.term.factors().len() == 1
}

fn is_continuous(frame: &Frame, factors: &[usize]) -> bool {
    factors.iter().any(|&factor| frame.levels(factor).is_empty())
}
