//! One look at a PostgreSQL: does it answer, may we in, does it keep what it commits, is the ledger there?

use std::error::Error as _;
use std::time::Duration;

use deadpool_postgres::{Pool, PoolError};
use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use tokio::time::timeout;

use crate::config::Target;
use crate::schema;

const SETTINGS: &str = "SELECT current_setting('server_version'), \
                        COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), \
                        current_setting('transaction_read_only') = 'on', \
                        current_setting('fsync'), current_setting('synchronous_commit'), \
                        current_setting('full_page_writes'), to_regclass('seaql_migrations') IS NOT NULL";

const APPLIED: &str = "SELECT version FROM seaql_migrations";

/// Needs space on the disk and a server that takes writes, and leaves nothing.
const WRITE: &str = "BEGIN; CREATE TEMPORARY TABLE claudoom_write_check (filler text) ON COMMIT DROP; \
                     INSERT INTO claudoom_write_check SELECT repeat('x', 1000) FROM generate_series(1, 64); COMMIT";

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Version of the server.
    pub(crate) version: String,
    /// Whether the connection is encrypted.
    pub(crate) tls: bool,
    /// Settings with which a commit can be lost with the power; empty as it should be.
    pub(crate) unsafe_settings: Vec<String>,
}

/// Looks at one database.
pub(crate) struct Looker {
    pool: Pool,
    target: Target,
    /// Longest time of one look.
    limit: Duration,
    allow_unsafe: bool,
}

impl Looker {
    pub(crate) fn new(pool: Pool, target: Target, limit: Duration, allow_unsafe: bool) -> Self {
        Self { pool, target, limit, allow_unsafe }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Looks; with `writes` also whether it can be written to.
    ///
    /// # Errors
    /// `Unavailable` if nobody answers, `Exhausted` if it answers and takes no writes, `Invalid` if we are not let in,
    /// `FailedPrecondition` if TLS, settings or tables are not as they must be.
    pub(crate) async fn look(&self, writes: bool) -> PortResult<Facts> {
        match timeout(self.limit, self.see(writes)).await {
            Ok(seen) => seen,
            Err(_) => Err(self.silent()),
        }
    }

    async fn see(&self, writes: bool) -> PortResult<Facts> {
        let client = self.pool.get().await.map_err(|error| self.refused(error))?;
        let failed = |error: tokio_postgres::Error| self.failed(&error);
        let row = client.query_one(SETTINGS, &[]).await.map_err(failed)?;
        let facts = Facts { version: row.get(0), tls: row.get(1), unsafe_settings: lossy(&row) };
        let [read_only, has_tables]: [bool; 2] = [row.get(2), row.get(6)];
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
        if writes {
            client.batch_execute(WRITE).await.map_err(|error| self.unwritable(&error))?;
        }
        Ok(facts)
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

/// The settings with which a commit is not safe.
fn lossy(row: &tokio_postgres::Row) -> Vec<String> {
    [(3, "fsync"), (4, "synchronous_commit"), (5, "full_page_writes")]
        .into_iter()
        .filter(|&(column, _)| row.get::<_, &str>(column) == "off")
        .map(|(_, name)| format!("{name} is off"))
        .collect()
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
