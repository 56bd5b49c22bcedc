//! Slopes of covariates.

use serde::Serialize;

use super::contrast::two_sided;
use super::frame::Kind;
use super::means::{Estimate, Function, check_level};
use super::{Fit, LinearError, Term};

/// By how much the response changes for one unit of a covariate. Where the model has interactions of the covariate, it is
/// the mean over all levels of the categorical factors with equal weights, with other covariates at their means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slope {
    /// The covariate.
    pub covariate: String,
    /// The slope, in units of the response per unit of the covariate; absent if the rows cannot tell it.
    pub slope: Option<f64>,
    /// Its standard error; absent also without scatter.
    pub se: Option<f64>,
    /// The slope over its standard error; absent as `se` is.
    pub t: Option<f64>,
    /// Two-sided p value by Student's t with the degrees of freedom of the residuals; absent as `se` is.
    pub p: Option<f64>,
    /// Lower end of its interval; absent as `se` is.
    pub low: Option<f64>,
    /// Upper end of its interval; absent as `se` is.
    pub high: Option<f64>,
}

impl Fit<'_> {
    /// The slopes of the model's covariates, in the order of its terms, and their intervals at a level of confidence
    /// between 0 and 1.
    ///
    /// # Errors
    /// If the level is out of range.
    pub fn slopes(&self, level: f64) -> Result<Vec<Slope>, LinearError> {
        check_level(level)?;
        let reach = self.t_reach(level);
        let directions = self.directions();
        let terms = self.terms().terms().iter().enumerate();
        let covariates = terms.filter_map(|(number, term)| Some((number, term, self.covariate_scale(term)?)));
        let slope = |(number, term, scale): (usize, &Term, f64)| {
            let Estimate { value, se } = self.estimate(&self.slope_of(number, scale), &directions);
            let t = value.zip(se).filter(|(_, se)| *se > 0.0).map(|(value, se)| value / se);
            let end = |sign: f64| Some(value? + sign * reach? * se?);
            Slope {
                covariate: term.name(&self.frame),
                slope: value,
                se,
                t,
                p: t.map(|t| two_sided(t, self.residual_df())),
                low: end(-1.0),
                high: end(1.0),
            }
        };
        Ok(covariates.map(slope).collect())
    }

    /// The unit of the covariate's column, if the term is the main effect of one.
    fn covariate_scale(&self, term: &Term) -> Option<f64> {
        match (term.factors(), &self.frame.get(*term.factors().first()?).kind) {
            ([_], Kind::Continuous { scale, .. }) => Some(*scale),
            _ => None,
        }
    }

    /// The coefficient of the only column of a term, per unit of its covariate. Contrasts of categorical factors sum to
    /// zero and covariates enter as distances from their means, so interactions average out.
    fn slope_of(&self, number: usize, scale: f64) -> Function {
        let mut columns = vec![0.0; self.design.matrix.columns.len()];
        self.design.matrix.places(number).for_each(|place| columns[place] = 1.0 / scale);
        Function::new(&self.design, vec![0.0; self.design.strata.len()], columns)
    }
}
