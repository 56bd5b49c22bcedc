//! PostgreSQL: sessions with limits, and pools that share one bound and connect when they are first used.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, Pool, Runtime};
use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgSslMode};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use url::Url;

use super::tls;
use crate::config::{StoreConfig, Target};
use crate::error::sqlx_kind;
use crate::gate::{CopyPool, Database, Gate};
use crate::look::Looker;
use crate::schema;
use crate::session::Engine;

/// Under which migrating processes wait for each other; an arbitrary constant.
const MIGRATION_LOCK: i64 = 0x636c_6175_646f_6f6d;
/// A connection that was used so recently is taken to be alive: asking it before every transaction is a round trip each,
/// and one that died since is noticed and the transaction run again.
const FRESH: Duration = Duration::from_secs(1);

/// Parameters of a URL that mean the same to both drivers.
const SHARED: [&str; 7] = ["host", "hostaddr", "port", "dbname", "user", "password", "application_name"];

/// All pools, unconnected.
pub(super) struct Pools {
    queries: DatabaseConnection,
    copies: Pool,
    aside: Option<DatabaseConnection>,
    looker: Looker,
}

impl Pools {
    pub(super) fn new(config: &StoreConfig, target: &Target, options: &PgConnectOptions) -> PortResult<Self> {
        let (queries, copies, aside) = split(config.max_connections);
        let copies = copy_pool(config, options, copies)
            .map_err(|error| PortError::new(ErrorKind::Invalid, format!("cannot use {target}: {error}")))?;
        let queries = pool(config, options, queries);
        let looker = Looker::new(copies.clone(), queries.clone(), target.clone(), config);
        let aside = (aside > 0).then(|| pool(config, options, aside));
        Ok(Self { queries, copies, aside, looker })
    }

    pub(super) fn looker(&self) -> &Looker {
        &self.looker
    }

    /// The ledger's connections behind a gate, and who looks at them.
    pub(super) fn behind(self, gate: &Arc<Gate>) -> (Database, Engine, Looker) {
        let copy = CopyPool::new(self.copies, Arc::clone(gate));
        let aside = self.aside.map(|aside| Database::new(aside, Arc::clone(gate)));
        (Database::new(self.queries, Arc::clone(gate)), Engine::Postgres { copy, aside }, self.looker)
    }
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

/// One bound covers all pools: most connections run queries, up to two copy bulk data and look after the database, and
/// of four or more one is for elections only. It is not opened where nobody stands for election.
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

/// Creates or upgrades the schema, one process at a time.
pub(super) async fn upgrade(config: &StoreConfig, target: &Target, options: &PgConnectOptions) -> PortResult<()> {
    let mut first = connect_once(config, target, options).await?;
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

/// Connects without a pool: a pool would only say that it timed out.
async fn connect_once(config: &StoreConfig, target: &Target, options: &PgConnectOptions) -> PortResult<PgConnection> {
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
    let kind = match (&error, sqlx_kind(&error)) {
        (sqlx::Error::Tls(_), _) => ErrorKind::FailedPrecondition,
        // A certificate that is not believed comes as a failure to read.
        (sqlx::Error::Io(cause), _) if cause.kind() == std::io::ErrorKind::InvalidData => ErrorKind::FailedPrecondition,
        (_, ErrorKind::Unavailable) => ErrorKind::Unavailable,
        _ => ErrorKind::Invalid,
    };
    let reason = match &error {
        sqlx::Error::Database(refusal) => refusal.message().to_owned(),
        other => other.to_string(),
    };
    PortError::new(kind, format!("cannot connect to {target}: {reason}")).because(error)
}

/// A pool of the other driver, which can copy.
fn copy_pool(
    config: &StoreConfig,
    options: &PgConnectOptions,
    size: u32,
) -> Result<Pool, Box<dyn std::error::Error + Send + Sync>> {
    // What the first driver made of the URL, the user's settings and password file, so that both mean the same.
    let url = options.to_url_lossy();
    let mut client: tokio_postgres::Config = shared(&url).as_str().parse()?;
    let given = options.get_options().unwrap_or_default();
    // What is copied is followed by a commit of its scores, which waits for the disk and for all that was written before:
    // waiting twice would only take twice as long.
    let no_wait = ("synchronous_commit", "off".to_owned());
    let settings = limits(config).into_iter().chain([no_wait]);
    let settings: Vec<_> = settings.map(|(name, value)| format!("-c {name}={value}")).collect();
    client
        .application_name("claudoom")
        .options(format!("{given} {}", settings.join(" ")).trim())
        .ssl_mode(ssl_mode(options.get_ssl_mode()))
        .connect_timeout(config.acquire_timeout)
        .tcp_user_timeout(Duration::from_secs(10))
        .keepalives_idle(Duration::from_secs(30));
    let manager = Manager::new(client, tls::connector(options.get_ssl_mode(), &config.tls_files())?);
    let pool = Pool::builder(manager)
        .max_size(size as usize)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(config.acquire_timeout))
        .create_timeout(Some(config.acquire_timeout))
        .build()?;
    Ok(pool)
}

/// The URL with what both drivers understand.
fn shared(url: &Url) -> Url {
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| SHARED.contains(&&**key)).map(|(k, v)| (k.into(), v.into())).collect();
    let mut shared = url.clone();
    shared.set_query(None);
    if !kept.is_empty() {
        shared.query_pairs_mut().extend_pairs(kept);
    }
    shared
}

fn ssl_mode(mode: PgSslMode) -> tokio_postgres::config::SslMode {
    use tokio_postgres::config::SslMode;
    match mode {
        PgSslMode::Disable | PgSslMode::Allow => SslMode::Disable,
        PgSslMode::Prefer => SslMode::Prefer,
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => SslMode::Require,
    }
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

    #[test]
    fn both_drivers_read_the_same_url() {
        let text = "postgres://me:p%40ss@db:6543/ledger?sslmode=verify-full&statement-cache-capacity=7";
        let options: PgConnectOptions = text.parse().unwrap();
        let client: tokio_postgres::Config = shared(&options.to_url_lossy()).as_str().parse().unwrap();
        assert_eq!(client.get_password(), Some(&b"p@ss"[..]));
        assert_eq!((client.get_dbname(), client.get_ports()), (Some("ledger"), &[6543][..]));
        assert!(text.parse::<tokio_postgres::Config>().is_err(), "which is why it is taken apart");
    }
}
