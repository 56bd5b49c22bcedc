//! What is read at the moment of an export, so that it costs nothing in between.

use std::sync::{Arc, Mutex, PoisonError};

use domain::ports::QueueDepth;
use messaging::relay::RelayCounters;
use opentelemetry::KeyValue;
use runtime::health::Readiness;

use super::meter;
use crate::shard::Meter;

/// Exports what is played in this process.
pub fn observe_play(play: Arc<Meter>) {
    let busy = play.clone();
    meter()
        .u64_observable_counter("claudoom.ticks")
        .with_unit("{tick}")
        .with_description("decisions played, scored or not")
        .with_callback(move |seen| seen.observe(play.ticks(), &[]))
        .build();
    meter()
        .u64_observable_gauge("claudoom.jobs.active")
        .with_unit("{job}")
        .with_description("jobs that are being played")
        .with_callback(move |seen| seen.observe(busy.jobs(), &[]))
        .build();
}

/// Exports what a relay does. The lag is that of the whole outbox, whoever tells it.
pub fn observe_relay(relay: Arc<RelayCounters>) {
    let (failed, lag) = (relay.clone(), relay.clone());
    meter()
        .u64_observable_counter("claudoom.events.published")
        .with_unit("{event}")
        .with_description("events that the stream has accepted")
        .with_callback(move |seen| seen.observe(relay.published(), &[]))
        .build();
    meter()
        .u64_observable_counter("claudoom.events.failed")
        .with_unit("{event}")
        .with_description("attempts to publish an event that failed")
        .with_callback(move |seen| seen.observe(failed.failed(), &[]))
        .build();
    meter()
        .u64_observable_gauge("claudoom.outbox.lag")
        .with_unit("{event}")
        .with_description("events that wait to be published")
        .with_callback(move |seen| seen.observe(lag.lag(), &[]))
        .build();
}

/// Exports the conditions of a daemon's health: 1 while one holds, 0 while it does not.
pub fn observe_health(readiness: Readiness) {
    meter()
        .u64_observable_gauge("claudoom.health")
        .with_description("1 while the condition holds, 0 while it does not")
        .with_callback(move |seen| {
            for status in readiness.snapshot() {
                seen.observe(u64::from(status.verdict.is_ok()), &[KeyValue::new("condition", status.name)]);
            }
        })
        .build();
}

/// What was seen at the last look; absent while it cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looked {
    /// Experiments that are running.
    pub experiments: Option<u64>,
    /// Episodes that running experiments still lack.
    pub episodes: Option<u64>,
    /// Messages in the job queue and beside it.
    pub queue: Option<QueueDepth>,
}

impl Looked {
    /// Whether everything could be seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.experiments.is_some() && self.queue.is_some()
    }
}

/// Exports what `looked` holds. Nothing is told of what could not be seen.
pub fn observe_looks(looked: Arc<Mutex<Looked>>) {
    let read = move || *looked.lock().unwrap_or_else(PoisonError::into_inner);
    let (experiments, episodes) = (read.clone(), read.clone());
    meter()
        .u64_observable_gauge("claudoom.experiments.running")
        .with_unit("{experiment}")
        .with_description("experiments that are running")
        .with_callback(move |seen| experiments().experiments.into_iter().for_each(|count| seen.observe(count, &[])))
        .build();
    meter()
        .u64_observable_gauge("claudoom.episodes.remaining")
        .with_unit("{episode}")
        .with_description("episodes that running experiments still lack")
        .with_callback(move |seen| episodes().episodes.into_iter().for_each(|count| seen.observe(count, &[])))
        .build();
    meter()
        .u64_observable_gauge("claudoom.queue.depth")
        .with_unit("{message}")
        .with_description("messages that wait in the job queue, and dead ones beside it")
        .with_callback(move |seen| {
            if let Some(depth) = read().queue {
                seen.observe(depth.waiting, &[KeyValue::new("queue", "jobs")]);
                seen.observe(depth.dead, &[KeyValue::new("queue", "dead")]);
            }
        })
        .build();
}
