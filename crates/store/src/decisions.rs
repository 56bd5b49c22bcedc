//! Records of decisions, one row per episode.
//!
//! A record takes some ten kilobytes, so PostgreSQL gets it over the connections of bulk data: SQLx waits on an encrypted
//! connection after every statement of that size (`decision 10`).

use domain::ids::ExperimentId;
use domain::ports::DecisionLog;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::convert::number;
use crate::entity::decisions::{ActiveModel, Column, Entity};
use crate::error::Result;
use crate::gate::CopyPool;
use crate::session::{Engine, SqlStore};

const UPSERT: &str = "INSERT INTO decisions (experiment_id, generation, position, replicate, record) \
                      VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT (experiment_id, generation, position, replicate) DO UPDATE SET record = excluded.record";

impl SqlStore {
    pub(crate) async fn write_decisions_once(&self, logs: &[DecisionLog]) -> Result<()> {
        match &self.engine {
            Engine::Postgres { copy: pool, .. } => upsert(pool, logs).await,
            Engine::Sqlite { .. } => self.insert_decisions(logs).await,
        }
    }

    async fn insert_decisions(&self, logs: &[DecisionLog]) -> Result<()> {
        let tx = self.begin().await?;
        let key = [Column::ExperimentId, Column::Generation, Column::Position, Column::Replicate];
        for log in logs {
            Entity::insert(active(log))
                .on_conflict(OnConflict::columns(key).update_column(Column::Record).to_owned())
                .exec_without_returning(&*tx)
                .await?;
        }
        tx.commit().await
    }

    pub(crate) async fn read_decisions(
        &self,
        id: ExperimentId,
        generation: u32,
        position: u32,
    ) -> Result<Vec<(u32, Vec<u8>)>> {
        let rows = Entity::find()
            .filter(Column::ExperimentId.eq(id.0))
            .filter(Column::Generation.eq(i64::from(generation)))
            .filter(Column::Position.eq(i64::from(position)))
            .order_by_asc(Column::Replicate);
        let rows = rows.all(&self.db).await?;
        rows.into_iter().map(|row| Ok((number(row.replicate, "decisions.replicate")?, row.record))).collect()
    }
}

async fn upsert(pool: &CopyPool, logs: &[DecisionLog]) -> Result<()> {
    let mut client = pool.get().await?;
    let tx = client.transaction().await?;
    let statement = tx.prepare_cached(UPSERT).await?;
    for log in logs {
        let [generation, position, replicate] = numbers(log);
        tx.execute(&statement, &[&log.experiment.0, &generation, &position, &replicate, &log.record]).await?;
    }
    Ok(tx.commit().await?)
}

fn numbers(log: &DecisionLog) -> [i64; 3] {
    [log.key.generation.into(), log.key.position.into(), log.key.replicate.into()]
}

fn active(log: &DecisionLog) -> ActiveModel {
    let [generation, position, replicate] = numbers(log);
    ActiveModel {
        experiment_id: Set(log.experiment.0),
        generation: Set(generation),
        position: Set(position),
        replicate: Set(replicate),
        record: Set(log.record.clone()),
    }
}
