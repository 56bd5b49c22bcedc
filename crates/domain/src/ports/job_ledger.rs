//! The ledger's jobs and episodes as people look at them: where each stands, who holds it, what was tried.

use async_trait::async_trait;

use super::{MemberScores, Page, PortResult, TickRow};
use crate::ids::{AgentId, ExperimentId, Fence, JobId};
use crate::plan::PlannedEpisode;
use crate::score::{EpisodeKey, Score};
use crate::status::JobStatus;

/// Which jobs of an experiment to list, in the order they were planned.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only this generation.
    pub generation: Option<u32>,
    /// Only these statuses; empty for all.
    pub statuses: Vec<JobStatus>,
    /// Only those that this worker holds.
    pub owner: Option<String>,
    /// Only those with attempts that failed.
    pub failed: bool,
}

/// A job as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// The job.
    pub id: JobId,
    /// Its experiment.
    pub experiment: ExperimentId,
    /// Number of its generation.
    pub generation: u32,
    /// Its place among the jobs of the generation.
    pub ordinal: u32,
    /// Who plays.
    pub agent: AgentId,
    /// Where it stands.
    pub status: JobStatus,
    /// The worker that holds it, while it runs.
    pub owner: Option<String>,
    /// The number of its latest claim; 0 if it was never claimed.
    pub fence: Fence,
    /// Milliseconds until the lease runs out, by the store's clock; negative if it has.
    pub lease_left_ms: Option<i64>,
    /// Attempts that failed with an error; workers that died or stopped do not count.
    pub failed_attempts: u32,
    /// Episodes planned.
    pub episodes: u32,
    /// Episodes scored.
    pub episodes_scored: u32,
}

/// One claim on a job and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// The number of the claim.
    pub fence: Fence,
    /// Who claimed.
    pub worker: String,
    /// Milliseconds since 1970 when it began, by the store's clock.
    pub started_at_ms: i64,
    /// Milliseconds since 1970 when it ended; absent while it lasts.
    pub ended_at_ms: Option<i64>,
    /// What ended it, if something went wrong.
    pub error: Option<String>,
}

/// One episode of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobEpisode {
    /// Its replicate.
    pub replicate: u32,
    /// Seed of the game.
    pub doom_seed: u32,
    /// The claim that scored it; absent while it has no score.
    pub scored_by: Option<Fence>,
}

/// A job with all that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDetail {
    /// The job.
    pub job: JobRecord,
    /// Claims on it, oldest first.
    pub attempts: Vec<AttemptRecord>,
    /// Its episodes, in order of replicates.
    pub episodes: Vec<JobEpisode>,
}

/// Which episodes of an experiment to list, in key order.
#[derive(Debug, Clone, Default)]
pub struct EpisodeFilter {
    /// Only this one.
    pub key: Option<EpisodeKey>,
    /// Only this generation.
    pub generation: Option<u32>,
    /// Only this agent.
    pub agent: Option<AgentId>,
    /// Only those with a score, or only those without.
    pub scored: Option<bool>,
    /// Whether action logs are read too; otherwise those of the scores are empty.
    pub action_logs: bool,
}

/// An episode as it is planned, and its score once it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeRecord {
    /// Its place.
    pub key: EpisodeKey,
    /// What is planned.
    pub planned: PlannedEpisode,
    /// Who plays.
    pub agent: AgentId,
    /// What sets it apart, for people.
    pub label: String,
    /// The job that it belongs to.
    pub job: JobId,
    /// The claim that scored it, and the score.
    pub scored: Option<(Fence, Score)>,
}

/// Reads the jobs of the ledger, and their episodes. Changes nothing.
#[async_trait]
pub trait JobLedger: Send + Sync {
    /// Jobs of an experiment, and where to go on.
    ///
    /// # Errors
    /// `NotFound` if there is no such experiment.
    async fn jobs(
        &self,
        experiment: ExperimentId,
        filter: &JobFilter,
        page: &Page,
    ) -> PortResult<(Vec<JobRecord>, Option<String>)>;

    /// One job with its attempts and episodes.
    ///
    /// # Errors
    /// `NotFound`.
    async fn job(&self, id: JobId) -> PortResult<JobDetail>;

    /// Planned episodes of an experiment, and where to go on.
    ///
    /// # Errors
    /// `NotFound` if there is no such experiment.
    async fn episodes(
        &self,
        experiment: ExperimentId,
        filter: &EpisodeFilter,
        page: &Page,
    ) -> PortResult<(Vec<EpisodeRecord>, Option<String>)>;

    /// At most `most` members of a generation with their scores, from a position on, in order of positions.
    ///
    /// # Errors
    /// `NotFound` if the generation is not planned.
    async fn members(
        &self,
        experiment: ExperimentId,
        generation: u32,
        from: u32,
        most: u32,
    ) -> PortResult<Vec<MemberScores>>;

    /// The ticks of an episode, in order; none where the experiment keeps none.
    async fn ticks(&self, experiment: ExperimentId, key: EpisodeKey) -> PortResult<Vec<TickRow>>;
}
