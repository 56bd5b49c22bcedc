//! Messages that the queue has put aside, for people to look at and to send back to work.

use async_trait::async_trait;

use super::{JobMessage, PortResult};

/// A message that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The job, unless the message is none.
    pub message: Option<JobMessage>,
    /// Why it was put aside, in the queue's own word: `rejected`, `delivery_limit`.
    pub reason: String,
    /// Milliseconds since 1970 when that was, by the queue's clock; absent where it does not tell.
    pub dead_at_ms: Option<i64>,
    /// Size of its body.
    pub bytes: usize,
}

/// The messages that were put aside.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Up to `limit` of them, oldest first; they stay where they are.
    async fn dead_letters(&self, limit: usize) -> PortResult<Vec<DeadLetter>>;

    /// Publishes up to `limit` of them again, as new jobs, and takes them away. Messages that are no jobs stay. Returns
    /// how many went. What was published before an error may still be put aside as well; the ledger knows it.
    async fn redrive(&self, limit: usize) -> PortResult<usize>;
}
