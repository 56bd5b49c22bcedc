//! Looking at jobs, and putting them into the queue again.

use domain::ErrorKind;
use domain::ids::JobId;
use domain::ports::{JobMessage, JobRecord, PortError};
use domain::status::{ExperimentStatus, JobStatus};

use crate::core::Core;

/// Puts jobs of the ledger into the queue again, all or none.
///
/// # Errors
/// `NotFound`; `FailedPrecondition` if one of them is done, held by a worker, or of an experiment that is not running.
pub async fn redrive(core: &Core, ids: &[JobId]) -> Result<usize, PortError> {
    let mut messages = Vec::with_capacity(ids.len());
    for &id in ids {
        let job = core.jobs.job(id).await?.job;
        require_open(&job)?;
        let status = core.store.experiment(job.experiment).await?.status;
        if status != ExperimentStatus::Running {
            return Err(refusal(id, &format!("its experiment is {status}")));
        }
        messages.push(JobMessage { job: id, experiment: job.experiment });
    }
    core.queue.publish(&messages).await?;
    Ok(messages.len())
}

fn require_open(job: &JobRecord) -> Result<(), PortError> {
    match (job.status, job.lease_left_ms) {
        (JobStatus::Done, _) => Err(refusal(job.id, "it is done")),
        (JobStatus::Running, Some(left)) if left > 0 => {
            let owner = job.owner.as_deref().unwrap_or("a worker");
            Err(refusal(job.id, &format!("{owner} holds it for {} s more", left.div_euclid(1_000) + 1)))
        }
        _ => Ok(()),
    }
}

fn refusal(id: JobId, reason: &str) -> PortError {
    PortError::new(ErrorKind::FailedPrecondition, format!("job {id} is not put into the queue: {reason}"))
}
