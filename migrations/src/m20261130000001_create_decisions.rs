//! What decided in episodes, where an experiment keeps it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, uuid};

use crate::columns::{EPISODE, drop_tables, key, reference, table};

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
    let mut decisions = table("decisions");
    decisions.col(uuid("experiment_id"));
    for number in &EPISODE[1..] {
        decisions.col(big_integer(*number));
    }
    decisions
        .col(blob("record"))
        .primary_key(&mut key(EPISODE))
        .foreign_key(&mut reference("decisions", EPISODE, "episodes", EPISODE))
        .take()
}
