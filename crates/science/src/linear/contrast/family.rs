//! Adjustments of a family of contrasts.

use super::super::sum::{dot, norm};
use super::super::{LinearError, MarginalMeans};
use super::{Adjustment, Contrast};
use crate::analysis::multiple::holm;
use crate::distribution::dunnett::Dunnett;
use crate::distribution::studentized_range::StudentizedRange;

/// Difference of two correlations that is rounding.
const SAME: f64 = 1e-8;

/// Adjusted p values, and the multiple of its standard error to which each interval reaches.
type Adjusted = (Vec<f64>, Option<f64>);

impl MarginalMeans<'_, '_> {
    /// Fills in adjusted p values and intervals. Contrasts that cannot be tested count as well: the family is what was
    /// asked for.
    pub(super) fn adjust(
        &self,
        contrasts: &mut [Contrast],
        loadings: &[&[f64]],
        adjustment: Adjustment,
        level: f64,
    ) -> Result<(), LinearError> {
        let (adjusted, reach) = match adjustment {
            Adjustment::None => (single(contrasts), self.fit.t_reach(level)),
            Adjustment::Holm => {
                let each = 1.0 - (1.0 - level) / contrasts.len().max(1) as f64;
                (holm(&single(contrasts)).unwrap_or_default(), self.fit.t_reach(each))
            }
            Adjustment::Tukey => self.tukey(contrasts, level),
            Adjustment::Dunnett => self.dunnett(contrasts, loadings, level)?,
        };
        for (contrast, adjusted) in contrasts.iter_mut().zip(adjusted).filter(|(contrast, _)| contrast.p.is_some()) {
            let end = |sign: f64| Some(contrast.estimate? + sign * reach? * contrast.se?);
            (contrast.low, contrast.high) = (end(-1.0), end(1.0));
            contrast.adjusted_p = Some(adjusted);
        }
        Ok(())
    }

    fn tukey(&self, contrasts: &[Contrast], level: f64) -> Adjusted {
        let (groups, df) = (self.means.len(), self.df as f64);
        let root = std::f64::consts::SQRT_2;
        let tested = contrasts.iter().any(|contrast| contrast.t.is_some());
        let Some(range) = StudentizedRange::new(groups).filter(|_| tested) else {
            return (vec![1.0; contrasts.len()], None);
        };
        let p = |t: f64| range.sf(t.abs() * root, df);
        let reach = range.upper_quantile(1.0 - level, df) / root;
        (contrasts.iter().map(|contrast| contrast.t.map_or(1.0, p)).collect(), Some(reach))
    }

    fn dunnett(&self, contrasts: &[Contrast], loadings: &[&[f64]], level: f64) -> Result<Adjusted, LinearError> {
        if contrasts.iter().any(|contrast| contrast.t.is_none()) {
            return Ok((vec![], None));
        }
        let df = self.df as f64;
        let factors = factors(loadings).ok_or(LinearError::Correlated)?;
        let Some(joint) = Dunnett::new(&factors) else { return Err(LinearError::Correlated) };
        let p = |contrast: &Contrast| contrast.t.map_or(1.0, |t| joint.sf(t.abs(), df));
        Ok((contrasts.iter().map(p).collect(), Some(joint.upper_quantile(1.0 - level, df))))
    }
}

fn single(contrasts: &[Contrast]) -> Vec<f64> {
    contrasts.iter().map(|contrast| contrast.p.unwrap_or(1.0)).collect()
}

/// Factors whose products are the correlations of these contrasts, if there are any.
fn factors(loadings: &[&[f64]]) -> Option<Vec<f64>> {
    let correlation = |i: usize, j: usize| dot(loadings[i], loadings[j]) / (norm(loadings[i]) * norm(loadings[j]));
    let count = loadings.len();
    let factor = |i: usize| match count {
        1 => 0.0,
        2 => libm::sqrt(correlation(0, 1)),
        _ => {
            let (j, k) = ((i + 1) % count, (i + 2) % count);
            libm::sqrt(correlation(i, j) * correlation(i, k) / correlation(j, k))
        }
    };
    let factors: Vec<f64> = (0..count).map(factor).collect();
    let fits = |i: usize, j: usize| (factors[i] * factors[j] - correlation(i, j)).abs() < SAME;
    (0..count).all(|i| (0..i).all(|j| fits(i, j))).then_some(factors)
}
