//! Bearer tokens, by their hashes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, text};

use crate::columns::{drop_tables, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tokens()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["tokens"]).await
    }
}

/// A token is found by its hash, and stays when it was revoked: who it was is asked for later.
fn tokens() -> TableCreateStatement {
    table("tokens")
        .col(binary_len("hash", 32).primary_key())
        .col(text("name"))
        .col(text("role"))
        .col(big_integer("created_at_ms"))
        .col(big_integer_null("expires_at_ms"))
        .col(big_integer_null("revoked_at_ms"))
        .take()
}
