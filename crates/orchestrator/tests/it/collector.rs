//! A collector of traces and metrics in the test's own process.

pub(crate) use testkit::otlp::{Collector, Exported, Kind, Measured};
