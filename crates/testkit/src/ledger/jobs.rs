//! Jobs: leased to one worker at a time, with a number that fences all earlier claims.

use std::time::Duration;

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{ExperimentId, Fence, JobId};
use domain::plan::PlannedEpisode;
use domain::ports::{Assignment, Claim, PortError, PortResult, Renewal, Renewed};
use domain::score::EpisodeKey;
use domain::status::{ExperimentStatus, JobStatus};

use super::book::{Attempt, Book, Experiment, Job, Place, refused};

impl Book {
    pub(super) fn open_jobs(&self, id: ExperimentId, now: i64) -> PortResult<Vec<JobId>> {
        let experiment = self.experiment(id)?;
        if experiment.record.status != ExperimentStatus::Running {
            return Ok(Vec::new());
        }
        let is_open = |id: &&JobId| {
            self.jobs.get(id).is_some_and(|job| match job.status {
                JobStatus::Open => true,
                JobStatus::Running => !job.is_leased(now),
                JobStatus::Done => false,
            })
        };
        Ok(experiment.jobs.iter().filter(is_open).copied().collect())
    }

    pub(super) fn claim(&mut self, id: JobId, worker: &str, lease: Duration, token: u64, now: i64) -> Claim {
        let Some(job) = self.jobs.get_mut(&id) else { return Claim::Unknown };
        let Some(experiment) = self.experiments.get(&job.experiment) else { return Claim::Unknown };
        let is_own = job.token == Some(token) && job.status == JobStatus::Running;
        if !is_own {
            if let Some(refusal) = refusal(job, experiment, self.rules.stops, now) {
                if matches!(refusal, Claim::Paused) {
                    // Whoever is told so drops its message.
                    job.queued_at_ms = None;
                }
                return refusal;
            }
            job.status = JobStatus::Running;
            job.fence = Fence(job.fence.0 + 1);
            job.token = Some(token);
            job.owner = Some(worker.to_owned());
            job.lease_until_ms = Some(lease_end(now, lease));
            job.ticks = 0;
            job.progress_at_ms = Some(now);
            job.attempts.push(Attempt::default());
        }
        assignment(job, experiment)
    }

    pub(super) fn renew(&mut self, id: JobId, fence: Fence, renewal: &Renewal, now: i64) -> PortResult<Renewed> {
        let job = self.held(id, fence)?;
        if job.status != JobStatus::Running {
            return Ok(Renewed::Prolonged);
        }
        let experiment = job.experiment;
        let status = self.experiment(experiment)?.record.status;
        if status.has_ended() {
            let message = format!("experiment {experiment} is {status}: its jobs are played no more");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        let job = self.held(id, fence)?;
        let gets_on = renewal.ticks > job.ticks;
        let progress_at = if gets_on { now } else { job.progress_at_ms.unwrap_or(now) };
        let still = now.saturating_sub(progress_at);
        if !gets_on && still >= millis(renewal.patience) {
            self.give_back(id, &format!("no progress for {:.1} s", still as f64 / 1000.0), now)?;
            return Ok(Renewed::Stuck);
        }
        job.lease_until_ms = Some(lease_end(now, renewal.lease));
        job.ticks = job.ticks.max(renewal.ticks);
        job.progress_at_ms = Some(progress_at);
        Ok(Renewed::Prolonged)
    }

    pub(super) fn release(&mut self, id: JobId, fence: Fence, error: &str, now: i64) -> PortResult<()> {
        let fences = self.rules.fences;
        let job = self.jobs.get(&id).ok_or_else(|| unknown(id))?;
        if job.fence != fence && fences {
            return Err(fenced(id));
        }
        // Released before or done: there is nothing to give back.
        if job.status != JobStatus::Running { Ok(()) } else { self.give_back(id, error, now) }
    }

    /// Opens a job again, and tells of the error that ended the attempt, if there was one.
    fn give_back(&mut self, id: JobId, error: &str, now: i64) -> PortResult<()> {
        let job = self.jobs.get_mut(&id).ok_or_else(|| unknown(id))?;
        let place = job.place();
        settle(job, JobStatus::Open);
        if error.is_empty() {
            return Ok(());
        }
        job.failed_attempts += 1;
        let event = self.error_event(&place, error)?;
        self.write_events(place.experiment, &[event], now)
    }

    /// Counts a write that came too late, with `results` scores in it, with its attempt.
    pub(super) fn counting_late<T>(
        &mut self,
        id: JobId,
        fence: Fence,
        results: usize,
        outcome: PortResult<T>,
    ) -> PortResult<T> {
        let index = usize::try_from(fence.0 - 1).unwrap_or(usize::MAX);
        if outcome.as_ref().is_err_and(|error| error.kind == ErrorKind::Fenced)
            && let Some(attempt) = self.jobs.get_mut(&id).and_then(|job| job.attempts.get_mut(index))
        {
            attempt.fenced_writes += 1;
            attempt.late_results += results as u64;
        }
        outcome
    }

    /// A job that must still belong to the claim with this fence.
    pub(super) fn held(&mut self, id: JobId, fence: Fence) -> PortResult<&mut Job> {
        let fences = self.rules.fences;
        let job = self.jobs.get_mut(&id).ok_or_else(|| unknown(id))?;
        let given_back = job.status == JobStatus::Open;
        if fences && (job.fence != fence || given_back) { Err(fenced(id)) } else { Ok(job) }
    }

    /// Counts the error with the member and tells of it; the count keeps the ids of repeated errors apart.
    fn error_event(&mut self, job: &Place, error: &str) -> PortResult<Event> {
        let row = self.member_mut(job)?;
        let occurrence = row.errors;
        row.errors += 1;
        let (agent, message) = (row.member.agent.clone(), error.to_owned());
        let fact = Fact::AgentError { generation: job.generation, agent, message };
        Ok(Event { experiment: job.experiment, occurrence, fact })
    }
}

/// Ends the present attempt at a job.
pub(super) fn settle(job: &mut Job, status: JobStatus) {
    job.status = status;
    job.owner = None;
    job.lease_until_ms = None;
    if status == JobStatus::Open {
        // No message stands for a job that is open again.
        job.queued_at_ms = None;
    }
}

/// When a lease ends that begins at `now`.
pub(super) fn lease_end(now: i64, lease: Duration) -> i64 {
    now.saturating_add(millis(lease))
}

/// A time in the unit of the clock.
pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Those of a job's episodes that have no score.
pub(super) fn unscored(job: &Job, experiment: &Experiment) -> Vec<PlannedEpisode> {
    let is_unscored = |episode: &&PlannedEpisode| {
        let (generation, position) = (job.generation, job.plan.position);
        experiment.scores.get(&EpisodeKey { generation, position, replicate: episode.replicate }).is_none()
    };
    job.plan.episodes.iter().filter(is_unscored).copied().collect()
}

fn refusal(job: &Job, experiment: &Experiment, stops: bool, now: i64) -> Option<Claim> {
    let status = experiment.record.status;
    let is_over = status == ExperimentStatus::Stopping || status.has_ended();
    if job.status == JobStatus::Done || (is_over && stops) {
        return Some(Claim::Settled);
    }
    if status == ExperimentStatus::Paused {
        return Some(Claim::Paused);
    }
    job.is_leased(now).then_some(Claim::Held)
}

fn assignment(job: &Job, experiment: &Experiment) -> Claim {
    let generation = experiment.generations.get(&job.generation);
    let members = generation.map_or(&[][..], |generation| &generation.members);
    let Some(row) = members.iter().find(|row| row.member.position == job.plan.position) else { return Claim::Unknown };
    Claim::Granted(Box::new(Assignment {
        job: job.plan.id,
        fence: job.fence,
        experiment: job.experiment,
        spec: experiment.record.spec.clone(),
        provenance: experiment.record.provenance.clone(),
        generation: job.generation,
        member: row.member.clone(),
        episodes: unscored(job, experiment),
        failed_attempts: job.failed_attempts,
    }))
}

fn unknown(id: JobId) -> PortError {
    refused(ErrorKind::NotFound, format!("there is no job {id}"))
}

fn fenced(id: JobId) -> PortError {
    refused(ErrorKind::Fenced, format!("job {id} is no longer held by this attempt"))
}
