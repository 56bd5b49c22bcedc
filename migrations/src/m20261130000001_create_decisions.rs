//! What decided in episodes, where an experiment keeps it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::blob;

use crate::columns::{EPISODE, drop_tables, episode_table, key, reference};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(decisions()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["decisions"]).await
    }
}

/// One row per episode: what a tick rests on is read only together with the ticks around it.
fn decisions() -> TableCreateStatement {
    episode_table("decisions")
        .col(blob("record"))
        .primary_key(&mut key(EPISODE))
        .foreign_key(&mut reference("decisions", EPISODE, "episodes", EPISODE))
        .take()
}
