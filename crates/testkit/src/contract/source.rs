//! The contract of [`EventSource`]: the same cases for every stream. See [`event_source_contract!`].
//!
//! [`event_source_contract!`]: crate::event_source_contract

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::collections::BTreeSet;
use std::time::Duration;

use domain::event::EventRecord;
use domain::ports::{Backlog, EventConsumer, EventDelivery, EventHistory, EventPublisher, EventSource};
use tokio::time::{Instant, sleep, timeout};

use super::publisher::records;

/// How long a harness's consumer waits for an answer.
pub const ACK_WAIT: Duration = Duration::from_secs(2);

/// How many messages a harness's consumer hands out without an answer.
pub const MAX_UNANSWERED: usize = 16;

/// An empty stream with a durable consumer that nobody has opened. It cleans up after itself when dropped.
pub trait SourceHarness: Send + Sync {
    /// Puts events into the stream.
    fn publisher(&self) -> &dyn EventPublisher;

    /// The consumer under test, with [`ACK_WAIT`] and [`MAX_UNANSWERED`].
    fn source(&self) -> &dyn EventSource;

    /// The stream as a store of messages.
    fn history(&self) -> &dyn EventHistory;
}

/// Makes a test of every case of the contract; `$harness` is an async function that returns a fresh harness.
#[macro_export]
macro_rules! event_source_contract {
    ($harness:path) => {
        $crate::event_source_contract!(@cases $harness:
            every_event_is_delivered_and_an_answered_one_only_once,
            what_was_published_before_the_consumer_comes_too,
            what_is_not_answered_comes_again,
            a_refused_event_comes_again_after_its_delay,
            a_terminated_event_never_comes_again,
            consumers_share_the_events,
            unanswered_events_are_bounded,
            waiting_for_an_event_can_be_given_up,
            a_backlog_is_told,
        );
    };
    (@cases $harness:path: $($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let harness = $harness().await;
                $crate::contract::source::$case(&harness).await;
            }
        )*
    };
}

/// Publishes events, all of which the stream must take.
pub async fn publish(harness: &dyn SourceHarness, records: &[EventRecord]) {
    for result in harness.publisher().publish(records).await {
        result.unwrap();
    }
}

type Consumer = Box<dyn EventConsumer>;
type InHand = Vec<Box<dyn EventDelivery>>;

/// Takes exactly `count` events.
async fn take(consumer: &mut Consumer, count: usize) -> InHand {
    let mut taken = Vec::new();
    let taking = async {
        while taken.len() < count {
            taken.extend(consumer.next(count - taken.len()).await.unwrap());
        }
    };
    timeout(Duration::from_secs(20), taking).await.expect("the events must come");
    taken
}

/// Nothing comes for a while.
async fn nothing_comes(consumer: &mut Consumer, during: Duration) {
    let came = timeout(during, consumer.next(10)).await;
    let subjects = came.map(|came| came.unwrap().iter().map(|d| d.message().subject.clone()).collect::<Vec<_>>());
    assert!(subjects.is_err(), "{subjects:?}");
}

fn subjects(deliveries: &[Box<dyn EventDelivery>]) -> Vec<String> {
    deliveries.iter().map(|delivery| delivery.message().subject.clone()).collect()
}

fn published(records: &[EventRecord]) -> Vec<String> {
    records.iter().map(|record| record.subject.clone()).collect()
}

async fn ack_all(deliveries: InHand) {
    for delivery in deliveries {
        delivery.ack().await.unwrap();
    }
}

pub async fn every_event_is_delivered_and_an_answered_one_only_once(harness: &dyn SourceHarness) {
    let mut consumer = harness.source().consume().await.unwrap();
    let records = records(40);
    publish(harness, &records).await;

    let mut seen = Vec::new();
    while seen.len() < records.len() {
        let part = take(&mut consumer, 8).await;
        assert!(part.iter().all(|delivery| delivery.deliveries() == 1));
        seen.extend(subjects(&part));
        ack_all(part).await;
    }

    assert_eq!(seen, published(&records));
    nothing_comes(&mut consumer, ACK_WAIT + Duration::from_secs(1)).await;
    drop(consumer);
    let mut again = harness.source().consume().await.unwrap();
    nothing_comes(&mut again, Duration::from_millis(500)).await;
}

pub async fn what_was_published_before_the_consumer_comes_too(harness: &dyn SourceHarness) {
    let records = records(3);
    publish(harness, &records).await;

    let mut consumer = harness.source().consume().await.unwrap();

    assert_eq!(subjects(&take(&mut consumer, 3).await), published(&records));
}

pub async fn what_is_not_answered_comes_again(harness: &dyn SourceHarness) {
    let records = records(2);
    publish(harness, &records).await;
    let mut dying = harness.source().consume().await.unwrap();
    drop(take(&mut dying, 2).await);
    drop(dying);

    let mut consumer = harness.source().consume().await.unwrap();
    let again = take(&mut consumer, 2).await;

    assert_eq!(subjects(&again).into_iter().collect::<BTreeSet<_>>(), published(&records).into_iter().collect());
    assert!(again.iter().all(|delivery| delivery.deliveries() >= 2));
    ack_all(again).await;
    nothing_comes(&mut consumer, ACK_WAIT + Duration::from_secs(1)).await;
}

pub async fn a_refused_event_comes_again_after_its_delay(harness: &dyn SourceHarness) {
    let delay = Duration::from_millis(600);
    publish(harness, &records(1)).await;
    let mut consumer = harness.source().consume().await.unwrap();

    for deliveries in 1..=3 {
        let delivery = take(&mut consumer, 1).await.pop().unwrap();
        assert_eq!(delivery.deliveries(), deliveries);
        let refused = Instant::now();
        delivery.nak(delay).await.unwrap();
        nothing_comes(&mut consumer, delay / 3).await;
        assert!(refused.elapsed() < ACK_WAIT, "or it would come again without a refusal");
    }

    take(&mut consumer, 1).await.pop().unwrap().ack().await.unwrap();
    nothing_comes(&mut consumer, delay * 2).await;
}

pub async fn a_terminated_event_never_comes_again(harness: &dyn SourceHarness) {
    publish(harness, &records(1)).await;
    let mut consumer = harness.source().consume().await.unwrap();

    take(&mut consumer, 1).await.pop().unwrap().term().await.unwrap();

    nothing_comes(&mut consumer, ACK_WAIT + Duration::from_secs(1)).await;
    assert!(harness.source().backlog().await.unwrap().unwrap().is_empty());
}

pub async fn consumers_share_the_events(harness: &dyn SourceHarness) {
    let mut one = harness.source().consume().await.unwrap();
    let mut other = harness.source().consume().await.unwrap();
    let records = records(60);
    publish(harness, &records).await;

    let mut seen = Vec::new();
    let sharing = async {
        while seen.len() < records.len() {
            let part = tokio::select! {
                part = one.next(4) => part.unwrap(),
                part = other.next(4) => part.unwrap(),
            };
            seen.extend(subjects(&part));
            ack_all(part).await;
        }
    };
    timeout(Duration::from_secs(20), sharing).await.unwrap();

    seen.sort_unstable();
    let mut expected = published(&records);
    expected.sort_unstable();
    assert_eq!(seen, expected, "each once");
}

pub async fn unanswered_events_are_bounded(harness: &dyn SourceHarness) {
    let records = records(40);
    publish(harness, &records).await;
    let mut consumer = harness.source().consume().await.unwrap();

    let held = take(&mut consumer, MAX_UNANSWERED).await;
    nothing_comes(&mut consumer, Duration::from_millis(500)).await;
    ack_all(held).await;

    assert_eq!(take(&mut consumer, 8).await.len(), 8);
}

pub async fn waiting_for_an_event_can_be_given_up(harness: &dyn SourceHarness) {
    let mut consumer = harness.source().consume().await.unwrap();
    for _ in 0..5 {
        nothing_comes(&mut consumer, Duration::from_millis(50)).await;
    }
    let records = records(6);

    publish(harness, &records).await;

    let seen = take(&mut consumer, 6).await;
    assert_eq!(subjects(&seen), published(&records));
    assert!(seen.iter().all(|delivery| delivery.deliveries() == 1), "nothing was lost on the way");
}

pub async fn a_backlog_is_told(harness: &dyn SourceHarness) {
    assert_eq!(harness.source().backlog().await.unwrap(), None);
    let mut consumer = harness.source().consume().await.unwrap();
    assert_eq!(harness.source().backlog().await.unwrap(), Some(Backlog::default()));
    publish(harness, &records(3)).await;

    let mut held = take(&mut consumer, 3).await;
    let backlog = harness.source().backlog().await.unwrap().unwrap();
    assert_eq!((backlog.waiting, backlog.unanswered), (0, 3));
    held.remove(0).ack().await.unwrap();
    sleep(Duration::from_millis(100)).await;

    let first = harness.history().window().await.unwrap().unwrap().first;
    let backlog = harness.source().backlog().await.unwrap().unwrap();
    assert_eq!((backlog.unanswered, backlog.answered_through), (2, first));
}
