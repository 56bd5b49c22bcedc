//! What people do to experiments: extensions, and a journal that says exactly what was done. What can happen again since
//! then is counted, as pauses are, so that each time has an event of its own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, text, uuid};

use crate::columns::{drop_tables, key, reference, table};

/// Counters of what an extension makes possible once more: table, column, and which rows have been through it once.
const COUNTERS: [(&str, &str, &str); 3] = [
    ("members", "evaluations", "fitness IS NOT NULL"),
    ("generations", "completions", "status = 'completed'"),
    ("experiments", "completions", "status = 'completed'"),
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(extensions()).await?;
        add(manager, "journal", text("detail").default("").take()).await?;
        let db = manager.get_connection();
        db.execute_unprepared("UPDATE journal SET action = 'resumed' WHERE action = 'running'").await?;
        for (table, column, passed) in COUNTERS {
            add(manager, table, big_integer(column).default(0).take()).await?;
            db.execute_unprepared(&format!("UPDATE {table} SET {column} = 1 WHERE {passed}")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, _) in COUNTERS.into_iter().chain([("journal", "detail", "")]) {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        drop_tables(manager, &["extensions"]).await
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).take()).await
}

/// `unit` is what is counted, `total` how many there are to be in all, `generation` the latest one that was planned when
/// the extension was made.
fn extensions() -> TableCreateStatement {
    table("extensions")
        .col(uuid("experiment_id"))
        .col(big_integer("number"))
        .col(string("unit"))
        .col(big_integer("total"))
        .col(big_integer("generation"))
        .col(big_integer("at_ms"))
        .primary_key(&mut key(&["experiment_id", "number"]))
        .foreign_key(&mut reference("extensions", &["experiment_id"], "experiments", &["id"]))
        .take()
}
