//! Sizes of effects.

use super::super::Fit;

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
