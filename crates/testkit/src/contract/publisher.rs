//! The contract of [`EventPublisher`]: the same cases for every implementation. See [`event_publisher_contract!`].
//!
//! [`event_publisher_contract!`]: crate::event_publisher_contract

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]

use async_trait::async_trait;
use domain::event::{Event, EventRecord, Fact};
use domain::ids::{AgentId, ExperimentId};
use domain::ports::EventPublisher;
use uuid::Uuid;

use crate::trace::TRACEPARENT;

/// An empty stream, and a look at what it keeps. It cleans up after itself when dropped.
#[async_trait]
pub trait PublisherHarness: Send + Sync {
    /// The publisher under test.
    fn publisher(&self) -> &dyn EventPublisher;

    /// What the stream has kept so far, in its order.
    async fn kept(&self) -> Vec<Kept>;
}

/// An event as the stream keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Message id.
    pub id: String,
    /// Subject below the prefix.
    pub subject: String,
    /// Body.
    pub body: String,
    /// Milliseconds since 1970 when it was recorded.
    pub recorded_at_ms: i64,
    /// Trace context of what recorded it.
    pub traceparent: Option<String>,
}

impl From<&EventRecord> for Kept {
    fn from(record: &EventRecord) -> Self {
        Self {
            id: record.message_id(),
            subject: record.subject.clone(),
            body: record.body.clone(),
            recorded_at_ms: record.recorded_at_ms,
            traceparent: record.traceparent.clone(),
        }
    }
}

/// Makes a test of every case of the contract; `$harness` is an async function that returns a fresh harness.
#[macro_export]
macro_rules! event_publisher_contract {
    ($harness:path) => {
        $crate::event_publisher_contract!(@cases $harness:
            published_events_are_kept_in_order,
            publishing_is_idempotent_by_id,
            an_event_that_is_published_anew_is_kept_again,
            concurrent_batches_stay_whole,
            nothing_is_published_for_nothing,
            ping_answers,
        );
    };
    (@cases $harness:path: $($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let harness = $harness().await;
                $crate::contract::publisher::$case(&harness).await;
            }
        )*
    };
}

/// When the first of [`records`] was recorded: 2023-11-14T22:13:20.12Z. The others follow by a millisecond each.
pub const RECORDED_AT_MS: i64 = 1_700_000_000_120;

/// `count` events of one experiment, all different; every other one was traced.
#[must_use]
pub fn records(count: u32) -> Vec<EventRecord> {
    let experiment = ExperimentId(Uuid::new_v4());
    (0..count).map(|index| record(experiment, index)).collect()
}

fn record(experiment: ExperimentId, generation: u32) -> EventRecord {
    let agent = AgentId::slug(&format!("g{generation} a0"));
    let fact = Fact::AgentError { generation, agent, message: String::new() };
    let event = Event::once(experiment, fact);
    EventRecord {
        id: event.id(),
        experiment,
        sequence: Some(i64::from(generation) + 1),
        subject: event.subject(),
        kind: "claudoom.events.v1.AgentError".to_owned(),
        body: format!("{{\"generation\":{generation}}}"),
        recorded_at_ms: RECORDED_AT_MS + i64::from(generation),
        traceparent: generation.is_multiple_of(2).then(|| TRACEPARENT.to_owned()),
        republished: 0,
    }
}

fn as_kept(records: &[EventRecord]) -> Vec<Kept> {
    records.iter().map(Kept::from).collect()
}

async fn publish_all(harness: &dyn PublisherHarness, records: &[EventRecord]) {
    let results = harness.publisher().publish(records).await;
    assert_eq!(results.len(), records.len());
    for result in results {
        result.unwrap();
    }
}

/// Everything published is kept, in the order of publishing, also when it is more than may be in flight.
pub async fn published_events_are_kept_in_order(harness: &dyn PublisherHarness) {
    let records = records(200);

    publish_all(harness, &records[..150]).await;
    publish_all(harness, &records[150..]).await;

    assert_eq!(harness.kept().await, as_kept(&records));
}

/// An event that is published again counts as published, and is kept once.
pub async fn publishing_is_idempotent_by_id(harness: &dyn PublisherHarness) {
    let records = records(10);
    publish_all(harness, &records[..6]).await;

    publish_all(harness, &records[3..]).await;
    publish_all(harness, &records).await;
    let twice = [records[0].clone(), records[0].clone()];
    publish_all(harness, &twice).await;

    assert_eq!(harness.kept().await, as_kept(&records));
}

/// A stream may remember the id of a message that it has lost, so an event that is published anew has an id of its own.
pub async fn an_event_that_is_published_anew_is_kept_again(harness: &dyn PublisherHarness) {
    let first = records(1);
    let again = vec![EventRecord { republished: 1, ..first[0].clone() }];
    publish_all(harness, &first).await;

    publish_all(harness, &again).await;
    publish_all(harness, &again).await;

    assert_eq!(harness.kept().await, as_kept(&[first, again].concat()));
}

/// Batches published at the same time keep their own order.
pub async fn concurrent_batches_stay_whole(harness: &dyn PublisherHarness) {
    let (one, other) = (records(80), records(80));

    tokio::join!(publish_all(harness, &one), publish_all(harness, &other));

    let kept = harness.kept().await;
    assert_eq!(kept.len(), 160);
    for batch in [one, other] {
        let expected = as_kept(&batch);
        let seen: Vec<_> = kept.iter().filter(|kept| expected.contains(kept)).cloned().collect();
        assert_eq!(seen, expected);
    }
}

/// An empty batch has no results and no effect.
pub async fn nothing_is_published_for_nothing(harness: &dyn PublisherHarness) {
    publish_all(harness, &[]).await;

    assert_eq!(harness.kept().await, []);
}

/// A stream that can be used says so.
pub async fn ping_answers(harness: &dyn PublisherHarness) {
    harness.publisher().ping().await.unwrap();
}
