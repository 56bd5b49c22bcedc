//! The event stream: recognises ids, breaks off in the middle of a batch, loses acknowledgements and its own tail.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::ErrorKind;
use domain::event::EventRecord;
use domain::ids::EventId;
use domain::ports::{EventPublisher, PortError, PortResult};

use crate::link::{Effect, Link, Op, Trip};
use crate::tally::{Kind, Tally};

/// The stream.
pub(crate) struct Stream {
    state: Mutex<State>,
    /// Whether repeated ids are recognised.
    recognises: bool,
}

#[derive(Default)]
struct State {
    kept: Vec<EventRecord>,
    window: BTreeSet<EventId>,
    lost: BTreeSet<EventId>,
}

impl Stream {
    pub(crate) fn new(recognises: bool) -> Self {
        Self { state: Mutex::default(), recognises }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it has kept, in its order.
    pub(crate) fn kept(&self) -> Vec<EventRecord> {
        self.lock().kept.clone()
    }

    /// Whether it lost this event after it had acknowledged it.
    pub(crate) fn has_lost(&self, event: EventId) -> bool {
        self.lock().lost.contains(&event)
    }

    /// Whether it has an event, or has had it.
    pub(crate) fn knows(&self, event: EventId) -> bool {
        let state = self.lock();
        state.window.contains(&event) || state.lost.contains(&event)
    }

    fn store(&self, records: &[EventRecord], tally: &Tally) {
        let mut state = self.lock();
        for record in records {
            if !state.window.insert(record.id) {
                tally.add(Kind::RecognisedEvent);
                if self.recognises {
                    continue;
                }
            }
            state.lost.remove(&record.id);
            state.kept.push(record.clone());
        }
    }

    /// Loses its last events, as a server does that acknowledged them before they were on its disk.
    pub(crate) fn lose_tail(&self, count: usize) -> usize {
        let mut state = self.lock();
        let from = state.kept.len().saturating_sub(count);
        let tail: Vec<_> = state.kept.drain(from..).map(|record| record.id).collect();
        for &id in &tail {
            state.window.remove(&id);
            state.lost.insert(id);
        }
        tail.len()
    }
}

/// One process's way to the stream.
pub(crate) struct SimPublisher {
    pub(crate) link: Link,
    pub(crate) manner: Manner,
}

/// How events are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As it should be.
    Honest,
    /// Answered before the stream has.
    Rash,
    /// Past the outbox, by whoever has just committed.
    Direct,
}

impl SimPublisher {
    async fn send(&self, records: Vec<EventRecord>) -> Vec<PortResult<()>> {
        let Link { world, process, .. } = &self.link;
        let (count, rates) = (records.len(), world.rates());
        let ids: Vec<_> = records.iter().map(|record| record.id).collect();
        let arriving = match world.dice.chance(rates.partial) {
            true => world.dice.between(0, count as u64 - 1) as usize,
            false => count,
        };
        if arriving < count {
            world.tally.add(Kind::PartialEvents);
        }
        let effect: Effect<usize> = Arc::new(move |world| {
            world.stream.store(&records[..arriving], &world.tally);
            arriving
        });
        let op = Op::read("publish", ids[0].0.as_u128()).aimed(20.0);
        if self.manner != Manner::Direct {
            world.oracle.publishes(&process.name, &ids, world.journal.now_ms());
        }
        let acknowledged = match self.link.once(op, &effect).await {
            Trip::Answer(arrived) => arrived,
            Trip::Broken if world.dice.chance(0.5) => {
                // Acknowledgements that came before the connection broke, if the request was done at all.
                let before_it_broke = world.dice.between(0, arriving as u64) as usize;
                let known = ids.iter().take(before_it_broke).take_while(|id| world.stream.knows(**id)).count();
                world.tally.add(Kind::LostAck);
                known
            }
            Trip::Broken | Trip::Away => 0,
        };
        world.oracle.refused(&process.name, &ids[acknowledged..]);
        let away = || Err(PortError::new(ErrorKind::Unavailable, "the stream did not acknowledge an event"));
        (0..count).map(|index| if index < acknowledged { Ok(()) } else { away() }).collect()
    }
}

#[async_trait]
impl EventPublisher for SimPublisher {
    async fn publish(&self, records: &[EventRecord]) -> Vec<PortResult<()>> {
        if records.is_empty() {
            return Vec::new();
        }
        if self.manner == Manner::Rash {
            let sender = Self { link: self.link.clone(), manner: Manner::Honest };
            let sent = records.to_vec();
            let task = tokio::spawn(async move { sender.send(sent).await });
            self.link.process.owns(task.abort_handle());
            return records.iter().map(|_| Ok(())).collect();
        }
        self.send(records.to_vec()).await
    }

    async fn ping(&self) -> PortResult<()> {
        Ok(())
    }
}
