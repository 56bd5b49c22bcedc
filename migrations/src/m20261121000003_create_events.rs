//! What is told to others and to posterity: the outbox, the journal and the leases of leaders.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, string, string_null, text, text_null, uuid, uuid_null,
};

use crate::columns::{drop_tables, index, reference, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [outbox(), journal(), leases()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["leases", "journal", "outbox"]).await
    }
}

fn outbox() -> TableCreateStatement {
    table("outbox")
        .col(big_pk_auto("id"))
        .col(uuid("experiment_id"))
        .col(big_integer("sequence"))
        .col(uuid("event_id").unique_key())
        .col(text("subject"))
        .col(string("kind"))
        .col(text("body"))
        .col(big_integer("committed_at_ms"))
        .col(text_null("traceparent"))
        .col(text_null("claimed_by"))
        .col(big_integer_null("claimed_until_ms"))
        .col(big_integer_null("published_at_ms"))
        .foreign_key(&mut reference("outbox", &["experiment_id"], "experiments", &["id"]))
        .take()
}

fn journal() -> TableCreateStatement {
    table("journal")
        .col(big_pk_auto("id"))
        .col(uuid_null("experiment_id"))
        .col(string_null("actor"))
        .col(string("action"))
        .col(text("reason"))
        .col(big_integer("at_ms"))
        .foreign_key(&mut reference("journal", &["experiment_id"], "experiments", &["id"]))
        .take()
}

fn leases() -> TableCreateStatement {
    table("leases")
        .col(string("name").primary_key())
        .col(string("owner"))
        .col(big_integer("epoch"))
        .col(big_integer("lease_until_ms"))
        .take()
}

fn indexes() -> [IndexCreateStatement; 3] {
    [
        index("outbox_in_order", "outbox", &["experiment_id", "sequence"]).unique().take(),
        // The relay asks for the oldest unpublished rows: an index without the published ones stays small for ever.
        index("outbox_unpublished", "outbox", &["id"]).and_where(Expr::col("published_at_ms").is_null()).take(),
        index("journal_by_experiment", "journal", &["experiment_id", "id"]),
    ]
}
