//! Counts what is played, for displays.

use std::sync::atomic::{AtomicU64, Ordering};

/// How much was played since the start of the process.
#[derive(Debug, Default)]
pub struct Meter {
    ticks: AtomicU64,
}

impl Meter {
    /// Counts one decision.
    pub fn tick(&self) {
        self.ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// Decisions so far.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }
}
