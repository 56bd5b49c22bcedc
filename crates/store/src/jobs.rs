//! Jobs: leased to one worker at a time, with a number that fences all earlier claims.

use std::collections::HashSet;
use std::time::Duration;

use domain::ErrorKind;
use domain::ids::{ExperimentId, Fence, JobId};
use domain::plan::PlannedEpisode;
use domain::ports::{Assignment, Claim, PortResult};
use domain::reason;
use domain::status::{ExperimentStatus, JobStatus};
use runtime::crash::{self, Point};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::attempts;
use crate::clock::{lease_end, now_ms};
use crate::convert;
use crate::entity::{episodes, experiments, jobs, members, scores};
use crate::error::{Error, Result, damaged, refused, refused_as};
use crate::experiments::{load, load_shared, status_of};
use crate::session::SqlStore;

impl SqlStore {
    pub(crate) async fn list_open_jobs(&self, id: ExperimentId) -> PortResult<Vec<JobId>> {
        self.retrying("list open jobs", || async {
            if status_of(&load(&self.db, id).await?)? != ExperimentStatus::Running {
                return Ok(vec![]);
            }
            let lapsed = Condition::all()
                .add(jobs::Column::Status.eq(JobStatus::Running.name()))
                .add(jobs::Column::LeaseUntilMs.lte(now_ms(&self.db).await?));
            let open = Condition::any().add(jobs::Column::Status.eq(JobStatus::Open.name())).add(lapsed);
            let ids: Vec<Uuid> = jobs::Entity::find()
                .select_only()
                .column(jobs::Column::Id)
                .filter(jobs::Column::ExperimentId.eq(id.0))
                .filter(open)
                .order_by_asc(jobs::Column::Generation)
                .order_by_asc(jobs::Column::Ordinal)
                .into_tuple()
                .all(&self.db)
                .await?;
            Ok(ids.into_iter().map(JobId).collect())
        })
        .await
    }

    /// `token` names this call: where the answer of a commit was lost, the next run recognises its own claim by it.
    pub(crate) async fn claim_once(&self, id: JobId, worker: &str, lease: Duration, token: Uuid) -> Result<Claim> {
        let tx = self.begin().await?;
        let Some(job) = lock(&tx, id).await? else { return Ok(Claim::Unknown) };
        // Shared with other claims, and against whoever pauses or stops: no job begins after that has returned.
        let experiment = load_shared(&tx, ExperimentId(job.experiment_id)).await?;
        if job.claim == Some(token) && job.status == JobStatus::Running.name() {
            return assignment(&tx, job, experiment).await;
        }
        let now = now_ms(&*tx).await?;
        if let Some(refusal) = refusal(&job, &experiment, now)? {
            if matches!(refusal, Claim::Paused) {
                forget_queued(&tx, &job).await?;
                tx.commit().await?;
            }
            return Ok(refusal);
        }
        let job = take(&tx, job, worker, now, lease_end(now, lease), token).await?;
        let claim = assignment(&tx, job, experiment).await?;
        crash::around(Point::ClaimReady, Point::Claimed, tx.commit()).await?;
        Ok(claim)
    }
}

/// Reads a job and keeps others from changing it.
pub(crate) async fn lock(tx: &DatabaseTransaction, id: JobId) -> Result<Option<jobs::Model>> {
    Ok(jobs::Entity::find_by_id(id.0).lock(LockType::NoKeyUpdate).one(tx).await?)
}

/// Reads and locks a job that must still belong to the claim with this fence. The lock keeps a takeover waiting
/// until the caller has committed, so nothing of an old claim can be written after a new one is granted.
pub(crate) async fn held(tx: &DatabaseTransaction, id: JobId, fence: Fence) -> Result<jobs::Model> {
    let job = lock(tx, id).await?.ok_or_else(|| unknown(id))?;
    check_held(&job, fence)?;
    Ok(job)
}

/// Whether a locked job still belongs to the claim with this fence.
pub(crate) fn check_held(job: &jobs::Model, fence: Fence) -> Result<()> {
    let given_back = job.status == JobStatus::Open.name();
    if job.fence != fence.0 || given_back { Err(fenced(JobId(job.id))) } else { Ok(()) }
}

/// Whether a worker may still be playing a job of an experiment.
pub(crate) async fn are_in_play(tx: &DatabaseTransaction, id: ExperimentId) -> Result<bool> {
    let held = jobs::Entity::find()
        .select_only()
        .column(jobs::Column::Id)
        .filter(jobs::Column::ExperimentId.eq(id.0))
        .filter(jobs::Column::Status.eq(JobStatus::Running.name()))
        .filter(jobs::Column::LeaseUntilMs.gt(now_ms(tx).await?))
        .into_tuple::<Uuid>()
        .one(tx)
        .await?;
    Ok(held.is_some())
}

/// Tells a worker that what it plays is not wanted any more.
pub(crate) async fn check_going_on(tx: &DatabaseTransaction, id: ExperimentId) -> Result<()> {
    let status = status_of(&load(tx, id).await?)?;
    if status.has_ended() {
        let message = format!("experiment {id} is {status}: its jobs are played no more");
        return Err(refused(ErrorKind::FailedPrecondition, message));
    }
    Ok(())
}

/// Ends the present attempt at a job.
pub(crate) async fn settle(
    tx: &DatabaseTransaction,
    job: &jobs::Model,
    status: JobStatus,
    error: Option<&str>,
    now: i64,
) -> Result<()> {
    let change = jobs::ActiveModel {
        id: Set(job.id),
        status: Set(status.name().to_owned()),
        owner: Set(None),
        lease_until_ms: Set(None),
        // No message stands for a job that is open again.
        queued_at_ms: if status == JobStatus::Open { Set(None) } else { NotSet },
        // Only what went wrong counts: a worker that was killed or stopped says nothing about the job.
        failed_attempts: Set(job.failed_attempts + i32::from(error.is_some())),
        ..Default::default()
    };
    jobs::Entity::update(change).exec(tx).await?;
    attempts::end(tx, job, error, now).await
}

/// Episodes of a job in order of replicates.
pub(crate) async fn episodes_of(tx: &DatabaseTransaction, job: Uuid) -> Result<Vec<PlannedEpisode>> {
    let rows = episodes::Entity::find()
        .filter(episodes::Column::JobId.eq(job))
        .order_by_asc(episodes::Column::Replicate)
        .all(tx)
        .await?;
    rows.iter().map(convert::episode).collect()
}

/// Those of a job's episodes that have no score.
pub(crate) async fn unscored(
    tx: &DatabaseTransaction,
    job: &jobs::Model,
    mut episodes: Vec<PlannedEpisode>,
) -> Result<Vec<PlannedEpisode>> {
    let (Some(first), Some(last)) = (episodes.first(), episodes.last()) else { return Ok(episodes) };
    let scored: Vec<i64> = scores::Entity::find()
        .select_only()
        .column(scores::Column::Replicate)
        .filter(scores::Column::ExperimentId.eq(job.experiment_id))
        .filter(scores::Column::Generation.eq(job.generation))
        .filter(scores::Column::Position.eq(job.position))
        .filter(scores::Column::Replicate.between(i64::from(first.replicate), i64::from(last.replicate)))
        .into_tuple()
        .all(tx)
        .await?;
    let scored: HashSet<i64> = scored.into_iter().collect();
    episodes.retain(|episode| !scored.contains(&i64::from(episode.replicate)));
    Ok(episodes)
}

pub(crate) fn unknown(id: JobId) -> Error {
    refused_as(reason::JOB_NOT_FOUND, format!("there is no job {id}"))
}

pub(crate) fn fenced(id: JobId) -> Error {
    refused(ErrorKind::Fenced, format!("job {id} is no longer held by this attempt"))
}

fn refusal(job: &jobs::Model, experiment: &experiments::Model, now: i64) -> Result<Option<Claim>> {
    let status: JobStatus = convert::parse(&job.status, "status of a job")?;
    let experiment = status_of(experiment)?;
    if status == JobStatus::Done || experiment == ExperimentStatus::Stopping || experiment.has_ended() {
        return Ok(Some(Claim::Settled));
    }
    if experiment == ExperimentStatus::Paused {
        return Ok(Some(Claim::Paused));
    }
    let is_held = status == JobStatus::Running && job.lease_until_ms.is_some_and(|until| until > now);
    Ok(is_held.then_some(Claim::Held))
}

/// Whoever is told that the experiment is paused drops its message.
async fn forget_queued(tx: &DatabaseTransaction, job: &jobs::Model) -> Result<()> {
    let change = jobs::ActiveModel { id: Set(job.id), queued_at_ms: Set(None), ..Default::default() };
    jobs::Entity::update(change).exec(tx).await?;
    Ok(())
}

async fn take(
    tx: &DatabaseTransaction,
    job: jobs::Model,
    worker: &str,
    now: i64,
    until: i64,
    token: Uuid,
) -> Result<jobs::Model> {
    attempts::end(tx, &job, Some("the lease ran out"), now).await?;
    let change = jobs::ActiveModel {
        id: Set(job.id),
        status: Set(JobStatus::Running.name().to_owned()),
        fence: Set(job.fence + 1),
        owner: Set(Some(worker.to_owned())),
        claim: Set(Some(token)),
        lease_until_ms: Set(Some(until)),
        ticks: Set(0),
        progress_at_ms: Set(Some(now)),
        ..Default::default()
    };
    let job = jobs::Entity::update(change).exec(tx).await?;
    attempts::begin(tx, &job, worker, now).await?;
    Ok(job)
}

async fn assignment(tx: &DatabaseTransaction, job: jobs::Model, experiment: experiments::Model) -> Result<Claim> {
    let episodes = unscored(tx, &job, episodes_of(tx, job.id).await?).await?;
    let member = convert::member(&member_of(tx, &job).await?)?;
    Ok(Claim::Granted(Box::new(Assignment {
        job: JobId(job.id),
        fence: Fence(job.fence),
        experiment: ExperimentId(experiment.id),
        spec: convert::spec(&experiment)?,
        provenance: convert::provenance(&experiment)?,
        generation: convert::number(job.generation, "number of a generation")?,
        member,
        episodes,
        failed_attempts: u32::try_from(job.failed_attempts).map_err(|error| damaged("failed attempts", error))?,
    })))
}

/// Reads the member that plays a job.
pub(crate) async fn member_of(tx: &DatabaseTransaction, job: &jobs::Model) -> Result<members::Model> {
    let row = members::Entity::find_by_id((job.experiment_id, job.generation, job.position)).one(tx).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(format!("member of job {}", job.id)).into())
}
