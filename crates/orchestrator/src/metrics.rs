//! What is counted for operators; exported where a collector is configured.

use domain::ids::Epoch;
use domain::score::Score;
use opentelemetry::metrics::{Counter, Gauge};
use opentelemetry::{KeyValue, global};

/// The counters of a worker.
#[derive(Clone)]
pub struct Metrics {
    episodes: Counter<u64>,
    ticks: Counter<u64>,
    tics: Counter<u64>,
    attempts: Counter<u64>,
    late: Counter<u64>,
}

impl Metrics {
    /// Counters of the process's meter.
    #[must_use]
    pub fn new() -> Self {
        let meter = global::meter("orchestrator");
        let counter = |name, about| meter.u64_counter(name).with_description(about).build();
        Self {
            episodes: counter("claudoom_episodes_total", "episodes scored and committed"),
            ticks: counter("claudoom_ticks_total", "decisions in scored episodes"),
            tics: counter("claudoom_tics_total", "engine tics in scored episodes"),
            attempts: counter("claudoom_attempts_total", "attempts at jobs by their outcome"),
            late: counter("claudoom_late_results_total", "scores dropped because their attempt was over"),
        }
    }

    /// Counts committed scores.
    pub fn scored(&self, scores: &[Score]) {
        self.episodes.add(scores.len() as u64, &[]);
        self.ticks.add(scores.iter().map(|score| u64::from(score.measures.ticks)).sum(), &[]);
        self.tics.add(scores.iter().map(|score| u64::from(score.measures.tics)).sum(), &[]);
    }

    /// Counts scores that came after the end of their attempt and were dropped.
    pub fn late(&self, scores: usize) {
        self.late.add(scores as u64, &[]);
    }

    /// Counts an attempt that ended as `outcome`.
    pub fn attempted(&self, outcome: &'static str) {
        self.attempts.add(1, &[KeyValue::new("outcome", outcome)]);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// What is told of leadership.
#[derive(Clone)]
pub struct LeaderMetrics {
    epoch: Gauge<i64>,
    fenced: Counter<u64>,
}

impl LeaderMetrics {
    /// Instruments of the process's meter; this process does not lead yet.
    #[must_use]
    pub fn new() -> Self {
        let meter = global::meter("orchestrator");
        let epoch = meter.i64_gauge("claudoom_leader_epoch");
        let fenced = meter.u64_counter("claudoom_fenced_plans_total");
        let metrics = Self {
            epoch: epoch.with_description("epoch of the term in which this process leads; 0 while it does not").build(),
            fenced: fenced.with_description("planning writes refused because their term was over").build(),
        };
        metrics.leads(None);
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

/// What is told of events on their way into the summaries.
#[derive(Clone)]
pub struct EventMetrics {
    events: Counter<u64>,
}

impl EventMetrics {
    /// Instruments of the process's meter.
    #[must_use]
    pub fn new() -> Self {
        let meter = global::meter("orchestrator");
        let events = meter.u64_counter("claudoom_events_processed_total");
        Self { events: events.with_description("events taken from the stream by what became of them").build() }
    }

    /// Counts an event that was `projected`, `known`, `refused` or `parked`.
    pub fn processed(&self, outcome: &'static str) {
        self.events.add(1, &[KeyValue::new("outcome", outcome)]);
    }
}

impl Default for EventMetrics {
    fn default() -> Self {
        Self::new()
    }
}
