//! How far one attempt is.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the ticks of an attempt, and the steps that lead to its first one.
#[derive(Debug, Default)]
pub struct Progress(AtomicU64);

impl Progress {
    /// Notes that the attempt gets on. Only the slot that plays it may call this: it is a load and a store, no more.
    pub fn advance(&self) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// What was counted so far.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
