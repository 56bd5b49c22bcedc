//! The schema of the ledger, as migrations that run on PostgreSQL and on SQLite.
//!
//! Conventions, the same on both:
//! - tables are plural and snake_case, and a key is named the way the domain names it;
//! - numbers that are unsigned in the domain (`u32` seeds and indices) are `BIGINT`, which holds them all;
//! - moments are milliseconds since 1970 in columns that end in `_ms`, always by the database's own clock;
//! - reals are 8-byte floating point, which keeps every bit;
//! - documents are JSON in `TEXT`, exactly as written: `jsonb` rewrites numbers and loses the sign of zero.

use sea_orm_migration::prelude::*;

pub use sea_orm_migration::MigratorTrait;

mod columns;
mod m20261121000001_create_plan;
mod m20261121000002_create_scores;
mod m20261121000003_create_events;
mod m20261127000001_add_terms_and_progress;
mod m20261127000002_control;
mod m20261127000003_create_projection;
mod m20261127000004_create_files;
mod m20261129000001_create_tokens;
mod m20261129000002_create_research;
mod m20261129000003_create_findings;
mod m20261130000001_create_decisions;
mod m20261130000002_create_checkpoints;
mod m20261130000004_add_episodes_due;
mod m20261130000005_create_answers;

/// All migrations in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121000001_create_plan::Migration),
            Box::new(m20261121000002_create_scores::Migration),
            Box::new(m20261121000003_create_events::Migration),
            Box::new(m20261127000001_add_terms_and_progress::Migration),
            Box::new(m20261127000002_control::Migration),
            Box::new(m20261127000003_create_projection::Migration),
            Box::new(m20261127000004_create_files::Migration),
            Box::new(m20261129000001_create_tokens::Migration),
            Box::new(m20261129000002_create_research::Migration),
            Box::new(m20261129000003_create_findings::Migration),
            Box::new(m20261130000001_create_decisions::Migration),
            Box::new(m20261130000002_create_checkpoints::Migration),
            Box::new(m20261130000004_add_episodes_due::Migration),
            Box::new(m20261130000005_create_answers::Migration),
        ]
    }
}
