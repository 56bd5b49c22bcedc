//! Jobs and dead letters as they are shown.

use domain::ports::{AttemptRecord, DeadLetter, JobDetail, JobEpisode, JobRecord};
use domain::status::JobStatus;

use super::BadMessage;
use crate::orchestrator::v1;

impl From<JobStatus> for v1::JobStatus {
    fn from(status: JobStatus) -> Self {
        match status {
            JobStatus::Open => Self::Open,
            JobStatus::Running => Self::Running,
            JobStatus::Done => Self::Done,
        }
    }
}

impl TryFrom<v1::JobStatus> for JobStatus {
    type Error = BadMessage;
    fn try_from(status: v1::JobStatus) -> Result<Self, BadMessage> {
        match status {
            v1::JobStatus::Unspecified => Err(BadMessage::new("statuses", "is not a status of a job")),
            v1::JobStatus::Open => Ok(Self::Open),
            v1::JobStatus::Running => Ok(Self::Running),
            v1::JobStatus::Done => Ok(Self::Done),
        }
    }
}

impl From<JobRecord> for v1::Job {
    fn from(job: JobRecord) -> Self {
        Self {
            id: job.id.to_string(),
            experiment_id: job.experiment.to_string(),
            generation: job.generation,
            ordinal: job.ordinal,
            agent: job.agent.to_string(),
            status: v1::JobStatus::from(job.status).into(),
            owner: job.owner.unwrap_or_default(),
            fence: job.fence.0,
            lease_left_ms: job.lease_left_ms,
            failed_attempts: job.failed_attempts,
            episodes: job.episodes,
            episodes_scored: job.episodes_scored,
        }
    }
}

impl From<AttemptRecord> for v1::JobAttempt {
    fn from(attempt: AttemptRecord) -> Self {
        Self {
            fence: attempt.fence.0,
            worker: attempt.worker,
            started_at_ms: attempt.started_at_ms,
            ended_at_ms: attempt.ended_at_ms,
            error: attempt.error.unwrap_or_default(),
        }
    }
}

impl From<JobEpisode> for v1::JobEpisode {
    fn from(episode: JobEpisode) -> Self {
        Self {
            replicate: episode.replicate,
            doom_seed: episode.doom_seed,
            scored_by: episode.scored_by.map(|fence| fence.0),
        }
    }
}

impl From<JobDetail> for v1::GetJobResponse {
    fn from(detail: JobDetail) -> Self {
        Self {
            job: Some(detail.job.into()),
            attempts: detail.attempts.into_iter().map(Into::into).collect(),
            episodes: detail.episodes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<DeadLetter> for v1::DeadLetter {
    fn from(letter: DeadLetter) -> Self {
        let id = |of: fn(&domain::ports::JobMessage) -> String| letter.message.as_ref().map(of).unwrap_or_default();
        Self {
            job_id: id(|message| message.job.to_string()),
            experiment_id: id(|message| message.experiment.to_string()),
            dead_at_ms: letter.dead_at_ms,
            bytes: letter.bytes as u64,
            reason: letter.reason,
        }
    }
}
