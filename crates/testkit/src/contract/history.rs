//! The contract of [`EventHistory`]: the same cases for every stream. See [`event_history_contract!`].
//!
//! [`event_history_contract!`]: crate::event_history_contract

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::collections::BTreeMap;

use domain::event::EventRecord;
use domain::ids::ExperimentId;
use domain::ports::{EventHistory, StreamMessage};
use uuid::Uuid;

use super::publisher::{RECORDED_AT_MS, records};
use super::source::{SourceHarness, publish};

/// Makes a test of every case of the contract; `$harness` is an async function that returns a fresh harness.
#[macro_export]
macro_rules! event_history_contract {
    ($harness:path) => {
        $crate::event_history_contract!(@cases $harness:
            a_window_tells_what_is_kept,
            an_experiment_is_read_whole_and_alone,
            reading_takes_nothing_away,
            messages_say_all_that_was_published,
        );
    };
    (@cases $harness:path: $($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let harness = $harness().await;
                $crate::contract::history::$case(&harness).await;
            }
        )*
    };
}

/// Every message that the stream has of an experiment.
async fn read(history: &dyn EventHistory, experiment: ExperimentId) -> Vec<StreamMessage> {
    let mut walk = history.walk(experiment).await.unwrap();
    let mut messages = Vec::new();
    loop {
        let part = walk.next().await.unwrap();
        if part.is_empty() {
            return messages;
        }
        messages.extend(part);
    }
}

pub async fn a_window_tells_what_is_kept(harness: &dyn SourceHarness) {
    let history = harness.history();
    let records = records(5);
    publish(harness, &records).await;

    let window = history.window().await.unwrap().unwrap();
    publish(harness, &records[..1]).await;

    assert_eq!((window.messages, window.is_full), (5, false));
    assert_eq!(window.last, window.first + 4);
    let again = history.window().await.unwrap().unwrap();
    assert_eq!(again, window, "a repetition adds nothing");
}

pub async fn an_experiment_is_read_whole_and_alone(harness: &dyn SourceHarness) {
    let (one, other) = (records(700), records(3));
    publish(harness, &one[..350]).await;
    publish(harness, &other).await;
    publish(harness, &one[350..]).await;
    let history = harness.history();

    let messages = read(history, one[0].experiment).await;

    let subjects = |records: &[EventRecord]| records.iter().map(|r| r.subject.clone()).collect::<Vec<_>>();
    assert_eq!(messages.iter().map(|message| message.subject.clone()).collect::<Vec<_>>(), subjects(&one));
    assert!(messages.is_sorted_by_key(|message| message.position));
    assert_eq!(read(history, other[0].experiment).await.len(), 3);
    assert_eq!(read(history, ExperimentId(Uuid::new_v4())).await, []);
    let token = |records: &[EventRecord]| records[0].experiment.to_string();
    assert_eq!(history.holdings().await.unwrap(), BTreeMap::from([(token(&one), 700), (token(&other), 3)]));
}

pub async fn reading_takes_nothing_away(harness: &dyn SourceHarness) {
    let records = records(3);
    publish(harness, &records).await;
    let history = harness.history();

    let first = read(history, records[0].experiment).await;
    let again = read(history, records[0].experiment).await;

    assert_eq!((first.len(), &first), (3, &again));
}

pub async fn messages_say_all_that_was_published(harness: &dyn SourceHarness) {
    let records = records(2);
    publish(harness, &records).await;

    let messages = read(harness.history(), records[0].experiment).await;

    for (message, record) in messages.iter().zip(&records) {
        assert_eq!((&message.subject, message.body.as_slice()), (&record.subject, record.body.as_bytes()));
        let header = |name: &str| message.headers.get(name).map(String::as_str);
        assert_eq!(header("ce-id"), Some(record.id.to_string().as_str()));
        assert_eq!(header("Nats-Msg-Id"), Some(record.id.to_string().as_str()));
        assert_eq!(header("ce-sequence"), record.sequence.map(|number| number.to_string()).as_deref());
        assert_eq!(header("ce-type"), Some(record.kind.as_str()));
        assert_eq!(header("traceparent"), record.traceparent.as_deref());
        assert!(message.stored_at_ms > RECORDED_AT_MS);
    }
}
