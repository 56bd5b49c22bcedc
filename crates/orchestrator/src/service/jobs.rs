//! The calls about jobs.

use domain::Violation;
use domain::ids::{ExperimentId, JobId};
use domain::ports::JobFilter;
use domain::status::JobStatus;
use proto::orchestrator::v1 as pb;
use tonic::Status;

use super::{page, status};
use crate::core::Core;
use crate::jobs;

/// Dead letters that are listed unless the caller asks for another number.
const LETTERS: u32 = 100;
/// Most dead letters of one answer.
const MOST_LETTERS: u32 = 1000;

pub(super) async fn list(
    core: &Core,
    experiment: ExperimentId,
    request: pb::ListJobsRequest,
) -> Result<pb::ListJobsResponse, Status> {
    let statuses: Result<Vec<_>, _> = request.statuses().map(JobStatus::try_from).collect();
    let filter = JobFilter {
        generation: request.generation,
        statuses: statuses?,
        owner: Some(request.owner).filter(|owner| !owner.is_empty()),
        failed: request.failed,
    };
    let page = page(request.page_size, request.page_token);
    let (jobs, next) = core.jobs.jobs(experiment, &filter, &page).await.map_err(status)?;
    Ok(pb::ListJobsResponse {
        jobs: jobs.into_iter().map(Into::into).collect(),
        next_page_token: next.unwrap_or_default(),
    })
}

pub(super) async fn get(core: &Core, request: &pb::GetJobRequest) -> Result<pb::GetJobResponse, Status> {
    let id = job_id("job_id", &request.job_id)?;
    Ok(core.jobs.job(id).await.map_err(status)?.into())
}

pub(super) async fn dead(
    core: &Core,
    request: &pb::ListDeadLettersRequest,
) -> Result<pb::ListDeadLettersResponse, Status> {
    let limit = if request.limit == 0 { LETTERS } else { request.limit.min(MOST_LETTERS) };
    let letters = core.dead.dead_letters(limit as usize).await.map_err(status)?;
    Ok(pb::ListDeadLettersResponse { dead_letters: letters.into_iter().map(Into::into).collect() })
}

pub(super) async fn redrive(core: &Core, request: &pb::RedriveJobsRequest) -> Result<pb::RedriveJobsResponse, Status> {
    let ids: Result<Vec<_>, _> = request.job_ids.iter().map(|id| job_id("job_ids", id)).collect();
    let jobs = jobs::redrive(core, &ids?).await.map_err(status)?;
    let limit = request.dead_letters.min(MOST_LETTERS);
    let letters = match limit {
        0 => 0,
        limit => core.dead.redrive(limit as usize).await.map_err(status)?,
    };
    Ok(pb::RedriveJobsResponse { jobs: jobs as u32, dead_letters: letters as u32 })
}

fn job_id(field: &str, text: &str) -> Result<JobId, Status> {
    text.parse().map_err(|_| {
        let violation = Violation::new(field, format!("`{text}` is not the id of a job"))
            .with_help("`orchestrator jobs list EXPERIMENT` shows them");
        proto::status::invalid("no job is named", &[violation])
    })
}
