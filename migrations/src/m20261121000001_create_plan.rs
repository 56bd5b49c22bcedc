//! What is planned: experiments, generations, members, jobs and episodes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, double_null, integer, pk_uuid, string, string_null, text, text_null, uuid, uuid_null,
};

use crate::columns::{EPISODE, GENERATION, MEMBER, drop_tables, index, key, reference, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [experiments(), generations(), members(), jobs(), episodes()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["episodes", "jobs", "members", "generations", "experiments"]).await
    }
}

fn experiments() -> TableCreateStatement {
    table("experiments")
        .col(pk_uuid("id"))
        .col(text("name"))
        .col(text("spec"))
        .col(text("provenance"))
        .col(string("status"))
        .col(text_null("reason"))
        .col(string_null("digest"))
        .col(big_integer("generation"))
        .col(big_integer("episodes_planned"))
        .col(big_integer("episodes_scored").default(0))
        .col(big_integer("pauses").default(0))
        .col(big_integer("event_seq").default(0))
        .col(big_integer("created_at_ms"))
        .col(big_integer_null("ended_at_ms"))
        .take()
}

fn generations() -> TableCreateStatement {
    table("generations")
        .col(uuid("experiment_id"))
        .col(big_integer("generation"))
        .col(string("purpose"))
        .col(string("status"))
        .col(big_integer("episodes_per_member"))
        .col(big_integer("episodes_planned"))
        .col(big_integer("episodes_scored").default(0))
        .col(string_null("best_agent"))
        .col(double_null("best_fitness"))
        .col(double_null("mean_fitness"))
        .col(big_integer("created_at_ms"))
        .col(big_integer_null("ended_at_ms"))
        .primary_key(&mut key(GENERATION))
        .foreign_key(&mut reference("generations", &["experiment_id"], "experiments", &["id"]))
        .take()
}

fn members() -> TableCreateStatement {
    table("members")
        .col(uuid("experiment_id"))
        .col(big_integer("generation"))
        .col(big_integer("position"))
        .col(string("agent"))
        .col(text("label"))
        .col(text("factors"))
        .col(text("scenario"))
        .col(text("spec"))
        .col(text("parents"))
        .col(text("operators"))
        .col(big_integer("episodes_planned"))
        .col(big_integer("episodes_scored").default(0))
        .col(big_integer("errors").default(0))
        .col(double_null("fitness"))
        .primary_key(&mut key(MEMBER))
        .foreign_key(&mut reference("members", GENERATION, "generations", GENERATION))
        .take()
}

fn jobs() -> TableCreateStatement {
    table("jobs")
        .col(pk_uuid("id"))
        .col(uuid("experiment_id"))
        .col(big_integer("generation"))
        .col(big_integer("position"))
        .col(big_integer("ordinal"))
        .col(string("status"))
        .col(big_integer("fence").default(0))
        .col(text_null("owner"))
        .col(uuid_null("claim"))
        .col(big_integer_null("lease_until_ms"))
        .col(integer("failed_attempts").default(0))
        .foreign_key(&mut reference("jobs", MEMBER, "members", MEMBER))
        .take()
}

fn episodes() -> TableCreateStatement {
    table("episodes")
        .col(uuid("experiment_id"))
        .col(big_integer("generation"))
        .col(big_integer("position"))
        .col(big_integer("replicate"))
        .col(big_integer("seed"))
        .col(big_integer("doom_seed"))
        .col(uuid("job_id"))
        .primary_key(&mut key(EPISODE))
        .foreign_key(&mut reference("episodes", &["job_id"], "jobs", &["id"]))
        .take()
}

fn indexes() -> [IndexCreateStatement; 6] {
    [
        index("experiments_newest", "experiments", &["created_at_ms", "id"]),
        index("experiments_by_status", "experiments", &["status"]),
        index("members_by_agent", "members", &["experiment_id", "generation", "agent"]).unique().take(),
        index("jobs_in_order", "jobs", &["experiment_id", "generation", "ordinal"]).unique().take(),
        // Open and lapsed jobs are looked for again and again, while most jobs of a long experiment are done.
        index("jobs_unfinished", "jobs", &["experiment_id", "generation", "ordinal"])
            .and_where(Expr::col("status").ne("done"))
            .take(),
        index("episodes_by_job", "episodes", &["job_id"]),
    ]
}
