//! What is counted for operators; exported where a collector is configured.
//!
//! Names and units follow OpenTelemetry: `docs/operations.md` lists them. What may stay at zero for ever is told as zero
//! from the start, so that its absence means that nobody tells.

mod events;
mod leader;
mod observed;

use domain::score::Score;
use opentelemetry::metrics::{Counter, Meter};
use opentelemetry::{KeyValue, global};

pub use events::EventMetrics;
pub use leader::LeaderMetrics;
pub use observed::{Looked, observe_health, observe_looks, observe_play, observe_relay};

/// Attempts end in one of these ways.
const OUTCOMES: [&str; 5] = ["done", "lost", "failed", "stuck", "interrupted"];

fn meter() -> Meter {
    global::meter("orchestrator")
}

/// The counters of a worker.
#[derive(Clone)]
pub struct Metrics {
    episodes: Counter<u64>,
    tics: Counter<u64>,
    attempts: Counter<u64>,
    late: Counter<u64>,
}

impl Metrics {
    /// Counters of the process's meter.
    #[must_use]
    pub fn new() -> Self {
        let metrics = Self {
            episodes: counter("claudoom.episodes", "{episode}", "episodes scored and committed"),
            tics: counter("claudoom.tics", "{tic}", "engine tics in scored episodes"),
            attempts: counter("claudoom.attempts", "{attempt}", "attempts at jobs by their outcome"),
            late: counter("claudoom.scores.late", "{score}", "scores of lapsed attempts, recognised and dropped"),
        };
        metrics.scored(&[]);
        metrics.late.add(0, &[]);
        for outcome in OUTCOMES {
            metrics.attempts.add(0, &[KeyValue::new("outcome", outcome)]);
        }
        metrics
    }

    /// Counts committed scores.
    pub fn scored(&self, scores: &[Score]) {
        self.episodes.add(scores.len() as u64, &[]);
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

/// The counters of engines.
#[derive(Clone, Debug)]
pub struct EngineMetrics {
    starts: Counter<u64>,
    failures: Counter<u64>,
}

impl EngineMetrics {
    /// Counters of the process's meter.
    #[must_use]
    pub fn new() -> Self {
        let metrics = Self {
            starts: counter("claudoom.engine.starts", "{engine}", "engines started: at first, after failures, renewed"),
            failures: counter("claudoom.engine.failures", "{failure}", "engines that died, hung or broke the protocol"),
        };
        metrics.started(0);
        metrics.failures.add(0, &[]);
        metrics
    }

    /// Counts started engines.
    pub fn started(&self, engines: u64) {
        self.starts.add(engines, &[]);
    }

    /// Counts an engine that failed.
    pub fn failed(&self) {
        self.failures.add(1, &[]);
    }
}

impl Default for EngineMetrics {
    fn default() -> Self {
        Self::new()
    }
}

fn counter(name: &'static str, unit: &'static str, about: &'static str) -> Counter<u64> {
    meter().u64_counter(name).with_unit(unit).with_description(about).build()
}
