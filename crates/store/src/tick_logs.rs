//! Tick logs, in bulk: PostgreSQL takes them by binary COPY, SQLite by large inserts.

use std::collections::BTreeMap;
use std::pin::pin;

use domain::ports::{TickLog, TickRow};
use domain::score::EpisodeKey;
use runtime::crash::{self, Point};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::entity::tick_logs::{ActiveModel, Column, Entity};
use crate::error::Result;
use crate::gate::CopyPool;
use crate::plan::insert_all;
use crate::session::{Engine, SqlStore};

const DELETE: &str =
    "DELETE FROM tick_logs WHERE experiment_id = $1 AND generation = $2 AND position = $3 AND replicate = $4";
const COPY: &str = "COPY tick_logs (experiment_id, generation, position, replicate, tick, tic, buttons, reward, \
                    health, x, y, angle) FROM STDIN BINARY";
const TYPES: [Type; 12] = [
    Type::UUID,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::FLOAT8,
    Type::INT4,
    Type::FLOAT8,
    Type::FLOAT8,
    Type::FLOAT8,
];

/// The logs to write: of several for one episode, the last.
type Latest<'a> = BTreeMap<(Uuid, EpisodeKey), &'a TickLog>;

impl SqlStore {
    pub(crate) async fn write_tick_logs_once(&self, logs: &[TickLog]) -> Result<()> {
        let latest: Latest<'_> = logs.iter().map(|log| ((log.experiment.0, log.key), log)).collect();
        match &self.engine {
            Engine::Postgres { copy: pool, .. } => copy(pool, &latest).await,
            Engine::Sqlite { .. } => self.insert_tick_logs(&latest).await,
        }
    }

    async fn insert_tick_logs(&self, logs: &Latest<'_>) -> Result<()> {
        let tx = self.begin().await?;
        for (experiment, key) in logs.keys() {
            Entity::delete_many()
                .filter(Column::ExperimentId.eq(*experiment))
                .filter(Column::Generation.eq(i64::from(key.generation)))
                .filter(Column::Position.eq(i64::from(key.position)))
                .filter(Column::Replicate.eq(i64::from(key.replicate)))
                .exec(&*tx)
                .await?;
        }
        let rows = logs.iter().flat_map(|(key, log)| log.rows.iter().map(|row| active(key, row)));
        insert_all::<Entity, _>(&tx, rows.collect::<Vec<_>>()).await?;
        crash::around(Point::TicksReady, Point::TicksCommitted, tx.commit()).await
    }
}

async fn copy(pool: &CopyPool, logs: &Latest<'_>) -> Result<()> {
    let mut client = pool.get().await?;
    let tx = client.transaction().await?;
    let delete = tx.prepare_cached(DELETE).await?;
    for (experiment, key) in logs.keys() {
        let [generation, position, replicate] = numbers(key);
        tx.execute(&delete, &[experiment, &generation, &position, &replicate]).await?;
    }
    let mut writer = pin!(BinaryCopyInWriter::new(tx.copy_in(COPY).await?, &TYPES));
    for ((experiment, key), log) in logs {
        let [generation, position, replicate] = numbers(key);
        for row in &log.rows {
            let [tick, tic, buttons]: [i64; 3] = [row.tick.into(), row.tic.into(), row.buttons.cast_signed()];
            let [x, y] = row.position;
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 12] = [
                experiment,
                &generation,
                &position,
                &replicate,
                &tick,
                &tic,
                &buttons,
                &row.reward,
                &row.health,
                &x,
                &y,
                &row.angle,
            ];
            writer.as_mut().write(&values).await?;
        }
    }
    writer.finish().await?;
    Ok(crash::around(Point::TicksReady, Point::TicksCommitted, tx.commit()).await?)
}

fn numbers(key: &EpisodeKey) -> [i64; 3] {
    [key.generation.into(), key.position.into(), key.replicate.into()]
}

fn active((experiment, key): &(Uuid, EpisodeKey), row: &TickRow) -> ActiveModel {
    let [generation, position, replicate] = numbers(key);
    ActiveModel {
        experiment_id: Set(*experiment),
        generation: Set(generation),
        position: Set(position),
        replicate: Set(replicate),
        tick: Set(row.tick.into()),
        tic: Set(row.tic.into()),
        buttons: Set(row.buttons.cast_signed()),
        reward: Set(row.reward),
        health: Set(row.health),
        x: Set(row.position[0]),
        y: Set(row.position[1]),
        angle: Set(row.angle),
    }
}
