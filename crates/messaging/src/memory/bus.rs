//! An event stream in memory: it recognises repeated ids as JetStream does, keeps what it accepts, and hands it to its
//! durable consumers, and to whoever subscribed before.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ids::ExperimentId;
use domain::ports::{EventHistory, EventPublisher, EventWalk, PortError, PortResult, StreamMessage, StreamWindow};
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};

use super::log::{Log, Taken};
use super::source::{Consumer, MemoryEventSource};
use crate::event_message::{headers, invalid, is_subject};

/// How many messages are kept, unless another number is asked for. Those that every consumer has answered make room
/// for new ones.
const KEPT: usize = 8192;
/// Messages that are read at a time.
const PART: usize = 256;
/// Name of the stream.
const NAME: &str = "memory";

/// An event stream in memory.
#[derive(Debug)]
pub struct MemoryEventBus {
    sender: broadcast::Sender<EventRecord>,
    shared: Arc<Shared>,
}

/// What the stream and its consumers work on.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Rung when there may be something to take.
    pub(super) news: Notify,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) log: Log,
    pub(super) consumers: BTreeMap<String, Consumer>,
}

/// What a subscriber gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// An event.
    Event(EventRecord),
    /// The subscriber was too slow: this many events were dropped for it. The ledger has them.
    Missed(u64),
}

/// One listener of a [`MemoryEventBus`].
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<EventRecord>);

impl MemoryEventBus {
    /// A stream that keeps up to `capacity` events for a slow subscriber.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self::with_limit(capacity, KEPT)
    }

    /// A stream that keeps up to `capacity` events for a slow subscriber, and `kept` messages in all. It is full, and
    /// refuses events, while the oldest of them waits for a consumer's answer.
    #[must_use]
    pub fn with_limit(capacity: usize, kept: usize) -> Self {
        let state = State { log: Log::new(kept.max(1), now_ms()), consumers: BTreeMap::new() };
        let shared = Arc::new(Shared { state: Mutex::new(state), news: Notify::new() });
        Self { sender: broadcast::Sender::new(capacity.max(1)), shared }
    }

    /// Listens to everything that is published from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.sender.subscribe())
    }

    /// The durable consumer named `name`. It is there once it was opened, and lives as long as the stream.
    #[must_use]
    pub fn source(&self, name: impl Into<String>) -> MemoryEventSource {
        MemoryEventSource::new(Arc::clone(&self.shared), name.into())
    }
}

impl Default for MemoryEventBus {
    fn default() -> Self {
        Self::new(1024)
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps a message unless it is a repetition.
    fn take(&mut self, record: &EventRecord) -> PortResult<Taken> {
        // What no consumer needs any more may make room.
        let answered = self.consumers.values().map(Consumer::answered_through).min().unwrap_or(u64::MAX);
        let message = message(record)?;
        self.log.take(record.message_id(), message, answered).ok_or_else(full)
    }
}

#[async_trait]
impl EventPublisher for MemoryEventBus {
    async fn publish(&self, records: &[EventRecord]) -> Vec<PortResult<()>> {
        // Sending under the lock keeps concurrent publishers from mixing up the order of their batches.
        let mut state = self.shared.lock();
        let mut results = Vec::with_capacity(records.len());
        for record in records {
            let taken = state.take(record);
            if matches!(taken, Ok(Taken::New)) {
                // Nobody listening is fine: the ledger is what remembers.
                let _ = self.sender.send(record.clone());
            }
            let away = taken.as_ref().is_err_and(|error| error.kind != ErrorKind::Invalid);
            results.push(taken.map(drop));
            if away {
                break;
            }
        }
        drop(state);
        self.shared.news.notify_waiters();
        results.resize_with(records.len(), || Err(held_back()));
        results
    }

    async fn ping(&self) -> PortResult<()> {
        Ok(())
    }
}

#[async_trait]
impl EventHistory for MemoryEventBus {
    async fn window(&self) -> PortResult<Option<StreamWindow>> {
        let state = self.shared.lock();
        let log = &state.log;
        Ok(Some(StreamWindow {
            stream: NAME.to_owned(),
            created_at_ms: log.created_at_ms(),
            first: log.first(),
            last: log.last(),
            messages: log.len() as u64,
            bytes: log.messages().map(|message| message.body.len() as u64).sum(),
            max_age: None,
            connections: 1,
            is_full: false,
        }))
    }

    async fn holdings(&self) -> PortResult<BTreeMap<String, u64>> {
        let mut held = BTreeMap::new();
        for message in self.shared.lock().log.messages() {
            let token = message.subject.split('.').next().unwrap_or_default();
            *held.entry(token.to_owned()).or_default() += 1;
        }
        Ok(held)
    }

    async fn walk(&self, experiment: ExperimentId) -> PortResult<Box<dyn EventWalk>> {
        let prefix = format!("{experiment}.");
        Ok(Box::new(Walk { shared: Arc::clone(&self.shared), prefix, from: 0 }))
    }
}

struct Walk {
    shared: Arc<Shared>,
    prefix: String,
    from: u64,
}

#[async_trait]
impl EventWalk for Walk {
    async fn next(&mut self) -> PortResult<Vec<StreamMessage>> {
        let state = self.shared.lock();
        let later = state.log.messages().filter(|message| message.position >= self.from);
        let ours = later.filter(|message| message.subject.starts_with(&self.prefix));
        let part: Vec<_> = ours.take(PART).cloned().collect();
        if let Some(last) = part.last() {
            self.from = last.position + 1;
        }
        Ok(part)
    }
}

impl Subscription {
    /// Waits for the next event; nothing more comes after `None`. Cancel safe.
    pub async fn next(&mut self) -> Option<Seen> {
        match self.0.recv().await {
            Ok(record) => Some(Seen::Event(record)),
            Err(RecvError::Lagged(missed)) => Some(Seen::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }
}

/// An event as a message that has no place in the stream yet.
fn message(record: &EventRecord) -> PortResult<StreamMessage> {
    if !is_subject(&record.subject) {
        return Err(invalid(record, "its subject is not one"));
    }
    Ok(StreamMessage {
        subject: record.subject.clone(),
        headers: headers(record)?.map(|(name, value)| (name.to_owned(), value)).collect(),
        body: record.body.clone().into_bytes(),
        position: 0,
        stored_at_ms: now_ms(),
    })
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn full() -> PortError {
    PortError::new(ErrorKind::Exhausted, "the event stream is full: its consumers have not answered the oldest events")
}

fn held_back() -> PortError {
    PortError::new(ErrorKind::Unavailable, "not sent, because an earlier event was not accepted")
}

#[cfg(test)]
mod tests {
    use domain::ids::EventId;
    use domain::ports::EventSource;
    use uuid::Uuid;

    use super::*;

    fn record(number: u128) -> EventRecord {
        EventRecord {
            id: EventId(Uuid::from_u128(number)),
            experiment: ExperimentId(Uuid::nil()),
            sequence: None,
            subject: "x.started".to_owned(),
            kind: "claudoom.events.v1.ExperimentStarted".to_owned(),
            body: "{}".to_owned(),
            recorded_at_ms: 0,
            traceparent: None,
            republished: 0,
        }
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_told_what_it_missed() {
        let bus = MemoryEventBus::new(2);
        let mut slow = bus.subscribe();

        bus.publish(&[record(1), record(2), record(3), record(4), record(5)]).await;

        assert_eq!(slow.next().await, Some(Seen::Missed(3)));
        assert_eq!(slow.next().await, Some(Seen::Event(record(4))));
        assert_eq!(slow.next().await, Some(Seen::Event(record(5))));
        drop(bus);
        assert_eq!(slow.next().await, None);
    }

    #[tokio::test]
    async fn a_full_stream_refuses_until_its_consumer_has_answered() {
        let bus = MemoryEventBus::with_limit(8, 2);
        let mut consumer = bus.source("one").consume().await.unwrap();

        let results = bus.publish(&[record(1), record(2), record(3), record(4)]).await;
        let kinds: Vec<_> = results.into_iter().map(|result| result.err().map(|error| error.kind)).collect();
        assert_eq!(kinds, [None, None, Some(ErrorKind::Exhausted), Some(ErrorKind::Unavailable)]);

        consumer.next(1).await.unwrap().pop().unwrap().ack().await.unwrap();
        assert!(bus.publish(&[record(3)]).await[0].is_ok());
        assert!(bus.publish(&[record(4)]).await[0].is_err());
    }
}
