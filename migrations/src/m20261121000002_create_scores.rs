//! What was measured: attempts, scores, divergences and tick logs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary_len, blob, double, double_null, integer, string, text, text_null, uuid,
};

use crate::columns::{EPISODE, drop_tables, episode_table, key, reference, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [attempts(), scores(), divergences(), tick_logs()] {
            manager.create_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["tick_logs", "divergences", "scores", "attempts"]).await
    }
}

fn attempts() -> TableCreateStatement {
    table("attempts")
        .col(uuid("job_id"))
        .col(big_integer("fence"))
        .col(text("worker"))
        .col(big_integer("started_at_ms"))
        .col(big_integer_null("ended_at_ms"))
        .col(text_null("error"))
        .primary_key(&mut key(&["job_id", "fence"]))
        .foreign_key(&mut reference("attempts", &["job_id"], "jobs", &["id"]))
        .take()
}

fn scores() -> TableCreateStatement {
    let mut scores = episode_table("scores");
    scores.col(big_integer("seed")).col(big_integer("doom_seed"));
    for counter in [
        "kills",
        "deaths",
        "items",
        "secrets",
        "hits",
        "hits_taken",
        "damage_dealt",
        "damage_taken",
        "shots_fired",
        "health",
        "armor",
        "ammo",
    ] {
        scores.col(integer(counter));
    }
    scores
        .col(big_integer("tics"))
        .col(big_integer("ticks"))
        .col(double("reward"))
        .col(double("path"))
        .col(big_integer("cells_visited"))
        .col(double_null("exploration_coverage"))
        .col(double_null("ammo_efficiency"))
        .col(string("end_reason"))
        .col(binary_len("trajectory", 32))
        .col(blob("action_log"))
        .col(big_integer("fence"))
        .col(big_integer("scored_at_ms"))
        .primary_key(&mut key(EPISODE))
        .foreign_key(&mut reference("scores", EPISODE, "episodes", EPISODE))
        .take()
}

fn divergences() -> TableCreateStatement {
    let mut columns = EPISODE.to_vec();
    columns.push("fence");
    episode_table("divergences")
        .col(big_integer("fence"))
        .col(text("kept_measures"))
        .col(binary_len("kept_trajectory", 32))
        .col(blob("kept_action_log"))
        .col(text("found_measures"))
        .col(binary_len("found_trajectory", 32))
        .col(blob("found_action_log"))
        .col(big_integer("found_at_ms"))
        .primary_key(&mut key(&columns))
        .foreign_key(&mut reference("divergences", EPISODE, "scores", EPISODE))
        .take()
}

/// Bulk data: a reference per row would cost more than the row, so only the replacing writer keeps it in order.
fn tick_logs() -> TableCreateStatement {
    let mut columns = EPISODE.to_vec();
    columns.push("tick");
    episode_table("tick_logs")
        .col(big_integer("tick"))
        .col(big_integer("tic"))
        .col(big_integer("buttons"))
        .col(double("reward"))
        .col(integer("health"))
        .col(double("x"))
        .col(double("y"))
        .col(double("angle"))
        .primary_key(&mut key(&columns))
        .take()
}
