//! Who led when, what fences kept out, how far attempts are, and which jobs the queue knows.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string, text};

use crate::columns::{drop_tables, index, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(terms()).await?;
        for (table, mut column) in columns() {
            // One statement each: SQLite adds one column at a time.
            manager.alter_table(Table::alter().table(table).add_column(&mut column).take()).await?;
        }
        // What is done is never queued again.
        manager.get_connection().execute_unprepared("UPDATE jobs SET queued_at_ms = 0 WHERE status = 'done'").await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["jobs_leased", "jobs_unqueued"] {
            manager.drop_index(Index::drop().name(name).table("jobs").to_owned()).await?;
        }
        for (table, name) in COLUMNS {
            manager.alter_table(Table::alter().table(*table).drop_column(*name).take()).await?;
        }
        drop_tables(manager, &["terms"]).await
    }
}

/// Apart from the lease, because planning locks the row of its term for as long as it takes, and the lease has to be
/// renewed meanwhile.
fn terms() -> TableCreateStatement {
    table("terms")
        .col(big_integer("epoch").primary_key())
        .col(string("owner"))
        .col(text("leader"))
        .col(big_integer("began_at_ms"))
        .col(big_integer_null("ended_at_ms"))
        .col(big_integer("fenced_writes").default(0))
        .take()
}

const COLUMNS: &[(&str, &str)] = &[
    ("jobs", "ticks"),
    ("jobs", "progress_at_ms"),
    ("jobs", "queued_at_ms"),
    ("attempts", "fenced_writes"),
    ("attempts", "late_results"),
];

fn columns() -> impl Iterator<Item = (&'static str, ColumnDef)> {
    COLUMNS.iter().map(|&(table, name)| {
        let column =
            if name.ends_with("_at_ms") { big_integer_null(name) } else { big_integer(name).default(0).take() };
        (table, column)
    })
}

fn indexes() -> [IndexCreateStatement; 2] {
    [
        // The leader asks for both every second, while nearly all jobs of a long experiment are in neither.
        index("jobs_leased", "jobs", &["experiment_id", "lease_until_ms"])
            .and_where(Expr::col("lease_until_ms").is_not_null())
            .take(),
        index("jobs_unqueued", "jobs", &["experiment_id", "generation", "ordinal"])
            .and_where(Expr::col("queued_at_ms").is_null())
            .take(),
    ]
}
