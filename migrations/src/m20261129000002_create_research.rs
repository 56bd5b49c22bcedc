//! Research sessions, and files in the order in which they were taken in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, uuid};

use crate::columns::{drop_tables, index, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(research_sessions()).await?;
        manager.create_index(index("research_sessions_idle", "research_sessions", &["used_at_ms"])).await?;
        manager.create_index(index("blobs_listed", "blobs", &["created_at_ms", "hash"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("blobs_listed").table("blobs").to_owned()).await?;
        drop_tables(manager, &["research_sessions"]).await
    }
}

/// The state is its owner's; the version keeps two owners from overwriting each other.
fn research_sessions() -> TableCreateStatement {
    table("research_sessions")
        .col(uuid("id").primary_key())
        .col(big_integer("version"))
        .col(text("state"))
        .col(big_integer("created_at_ms"))
        .col(big_integer("used_at_ms"))
        .take()
}
