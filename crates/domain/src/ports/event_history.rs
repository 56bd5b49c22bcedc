//! What the stream keeps, for those who compare it with the ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::{PortResult, StreamMessage};
use crate::ids::ExperimentId;

/// What the stream keeps at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamWindow {
    /// The stream's name.
    pub stream: String,
    /// Milliseconds since 1970 when it was created, by its own clock: another stream of the same name has another.
    pub created_at_ms: i64,
    /// Position of its oldest message.
    pub first: u64,
    /// Position of its newest message, or of the newest that it ever had.
    pub last: u64,
    /// Messages in it.
    pub messages: u64,
    /// Bytes in it.
    pub bytes: u64,
    /// For how long it keeps a message; absent where only limits remove messages.
    pub max_age: Option<Duration>,
    /// How often the connection to it was made; another number says that it was away meanwhile.
    pub connections: u64,
    /// Whether it has reached a limit and refuses what is published.
    pub is_full: bool,
}

/// The stream as a store of messages. Reading changes nothing in it.
#[async_trait]
pub trait EventHistory: Send + Sync {
    /// What it keeps now; absent where there is no stream.
    async fn window(&self) -> PortResult<Option<StreamWindow>>;

    /// How many messages it has by the first token of their subjects, which is the id of an experiment unless a
    /// stranger published them.
    async fn holdings(&self) -> PortResult<BTreeMap<String, u64>>;

    /// Begins to read all messages of an experiment, oldest first.
    async fn walk(&self, experiment: ExperimentId) -> PortResult<Box<dyn EventWalk>>;
}

/// A reading of the stream.
#[async_trait]
pub trait EventWalk: Send {
    /// The next messages, a bounded number of them; none at the end.
    ///
    /// # Errors
    /// If the reading was interrupted: then nothing can be said about what was not read.
    async fn next(&mut self) -> PortResult<Vec<StreamMessage>>;
}
