//! What is counted for operators, over all sessions of the process; exported where a collector is configured.

use std::sync::LazyLock;

use domain::action::Level;
use opentelemetry::metrics::{Counter, UpDownCounter};
use opentelemetry::{KeyValue, global};
use proto::convert::action::level_name;

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

struct Metrics {
    decisions: Counter<u64>,
    late: Counter<u64>,
    sessions: UpDownCounter<i64>,
}

impl Metrics {
    fn new() -> Self {
        let meter = global::meter("agent");
        let counter = |name, about| meter.u64_counter(name).with_unit("{decision}").with_description(about).build();
        let sessions = meter.i64_up_down_counter("claudoom.agent.sessions").with_unit("{session}");
        Self {
            decisions: counter("claudoom.agent.decisions", "decisions by the level that made them"),
            late: counter("claudoom.agent.decisions.late", "decisions that took longer than their budget"),
            sessions: sessions.with_description("sessions that are open").build(),
        }
    }
}

/// Counts decisions of a level.
pub(crate) fn decided(level: Level, decisions: u64) {
    METRICS.decisions.add(decisions, &[KeyValue::new("level", level_name(level))]);
}

/// Counts decisions that came late.
pub(crate) fn late(decisions: u64) {
    METRICS.late.add(decisions, &[]);
}

/// Counts a session for as long as it is kept.
#[derive(Debug)]
pub(crate) struct Open(());

impl Open {
    /// A session begins.
    pub(crate) fn new() -> Self {
        METRICS.sessions.add(1, &[]);
        late(0);
        Self(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        METRICS.sessions.add(-1, &[]);
    }
}
