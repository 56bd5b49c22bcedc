//! What is made of events: the inbox of the projection, its summaries, and the messages of which none could be made.
//! And how relays share the outbox: they hold experiments instead of single events.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary_len, blob, double_null, string, string_null, text, text_null, uuid, uuid_null,
};

use crate::columns::{drop_tables, index, key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [event_inbox(), experiment_summaries(), generation_summaries(), parked_events(), relay_holds()] {
            manager.create_table(table).await?;
        }
        manager.create_index(index("parked_in_order", "parked_events", &["parked_at_ms", "id"])).await?;
        // One change for each statement: SQLite knows no other.
        for change in [
            outbox().add_column(big_integer("republished").default(0)).take(),
            outbox().drop_column("claimed_by").take(),
            outbox().drop_column("claimed_until_ms").take(),
        ] {
            manager.alter_table(change).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for change in [
            outbox().add_column(big_integer_null("claimed_until_ms")).take(),
            outbox().add_column(text_null("claimed_by")).take(),
            outbox().drop_column("republished").take(),
        ] {
            manager.alter_table(change).await?;
        }
        let tables = ["relay_holds", "parked_events", "generation_summaries", "experiment_summaries", "event_inbox"];
        drop_tables(manager, &tables).await
    }
}

fn outbox() -> TableAlterStatement {
    Table::alter().table("outbox").take()
}

/// No references to experiments, here and below: what the stream says is kept also where the ledger does not say it,
/// so that the difference can be seen.
fn event_inbox() -> TableCreateStatement {
    table("event_inbox")
        .col(uuid("experiment_id"))
        .col(uuid("event_id"))
        .col(big_integer_null("sequence"))
        .col(binary_len("fingerprint", 32))
        .col(big_integer("projected_at_ms"))
        .primary_key(&mut key(&["experiment_id", "event_id"]))
        .take()
}

fn experiment_summaries() -> TableCreateStatement {
    let mut table = table("experiment_summaries");
    table
        .col(uuid("experiment_id").primary_key())
        .col(text_null("name"))
        .col(string_null("status"))
        .col(big_integer("status_sequence").default(0))
        .col(big_integer("status_at_ms").default(0))
        .col(big_integer("extended_sequence").default(0))
        .col(big_integer("extended_at_ms").default(0))
        .col(text_null("reason"))
        .col(string_null("digest"))
        .col(big_integer_null("episodes_planned"))
        .col(big_integer_null("started_at_ms"))
        .col(big_integer_null("ended_at_ms"));
    for count in [
        "episodes",
        "events",
        "generations_started",
        "generations_completed",
        "agents_evaluated",
        "agent_errors",
        "pauses",
        "resumes",
        "last_sequence",
    ] {
        table.col(big_integer(count).default(0));
    }
    table
        .col(string_null("best_agent"))
        .col(big_integer_null("best_generation"))
        .col(big_integer_null("best_position"))
        .col(double_null("best_fitness"))
        .col(big_integer_null("last_event_at_ms"))
        .take()
}

fn generation_summaries() -> TableCreateStatement {
    table("generation_summaries")
        .col(uuid("experiment_id"))
        .col(big_integer("generation"))
        .col(big_integer_null("agents"))
        .col(big_integer_null("episodes_planned"))
        .col(big_integer("agents_evaluated").default(0))
        .col(big_integer("episodes").default(0))
        .col(big_integer("agent_errors").default(0))
        .col(string_null("best_agent"))
        .col(big_integer_null("best_position"))
        .col(double_null("best_fitness"))
        .col(double_null("mean_fitness"))
        .col(big_integer_null("started_at_ms"))
        .col(big_integer_null("completed_at_ms"))
        .primary_key(&mut key(&["experiment_id", "generation"]))
        .take()
}

fn parked_events() -> TableCreateStatement {
    table("parked_events")
        .col(string("id").primary_key())
        .col(uuid_null("experiment_id"))
        .col(text_null("event_id"))
        .col(text("stream"))
        .col(big_integer("position"))
        .col(big_integer("stored_at_ms"))
        .col(text("subject"))
        .col(text("headers"))
        .col(blob("body"))
        .col(text("error"))
        .col(big_integer("deliveries"))
        .col(big_integer("parked_at_ms"))
        .take()
}

/// Which relay publishes the events of an experiment for now, and how far it has taken them.
fn relay_holds() -> TableCreateStatement {
    table("relay_holds")
        .col(uuid("experiment_id").primary_key())
        .col(text("relay"))
        .col(big_integer("until_ms"))
        .col(big_integer("taken_through"))
        .take()
}
