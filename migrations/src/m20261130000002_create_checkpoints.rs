//! Checkpoints of evolutions: which content is that of which generation.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, uuid};

use crate::columns::{GENERATION, drop_tables, key, reference, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(checkpoints()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["checkpoints"]).await
    }
}

/// The content is not referred to: contents may be kept elsewhere.
fn checkpoints() -> TableCreateStatement {
    table("checkpoints")
        .col(uuid("experiment_id"))
        .col(big_integer("generation"))
        .col(blob("blake3"))
        .col(big_integer("size"))
        .col(big_integer("created_at_ms"))
        .primary_key(&mut key(GENERATION))
        .foreign_key(&mut reference("checkpoints", GENERATION, "generations", GENERATION))
        .take()
}
