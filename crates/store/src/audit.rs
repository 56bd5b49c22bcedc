//! Counts that prove how an experiment was played. Plain SQL, which says the same to both databases.

use async_trait::async_trait;
use domain::ids::{EventId, ExperimentId, JobId};
use domain::ports::{Audit, HeldJob, LedgerAudit, PortResult};
use domain::status::JobStatus;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Statement,
};
use uuid::Uuid;

use crate::clock::now_ms;
use crate::convert;
use crate::entity::{jobs, outbox};
use crate::error::Result;
use crate::session::SqlStore;

/// `$1` is the experiment everywhere.
const PLANNED: &str = "SELECT count(*) FROM episodes WHERE experiment_id = $1";
const SCORED: &str = "SELECT count(*) FROM scores WHERE experiment_id = $1";
const DISTINCT: &str = "SELECT count(*) FROM (SELECT DISTINCT generation, position, replicate FROM scores \
                        WHERE experiment_id = $1) AS keys";
const LOST: &str = "SELECT count(*) FROM episodes e WHERE e.experiment_id = $1 AND NOT EXISTS (SELECT 1 FROM scores s \
                    WHERE s.experiment_id = e.experiment_id AND s.generation = e.generation \
                    AND s.position = e.position AND s.replicate = e.replicate)";
const UNFINISHED: &str = "SELECT count(*) FROM jobs WHERE experiment_id = $1 AND status <> 'done'";
const CLAIMS: &str = "SELECT count(*) FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE j.experiment_id = $1";
const TAKEOVERS: &str = "SELECT count(*) FROM attempts a JOIN jobs j ON j.id = a.job_id \
                         JOIN attempts b ON b.job_id = a.job_id AND b.fence = a.fence + 1 \
                         WHERE j.experiment_id = $1 AND a.error = 'the lease ran out'";
/// A claim begins under the lock of its job, which a transaction that writes scores has held before: so no score of
/// an earlier claim can be younger, unless the fence was not looked at.
const LATE: &str = "SELECT count(*) FROM scores s JOIN episodes e ON e.experiment_id = s.experiment_id \
                    AND e.generation = s.generation AND e.position = s.position AND e.replicate = s.replicate \
                    WHERE s.experiment_id = $1 AND EXISTS (SELECT 1 FROM attempts a WHERE a.job_id = e.job_id \
                    AND a.fence > s.fence AND a.started_at_ms < s.scored_at_ms)";
const REUSED: &str = "SELECT (SELECT count(*) FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE j.experiment_id = $1) - \
                      (SELECT count(*) FROM (SELECT DISTINCT a.job_id, a.fence FROM attempts a JOIN jobs j \
                      ON j.id = a.job_id WHERE j.experiment_id = $1) AS fences)";
const REFUSED: &str = "SELECT CAST(COALESCE(SUM(a.fenced_writes), 0) AS BIGINT) FROM attempts a \
                       JOIN jobs j ON j.id = a.job_id WHERE j.experiment_id = $1";
const DIVERGENCES: &str = "SELECT count(*) FROM divergences WHERE experiment_id = $1";
const UNPUBLISHED: &str = "SELECT count(*) FROM outbox WHERE experiment_id = $1 AND published_at_ms IS NULL";

#[async_trait]
impl LedgerAudit for SqlStore {
    async fn audit(&self, id: ExperimentId) -> PortResult<Audit> {
        self.retrying("count the rows of an experiment", || async {
            Ok(Audit {
                planned: self.count(PLANNED, id).await?,
                scored: self.count(SCORED, id).await?,
                distinct: self.count(DISTINCT, id).await?,
                lost: self.count(LOST, id).await?,
                unfinished_jobs: self.count(UNFINISHED, id).await?,
                claims: self.count(CLAIMS, id).await?,
                takeovers: self.count(TAKEOVERS, id).await?,
                reused_fences: self.count(REUSED, id).await?,
                refused: self.count(REFUSED, id).await?,
                late_scores: self.count(LATE, id).await?,
                divergences: self.count(DIVERGENCES, id).await?,
                unpublished: self.count(UNPUBLISHED, id).await?,
            })
        })
        .await
    }

    async fn event_ids(&self, id: ExperimentId) -> PortResult<Vec<EventId>> {
        self.retrying("list the events of an experiment", || async {
            let ids: Vec<Uuid> = outbox::Entity::find()
                .select_only()
                .column(outbox::Column::EventId)
                .filter(outbox::Column::ExperimentId.eq(id.0))
                .order_by_asc(outbox::Column::Sequence)
                .into_tuple()
                .all(&self.db)
                .await?;
            Ok(ids.into_iter().map(EventId).collect())
        })
        .await
    }

    async fn held_jobs(&self) -> PortResult<Vec<HeldJob>> {
        self.retrying("list held jobs", || async {
            let rows = jobs::Entity::find()
                .filter(jobs::Column::Status.eq(JobStatus::Running.name()))
                .filter(jobs::Column::LeaseUntilMs.gt(now_ms(&self.db).await?))
                .order_by_asc(jobs::Column::Id)
                .all(&self.db)
                .await?;
            Ok(rows.into_iter().filter_map(held).collect())
        })
        .await
    }
}

fn held(row: jobs::Model) -> Option<HeldJob> {
    Some(HeldJob { job: JobId(row.id), experiment: ExperimentId(row.experiment_id), worker: row.owner? })
}

impl SqlStore {
    async fn count(&self, sql: &str, id: ExperimentId) -> Result<u64> {
        let statement = Statement::from_sql_and_values(self.db.get_database_backend(), sql, [id.0.into()]);
        let row = self.db.query_one_raw(statement).await?;
        // The one unnamed column is named by the databases, each in its own way.
        let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(convert::count(count.unwrap_or(0)))
    }
}
