//! Action logs: in bulk before the scores that refer to them, so that the transaction of a score stays small.
//!
//! A log belongs to one attempt at an episode, by the job and its fence, and the score names the attempt. So the log of
//! a late attempt lies beside the one that counts and never replaces it. PostgreSQL takes logs by binary COPY; a few
//! kilobytes, and all of them where there is no COPY, are written in the transaction of the scores (decision 10).

use std::pin::pin;

use domain::ids::{Fence, JobId};
use domain::ports::PortResult;
use domain::score::Score;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::entity::{action_logs, episodes, scores};
use crate::error::{Error, Result, damaged};
use crate::gate::CopyPool;
use crate::plan::insert_new;
use crate::session::{Engine, SqlStore};

const COPY: &str = "COPY action_logs (job_id, fence, replicate, log) FROM STDIN BINARY";
const TYPES: [Type; 4] = [Type::UUID, Type::INT8, Type::INT8, Type::BYTEA];

impl SqlStore {
    /// Writes the logs of an attempt ahead of its scores. False where that has to be done in the transaction of the
    /// scores: there is no COPY, they are too small to be worth a transaction of their own, or some are there
    /// already.
    pub(crate) async fn copy_action_logs(&self, job: JobId, fence: Fence, scores: &[Score]) -> PortResult<bool> {
        let Engine::Postgres { copy: pool, .. } = &self.engine else { return Ok(false) };
        if scores.iter().map(|score| score.action_log.len()).sum::<usize>() < self.copy_from {
            return Ok(false);
        }
        self.retrying("write action logs", || async {
            match copy(pool, job, fence, scores).await {
                Err(Error::Copy(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
                copied => copied.map(|()| true),
            }
        })
        .await
    }

    /// Removes what an attempt wrote and will not commit. What cannot be removed does no harm.
    pub(crate) async fn forget_action_logs(&self, job: JobId, fence: Fence) {
        let forgotten = self.retrying("remove action logs", || async {
            let tx = self.begin().await?;
            remove_unreferenced(&tx, job.0, Some(fence)).await?;
            tx.commit().await
        });
        if let Err(error) = forgotten.await {
            tracing::debug!(%job, %error, "action logs of a late attempt are left behind");
        }
    }
}

async fn copy(pool: &CopyPool, job: JobId, fence: Fence, scores: &[Score]) -> Result<()> {
    let client = pool.get().await?;
    let statement = client.prepare_cached(COPY).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(client.copy_in(&statement).await?, &TYPES));
    for score in scores {
        let replicate = i64::from(score.key.replicate);
        writer.as_mut().write(&[&job.0, &fence.0, &replicate, &score.action_log]).await?;
    }
    writer.finish().await?;
    Ok(())
}

/// Writes logs in the transaction of their scores; what is there already is the same.
pub(crate) async fn insert(tx: &DatabaseTransaction, job: Uuid, fence: i64, scores: &[Score]) -> Result<()> {
    let row = |score: &Score| action_logs::ActiveModel {
        job_id: Set(job),
        fence: Set(fence),
        replicate: Set(score.key.replicate.into()),
        log: Set(score.action_log.clone()),
    };
    let rows: Vec<_> = scores.iter().map(row).collect();
    insert_new::<action_logs::Entity, _>(tx, rows).await?;
    Ok(())
}

/// Removes the logs of a job, or of one attempt at it, that no score refers to.
pub(crate) async fn remove_unreferenced(tx: &DatabaseTransaction, job: Uuid, fence: Option<Fence>) -> Result<()> {
    use action_logs::Column;
    let same = |episode, score| Expr::col((episodes::Entity, episode)).equals((scores::Entity, score));
    let log = |column| Expr::col((action_logs::Entity, column));
    let scored = Query::select()
        .expr(Expr::val(1))
        .from(episodes::Entity)
        .inner_join(
            scores::Entity,
            Condition::all()
                .add(same(episodes::Column::ExperimentId, scores::Column::ExperimentId))
                .add(same(episodes::Column::Generation, scores::Column::Generation))
                .add(same(episodes::Column::Position, scores::Column::Position))
                .add(same(episodes::Column::Replicate, scores::Column::Replicate)),
        )
        .and_where(log(Column::JobId).equals((episodes::Entity, episodes::Column::JobId)))
        .and_where(log(Column::Replicate).equals((episodes::Entity, episodes::Column::Replicate)))
        .and_where(log(Column::Fence).equals((scores::Entity, scores::Column::Fence)))
        .take();
    let mut delete = Query::delete();
    delete.from_table(action_logs::Entity).and_where(Column::JobId.eq(job));
    if let Some(fence) = fence {
        delete.and_where(Column::Fence.eq(fence.0));
    }
    tx.execute(delete.and_where(Expr::exists(scored).not())).await?;
    Ok(())
}

/// The log of an attempt at an episode.
pub(crate) async fn read(tx: &DatabaseTransaction, job: Uuid, fence: i64, replicate: i64) -> Result<Vec<u8>> {
    let row = action_logs::Entity::find_by_id((job, fence, replicate)).one(tx).await?;
    Ok(row.ok_or_else(missing)?.log)
}

/// A score without its log is damage: the log is written first.
pub(crate) fn missing() -> Error {
    damaged("action log", "it is missing")
}
