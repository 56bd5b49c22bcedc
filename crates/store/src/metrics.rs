//! What is measured for operators; exported where a collector is configured.

use std::sync::LazyLock;
use std::time::Duration;

use opentelemetry::metrics::Histogram;
use opentelemetry::{KeyValue, global};

/// Seconds, from a read of a cached row to a database that is about to be given up.
const BOUNDARIES: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static DURATION: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    let meter = global::meter("store");
    let duration = meter.f64_histogram("claudoom.store.duration").with_unit("s").with_boundaries(BOUNDARIES.to_vec());
    duration.with_description("time of an operation of the ledger, its repetitions included").build()
});

/// Records that `operation` took this time and went well or not.
pub(crate) fn took(operation: &'static str, time: Duration, well: bool) {
    let outcome = if well { "done" } else { "failed" };
    DURATION.record(time.as_secs_f64(), &[KeyValue::new("operation", operation), KeyValue::new("outcome", outcome)]);
}
