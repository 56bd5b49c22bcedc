//! What the ledger can prove about how an experiment was played. For proofs, not for playing.

use async_trait::async_trait;

use super::PortResult;
use crate::ids::{EventId, ExperimentId, JobId};

/// The rows of an experiment, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Audit {
    /// Episodes that were planned: rows of the plan, not a stored number.
    pub planned: u64,
    /// Rows of scores.
    pub scored: u64,
    /// Different keys among them.
    pub distinct: u64,
    /// Planned episodes without a score.
    pub lost: u64,
    /// Jobs that are not done.
    pub unfinished_jobs: u64,
    /// Claims that were granted.
    pub claims: u64,
    /// Claims that took a job over from another whose lease had run out.
    pub takeovers: u64,
    /// Claims with a fence that another claim of the same job has.
    pub reused_fences: u64,
    /// Writes of lapsed claims that were refused.
    pub refused: u64,
    /// Scores that were written under a claim after a later claim of the same job had begun: each one is a hole in the
    /// fence.
    pub late_scores: u64,
    /// Two different values for the same score.
    pub divergences: u64,
    /// Events that wait to be published.
    pub unpublished: u64,
}

/// A job that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldJob {
    /// The job.
    pub job: JobId,
    /// Its experiment.
    pub experiment: ExperimentId,
    /// The name under which it was claimed.
    pub worker: String,
}

/// The ledger as a witness.
#[async_trait]
pub trait LedgerAudit: Send + Sync {
    /// Counts the rows of an experiment.
    async fn audit(&self, id: ExperimentId) -> PortResult<Audit>;

    /// Ids of all events of an experiment, in the order they were recorded.
    async fn event_ids(&self, id: ExperimentId) -> PortResult<Vec<EventId>>;

    /// Jobs whose lease has not run out.
    async fn held_jobs(&self) -> PortResult<Vec<HeldJob>>;
}
