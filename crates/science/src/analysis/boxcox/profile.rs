//! The profile likelihood of a power.

use super::{LARGEST_POWER, METHOD, STEP};
use crate::analysis::{AnalysisError, sample};

/// Share of the golden section.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Logarithms of the values, about their common mean.
pub(super) struct Profile {
    groups: Vec<Vec<f64>>,
    count: f64,
}

impl Profile {
    pub(super) fn new(groups: &[impl AsRef<[f64]>]) -> Result<Self, AnalysisError> {
        let groups: Vec<&[f64]> = groups.iter().map(AsRef::as_ref).collect();
        for (place, group) in groups.iter().enumerate() {
            sample::check(format_args!("group {place}"), group)?;
        }
        let all = groups.concat();
        if all.len() < 3 {
            return Err(AnalysisError::TooFew { method: METHOD, least: 3, what: "values", got: all.len() });
        }
        if let Some(&got) = all.iter().find(|&&value| value <= 0.0) {
            return Err(AnalysisError::Parameter {
                name: "a value",
                got,
                range: "above 0 for a power; add a constant",
            });
        }
        let logs = |group: &&[f64]| group.iter().map(|&value| libm::log(value)).collect();
        let mut groups: Vec<Vec<f64>> = groups.iter().map(logs).collect();
        if groups.iter().all(|logs| is_constant(logs)) {
            return Err(AnalysisError::NoSpread { method: METHOD, what: "the values of each group are equal" });
        }
        let count = all.len() as f64;
        let centre = groups.iter().flatten().sum::<f64>() / count;
        groups.iter_mut().flatten().for_each(|log| *log -= centre);
        Ok(Self { groups, count })
    }

    /// The log-likelihood of a power, up to a constant; minus infinity where the powers overflow. Values are divided by their
    /// geometric mean, for which the transformation does not change the unit.
    pub(super) fn log_likelihood(&self, lambda: f64) -> f64 {
        let squares: f64 = self.groups.iter().map(|group| squares(group, lambda)).sum();
        let likelihood = -self.count / 2.0 * libm::log(squares / self.count);
        if likelihood.is_finite() { likelihood } else { f64::NEG_INFINITY }
    }

    /// The power of the largest likelihood: the best of a grid, refined by the golden section.
    pub(super) fn best(&self) -> f64 {
        let steps = (LARGEST_POWER / STEP) as i32;
        let grid = (-steps..=steps).map(|step| f64::from(step) * STEP);
        let scored = grid.map(|lambda| (self.log_likelihood(lambda), lambda));
        let (_, start) = scored.fold((f64::NEG_INFINITY, 0.0), |best, next| if next.0 > best.0 { next } else { best });
        let (mut low, mut high) = ((start - STEP).max(-LARGEST_POWER), (start + STEP).min(LARGEST_POWER));
        while high - low > 1e-9 {
            let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
            if self.log_likelihood(left) < self.log_likelihood(right) { low = left } else { high = right }
        }
        low / 2.0 + high / 2.0
    }

    /// Where the likelihood falls to the limit, going from the best power in steps; absent if that is beyond the powers that
    /// are searched.
    pub(super) fn crossing(&self, from: f64, step: f64, limit: f64) -> Option<f64> {
        let mut inside = from;
        let mut outside = from + step;
        while self.log_likelihood(outside) > limit {
            (inside, outside) = (outside, outside + step);
            if inside.abs() > LARGEST_POWER {
                return None;
            }
        }
        while (outside - inside).abs() > 1e-12 {
            let middle = inside / 2.0 + outside / 2.0;
            if self.log_likelihood(middle) > limit { inside = middle } else { outside = middle }
        }
        Some(inside).filter(|end| end.abs() <= LARGEST_POWER)
    }
}

/// Sum of squares of the transformed values about their mean.
fn squares(logs: &[f64], lambda: f64) -> f64 {
    let transform = |&log: &f64| if lambda == 0.0 { log } else { libm::expm1(lambda * log) / lambda };
    let values: Vec<_> = logs.iter().map(transform).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean) * (value - mean)).sum()
}

/// Whether logarithms differ by no more than the rounding of their values.
fn is_constant(logs: &[f64]) -> bool {
    let (low, high) =
        logs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &log| (log.min(low), log.max(high)));
    sample::is_rounding(high - low, sample::largest(logs).max(1.0))
}
