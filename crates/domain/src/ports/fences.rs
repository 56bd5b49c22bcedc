//! What the fences have kept out.

use async_trait::async_trait;

use super::PortResult;

/// Counts over everything in the ledger. One refused write may be counted twice if the answer of the store was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FenceCounts {
    /// Terms of leadership after the first.
    pub leader_takeovers: u64,
    /// Planning writes of terms that were over.
    pub fenced_plans: u64,
    /// Claims on jobs after the first claim on each.
    pub job_takeovers: u64,
    /// Writes of attempts that were over: scores, renewals and returns.
    pub fenced_writes: u64,
    /// Scores in those writes. They were dropped.
    pub late_results: u64,
}

/// Tells what the fences have kept out.
#[async_trait]
pub trait FenceReport: Send + Sync {
    /// The counts of now.
    async fn fence_counts(&self) -> PortResult<FenceCounts>;
}
