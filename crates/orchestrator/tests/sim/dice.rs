//! The one source of chance of a run.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::seed::Draws;

/// Seeded draws, shared by everything in a run. The order of draws is part of the run: the same seed gives the same.
pub(crate) struct Dice(Mutex<Draws>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(Draws::new(seed)))
    }

    pub(crate) fn bits(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bits()
    }

    /// An integer in `from..=to`.
    pub(crate) fn between(&self, from: u64, to: u64) -> u64 {
        from + self.0.lock().unwrap_or_else(PoisonError::into_inner).below(to - from + 1)
    }

    /// True with this probability.
    pub(crate) fn chance(&self, probability: f64) -> bool {
        probability > 0.0 && self.0.lock().unwrap_or_else(PoisonError::into_inner).unit() < probability
    }

    pub(crate) fn pick<'a, T>(&self, items: &'a [T]) -> &'a T {
        &items[self.between(0, items.len() as u64 - 1) as usize]
    }

    pub(crate) fn millis(&self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.between(from, to))
    }
}
