//! Findings: statements that rest on experiments.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_uuid, string, text, uuid};

use crate::columns::{drop_tables, index, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(findings()).await?;
        manager.create_index(index("findings_newest", "findings", &["created_at_ms", "id"])).await?;
        manager.create_index(index("findings_by_experiment", "findings", &["experiment_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["findings"]).await
    }
}

/// The experiment is not referred to: a finding outlives its evidence, to say that it is gone.
fn findings() -> TableCreateStatement {
    table("findings")
        .col(pk_uuid("id"))
        .col(text("statement"))
        .col(uuid("experiment_id"))
        .col(text("experiment_name"))
        .col(text("term"))
        .col(string("digest"))
        .col(text("author"))
        .col(big_integer("created_at_ms"))
        .take()
}
