//! Counts what is played, for displays and for health: what counts on moves.

use std::sync::atomic::{AtomicU64, Ordering};

/// How much was played since the start of the process.
#[derive(Debug, Default)]
pub struct Meter {
    ticks: AtomicU64,
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Meter {
    /// Counts one decision.
    pub fn tick(&self) {
        self.ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a job that is begun.
    pub fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a job that has ended, however it ended.
    pub fn end(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// Jobs that are being played.
    #[must_use]
    pub fn jobs(&self) -> u64 {
        // Read in this order, a job that ends in between is counted as played, and never less than none.
        let ended = self.ended.load(Ordering::Relaxed);
        self.begun.load(Ordering::Relaxed).saturating_sub(ended)
    }

    /// Jobs that have ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.ended.load(Ordering::Relaxed)
    }

    /// Decisions so far.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }
}
