//! The queue that carries jobs to workers. A delivery is one job; the store is the truth about it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::PortResult;
use crate::ids::{ExperimentId, JobId};

/// What travels: only names. Everything else is read from the store when the job is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JobMessage {
    /// The job.
    pub job: JobId,
    /// Its experiment.
    pub experiment: ExperimentId,
}

/// A queue of jobs, at least once.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Puts jobs into the queue; returns once the queue has accepted all of them.
    async fn publish(&self, jobs: &[JobMessage]) -> PortResult<()>;

    /// Begins to take jobs, at most `prefetch` unanswered at a time.
    async fn consume(&self, prefetch: u16) -> PortResult<Box<dyn JobConsumer>>;

    /// How many jobs wait for a consumer; those that were sent ahead to one do not.
    async fn depth(&self) -> PortResult<u64>;

    /// Whether the queue can be used right now.
    async fn ping(&self) -> PortResult<()>;
}

/// One taker of jobs.
#[async_trait]
pub trait JobConsumer: Send {
    /// Waits for the next job. Cancel safe. An error means that the consumer is dead and every unanswered delivery
    /// will come again to another one.
    async fn next(&mut self) -> PortResult<Box<dyn Delivery>>;
}

/// A job in hand. Dropping it without an answer gives it back.
#[async_trait]
pub trait Delivery: Send {
    /// What to play.
    fn message(&self) -> JobMessage;

    /// Whether it was delivered before.
    fn redelivered(&self) -> bool;

    /// W3C trace context of whoever published it, if that was traced.
    fn traceparent(&self) -> Option<&str>;

    /// The job is done (or needs no more work): forget it.
    async fn ack(self: Box<Self>) -> PortResult<()>;

    /// The job is not done: deliver it again later.
    async fn requeue(self: Box<Self>) -> PortResult<()>;

    /// The message can never be worked on: put it aside for people to look at.
    async fn reject(self: Box<Self>) -> PortResult<()>;
}
