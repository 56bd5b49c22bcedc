//! Durable consumers of the stream in memory: what they deliver without an answer comes again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{Backlog, EventConsumer, EventDelivery, EventSource, PortResult, StreamMessage};
use tokio::time::{Instant, sleep_until};

use super::bus::Shared;
use super::log::Log;

/// How long a consumer waits for an answer, unless told otherwise.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// How many events a consumer delivers without an answer, unless told otherwise.
const MAX_UNANSWERED: usize = 256;

/// A durable consumer of a stream in memory.
#[derive(Debug, Clone)]
pub struct MemoryEventSource {
    shared: Arc<Shared>,
    name: String,
    ack_wait: Duration,
    max_unanswered: usize,
}

/// How far a consumer is.
#[derive(Debug)]
pub(super) struct Consumer {
    /// Position of the next message that was never delivered.
    next: u64,
    unanswered: BTreeMap<u64, Unanswered>,
}

#[derive(Debug)]
struct Unanswered {
    deliveries: u32,
    /// When it comes again.
    due: Instant,
}

impl MemoryEventSource {
    pub(super) fn new(shared: Arc<Shared>, name: String) -> Self {
        Self { shared, name, ack_wait: ACK_WAIT, max_unanswered: MAX_UNANSWERED }
    }

    /// With another time for answers, and another bound on what is delivered without one.
    #[must_use]
    pub fn with_limits(self, ack_wait: Duration, max_unanswered: usize) -> Self {
        Self { ack_wait, max_unanswered, ..self }
    }
}

impl Consumer {
    /// Every message up to here was answered.
    pub(super) fn answered_through(&self) -> u64 {
        self.unanswered.keys().next().map_or(self.next, |&first| first) - 1
    }

    /// Takes what is due again, then what is new, as far as the bound on unanswered messages allows.
    fn take(&mut self, log: &Log, most: usize, limits: &MemoryEventSource) -> Vec<(StreamMessage, u32)> {
        let now = Instant::now();
        let due = now + limits.ack_wait;
        let mut taken = Vec::new();
        for (&position, entry) in &mut self.unanswered {
            if taken.len() < most
                && entry.due <= now
                && let Some(message) = log.at_or_after(position)
            {
                entry.deliveries += 1;
                entry.due = due;
                taken.push((message.clone(), entry.deliveries));
            }
        }
        while taken.len() < most && self.unanswered.len() < limits.max_unanswered {
            let Some(message) = log.at_or_after(self.next) else { break };
            self.next = message.position + 1;
            self.unanswered.insert(message.position, Unanswered { deliveries: 1, due });
            taken.push((message.clone(), 1));
        }
        taken
    }

    fn next_due(&self) -> Option<Instant> {
        self.unanswered.values().map(|entry| entry.due).min()
    }
}

#[async_trait]
impl EventSource for MemoryEventSource {
    async fn consume(&self) -> PortResult<Box<dyn EventConsumer>> {
        let mut state = self.shared.lock();
        let new = || Consumer { next: 1, unanswered: BTreeMap::new() };
        state.consumers.entry(self.name.clone()).or_insert_with(new);
        Ok(Box::new(Taker(self.clone())))
    }

    async fn backlog(&self) -> PortResult<Option<Backlog>> {
        let state = self.shared.lock();
        Ok(state.consumers.get(&self.name).map(|consumer| Backlog {
            waiting: (state.log.last() + 1).saturating_sub(consumer.next.max(state.log.first())),
            unanswered: consumer.unanswered.len() as u64,
            answered_through: consumer.answered_through(),
        }))
    }
}

struct Taker(MemoryEventSource);

#[async_trait]
impl EventConsumer for Taker {
    async fn next(&mut self, most: usize) -> PortResult<Vec<Box<dyn EventDelivery>>> {
        let source = &self.0;
        loop {
            // Listening begins before looking, so that nothing is missed in between.
            let news = source.shared.news.notified();
            let mut news = std::pin::pin!(news);
            news.as_mut().enable();
            let (taken, due) = {
                let mut state = source.shared.lock();
                let state = &mut *state;
                match state.consumers.get_mut(&source.name) {
                    Some(consumer) => (consumer.take(&state.log, most.max(1), source), consumer.next_due()),
                    None => (Vec::new(), None),
                }
            };
            if !taken.is_empty() {
                let in_hand = taken.into_iter().map(|(message, deliveries)| {
                    Box::new(InHand { source: source.clone(), message, deliveries }) as Box<dyn EventDelivery>
                });
                return Ok(in_hand.collect());
            }
            match due {
                None => news.await,
                Some(due) => tokio::select! {
                    () = news => {}
                    () = sleep_until(due) => {}
                },
            }
        }
    }
}

struct InHand {
    source: MemoryEventSource,
    message: StreamMessage,
    deliveries: u32,
}

impl InHand {
    /// Answers, if nobody else has; a late answer counts as well.
    fn answer(&self, again_after: Option<Duration>) {
        let mut state = self.source.shared.lock();
        if let Some(consumer) = state.consumers.get_mut(&self.source.name) {
            match again_after {
                None => drop(consumer.unanswered.remove(&self.message.position)),
                Some(delay) => {
                    if let Some(entry) = consumer.unanswered.get_mut(&self.message.position) {
                        entry.due = Instant::now() + delay;
                    }
                }
            }
        }
        drop(state);
        self.source.shared.news.notify_waiters();
    }
}

#[async_trait]
impl EventDelivery for InHand {
    fn message(&self) -> &StreamMessage {
        &self.message
    }

    fn deliveries(&self) -> u32 {
        self.deliveries
    }

    async fn ack(self: Box<Self>) -> PortResult<()> {
        self.answer(None);
        Ok(())
    }

    async fn nak(self: Box<Self>, delay: Duration) -> PortResult<()> {
        self.answer(Some(delay));
        Ok(())
    }

    async fn term(self: Box<Self>) -> PortResult<()> {
        self.answer(None);
        Ok(())
    }
}
