//! What a relay has done, readable while it works.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of a relay, from its start.
#[derive(Debug, Default)]
pub struct RelayCounters {
    published: AtomicU64,
    failed: AtomicU64,
    lag: AtomicU64,
}

impl RelayCounters {
    /// Events the stream has accepted.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// Attempts to publish an event that failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Events that waited in the outbox when the relay last looked.
    #[must_use]
    pub fn lag(&self) -> u64 {
        self.lag.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, published: usize, failed: usize) {
        self.published.fetch_add(published as u64, Ordering::Relaxed);
        self.failed.fetch_add(failed as u64, Ordering::Relaxed);
    }

    pub(super) fn set_lag(&self, lag: u64) {
        self.lag.store(lag, Ordering::Relaxed);
    }
}
