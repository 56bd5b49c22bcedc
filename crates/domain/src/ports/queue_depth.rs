//! How full the job queue is. For people: no decision rests on it.

use async_trait::async_trait;

use super::PortResult;

/// Messages in the job queue and beside it. Those that a worker holds are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Jobs that wait to be taken.
    pub waiting: u64,
    /// Messages that were put aside.
    pub dead: u64,
}

/// A queue whose messages can be counted.
#[async_trait]
pub trait CountsMessages: Send + Sync {
    /// Counts, as far as the queue knows at the moment.
    ///
    /// # Errors
    /// If the queue is away.
    async fn count(&self) -> PortResult<QueueDepth>;
}
