//! What is counted for operators; exported where a collector is configured.

use domain::score::Score;
use opentelemetry::metrics::Counter;
use opentelemetry::{KeyValue, global};

/// The counters of a worker.
#[derive(Clone)]
pub struct Metrics {
    episodes: Counter<u64>,
    ticks: Counter<u64>,
    tics: Counter<u64>,
    attempts: Counter<u64>,
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
        }
    }

    /// Counts committed scores.
    pub fn scored(&self, scores: &[Score]) {
        self.episodes.add(scores.len() as u64, &[]);
        self.ticks.add(scores.iter().map(|score| u64::from(score.measures.ticks)).sum(), &[]);
        self.tics.add(scores.iter().map(|score| u64::from(score.measures.tics)).sum(), &[]);
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
