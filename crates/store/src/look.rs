//! One look at a PostgreSQL: does it answer, may we in, does it keep what it commits, is the ledger there?

use std::error::Error as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::{Pool, PoolError, TimeoutType};
use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::time::timeout;

use crate::config::{StoreConfig, Target};
use crate::error::Error;
use crate::schema;

const STATE: &str = "SELECT current_setting('server_version'), \
                     COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), \
                     current_setting('transaction_read_only') = 'on', to_regclass('seaql_migrations') IS NOT NULL";

/// What a commit is worth, on connections as transactions use them: those for bulk data do not wait for the disk.
const DURABILITY: &str = "SELECT current_setting('fsync') AS fsync, \
                          current_setting('synchronous_commit') AS synchronous_commit, \
                          current_setting('full_page_writes') AS full_page_writes";

const APPLIED: &str = "SELECT version FROM seaql_migrations";

/// Needs space on the disk and a server that takes writes, and leaves nothing.
const WRITE: &str = "BEGIN; CREATE TEMPORARY TABLE claudoom_write_check (filler text) ON COMMIT DROP; \
                     INSERT INTO claudoom_write_check SELECT repeat('x', 1000) FROM generate_series(1, 64); COMMIT";

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Facts {
    /// Version of the server.
    pub(crate) version: String,
    /// Whether the connection is encrypted.
    pub(crate) tls: bool,
    /// Settings with which a commit can be lost with the power; empty as it should be.
    pub(crate) unsafe_settings: Vec<String>,
}

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closely {
    /// It was not there, or nobody has looked yet: also at what a commit is worth.
    AtFirst,
    /// It was there a moment ago.
    AsBefore,
    /// It was there and took no writes: also whether it does now.
    AfterFailedWrites,
}

/// Looks at one database.
pub(crate) struct Looker {
    pool: Pool,
    queries: DatabaseConnection,
    target: Target,
    /// Longest time of one look.
    limit: Duration,
    allow_unsafe: bool,
    /// Whether no connection was free at the last look.
    busy: AtomicBool,
}

impl Looker {
    pub(crate) fn new(pool: Pool, queries: DatabaseConnection, target: Target, config: &StoreConfig) -> Self {
        Self {
            pool,
            queries,
            target,
            limit: config.acquire_timeout,
            allow_unsafe: config.allow_unsafe,
            busy: AtomicBool::new(false),
        }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// A connection.
    ///
    /// # Errors
    /// As [`Looker::look`].
    pub(crate) async fn client(&self) -> PortResult<deadpool_postgres::Client> {
        self.pool.get().await.map_err(|error| self.refused(error))
    }

    /// Looks; how closely depends on what is known.
    ///
    /// # Errors
    /// `Unavailable` if nobody answers, `Exhausted` if it answers and takes no writes, `Invalid` if we are not let in,
    /// `FailedPrecondition` if TLS, settings or tables are not as they must be.
    pub(crate) async fn look(&self, close: Closely) -> PortResult<Facts> {
        // Twice, because a free connection may be waited for first.
        match timeout(self.limit * 2, self.see(close)).await {
            Ok(seen) => seen,
            Err(_) => Err(self.silent()),
        }
    }

    async fn see(&self, close: Closely) -> PortResult<Facts> {
        let client = match self.pool.get().await {
            Ok(client) => client,
            // Copies may take their time, once: a server that is frozen looks the same.
            Err(PoolError::Timeout(TimeoutType::Wait))
                if close == Closely::AsBefore && !self.busy.swap(true, Ordering::Relaxed) =>
            {
                return Ok(Facts::default());
            }
            Err(error) => return Err(self.refused(error)),
        };
        self.busy.store(false, Ordering::Relaxed);
        let failed = |error: tokio_postgres::Error| self.failed(&error);
        let row = client.query_one(STATE, &[]).await.map_err(failed)?;
        let [read_only, has_tables]: [bool; 2] = [row.get(2), row.get(3)];
        let unsafe_settings = if close == Closely::AtFirst { self.unsafe_settings().await? } else { Vec::new() };
        let facts = Facts { version: row.get(0), tls: row.get(1), unsafe_settings };
        self.require_durable(&facts)?;
        if !has_tables {
            return Err(schema::missing(&self.target));
        }
        let applied = client.query(APPLIED, &[]).await.map_err(failed)?;
        let applied: Vec<String> = applied.iter().map(|row| row.get(0)).collect();
        schema::judge(&applied, &self.target)?;
        if read_only {
            return Err(no_writes(format!("{} is read-only: is it a standby, or was it set so?", self.target)));
        }
        if close == Closely::AfterFailedWrites {
            client.batch_execute(WRITE).await.map_err(|error| self.unwritable(&error))?;
        }
        Ok(facts)
    }

    /// The settings with which a commit is not safe.
    async fn unsafe_settings(&self) -> PortResult<Vec<String>> {
        let failed = |error: DbErr| Error::from(error).into_port(&format!("read the settings of {}", self.target));
        let read = self.queries.query_one_raw(Statement::from_string(DbBackend::Postgres, DURABILITY)).await;
        let Some(row) = read.map_err(failed)? else { return Ok(Vec::new()) };
        let mut off = Vec::new();
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            if row.try_get::<String>("", name).map_err(failed)? == "off" {
                off.push(format!("{name} is off"));
            }
        }
        Ok(off)
    }

    fn require_durable(&self, facts: &Facts) -> PortResult<()> {
        if facts.unsafe_settings.is_empty() || self.allow_unsafe {
            return Ok(());
        }
        let settings = facts.unsafe_settings.join(", ");
        let message = format!(
            "{} may lose committed scores with the power, because {settings}: set it on, or accept that with \
             --db-allow-unsafe",
            self.target
        );
        Err(PortError::new(ErrorKind::FailedPrecondition, message))
    }

    fn silent(&self) -> PortError {
        let message = format!("cannot connect to {}: no answer within {} s", self.target, self.limit.as_secs_f64());
        PortError::new(ErrorKind::Unavailable, message)
    }

    fn refused(&self, error: PoolError) -> PortError {
        match error {
            PoolError::Backend(error) => self.failed(&error),
            PoolError::Timeout(_) => self.silent(),
            other => PortError::new(ErrorKind::Unavailable, format!("cannot connect to {}: {other}", self.target)),
        }
    }

    fn failed(&self, error: &tokio_postgres::Error) -> PortError {
        let reason = reason(error);
        let kind = match error.code().map(tokio_postgres::error::SqlState::code) {
            Some(code) if code.starts_with("08") || code.starts_with("57P") || code == "53300" => {
                ErrorKind::Unavailable
            }
            // The password, the user, or the database.
            Some(code) if code.starts_with("28") || code == "3D000" => ErrorKind::Invalid,
            Some(_) => ErrorKind::FailedPrecondition,
            None if is_tls(&reason) => ErrorKind::FailedPrecondition,
            None => ErrorKind::Unavailable,
        };
        PortError::new(kind, format!("cannot connect to {}: {reason}", self.target))
    }

    /// Whoever may not create temporary tables is not found out by this check, and let through.
    fn unwritable(&self, error: &tokio_postgres::Error) -> PortError {
        let message = format!("{} takes no writes: {}", self.target, reason(error));
        if error.code().is_some() { no_writes(message) } else { PortError::new(ErrorKind::Unavailable, message) }
    }
}

fn no_writes(message: String) -> PortError {
    PortError::new(ErrorKind::Exhausted, message)
}

fn is_tls(reason: &str) -> bool {
    reason.contains("TLS") || reason.contains("certificate")
}

/// The words of the server, or those of whatever failed below, without repetitions.
fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        return answer.message().to_owned();
    }
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        below = cause.source();
    }
    text
}
