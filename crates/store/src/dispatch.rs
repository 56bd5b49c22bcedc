//! Which jobs the queue should carry: those that no message stands for.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::ids::{ExperimentId, Fence, JobId};
use domain::ports::{Dispatch, DueJob, PortResult};
use domain::status::{ExperimentStatus, JobStatus};
use runtime::crash::{self, Point};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;

use crate::clock::{millis, now_ms};
use crate::entity::jobs::{Column, Entity};
use crate::error::Result;
use crate::experiments::{load, status_of};
use crate::session::SqlStore;

/// Most ids in one statement, below the databases' limits on bound values.
const CHUNK: usize = 10_000;

#[async_trait]
impl Dispatch for SqlStore {
    async fn due_jobs(&self, id: ExperimentId, limit: u32) -> PortResult<Vec<DueJob>> {
        self.retrying("find jobs to be queued", || self.due(id, u64::from(limit))).await
    }

    async fn overdue_jobs(&self, id: ExperimentId, age: Duration, limit: u32) -> PortResult<Vec<DueJob>> {
        self.retrying("find jobs that the queue has lost", || self.overdue(id, age, u64::from(limit))).await
    }

    async fn mark_queued(&self, jobs: &[DueJob]) -> PortResult<()> {
        self.retrying("mark jobs as queued", || self.mark_queued_once(jobs)).await
    }
}

impl SqlStore {
    async fn due(&self, id: ExperimentId, limit: u64) -> Result<Vec<DueJob>> {
        if !self.is_running(id).await? {
            return Ok(vec![]);
        }
        let open =
            Entity::find().filter(Column::Status.eq(JobStatus::Open.name())).filter(Column::QueuedAtMs.is_null());
        let mut due = self.read(id, open, limit).await?;
        if (due.len() as u64) < limit {
            // Once per lapse: whoever queues it notes a moment after the end of this lease.
            let unnoticed = Condition::any()
                .add(Column::QueuedAtMs.is_null())
                .add(Expr::col(Column::QueuedAtMs).lte(Expr::col(Column::LeaseUntilMs)));
            let lapsed = Entity::find().filter(lapsed(now_ms(&self.db).await?)).filter(unnoticed);
            due.extend(self.read(id, lapsed, limit - due.len() as u64).await?);
        }
        Ok(due)
    }

    async fn overdue(&self, id: ExperimentId, age: Duration, limit: u64) -> Result<Vec<DueJob>> {
        if !self.is_running(id).await? {
            return Ok(vec![]);
        }
        let now = now_ms(&self.db).await?;
        let free = Condition::any().add(Column::Status.eq(JobStatus::Open.name())).add(lapsed(now));
        let waiting = Entity::find().filter(free).filter(Column::QueuedAtMs.lte(now.saturating_sub(millis(age))));
        self.read(id, waiting, limit).await
    }

    async fn mark_queued_once(&self, jobs: &[DueJob]) -> Result<()> {
        let mut by_fence: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
        for DueJob { job, fence } in jobs {
            by_fence.entry(fence.0).or_default().push(job.0);
        }
        let tx = self.begin().await?;
        let now = now_ms(&*tx).await?;
        for (fence, ids) in &by_fence {
            for chunk in ids.chunks(CHUNK) {
                Entity::update_many()
                    .col_expr(Column::QueuedAtMs, Expr::value(now))
                    .filter(Column::Id.is_in(chunk.iter().copied()))
                    // Another claim may have come and gone since: that one's return has to be queued too.
                    .filter(Column::Fence.eq(*fence))
                    .exec(&*tx)
                    .await?;
            }
        }
        crash::around(Point::QueuedReady, Point::Queued, tx.commit()).await
    }

    async fn is_running(&self, id: ExperimentId) -> Result<bool> {
        Ok(status_of(&load(&self.db, id).await?)? == ExperimentStatus::Running)
    }

    async fn read(&self, id: ExperimentId, jobs: Select<Entity>, limit: u64) -> Result<Vec<DueJob>> {
        let rows: Vec<(Uuid, i64)> = jobs
            .select_only()
            .columns([Column::Id, Column::Fence])
            .filter(Column::ExperimentId.eq(id.0))
            .order_by_asc(Column::Generation)
            .order_by_asc(Column::Ordinal)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|(job, fence)| DueJob { job: JobId(job), fence: Fence(fence) }).collect())
    }
}

/// Held by a claim whose lease has run out.
fn lapsed(now: i64) -> Condition {
    Condition::all().add(Column::Status.eq(JobStatus::Running.name())).add(Column::LeaseUntilMs.lte(now))
}
