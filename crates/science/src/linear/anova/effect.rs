//! Sizes of effects.

use super::super::means::check_level;
use super::super::{Fit, LinearError};
use super::{Anova, AnovaRow};
use crate::distribution::noncentral_f::{MAX_NCP, ncp_for};
use crate::stats::Interval;

/// How large the effect of a term is, as shares of variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EffectSize {
    /// Eta squared: the term's share of the total sum of squares about the mean.
    pub eta_squared: f64,
    /// Partial eta squared: its share of the sum of its own squares and those of the residuals.
    pub partial_eta_squared: f64,
    /// Partial omega squared: an estimate of the same share in the population that is less biased, and below 0 if F is
    /// below 1; absent without scatter.
    pub partial_omega_squared: Option<f64>,
}

impl Fit<'_> {
    /// The size of an effect with this scaled sum of squares; absent if its shares are of nothing.
    pub(super) fn effect_size(&self, ss: f64, df: usize) -> Option<EffectSize> {
        let both = ss + self.residual;
        let rows = self.frame.rows() as f64;
        (both > 0.0).then(|| EffectSize {
            eta_squared: ss / self.total,
            partial_eta_squared: ss / both,
            partial_omega_squared: self
                .variance()
                .map(|variance| (ss - df as f64 * variance) / (ss + (rows - df as f64) * variance)),
        })
    }
}

impl Anova {
    /// The two-sided interval of a row's partial eta squared in the population, at a level of confidence between 0 and 1:
    /// those noncentralities under which the row's F is not in a tail (Steiger 2004), as shares ncp / (ncp + residual
    /// degrees of freedom), as in R's `effectsize`. Absent if the row has no F or one beyond all noncentralities.
    ///
    /// # Errors
    /// If the level is out of range.
    pub fn partial_eta_squared_interval(&self, row: &AnovaRow, level: f64) -> Result<Option<Interval>, LinearError> {
        check_level(level)?;
        let (df, residual_df) = (row.df as f64, self.residual_df as f64);
        let share = |f: f64, p: f64| {
            let ncp = ncp_for(f, df, residual_df, p);
            (ncp < MAX_NCP).then(|| ncp / (ncp + residual_df))
        };
        let tail = (1.0 - level) / 2.0;
        Ok(row.f.and_then(|f| Some(Interval { low: share(f, 1.0 - tail)?, high: share(f, tail)? })))
    }
}
