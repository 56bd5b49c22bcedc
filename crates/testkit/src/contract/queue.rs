//! The contract of [`JobQueue`]: the same cases for every implementation. See [`job_queue_contract!`].
//!
//! [`job_queue_contract!`]: crate::job_queue_contract

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use domain::ids::{ExperimentId, JobId};
use domain::ports::{Delivery, JobConsumer, JobMessage, JobQueue};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::trace::{TRACEPARENT, within};

/// How often a job comes again before the queue under test puts it aside.
pub const DELIVERY_LIMIT: u32 = 3;

/// Longer than any queue needs, even on a busy machine.
const SOON: Duration = Duration::from_secs(15);

/// Long enough to believe that nothing comes.
const QUIET: Duration = Duration::from_millis(400);

/// An empty queue with [`DELIVERY_LIMIT`] and the traces of [`trace::source`](crate::trace::source), and a look at what
/// it put aside. It cleans up after itself when dropped.
#[async_trait]
pub trait QueueHarness: Send + Sync {
    /// The queue under test.
    fn queue(&self) -> &dyn JobQueue;

    /// What it has put aside.
    async fn dead_letters(&self) -> Vec<JobMessage>;
}

/// Makes a test of every case of the contract; `$harness` is an async function that returns a fresh harness.
#[macro_export]
macro_rules! job_queue_contract {
    ($harness:path) => {
        $crate::job_queue_contract!(@cases $harness:
            every_job_arrives_once_when_acked,
            consumers_share_the_jobs,
            requeued_jobs_come_again_and_say_so,
            a_job_tells_the_trace_of_who_published_it,
            a_dropped_delivery_is_given_back,
            a_dropped_consumer_gives_back_what_it_had,
            a_delivery_outlives_its_consumer,
            no_more_than_the_prefetch_is_unanswered,
            a_waiting_consumer_can_be_cancelled,
            rejected_jobs_are_put_aside,
            jobs_beyond_the_delivery_limit_are_put_aside,
            the_depth_is_what_waits_for_a_consumer,
            ping_answers,
        );
    };
    (@cases $harness:path: $($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let harness = $harness().await;
                $crate::contract::queue::$case(&harness).await;
            }
        )*
    };
}

/// `count` jobs of one experiment, all different.
#[must_use]
pub fn jobs(count: u32) -> Vec<JobMessage> {
    let experiment = ExperimentId(Uuid::new_v4());
    (0..count).map(|index| JobMessage { job: JobId::derive(experiment, 0, index, 0), experiment }).collect()
}

/// The next delivery, which must come.
pub async fn next(consumer: &mut Box<dyn JobConsumer>) -> Box<dyn Delivery> {
    timeout(SOON, consumer.next()).await.expect("a job must come").expect("the consumer must live")
}

async fn nothing_comes(consumer: &mut Box<dyn JobConsumer>) {
    if let Ok(next) = timeout(QUIET, consumer.next()).await {
        panic!("nothing should come, but {:?} did", next.map(|delivery| delivery.message()));
    }
}

/// A published job arrives once, unmarked, and is gone when it is acked.
pub async fn every_job_arrives_once_when_acked(harness: &dyn QueueHarness) {
    let published = jobs(300);
    harness.queue().publish(&published).await.unwrap();

    let mut consumer = harness.queue().consume(16).await.unwrap();
    let mut seen = HashSet::new();
    for _ in &published {
        let delivery = next(&mut consumer).await;
        assert!(!delivery.redelivered());
        assert!(seen.insert(delivery.message()), "a job came twice");
        delivery.ack().await.unwrap();
    }

    assert_eq!(seen, published.into_iter().collect());
    nothing_comes(&mut consumer).await;
    drop(consumer);
    nothing_comes(&mut harness.queue().consume(1).await.unwrap()).await;
}

/// Two consumers get each job once between them.
pub async fn consumers_share_the_jobs(harness: &dyn QueueHarness) {
    let mut one = harness.queue().consume(1).await.unwrap();
    let mut other = harness.queue().consume(1).await.unwrap();
    let published = jobs(20);
    harness.queue().publish(&published).await.unwrap();

    let mut seen = HashSet::new();
    for _ in 0..10 {
        let (first, second) = tokio::join!(next(&mut one), next(&mut other));
        for delivery in [first, second] {
            assert!(seen.insert(delivery.message()), "a job came twice");
            delivery.ack().await.unwrap();
        }
    }

    assert_eq!(seen.len(), published.len());
}

/// A requeued job comes again, marked.
pub async fn requeued_jobs_come_again_and_say_so(harness: &dyn QueueHarness) {
    let published = jobs(1);
    harness.queue().publish(&published).await.unwrap();
    let mut consumer = harness.queue().consume(1).await.unwrap();

    next(&mut consumer).await.requeue().await.unwrap();

    let again = next(&mut consumer).await;
    assert_eq!(again.message(), published[0]);
    assert!(again.redelivered());
    again.ack().await.unwrap();
    nothing_comes(&mut consumer).await;
}

/// The trace of the publisher stays with the job, also when it comes again; without one there is none.
pub async fn a_job_tells_the_trace_of_who_published_it(harness: &dyn QueueHarness) {
    let published = jobs(2);
    within(TRACEPARENT, harness.queue().publish(&published[..1])).await.unwrap();
    harness.queue().publish(&published[1..]).await.unwrap();
    let mut consumer = harness.queue().consume(1).await.unwrap();

    next(&mut consumer).await.requeue().await.unwrap();

    for _ in &published {
        let delivery = next(&mut consumer).await;
        let expected = (delivery.message() == published[0]).then_some(TRACEPARENT);
        assert_eq!(delivery.traceparent(), expected);
        delivery.ack().await.unwrap();
    }
}

/// Dropping a delivery is as good as requeuing it.
pub async fn a_dropped_delivery_is_given_back(harness: &dyn QueueHarness) {
    harness.queue().publish(&jobs(1)).await.unwrap();
    let mut consumer = harness.queue().consume(1).await.unwrap();

    drop(next(&mut consumer).await);

    let again = next(&mut consumer).await;
    assert!(again.redelivered());
    again.ack().await.unwrap();
}

/// What a consumer had, taken or sent ahead, comes to another one.
pub async fn a_dropped_consumer_gives_back_what_it_had(harness: &dyn QueueHarness) {
    let published = jobs(8);
    harness.queue().publish(&published).await.unwrap();
    let mut first = harness.queue().consume(8).await.unwrap();
    let taken = [next(&mut first).await, next(&mut first).await];
    let marked: HashSet<_> = taken.iter().map(|delivery| delivery.message()).collect();

    drop(first);
    drop(taken);

    let mut second = harness.queue().consume(8).await.unwrap();
    let mut seen = HashSet::new();
    for _ in &published {
        let delivery = next(&mut second).await;
        assert!(delivery.redelivered() || !marked.contains(&delivery.message()), "a taken job must be marked");
        seen.insert(delivery.message());
        delivery.ack().await.unwrap();
    }
    assert_eq!(seen, published.into_iter().collect());
}

/// A worker that stops taking jobs can still answer the ones it plays.
pub async fn a_delivery_outlives_its_consumer(harness: &dyn QueueHarness) {
    harness.queue().publish(&jobs(1)).await.unwrap();
    let mut first = harness.queue().consume(1).await.unwrap();
    let delivery = next(&mut first).await;

    drop(first);
    sleep(QUIET).await;
    delivery.ack().await.unwrap();

    nothing_comes(&mut harness.queue().consume(1).await.unwrap()).await;
}

/// The bound of unanswered deliveries holds, and an answer makes room.
pub async fn no_more_than_the_prefetch_is_unanswered(harness: &dyn QueueHarness) {
    harness.queue().publish(&jobs(5)).await.unwrap();
    let mut bounded = harness.queue().consume(2).await.unwrap();

    let first = next(&mut bounded).await;
    let second = next(&mut bounded).await;
    nothing_comes(&mut bounded).await;
    first.ack().await.unwrap();
    let third = next(&mut bounded).await;
    nothing_comes(&mut bounded).await;

    // What the bound kept back is there for others.
    let mut other = harness.queue().consume(2).await.unwrap();
    let fourth = next(&mut other).await;
    for delivery in [second, third, fourth] {
        delivery.ack().await.unwrap();
    }
}

/// `next` loses nothing when it is dropped while it waits.
pub async fn a_waiting_consumer_can_be_cancelled(harness: &dyn QueueHarness) {
    let mut consumer = harness.queue().consume(1).await.unwrap();
    nothing_comes(&mut consumer).await;
    let published = jobs(3);
    harness.queue().publish(&published).await.unwrap();

    for _ in &published {
        let delivery = loop {
            if let Ok(delivery) = timeout(Duration::from_millis(2), consumer.next()).await {
                break delivery.unwrap();
            }
        };
        assert!(!delivery.redelivered());
        delivery.ack().await.unwrap();
    }
}

/// A rejected job does not come again; it is put aside.
pub async fn rejected_jobs_are_put_aside(harness: &dyn QueueHarness) {
    let published = jobs(2);
    harness.queue().publish(&published).await.unwrap();
    let mut consumer = harness.queue().consume(1).await.unwrap();

    let bad = next(&mut consumer).await;
    let rejected = bad.message();
    bad.reject().await.unwrap();
    next(&mut consumer).await.ack().await.unwrap();

    nothing_comes(&mut consumer).await;
    assert_eq!(put_aside(harness, 1).await, [rejected]);
}

/// A job that kills every worker does not go round for ever.
pub async fn jobs_beyond_the_delivery_limit_are_put_aside(harness: &dyn QueueHarness) {
    let published = jobs(1);
    harness.queue().publish(&published).await.unwrap();
    let mut consumer = harness.queue().consume(1).await.unwrap();

    for round in 0..=DELIVERY_LIMIT {
        let delivery = next(&mut consumer).await;
        assert_eq!(delivery.redelivered(), round > 0);
        delivery.requeue().await.unwrap();
    }

    nothing_comes(&mut consumer).await;
    assert_eq!(put_aside(harness, 1).await, published);
}

/// Jobs that were published count until a consumer has them, and again when they come back.
pub async fn the_depth_is_what_waits_for_a_consumer(harness: &dyn QueueHarness) {
    depth_becomes(harness, 0).await;
    harness.queue().publish(&jobs(5)).await.unwrap();
    depth_becomes(harness, 5).await;

    let mut consumer = harness.queue().consume(2).await.unwrap();
    let taken = [next(&mut consumer).await, next(&mut consumer).await];
    depth_becomes(harness, 3).await;

    drop(consumer);
    drop(taken);
    depth_becomes(harness, 5).await;
}

/// A broker counts in its own time.
async fn depth_becomes(harness: &dyn QueueHarness, expected: u64) {
    let looking = async {
        while harness.queue().depth().await.unwrap() != expected {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(SOON, looking).await.unwrap_or_else(|_| panic!("the depth must become {expected}"));
}

/// A queue that can be used says so.
pub async fn ping_answers(harness: &dyn QueueHarness) {
    harness.queue().ping().await.unwrap();
}

/// Waits until `count` jobs are put aside: a broker moves them in its own time.
async fn put_aside(harness: &dyn QueueHarness, count: usize) -> Vec<JobMessage> {
    let looking = async {
        loop {
            let dead = harness.dead_letters().await;
            if dead.len() >= count {
                return dead;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(SOON, looking).await.expect("jobs must be put aside")
}
