//! PostgreSQL: sessions with limits, a first connection that tells the real cause of a failure, and pools that
//! share one bound.

use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgSslMode};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};

use crate::config::{StoreConfig, Target};
use crate::error::sqlx_kind;
use crate::schema;
use crate::session::Engine;

/// Under which migrating processes wait for each other; an arbitrary constant.
const MIGRATION_LOCK: i64 = 0x636c_6175_646f_6f6d;
/// A connection that was used so recently is taken to be alive: asking it before every transaction is a round trip each,
/// and one that died since is noticed and the transaction run again.
const FRESH: Duration = Duration::from_secs(1);

pub(super) async fn open(
    config: &StoreConfig,
    target: &Target,
    options: &PgConnectOptions,
) -> PortResult<(DatabaseConnection, Engine)> {
    let first = probe(config, target, options).await?;
    if config.migrate {
        upgrade(first, target, options).await?;
    } else {
        // Only politeness towards the server: the probe has done its work whether or not the goodbye arrives.
        let _ = first.close().await;
    }
    let (queries, copies, aside) = split(config.max_connections);
    let copy = copy_pool(config, options, copies);
    let aside = (aside > 0).then(|| pool(config, options, aside));
    Ok((pool(config, options, queries), Engine::Postgres { copy, aside }))
}

fn pool(config: &StoreConfig, options: &PgConnectOptions, size: u32) -> DatabaseConnection {
    let pool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(Duration::from_secs(5 * 60))
        .max_lifetime(Duration::from_secs(30 * 60))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(session(config, options));
    SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
}

/// One bound covers all pools: most connections run queries, up to two copy bulk data, and of four or more one is for
/// elections only. It is not opened where nobody stands for election.
fn split(max_connections: u32) -> (u32, u32, u32) {
    let copies = (max_connections / 4).clamp(1, 2);
    let aside = u32::from(max_connections >= 4);
    (max_connections.saturating_sub(copies + aside).max(1), copies, aside)
}

fn session(config: &StoreConfig, options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().application_name("claudoom").options(limits(config))
}

fn limits(config: &StoreConfig) -> [(&'static str, String); 4] {
    [
        ("statement_timeout", config.statement_timeout.as_millis().to_string()),
        ("lock_timeout", config.lock_timeout.as_millis().to_string()),
        ("idle_in_transaction_session_timeout", config.idle_in_transaction_timeout.as_millis().to_string()),
        ("TimeZone", "UTC".to_owned()),
    ]
}

/// Connects once without a pool: a pool would only say that it timed out.
async fn probe(config: &StoreConfig, target: &Target, options: &PgConnectOptions) -> PortResult<PgConnection> {
    match tokio::time::timeout(config.acquire_timeout, options.connect()).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(unreachable(target, error)),
        Err(_) => {
            let waited = config.acquire_timeout.as_secs_f64();
            let message = format!("cannot connect to {target}: no answer within {waited} s");
            Err(PortError::new(ErrorKind::Unavailable, message))
        }
    }
}

fn unreachable(target: &Target, error: sqlx::Error) -> PortError {
    let kind = match sqlx_kind(&error) {
        ErrorKind::Unavailable => ErrorKind::Unavailable,
        _ => ErrorKind::Invalid,
    };
    let reason = match &error {
        sqlx::Error::Database(refusal) => refusal.message().to_owned(),
        other => other.to_string(),
    };
    PortError::new(kind, format!("cannot connect to {target}: {reason}")).because(error)
}

async fn upgrade(mut first: PgConnection, target: &Target, options: &PgConnectOptions) -> PortResult<()> {
    let locked = sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATION_LOCK).execute(&mut first).await;
    locked.map_err(|error| unreachable(target, error))?;
    // Without time limits: an upgrade may rewrite a large table.
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(options.clone());
    let db = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    let upgraded = schema::upgrade(&db, target).await;
    // The lock goes with the session that holds it.
    let _ = (db.close().await, first.close().await);
    upgraded
}

/// A pool that connects when it is first used. Absent where the URL demands TLS: bulk data then goes the slower way
/// through the other pool, which has TLS.
fn copy_pool(config: &StoreConfig, options: &PgConnectOptions, size: u32) -> Option<deadpool_postgres::Pool> {
    if matches!(options.get_ssl_mode(), PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull) {
        return None;
    }
    let mut client: tokio_postgres::Config = config.url.parse().ok()?;
    // What is copied is followed by a commit of its scores, which waits for the disk and for all that was written before:
    // waiting twice would only take twice as long.
    let no_wait = ("synchronous_commit", "off".to_owned());
    let settings = limits(config).into_iter().chain([no_wait]);
    let settings: Vec<_> = settings.map(|(name, value)| format!("-c {name}={value}")).collect();
    client.application_name("claudoom").options(settings.join(" ")).connect_timeout(config.acquire_timeout);
    let manager = deadpool_postgres::Manager::new(client, tokio_postgres::NoTls);
    deadpool_postgres::Pool::builder(manager)
        .max_size(size as usize)
        .runtime(deadpool_postgres::Runtime::Tokio1)
        .wait_timeout(Some(config.acquire_timeout))
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bound_covers_all_pools() {
        for bound in 2..40 {
            let (queries, copies, aside) = split(bound);
            assert!(queries >= 1 && copies >= 1, "{bound}: {queries}, {copies}");
            assert_eq!(queries + copies + aside, bound);
        }
    }
}
