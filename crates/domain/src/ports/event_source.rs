//! Where events come from for those who make something of them: a durable consumer of the stream.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::PortResult;

/// A message as the stream has it, before anybody tried to understand it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamMessage {
    /// Subject below the prefix of events.
    pub subject: String,
    /// Headers by their names.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Vec<u8>,
    /// Its place in the stream, from 1.
    pub position: u64,
    /// Milliseconds since 1970 when the stream took it, by the stream's clock.
    pub stored_at_ms: i64,
}

/// How far a durable consumer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Backlog {
    /// Messages that were never delivered.
    pub waiting: u64,
    /// Messages that were delivered and not answered yet.
    pub unanswered: u64,
    /// Every message up to this position was answered.
    pub answered_through: u64,
}

impl Backlog {
    /// Whether every message was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting == 0 && self.unanswered == 0
    }
}

/// A durable consumer of the stream, at least once. Any number of processes may share it: each gets a part.
#[async_trait]
pub trait EventSource: Send + Sync {
    /// Opens the consumer, and makes it with its settings if it is not there.
    ///
    /// # Errors
    /// `FailedPrecondition` if a consumer of its name has settings that cannot be changed.
    async fn consume(&self) -> PortResult<Box<dyn EventConsumer>>;

    /// How far the consumer is; absent where there is none yet.
    async fn backlog(&self) -> PortResult<Option<Backlog>>;
}

/// One taker of messages.
#[async_trait]
pub trait EventConsumer: Send {
    /// Waits for the next message and returns it with those that are there besides, at most `most` in all. Cancel safe.
    /// An error means that the consumer is dead, and that what was not answered comes again to another one.
    async fn next(&mut self, most: usize) -> PortResult<Vec<Box<dyn EventDelivery>>>;
}

/// A message in hand. Without an answer it comes again when the time for answers is over.
#[async_trait]
pub trait EventDelivery: Send + Sync {
    /// What came.
    fn message(&self) -> &StreamMessage;

    /// How often it was delivered, this time included.
    fn deliveries(&self) -> u32;

    /// It is done with: never deliver it again. Returns once the stream has confirmed.
    async fn ack(self: Box<Self>) -> PortResult<()>;

    /// It is not done: deliver it again after `delay`.
    async fn nak(self: Box<Self>, delay: Duration) -> PortResult<()>;

    /// Nothing can be done with it: never deliver it again. Returns once the stream has confirmed.
    async fn term(self: Box<Self>) -> PortResult<()>;
}
