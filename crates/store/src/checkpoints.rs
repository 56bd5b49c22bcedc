//! Which contents are checkpoints of an experiment.

use domain::file::ContentHash;
use domain::ids::ExperimentId;
use domain::ports::KeptCheckpoint;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::clock::now_ms;
use crate::convert::{count, number, stored_count};
use crate::entity::checkpoints::{ActiveModel, Column, Entity, Model};
use crate::error::{Result, damaged};
use crate::session::SqlStore;

impl SqlStore {
    pub(crate) async fn keep_checkpoint_once(
        &self,
        id: ExperimentId,
        generation: u32,
        hash: &ContentHash,
        size: u64,
    ) -> Result<KeptCheckpoint> {
        let tx = self.begin().await?;
        let row = ActiveModel {
            experiment_id: Set(id.0),
            generation: Set(i64::from(generation)),
            blake3: Set(hash.0.to_vec()),
            size: Set(stored_count(size)),
            created_at_ms: Set(now_ms(&*tx).await?),
        };
        let mut key = OnConflict::columns([Column::ExperimentId, Column::Generation]);
        let key = key.update_columns([Column::Blake3, Column::Size]).to_owned();
        let stored = Entity::insert(row).on_conflict(key).exec_with_returning(&*tx).await?;
        tx.commit().await?;
        kept(stored)
    }

    pub(crate) async fn list_checkpoints(&self, id: ExperimentId) -> Result<Vec<KeptCheckpoint>> {
        let rows = Entity::find().filter(Column::ExperimentId.eq(id.0)).order_by_desc(Column::Generation);
        rows.all(&self.db).await?.into_iter().map(kept).collect()
    }
}

fn kept(row: Model) -> Result<KeptCheckpoint> {
    let hash = row.blake3.try_into().map_err(|_| damaged("checkpoint", "its hash has not 32 bytes".to_owned()))?;
    Ok(KeptCheckpoint {
        generation: number(row.generation, "checkpoints.generation")?,
        blake3: ContentHash(hash),
        size: count(row.size),
        created_at_ms: row.created_at_ms,
    })
}
