//! Opens a ledger, or says why it cannot be opened and what to do about it.

mod abandoned;
mod postgres;
mod sqlite;

use std::sync::Arc;

use domain::event::EventEncoder;
use domain::ports::PortResult;
use sea_orm::DatabaseConnection;

use crate::config::{StoreConfig, Target};
use crate::schema;
use crate::session::{Engine, SqlStore};

/// Opens the ledger. `encoder` turns the events that it writes into what is published.
///
/// # Errors
/// `Invalid` for a URL that makes no sense or credentials that are refused, `Unavailable` if the server cannot be
/// reached, `FailedPrecondition` if the schema is missing, older or newer than this program, or if another process
/// has the SQLite file open.
pub async fn connect(config: &StoreConfig, encoder: Arc<dyn EventEncoder>) -> PortResult<SqlStore> {
    let target = Target::parse(&config.url)?;
    let (db, engine) = open(config, &target).await?;
    schema::require_current(&db, &target).await?;
    if matches!(engine, Engine::Sqlite { .. }) {
        abandoned::give_back(&db).await.map_err(|error| error.into_port("give back abandoned jobs"))?;
    }
    let StoreConfig { copy_from, max_blob_bytes, .. } = *config;
    Ok(SqlStore { db, encoder, trace: config.trace.clone(), copy_from, max_blob_bytes, engine })
}

/// Creates or upgrades the schema of the ledger at `url`. Several processes may do so at once.
///
/// # Errors
/// As [`connect`].
pub async fn migrate(url: &str) -> PortResult<()> {
    let config = StoreConfig::new(url).with_migrations();
    let target = Target::parse(url)?;
    let (db, _engine) = open(&config, &target).await?;
    schema::require_current(&db, &target).await
}

async fn open(config: &StoreConfig, target: &Target) -> PortResult<(DatabaseConnection, Engine)> {
    match target {
        Target::Postgres(options) => postgres::open(config, target, options).await,
        Target::Sqlite(path) => sqlite::open(config, target, path).await,
    }
}
