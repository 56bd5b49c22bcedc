//! Adjustments of a family of contrasts.

use super::super::MarginalMeans;
use super::{Adjustment, Contrast};
use crate::analysis::multiple::holm;

impl MarginalMeans<'_, '_> {
    /// Fills in adjusted p values and intervals.
    pub(super) fn adjust(&self, contrasts: &mut [Contrast], loadings: &[&[f64]], adjustment: Adjustment, level: f64) {
        let tested: Vec<usize> = (0..contrasts.len()).filter(|&place| contrasts[place].p.is_some()).collect();
        let p: Vec<f64> = tested.iter().filter_map(|&place| contrasts[place].p).collect();
        let (adjusted, reach): (Option<Vec<f64>>, Option<f64>) = match adjustment {
            Adjustment::None => (Some(p), self.fit.t_reach(level)),
            Adjustment::Holm => {
                let each = 1.0 - (1.0 - level) / p.len().max(1) as f64;
                (holm(&p).ok(), self.fit.t_reach(each))
            }
            Adjustment::Tukey | Adjustment::Dunnett => (None, None),
        };
        let _ = loadings;
        for (&place, adjusted) in tested.iter().zip(adjusted.into_iter().flatten()) {
            let contrast = &mut contrasts[place];
            let end = |sign: f64| Some(contrast.estimate? + sign * reach? * contrast.se?);
            (contrast.low, contrast.high) = (end(-1.0), end(1.0));
            contrast.adjusted_p = Some(adjusted);
        }
    }
}
