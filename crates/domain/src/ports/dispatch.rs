//! Which jobs the queue should carry, as far as the ledger knows.
//!
//! The leader alone puts jobs into the queue. A job goes there when it was planned, when it was given back, and when its
//! lease has run out; that is noted in the ledger, so no leader queues all of it again. What a queue loses is found by
//! its age.

use std::time::Duration;

use async_trait::async_trait;

use super::PortResult;
use crate::ids::{ExperimentId, Fence, JobId};

/// A job that should be in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueJob {
    /// The job.
    pub job: JobId,
    /// The number of its latest claim; 0 before the first.
    pub fence: Fence,
}

/// The ledger's view of the queue.
#[async_trait]
pub trait Dispatch: Send + Sync {
    /// Jobs of a running experiment that no message stands for, at most `limit`: those that were never queued or were
    /// given back, in the order they were planned, then those whose lease has run out since they were queued.
    async fn due_jobs(&self, id: ExperimentId, limit: u32) -> PortResult<Vec<DueJob>>;

    /// Jobs of a running experiment that were queued at least `age` ago and still wait to be claimed, at most `limit`:
    /// what the queue may have lost, once it is empty.
    async fn overdue_jobs(&self, id: ExperimentId, age: Duration, limit: u32) -> PortResult<Vec<DueJob>>;

    /// Notes that the queue has these jobs now. A job that was claimed meanwhile is left as it is.
    async fn mark_queued(&self, jobs: &[DueJob]) -> PortResult<()>;
}
