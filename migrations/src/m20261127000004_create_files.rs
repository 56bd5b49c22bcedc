//! Contents of files by their hash, and action logs in a table of their own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_len, blob, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{drop_tables, key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// An action log belongs to the attempt that a score names by its fence.
const MOVE_OUT: &str = "INSERT INTO action_logs (job_id, fence, replicate, log) \
     SELECT e.job_id, s.fence, s.replicate, s.action_log FROM scores s JOIN episodes e \
     ON e.experiment_id = s.experiment_id AND e.generation = s.generation AND e.position = s.position \
     AND e.replicate = s.replicate";
const MOVE_BACK: &str = "UPDATE scores SET action_log = (SELECT l.log FROM episodes e JOIN action_logs l \
     ON l.job_id = e.job_id AND l.replicate = e.replicate \
     WHERE e.experiment_id = scores.experiment_id AND e.generation = scores.generation \
     AND e.position = scores.position AND e.replicate = scores.replicate AND l.fence = scores.fence)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [blobs(), blob_chunks(), action_logs()] {
            manager.create_table(table).await?;
        }
        manager.get_connection().execute_unprepared(MOVE_OUT).await?;
        manager.alter_table(Table::alter().table("scores").drop_column("action_log").take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        // A column that must have a value needs one for the rows that are there.
        let column = match connection.get_database_backend() {
            DbBackend::Sqlite => "blob NOT NULL DEFAULT x''",
            _ => "bytea NOT NULL DEFAULT ''",
        };
        connection.execute_unprepared(&format!("ALTER TABLE scores ADD COLUMN action_log {column}")).await?;
        connection.execute_unprepared(MOVE_BACK).await?;
        drop_tables(manager, &["action_logs", "blob_chunks", "blobs"]).await
    }
}

/// The row of a content is its last: while it is not there, nothing of the content is.
fn blobs() -> TableCreateStatement {
    table("blobs")
        .col(binary_len("hash", 32).primary_key())
        .col(big_integer("size"))
        .col(uuid("upload").unique_key())
        .col(big_integer("created_at_ms"))
        .take()
}

/// Parts of a content. Each upload has parts of its own, so that two of the same content do not wait for each other.
fn blob_chunks() -> TableCreateStatement {
    table("blob_chunks")
        .col(uuid("upload"))
        .col(big_integer("ordinal"))
        .col(blob("content"))
        .primary_key(&mut key(&["upload", "ordinal"]))
        .take()
}

/// Bulk data, as tick logs are: written before the scores that refer to it, and so without references of its own.
fn action_logs() -> TableCreateStatement {
    table("action_logs")
        .col(uuid("job_id"))
        .col(big_integer("fence"))
        .col(big_integer("replicate"))
        .col(blob("log"))
        .primary_key(&mut key(&["job_id", "fence", "replicate"]))
        .take()
}
