//! What external retrospections have answered.

use domain::file::ContentHash;
use domain::ids::ExperimentId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait as _};

use crate::clock::now_ms;
use crate::entity::answers::{ActiveModel, Column, Entity};
use crate::error::{Result, damaged};
use crate::session::SqlStore;

impl SqlStore {
    pub(crate) async fn keep_answer_once(
        &self,
        id: ExperimentId,
        generation: u32,
        hash: &ContentHash,
    ) -> Result<ContentHash> {
        let tx = self.begin().await?;
        let row = ActiveModel {
            experiment_id: Set(id.0),
            generation: Set(i64::from(generation)),
            blake3: Set(hash.0.to_vec()),
            created_at_ms: Set(now_ms(&*tx).await?),
        };
        let known = OnConflict::columns([Column::ExperimentId, Column::Generation]).do_nothing().to_owned();
        Entity::insert(row).on_conflict(known).exec_without_returning(&*tx).await?;
        let kept = find(&*tx, id, generation).await?;
        tx.commit().await?;
        kept.ok_or_else(|| damaged("answer", "it is gone as soon as it was kept".to_owned()))
    }

    pub(crate) async fn find_answer(&self, id: ExperimentId, generation: u32) -> Result<Option<ContentHash>> {
        find(&self.db, id, generation).await
    }
}

async fn find(db: &impl ConnectionTrait, id: ExperimentId, generation: u32) -> Result<Option<ContentHash>> {
    let row = Entity::find_by_id((id.0, i64::from(generation))).one(db).await?;
    let hash = row.map(|row| row.blake3.try_into().map(ContentHash)).transpose();
    hash.map_err(|_| damaged("answer", "its hash has not 32 bytes".to_owned()))
}
