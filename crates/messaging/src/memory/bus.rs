//! An event stream in memory: it recognises repeated ids as JetStream does, and hands what it accepts to whoever
//! subscribed before.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use domain::event::EventRecord;
use domain::ids::EventId;
use domain::ports::{EventPublisher, PortResult};
use tokio::sync::broadcast::{self, error::RecvError};

/// How many ids are remembered: the twin of the duplicate window. The oldest are forgotten, so memory is bounded.
const REMEMBERED: usize = 65_536;

/// An event stream in memory.
#[derive(Debug)]
pub struct MemoryEventBus {
    sender: broadcast::Sender<EventRecord>,
    window: Mutex<Window>,
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

#[derive(Debug, Default)]
struct Window {
    ids: HashSet<EventId>,
    order: VecDeque<EventId>,
}

impl MemoryEventBus {
    /// A stream that keeps up to `capacity` events for a slow subscriber.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { sender: broadcast::Sender::new(capacity.max(1)), window: Mutex::default() }
    }

    /// Listens to everything that is published from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.sender.subscribe())
    }
}

impl Default for MemoryEventBus {
    fn default() -> Self {
        Self::new(1024)
    }
}

impl Window {
    /// Remembers an id; false if it was there.
    fn insert(&mut self, id: EventId) -> bool {
        if !self.ids.insert(id) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

#[async_trait]
impl EventPublisher for MemoryEventBus {
    async fn publish(&self, records: &[EventRecord]) -> Vec<PortResult<()>> {
        // Sending under the lock keeps concurrent publishers from mixing up the order of their batches.
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            if window.insert(record.id) {
                // Nobody listening is fine: the ledger is what remembers.
                let _ = self.sender.send(record.clone());
            }
        }
        records.iter().map(|_| Ok(())).collect()
    }

    async fn ping(&self) -> PortResult<()> {
        Ok(())
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

#[cfg(test)]
mod tests {
    use domain::ids::ExperimentId;
    use uuid::Uuid;

    use super::*;

    fn record(number: u128) -> EventRecord {
        EventRecord {
            id: EventId(Uuid::from_u128(number)),
            experiment: ExperimentId(Uuid::nil()),
            subject: "x.started".to_owned(),
            kind: "claudoom.events.v1.ExperimentStarted".to_owned(),
            body: "{}".to_owned(),
            recorded_at_ms: 0,
            traceparent: None,
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

    #[test]
    fn the_window_forgets_the_oldest() {
        let mut window = Window::default();

        for number in 0..=REMEMBERED as u128 {
            assert!(window.insert(record(number).id));
        }

        assert!(!window.insert(record(1).id));
        assert!(window.insert(record(0).id));
        assert_eq!(window.ids.len(), REMEMBERED);
    }
}
