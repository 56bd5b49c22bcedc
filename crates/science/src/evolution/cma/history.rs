//! The fitness of past generations, by which a run sees that it gets nowhere.

use serde::{Deserialize, Serialize};

/// Most generations that are looked back.
const MOST: usize = 20_000;

/// The best and the median fitness of a run's generations, the last ones of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct History {
    best: Vec<f64>,
    median: Vec<f64>,
}

impl History {
    /// Adds a generation, from best to worst; what is not finite counts as the largest or smallest number.
    pub(super) fn add(&mut self, ranked: &[f64]) {
        let of = |place: usize| match ranked.get(place) {
            Some(value) if !value.is_nan() => value.clamp(-f64::MAX, f64::MAX),
            _ => -f64::MAX,
        };
        for (values, next) in [(&mut self.best, of(0)), (&mut self.median, of(ranked.len() / 2))] {
            values.push(next);
            if values.len() > MOST {
                values.remove(0);
            }
        }
    }

    /// Whether the best of the last `generations` and the present members lie within `tolerance`.
    pub(super) fn is_flat(&self, generations: usize, ranked: &[f64], tolerance: f64) -> bool {
        if self.best.len() < generations || !ranked.iter().all(|value| value.is_finite()) {
            return false;
        }
        let recent = &self.best[self.best.len() - generations..];
        let all = recent.iter().chain(ranked);
        let (low, high) = all.fold((f64::MAX, -f64::MAX), |(low, high), &v| (low.min(v), high.max(v)));
        high - low < tolerance
    }

    /// Whether over the last fifth of the run, but at least `least` generations, neither the best nor the median got
    /// better: their medians over the last 30 % are not above those over the first 30 %.
    pub(super) fn is_stagnant(&self, least: usize) -> bool {
        let length = least.max(self.best.len() / 5);
        let gained = |values: &[f64]| {
            let window = &values[values.len() - length..];
            let part = (length * 3).div_ceil(10);
            middle(&window[length - part..]) > middle(&window[..part])
        };
        self.best.len() >= length && !gained(&self.best) && !gained(&self.median)
    }
}

fn middle(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    crate::stats::median(&sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(best: impl IntoIterator<Item = f64>) -> History {
        let mut history = History::default();
        best.into_iter().for_each(|best| history.add(&[best, best - 1.0, best - 2.0]));
        history
    }

    #[test]
    fn equal_generations_are_flat() {
        assert!(history([1.0, 3.0, 3.0, 3.0]).is_flat(3, &[3.0, 3.0], 1e-12));
        assert!(!history([1.0, 3.0, 3.0, 3.0]).is_flat(4, &[3.0, 3.0], 1e-12));
        assert!(!history([3.0; 4]).is_flat(3, &[3.0, 2.0], 1e-12));
        assert!(!history([3.0; 4]).is_flat(5, &[3.0], 1e-12));
        assert!(!history([f64::NEG_INFINITY; 4]).is_flat(3, &[f64::NEG_INFINITY], 1e-12));
    }

    #[test]
    fn what_does_not_rise_is_stagnant() {
        let rising = history((0..200).map(f64::from));
        assert!(!rising.is_stagnant(100));
        let wavy = history((0..200).map(|generation| f64::from(generation % 7)));
        assert!(wavy.is_stagnant(100));
        assert!(!wavy.is_stagnant(201));
    }
}
