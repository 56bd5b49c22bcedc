//! Analysis of variance.

mod effect;
mod squares;

use super::{Fit, LinearError, Term};
use crate::distribution;

pub use effect::EffectSize;
use squares::Hypothesis;

/// What a term's sum of squares is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Squares {
    /// Type I, sequential: after the terms before it. Depends on the order of the terms.
    Sequential,
    /// Type II: after all terms that do not contain it.
    Hierarchical,
    /// Type III, marginal: after all other terms, with contrasts that sum to zero, so that means over the levels of other
    /// factors have equal weights. Covariates count from 0, as in R's `car::Anova`.
    Marginal,
}

/// Why a term has no test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untested {
    /// All its degrees of freedom are shared with other terms.
    #[error("the rows cannot tell it apart from other terms of the model; see the aliases")]
    Confounded,
    /// The hypothesis of type III is about means that cannot be estimated.
    #[error(
        "its type III hypothesis compares means over cells that no row has, so nothing of it can be estimated; test it \
         by type II, or add rows in the missing cells"
    )]
    MissingCells,
    /// The hypothesis of type III is about covariates at 0.
    #[error("its type III hypothesis is about covariates at 0, too far from all rows to compute; centre them first")]
    FarFromZero,
    /// As many coefficients as rows.
    #[error(
        "the model has as many coefficients as there are rows, so no scatter is left to compare with; add replicates"
    )]
    NoResidual,
    /// Residuals are zero up to rounding.
    #[error("the model fits every row up to rounding, so no scatter is left to compare with; check the response")]
    PerfectFit,
}

/// One term of an analysis of variance.
#[derive(Debug, Clone, PartialEq)]
pub struct AnovaRow {
    /// The term.
    pub term: Term,
    /// Its name.
    pub name: String,
    /// Degrees of freedom that are tested.
    pub df: usize,
    /// Degrees of freedom that were lost to other terms or missing cells: the test is about the rest only.
    pub lost: usize,
    /// Sum of squares, in squared units of the response; absent if the hypothesis cannot be tested.
    pub ss: Option<f64>,
    /// Mean square; absent as `ss` is.
    pub ms: Option<f64>,
    /// F, the mean square over that of the residuals.
    pub f: Option<f64>,
    /// Probability of an F as large if the term had no effect.
    pub p: Option<f64>,
    /// How large the effect is.
    pub effect: Option<EffectSize>,
    /// Why `f` and `p` are absent.
    pub untested: Option<Untested>,
}

/// An analysis of variance.
#[derive(Debug, Clone, PartialEq)]
pub struct Anova {
    /// The type of its sums of squares.
    pub squares: Squares,
    /// The terms, in the order of the model.
    pub rows: Vec<AnovaRow>,
    /// Degrees of freedom of the residuals.
    pub residual_df: usize,
    /// Sum of squared residuals.
    pub residual_ss: f64,
    /// Mean square of the residuals; absent without scatter.
    pub residual_ms: Option<f64>,
    /// Degrees of freedom about the mean.
    pub total_df: usize,
    /// Sum of squares about the mean. Only those of type I always add up to it.
    pub total_ss: f64,
}

impl Fit<'_> {
    /// The analysis of variance with sums of squares of this type.
    ///
    /// # Errors
    /// If the model without its first term is too large to fit.
    pub fn anova(&self, squares: Squares) -> Result<Anova, LinearError> {
        let numbers = 0..self.design.terms.terms().len();
        Ok(Anova {
            squares,
            rows: numbers.map(|number| self.anova_row(number, squares)).collect::<Result<_, _>>()?,
            residual_df: self.residual_df(),
            residual_ss: self.residual_ss(),
            residual_ms: self.variance().map(|variance| variance * self.unit()),
            total_df: self.frame.rows() - 1,
            total_ss: self.total_ss(),
        })
    }

    /// F of a hypothesis of this design; absent as in [`AnovaRow`].
    pub(crate) fn f(&self, hypothesis: &Hypothesis) -> Option<f64> {
        self.f_and_df(hypothesis).map(|(f, _)| f)
    }

    /// Probability of an F as large as that of a hypothesis of this design if it were true; absent as the F.
    pub(crate) fn p(&self, hypothesis: &Hypothesis) -> Option<f64> {
        self.f_and_df(hypothesis).map(|(f, df)| distribution::f::sf(f, df as f64, self.residual_df() as f64))
    }

    fn f_and_df(&self, hypothesis: &Hypothesis) -> Option<(f64, usize)> {
        let (df, ss) = self.squares(hypothesis);
        self.variance().filter(|_| df > 0).map(|variance| (ss / df as f64 / variance, df))
    }

    fn anova_row(&self, number: usize, squares: Squares) -> Result<AnovaRow, LinearError> {
        let term = &self.design.terms.terms()[number];
        let full = self.full_df(number);
        let (df, ss) = self.squares(&self.hypothesis(number, squares)?);
        let ss = (df > 0 && ss.is_finite()).then_some(ss);
        let contained = self.design.terms.is_contained(term);
        let untested = match df {
            0 if squares == Squares::Marginal && contained => Some(Untested::MissingCells),
            0 => Some(Untested::Confounded),
            _ if ss.is_none() => Some(Untested::FarFromZero),
            _ if self.residual_df() == 0 => Some(Untested::NoResidual),
            _ if self.is_perfect() => Some(Untested::PerfectFit),
            _ => None,
        };
        let f = ss.zip(self.variance()).map(|(ss, variance)| ss / df as f64 / variance);
        Ok(AnovaRow {
            term: term.clone(),
            name: term.name(&self.frame),
            df,
            lost: full.saturating_sub(df),
            ss: ss.map(|ss| ss * self.unit()),
            ms: ss.map(|ss| ss * self.unit() / df as f64),
            f,
            p: f.map(|f| distribution::f::sf(f, df as f64, self.residual_df() as f64)),
            effect: ss.and_then(|ss| self.effect_size(ss, df)),
            untested,
        })
    }
}
