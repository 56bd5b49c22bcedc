//! The relay brings every event to the stream once, in order, whatever fails in between.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ids::EventId;
use domain::ports::{EventPublisher, PortError, PortResult};
use messaging::relay::{OutboxRelay, RelaySettings, Round};
use runtime::retry::Backoff;
use testkit::contract::publisher::records;
use testkit::outbox::MemoryOutbox;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::nats::eventually;

/// A stream that can be away, and that refuses one event for ever.
#[derive(Default)]
struct Stream {
    kept: Mutex<Vec<EventId>>,
    away: AtomicBool,
    poison: Mutex<Option<EventId>>,
}

impl Stream {
    fn take(&self, record: &EventRecord) -> PortResult<()> {
        if self.away.load(Ordering::SeqCst) {
            return Err(PortError::new(ErrorKind::Unavailable, "the stream is away"));
        }
        if *self.poison.lock().unwrap() == Some(record.id) {
            return Err(PortError::new(ErrorKind::Invalid, "too large"));
        }
        let mut kept = self.kept.lock().unwrap();
        if !kept.contains(&record.id) {
            kept.push(record.id);
        }
        Ok(())
    }

    fn kept(&self) -> Vec<EventId> {
        self.kept.lock().unwrap().clone()
    }
}

#[async_trait]
impl EventPublisher for Stream {
    async fn publish(&self, records: &[EventRecord]) -> Vec<PortResult<()>> {
        records.iter().map(|record| self.take(record)).collect()
    }

    async fn ping(&self) -> PortResult<()> {
        Ok(())
    }
}

struct Bench {
    store: Arc<MemoryOutbox>,
    stream: Arc<Stream>,
    relay: OutboxRelay,
}

fn settings() -> RelaySettings {
    let backoff = Backoff { first: Duration::from_millis(10), ..Backoff::default() };
    RelaySettings { batch: 8, backoff, ..RelaySettings::new("relay") }
}

fn bench(settings: RelaySettings) -> Bench {
    let (store, stream) = (Arc::<MemoryOutbox>::default(), Arc::<Stream>::default());
    let relay = OutboxRelay::new(store.clone(), stream.clone(), settings);
    Bench { store, stream, relay }
}

fn ids(records: &[EventRecord]) -> Vec<EventId> {
    records.iter().map(|record| record.id).collect()
}

#[tokio::test]
async fn a_round_publishes_a_batch_and_marks_it() {
    let Bench { store, stream, mut relay } = bench(settings());
    let records = records(10);
    store.add(&records);

    assert_eq!(relay.run_once().await.unwrap(), Round { published: 8, failed: 0, more: true });
    assert_eq!(relay.run_once().await.unwrap(), Round { published: 2, failed: 0, more: false });
    assert_eq!(relay.run_once().await.unwrap(), Round::default());

    assert_eq!(stream.kept(), ids(&records));
    assert_eq!(store.waiting(), 0);
    assert_eq!(relay.counters().published(), 10);
}

#[tokio::test]
async fn events_wait_for_a_stream_that_is_away_and_keep_their_order() {
    let Bench { store, stream, mut relay } = bench(settings());
    let records = records(12);
    store.add(&records);
    stream.away.store(true, Ordering::SeqCst);

    assert_eq!(relay.run_once().await.unwrap(), Round { published: 0, failed: 8, more: false });
    assert_eq!(relay.counters().lag(), 12);
    stream.away.store(false, Ordering::SeqCst);
    while relay.run_once().await.unwrap().more {}

    assert_eq!(stream.kept(), ids(&records));
    assert_eq!((store.waiting(), relay.counters().failed(), relay.counters().lag()), (0, 8, 0));
}

#[tokio::test]
async fn an_event_that_can_never_be_published_holds_up_nothing() {
    let Bench { store, stream, mut relay } = bench(settings());
    let mut records = records(10);
    store.add(&records);
    *stream.poison.lock().unwrap() = Some(records[3].id);

    assert_eq!(relay.run_once().await.unwrap().failed, 1);
    assert_eq!(relay.run_once().await.unwrap().failed, 0);

    records.remove(3);
    assert_eq!(stream.kept(), ids(&records));
    assert_eq!(store.waiting(), 1);
}

#[tokio::test]
async fn events_published_but_not_marked_are_marked_later() {
    let Bench { store, stream, mut relay } = bench(settings());
    let records = records(3);
    store.add(&records);
    store.marking_fails.store(true, Ordering::SeqCst);

    assert_eq!(relay.run_once().await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(store.waiting(), 3);
    store.marking_fails.store(false, Ordering::SeqCst);
    relay.run_once().await.unwrap();

    assert_eq!(store.waiting(), 0);
    assert_eq!(stream.kept(), ids(&records));
}

#[tokio::test]
async fn a_relay_that_died_is_replaced_when_its_lease_is_over() {
    let lease = Duration::from_millis(100);
    let Bench { store, stream, mut relay } = bench(RelaySettings { lease, ..settings() });
    let records = records(3);
    store.add(&records);
    stream.away.store(true, Ordering::SeqCst);
    relay.run_once().await.unwrap();
    drop(relay);
    stream.away.store(false, Ordering::SeqCst);

    let mut other = OutboxRelay::new(store.clone(), stream.clone(), RelaySettings::new("other"));
    eventually("the lease running out", async || match other.run_once().await.unwrap().published {
        0 => Err(()),
        _ => Ok(()),
    })
    .await;

    assert_eq!(stream.kept(), ids(&records));
}

#[tokio::test]
async fn news_wakes_the_relay_and_shutdown_drains() {
    let never = Duration::from_secs(3600);
    let Bench { store, stream, relay } = bench(RelaySettings { poll: never, ..settings() });
    let (wake, counters) = (relay.wake(), relay.counters());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(relay.run(async { drop(stopped.await) }));
    let records = records(40);

    store.add(&records[..20]);
    wake.notify_one();
    eventually("publishing", async || if counters.published() == 20 { Ok(()) } else { Err(()) }).await;
    store.add(&records[20..]);
    stop.send(()).unwrap();
    timeout(Duration::from_secs(5), running).await.unwrap().unwrap();

    assert_eq!(stream.kept(), ids(&records));
    assert_eq!(store.waiting(), 0);
}

#[tokio::test]
async fn shutdown_has_a_deadline_while_the_stream_is_away() {
    let Bench { store, stream, relay } = bench(settings());
    store.add(&records(5));
    stream.away.store(true, Ordering::SeqCst);
    let counters = relay.counters();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(relay.run(async { drop(stopped.await) }));
    eventually("trying again", async || if counters.failed() > 5 { Ok(()) } else { Err(()) }).await;

    stop.send(()).unwrap();

    timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
    assert_eq!(store.waiting(), 5);
}
