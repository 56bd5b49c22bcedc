//! What is told of leadership.

use domain::ids::Epoch;
use opentelemetry::metrics::{Counter, Gauge};

use super::{counter, meter};

/// The instruments of a process that may lead.
#[derive(Clone)]
pub struct LeaderMetrics {
    epoch: Gauge<i64>,
    fenced: Counter<u64>,
}

impl LeaderMetrics {
    /// Instruments of the process's meter; this process does not lead yet.
    #[must_use]
    pub fn new() -> Self {
        let meter = meter();
        let epoch = meter.i64_gauge("claudoom.leader.epoch").with_unit("{term}");
        let metrics = Self {
            epoch: epoch.with_description("epoch of the term in which this process leads; 0 while it does not").build(),
            fenced: counter("claudoom.plans.fenced", "{plan}", "planning writes refused because their term was over"),
        };
        metrics.leads(None);
        metrics.fenced.add(0, &[]);
        metrics
    }

    /// Tells in which term this process leads, if it does.
    pub fn leads(&self, epoch: Option<Epoch>) {
        self.epoch.record(epoch.map_or(0, |epoch| epoch.0), &[]);
    }

    /// Counts a planning write that was refused.
    pub fn fenced(&self) {
        self.fenced.add(1, &[]);
    }
}

impl Default for LeaderMetrics {
    fn default() -> Self {
        Self::new()
    }
}
