//! Answers of external retrospections: which content is that about which generation.

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
        manager.create_table(answers()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["answers"]).await
    }
}

/// The content is not referred to: contents may be kept elsewhere.
fn answers() -> TableCreateStatement {
    table("answers")
        .col(uuid("experiment_id"))
        .col(big_integer("generation"))
        .col(blob("blake3"))
        .col(big_integer("created_at_ms"))
        .primary_key(&mut key(GENERATION))
        .foreign_key(&mut reference("answers", GENERATION, "generations", GENERATION))
        .take()
}
