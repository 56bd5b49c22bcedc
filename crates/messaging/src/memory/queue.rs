//! A job queue in memory with the semantics of a quorum queue: unanswered jobs come again, first and marked, until
//! the delivery limit puts them aside.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ports::{
    DeadLetter, DeadLetters, Delivery, JobConsumer, JobMessage, JobQueue, PortError, PortResult, TraceSource,
};
use runtime::crash::{self, Point};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How often a job comes again before it is put aside, unless told otherwise.
const DEFAULT_DELIVERY_LIMIT: u32 = 50;

/// A job queue in memory.
#[derive(Debug, Clone)]
pub struct MemoryJobQueue {
    shared: Arc<Shared>,
    trace: TraceSource,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    arrived: Notify,
    delivery_limit: u32,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Entry>,
    dead: VecDeque<Dead>,
}

/// A job that was put aside, and why.
#[derive(Debug, Clone)]
struct Dead {
    message: JobMessage,
    reason: &'static str,
}

/// A job, who published it, and how often it came back.
#[derive(Debug, Clone)]
struct Entry {
    message: JobMessage,
    traceparent: Option<Arc<str>>,
    returns: u32,
}

impl MemoryJobQueue {
    /// An empty queue that puts a job aside once it came back more than `delivery_limit` times.
    #[must_use]
    pub fn with_delivery_limit(delivery_limit: u32) -> Self {
        let shared = Shared { state: Mutex::default(), arrived: Notify::new(), delivery_limit };
        Self { shared: Arc::new(shared), trace: TraceSource::default() }
    }

    /// Sends the trace context of `trace` along with every job.
    #[must_use]
    pub fn with_trace(self, trace: TraceSource) -> Self {
        Self { trace, ..self }
    }

    /// How many jobs wait for a consumer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().waiting.len()
    }
}

impl Default for MemoryJobQueue {
    fn default() -> Self {
        Self::with_delivery_limit(DEFAULT_DELIVERY_LIMIT)
    }
}

impl Shared {
    /// No code panics while it holds the lock, so a poisoned one is still whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the first job, and leaves a wake-up for the next consumer if there are more.
    fn take(&self) -> Option<Entry> {
        let mut state = self.lock();
        let entry = state.waiting.pop_front();
        if !state.waiting.is_empty() {
            self.arrived.notify_one();
        }
        entry
    }

    /// Puts a job back in front, or aside if it came back too often.
    fn give_back(&self, entry: Entry) {
        let entry = Entry { returns: entry.returns + 1, ..entry };
        let mut state = self.lock();
        if entry.returns > self.delivery_limit {
            tracing::warn!(job = %entry.message.job, returns = entry.returns, "job put aside: it came back too often");
            state.dead.push_back(Dead { message: entry.message, reason: "delivery_limit" });
            return;
        }
        state.waiting.push_front(entry);
        self.arrived.notify_one();
    }
}

#[async_trait]
impl JobQueue for MemoryJobQueue {
    async fn publish(&self, jobs: &[JobMessage]) -> PortResult<()> {
        let traceparent: Option<Arc<str>> = self.trace.current().map(Arc::from);
        let entries = jobs.iter().map(|&message| Entry { message, traceparent: traceparent.clone(), returns: 0 });
        self.shared.lock().waiting.extend(entries);
        self.shared.arrived.notify_one();
        Ok(())
    }

    async fn consume(&self, prefetch: u16) -> PortResult<Box<dyn JobConsumer>> {
        let slots = Arc::new(Semaphore::new(usize::from(prefetch.max(1))));
        Ok(Box::new(MemoryConsumer { shared: Arc::clone(&self.shared), slots }))
    }

    async fn depth(&self) -> PortResult<u64> {
        Ok(self.waiting() as u64)
    }

    async fn ping(&self) -> PortResult<()> {
        Ok(())
    }
}

#[async_trait]
impl DeadLetters for MemoryJobQueue {
    async fn dead_letters(&self, limit: usize) -> PortResult<Vec<DeadLetter>> {
        let letter = |dead: &Dead| DeadLetter {
            message: Some(dead.message),
            reason: dead.reason.to_owned(),
            dead_at_ms: None,
            bytes: 0,
        };
        Ok(self.shared.lock().dead.iter().take(limit).map(letter).collect())
    }

    async fn redrive(&self, limit: usize) -> PortResult<usize> {
        let driven: Vec<JobMessage> = {
            let mut state = self.shared.lock();
            let count = limit.min(state.dead.len());
            state.dead.drain(..count).map(|dead| dead.message).collect()
        };
        self.publish(&driven).await?;
        Ok(driven.len())
    }
}

struct MemoryConsumer {
    shared: Arc<Shared>,
    /// One permit per delivery that may be unanswered.
    slots: Arc<Semaphore>,
}

#[async_trait]
impl JobConsumer for MemoryConsumer {
    async fn next(&mut self) -> PortResult<Box<dyn Delivery>> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot =
            slot.map_err(|cause| PortError::new(ErrorKind::Internal, "the consumer is closed").because(cause))?;
        loop {
            if let Some(entry) = self.shared.take() {
                let shared = Arc::clone(&self.shared);
                return Ok(Box::new(MemoryDelivery { shared, entry, answered: false, _slot: slot }));
            }
            // `notify_one` is remembered when nobody waits, so a job that arrives right here is not missed.
            self.shared.arrived.notified().await;
        }
    }
}

struct MemoryDelivery {
    shared: Arc<Shared>,
    entry: Entry,
    /// What is not answered is given back on drop.
    answered: bool,
    _slot: OwnedSemaphorePermit,
}

#[async_trait]
impl Delivery for MemoryDelivery {
    fn message(&self) -> JobMessage {
        self.entry.message
    }

    fn redelivered(&self) -> bool {
        self.entry.returns > 0
    }

    fn traceparent(&self) -> Option<&str> {
        self.entry.traceparent.as_deref()
    }

    async fn ack(mut self: Box<Self>) -> PortResult<()> {
        crash::reached(Point::AckDue);
        self.answered = true;
        crash::reached(Point::Acked);
        Ok(())
    }

    async fn requeue(self: Box<Self>) -> PortResult<()> {
        drop(self);
        Ok(())
    }

    async fn reject(mut self: Box<Self>) -> PortResult<()> {
        self.answered = true;
        self.shared.lock().dead.push_back(Dead { message: self.entry.message, reason: "rejected" });
        Ok(())
    }
}

impl Drop for MemoryDelivery {
    fn drop(&mut self) {
        if !self.answered {
            self.shared.give_back(self.entry.clone());
        }
    }
}
