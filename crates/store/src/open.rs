//! Opens a ledger, or says why it cannot be opened and what to do about it.

mod abandoned;
mod postgres;
mod sqlite;
mod tls;

use std::sync::Arc;

use domain::event::EventEncoder;
use domain::ports::PortResult;
use sea_orm::sqlx::postgres::PgConnectOptions;

use crate::config::{StoreConfig, Target};
use crate::gate::{Database, Gate};
use crate::keeper::{Keeper, look_once};
use crate::look::Facts;
use crate::schema;
use crate::session::{Engine, SqlStore};
use postgres::Pools;

/// Opens the ledger and looks at it once. `encoder` turns the events that it writes into what is published.
///
/// # Errors
/// `Invalid` for a URL that makes no sense or credentials that are refused, `Unavailable` if the server cannot be
/// reached, `FailedPrecondition` if the schema is missing, older or newer than this program, if the server may lose
/// what it commits, if TLS is not as the URL demands, or if another process has the SQLite file open.
pub async fn connect(config: &StoreConfig, encoder: Arc<dyn EventEncoder>) -> PortResult<SqlStore> {
    let (target, gate) = (config.target()?, Gate::open());
    let (db, engine) = match &target {
        Target::Sqlite(_) => open_file(config, &target, &gate).await?,
        Target::Postgres(options) => {
            prepare(config, &target, options).await?;
            let pools = Pools::new(config, &target, options)?;
            look_once(pools.looker(), &target, config.acquire_timeout).await?;
            let (db, engine, _) = pools.behind(&gate);
            (db, engine)
        }
    };
    Ok(store(config, encoder, db, engine))
}

/// Opens the ledger without waiting for it: until the [`Keeper`] has reached it every call fails at once with
/// `Unavailable` and says why, and again whenever it is away later. SQLite is opened as by [`connect`].
///
/// # Errors
/// `Invalid` for settings that make no sense; for SQLite as [`connect`].
pub async fn open_lazily(config: &StoreConfig, encoder: Arc<dyn EventEncoder>) -> PortResult<(SqlStore, Keeper)> {
    let target = config.target()?;
    let Target::Postgres(options) = &target else {
        return Ok((connect(config, encoder).await?, Keeper::idle()));
    };
    let gate = Gate::kept(&target.to_string());
    let (db, engine, looker) = Pools::new(config, &target, options)?.behind(&gate);
    let keeper = Keeper::of(looker, gate);
    Ok((store(config, encoder, db, engine), keeper))
}

fn store(config: &StoreConfig, encoder: Arc<dyn EventEncoder>, db: Database, engine: Engine) -> SqlStore {
    let StoreConfig { copy_from, max_blob_bytes, .. } = *config;
    SqlStore { db, encoder, trace: config.trace.clone(), copy_from, max_blob_bytes, engine }
}

/// What is known of a database, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseFacts {
    /// Which database, and where, without credentials.
    pub database: String,
    /// Version of the server; absent for SQLite, which is part of this program.
    pub version: Option<String>,
    /// Whether the connection is encrypted; absent for SQLite, which has none.
    pub tls: Option<bool>,
    /// Settings with which a commit can be lost with the power, where that was accepted.
    pub unsafe_settings: Vec<String>,
}

/// Looks at the database and the ledger in it.
///
/// # Errors
/// As [`connect`].
pub async fn inspect(config: &StoreConfig) -> PortResult<DatabaseFacts> {
    let target = config.target()?;
    let database = target.to_string();
    let Target::Postgres(options) = &target else {
        return Ok(DatabaseFacts { database, version: None, tls: None, unsafe_settings: Vec::new() });
    };
    let pools = Pools::new(config, &target, options)?;
    let Facts { version, tls, unsafe_settings } = look_once(pools.looker(), &target, config.acquire_timeout).await?;
    Ok(DatabaseFacts { database, version: Some(version), tls: Some(tls), unsafe_settings })
}

/// Creates or upgrades the schema of the ledger. Several processes may do so at once.
///
/// # Errors
/// As [`connect`].
pub async fn migrate(config: &StoreConfig) -> PortResult<()> {
    let config = config.clone().with_migrations();
    let target = config.target()?;
    match &target {
        Target::Postgres(options) => {
            prepare(&config, &target, options).await?;
            look_once(Pools::new(&config, &target, options)?.looker(), &target, config.acquire_timeout).await?;
        }
        Target::Sqlite(_) => {
            open_file(&config, &target, &Gate::open()).await?;
        }
    }
    Ok(())
}

/// A connection of its own to PostgreSQL, for what is asked once.
pub(crate) async fn single(
    config: &StoreConfig,
    target: &Target,
    options: &PgConnectOptions,
) -> PortResult<deadpool_postgres::Client> {
    Pools::new(config, target, options)?.looker().client().await
}

async fn prepare(config: &StoreConfig, target: &Target, options: &PgConnectOptions) -> PortResult<()> {
    if config.migrate { postgres::upgrade(config, target, options).await } else { Ok(()) }
}

async fn open_file(config: &StoreConfig, target: &Target, gate: &Arc<Gate>) -> PortResult<(Database, Engine)> {
    let (db, engine) = sqlite::open(config, target).await?;
    schema::require_current(&db, target).await?;
    abandoned::give_back(&db).await.map_err(|error| error.into_port("give back abandoned jobs"))?;
    Ok((Database::new(db, Arc::clone(gate)), engine))
}
