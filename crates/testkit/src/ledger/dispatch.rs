//! Which jobs the queue should carry, and what the fences have kept out.

use std::time::Duration;

use domain::ids::ExperimentId;
use domain::ports::{DueJob, FenceCounts, PortResult};
use domain::status::{ExperimentStatus, JobStatus};

use super::book::{Book, Job};
use super::jobs::millis;

impl Book {
    pub(super) fn due_jobs(&self, id: ExperimentId, limit: u32, now: i64) -> PortResult<Vec<DueJob>> {
        let is_unqueued = |job: &&Job| job.status == JobStatus::Open && job.queued_at_ms.is_none();
        // Once per lapse: whoever queues it notes a moment after the end of this lease.
        let is_unnoticed = |job: &&Job| job.is_lapsed(now) && job.queued_at_ms <= job.lease_until_ms;
        let jobs = self.running_jobs(id)?;
        let unqueued = jobs.iter().copied().filter(is_unqueued);
        let lapsed = jobs.iter().copied().filter(is_unnoticed);
        Ok(unqueued.chain(lapsed).take(limit as usize).map(due).collect())
    }

    pub(super) fn overdue_jobs(
        &self,
        id: ExperimentId,
        age: Duration,
        limit: u32,
        now: i64,
    ) -> PortResult<Vec<DueJob>> {
        let since = now.saturating_sub(millis(age));
        let is_overdue = |job: &&Job| {
            let is_free = job.status == JobStatus::Open || job.is_lapsed(now);
            is_free && job.queued_at_ms.is_some_and(|queued| queued <= since)
        };
        Ok(self.running_jobs(id)?.into_iter().filter(is_overdue).take(limit as usize).map(due).collect())
    }

    pub(super) fn mark_queued(&mut self, jobs: &[DueJob], now: i64) {
        for due in jobs {
            // Another claim may have come and gone since: that one's return has to be queued too.
            if let Some(job) = self.jobs.get_mut(&due.job).filter(|job| job.fence == due.fence) {
                job.queued_at_ms = Some(now);
            }
        }
    }

    pub(super) fn fence_counts(&self) -> FenceCounts {
        let terms = self.terms(u32::MAX);
        let attempts = || self.jobs.values().flat_map(|job| &job.attempts);
        FenceCounts {
            leader_takeovers: terms.len().saturating_sub(1) as u64,
            fenced_plans: terms.iter().map(|term| term.fenced_writes).sum(),
            job_takeovers: self.jobs.values().map(|job| job.attempts.len().saturating_sub(1) as u64).sum(),
            fenced_writes: attempts().map(|attempt| attempt.fenced_writes).sum(),
            late_results: attempts().map(|attempt| attempt.late_results).sum(),
        }
    }

    /// The jobs of an experiment in the order they were planned; none if it does not run.
    fn running_jobs(&self, id: ExperimentId) -> PortResult<Vec<&Job>> {
        let experiment = self.experiment(id)?;
        if experiment.record.status != ExperimentStatus::Running {
            return Ok(Vec::new());
        }
        Ok(experiment.jobs.iter().filter_map(|job| self.jobs.get(job)).collect())
    }
}

impl Job {
    /// Held by a claim whose lease has run out.
    fn is_lapsed(&self, now: i64) -> bool {
        self.status == JobStatus::Running && !self.is_leased(now)
    }
}

fn due(job: &Job) -> DueJob {
    DueJob { job: job.plan.id, fence: job.fence }
}
