//! Events on their way into the summaries.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;

use super::counter;

/// What becomes of an event that was taken from the stream.
const OUTCOMES: [&str; 4] = ["projected", "known", "refused", "parked"];

/// What is told of events on their way into the summaries.
#[derive(Clone)]
pub struct EventMetrics {
    events: Counter<u64>,
}

impl EventMetrics {
    /// Instruments of the process's meter.
    #[must_use]
    pub fn new() -> Self {
        let about = "events taken from the stream by what became of them";
        let events = counter("claudoom.events.processed", "{event}", about);
        for outcome in OUTCOMES {
            events.add(0, &[KeyValue::new("outcome", outcome)]);
        }
        Self { events }
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
