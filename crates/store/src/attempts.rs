//! Attempts: kept alive while they get on, given back, and what comes after their end.

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{ExperimentId, Fence, JobId};
use domain::ports::{PortResult, Renewal, Renewed};
use domain::status::JobStatus;
use runtime::crash::{self, Point};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _};

use crate::clock::{lease_end, millis, now_ms};
use crate::convert::{self, stored_count};
use crate::entity::{attempts, jobs, members};
use crate::error::Result;
use crate::jobs::{check_going_on, fenced, held, lock, member_of, settle, unknown};
use crate::session::{SqlStore, Tx};

impl SqlStore {
    pub(crate) async fn renew_once(&self, id: JobId, fence: Fence, renewal: &Renewal) -> Result<Renewed> {
        let tx = self.begin().await?;
        let job = held(&tx, id, fence).await?;
        if job.status != JobStatus::Running.name() {
            return Ok(Renewed::Prolonged);
        }
        check_going_on(&tx, ExperimentId(job.experiment_id)).await?;
        let now = now_ms(&*tx).await?;
        let ticks = stored_count(renewal.ticks);
        let gets_on = ticks > job.ticks;
        let progress_at = if gets_on { now } else { job.progress_at_ms.unwrap_or(now) };
        let still = now.saturating_sub(progress_at);
        if !gets_on && still >= millis(renewal.patience) {
            let error = format!("no progress for {:.1} s", still as f64 / 1000.0);
            self.give_back(&tx, &job, &error, now).await?;
            tx.commit().await?;
            return Ok(Renewed::Stuck);
        }
        let change = jobs::ActiveModel {
            id: Set(id.0),
            lease_until_ms: Set(Some(lease_end(now, renewal.lease))),
            ticks: Set(if gets_on { ticks } else { job.ticks }),
            progress_at_ms: Set(Some(progress_at)),
            ..Default::default()
        };
        jobs::Entity::update(change).exec(&*tx).await?;
        crash::around(Point::LeaseReady, Point::LeaseRenewed, tx.commit()).await?;
        Ok(Renewed::Prolonged)
    }

    pub(crate) async fn release_once(&self, id: JobId, fence: Fence, error: &str) -> Result<()> {
        let tx = self.begin().await?;
        let job = lock(&tx, id).await?.ok_or_else(|| unknown(id))?;
        if job.fence != fence.0 {
            return Err(fenced(id));
        }
        // Released before or done: there is nothing to give back.
        if job.status != JobStatus::Running.name() {
            return Ok(());
        }
        let now = now_ms(&*tx).await?;
        self.give_back(&tx, &job, error, now).await?;
        crash::around(Point::ReleaseReady, Point::Released, tx.commit()).await
    }

    /// Opens a job again, and tells of the error that ended the attempt, if there was one.
    async fn give_back(&self, tx: &Tx, job: &jobs::Model, error: &str, now: i64) -> Result<()> {
        settle(tx, job, JobStatus::Open, Some(error).filter(|error| !error.is_empty()), now).await?;
        if !error.is_empty() {
            let event = error_event(tx, job, error).await?;
            self.write_events(tx, &[event], now).await?;
        }
        Ok(())
    }

    /// Counts a refused write with its attempt, in a transaction of its own: the one that was refused has left nothing
    /// behind. `results` is the number of scores in it.
    pub(crate) async fn counting_late<T>(
        &self,
        job: JobId,
        fence: Fence,
        results: usize,
        outcome: PortResult<T>,
    ) -> PortResult<T> {
        if outcome.as_ref().is_err_and(|error| error.kind == ErrorKind::Fenced)
            && let Err(error) = self.retrying("count a late result", || self.count_late_once(job, fence, results)).await
        {
            tracing::warn!(%error, %job, results, "late results are not counted");
        }
        outcome
    }

    async fn count_late_once(&self, job: JobId, fence: Fence, results: usize) -> Result<()> {
        use attempts::Column;
        let tx = self.begin().await?;
        attempts::Entity::update_many()
            .col_expr(Column::FencedWrites, Expr::col(Column::FencedWrites).add(1))
            .col_expr(Column::LateResults, Expr::col(Column::LateResults).add(stored_count(results as u64)))
            .filter(Column::JobId.eq(job.0))
            .filter(Column::Fence.eq(fence.0))
            .exec(&*tx)
            .await?;
        tx.commit().await
    }
}

/// Begins the attempt of a claim that was just granted.
pub(crate) async fn begin(tx: &DatabaseTransaction, job: &jobs::Model, worker: &str, now: i64) -> Result<()> {
    let attempt = attempts::ActiveModel {
        job_id: Set(job.id),
        fence: Set(job.fence),
        worker: Set(worker.to_owned()),
        started_at_ms: Set(now),
        ended_at_ms: NotSet,
        error: NotSet,
        fenced_writes: Set(0),
        late_results: Set(0),
    };
    attempts::Entity::insert(attempt).exec_without_returning(tx).await?;
    Ok(())
}

/// Ends the present attempt at a job, if it goes on.
pub(crate) async fn end(tx: &DatabaseTransaction, job: &jobs::Model, error: Option<&str>, now: i64) -> Result<()> {
    attempts::Entity::update_many()
        .col_expr(attempts::Column::EndedAtMs, Expr::value(now))
        .col_expr(attempts::Column::Error, Expr::value(error.map(str::to_owned)))
        .filter(attempts::Column::JobId.eq(job.id))
        .filter(attempts::Column::Fence.eq(job.fence))
        .filter(attempts::Column::EndedAtMs.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Counts the error with the member and tells of it; the count keeps the ids of repeated errors apart.
async fn error_event(tx: &DatabaseTransaction, job: &jobs::Model, error: &str) -> Result<Event> {
    use members::Column;
    let count = Query::update()
        .table(members::Entity)
        .value(Column::Errors, Expr::col(Column::Errors).add(1))
        .and_where(Column::ExperimentId.eq(job.experiment_id))
        .and_where(Column::Generation.eq(job.generation))
        .and_where(Column::Position.eq(job.position))
        .to_owned();
    tx.execute(&count).await?;
    let member = member_of(tx, job).await?;
    let fact = Fact::AgentError {
        generation: convert::number(job.generation, "number of a generation")?,
        agent: convert::parse(&member.agent, "agent's name")?,
        message: error.to_owned(),
    };
    let occurrence = convert::number(member.errors - 1, "number of errors")?;
    Ok(Event { experiment: ExperimentId(job.experiment_id), occurrence, fact })
}
