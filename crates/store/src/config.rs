//! Where the ledger is and how it is used.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{PortError, PortResult, TraceSource};
use sea_orm::sqlx::postgres::PgConnectOptions;

/// How to open the ledger.
#[derive(Clone)]
pub struct StoreConfig {
    /// `postgres://...`, or the path of a SQLite file with or without `sqlite:` in front.
    pub url: String,
    /// Most connections, all pools together.
    pub max_connections: u32,
    /// Longest wait for a free connection, and for the first connection at start-up.
    pub acquire_timeout: Duration,
    /// Longest run of one statement (PostgreSQL).
    pub statement_timeout: Duration,
    /// Longest wait for a lock.
    pub lock_timeout: Duration,
    /// Longest pause inside a transaction, so that a frozen process does not hold its locks (PostgreSQL).
    pub idle_in_transaction_timeout: Duration,
    /// From how many scores of a commit on their action logs are copied ahead of it; fewer are written with it
    /// (PostgreSQL).
    pub copy_from: usize,
    /// Largest file that is taken in, in bytes.
    pub max_blob_bytes: u64,
    /// Whether to create or upgrade the schema when the ledger is opened.
    pub migrate: bool,
    /// The trace context that is kept with every event.
    pub trace: TraceSource,
}

impl StoreConfig {
    /// The defaults for a ledger at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(3),
            // A frozen leader must be replaced within ten seconds, also when it holds locks.
            idle_in_transaction_timeout: Duration::from_secs(5),
            copy_from: 32,
            max_blob_bytes: 64 << 20,
            migrate: false,
            trace: TraceSource::default(),
        }
    }

    /// Creates or upgrades the schema when the ledger is opened.
    #[must_use]
    pub fn with_migrations(mut self) -> Self {
        self.migrate = true;
        self
    }
}

/// Shows no URL, because a URL may hold a password.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig")
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .field("idle_in_transaction_timeout", &self.idle_in_transaction_timeout)
            .field("copy_from", &self.copy_from)
            .field("max_blob_bytes", &self.max_blob_bytes)
            .field("migrate", &self.migrate)
            .finish_non_exhaustive()
    }
}

/// A URL that has been understood.
pub(crate) enum Target {
    Postgres(Box<PgConnectOptions>),
    Sqlite(PathBuf),
}

impl Target {
    pub(crate) fn parse(url: &str) -> PortResult<Self> {
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        if ["postgres", "postgresql"].contains(&scheme) {
            // The parser's error is left out because it may quote the URL, and with it a password.
            let unreadable = |_| PortError::new(ErrorKind::Invalid, "the PostgreSQL URL cannot be read");
            return url.parse().map(|options| Self::Postgres(Box::new(options))).map_err(unreadable);
        }
        let path = url.strip_prefix("sqlite:").map_or(url, |rest| rest.strip_prefix("//").unwrap_or(rest));
        if path.is_empty() || path.contains("://") {
            let message = "the database URL must be postgres://... or the path of a SQLite file";
            return Err(PortError::new(ErrorKind::Invalid, message));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

/// What people may see of a target: everything but credentials.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or_else(|| options.get_username());
                write!(f, "PostgreSQL at {}:{}, database `{database}`", options.get_host(), options.get_port())
            }
            Self::Sqlite(path) => write!(f, "SQLite at {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        let url = "postgres://me:s3cret@db.example:6543/ledger";
        let target = Target::parse(url).unwrap();
        assert_eq!(target.to_string(), "PostgreSQL at db.example:6543, database `ledger`");
        assert!(!format!("{:?}", StoreConfig::new(url)).contains("s3cret"));
        let error = Target::parse("postgres://me:s3cret@db:port/ledger").err().unwrap();
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }

    #[test]
    fn sqlite_paths_are_read_with_and_without_scheme() {
        for url in ["data/ledger.db", "sqlite:data/ledger.db", "sqlite://data/ledger.db"] {
            assert!(matches!(Target::parse(url), Ok(Target::Sqlite(path)) if path.as_os_str() == "data/ledger.db"));
        }
        for url in ["", "sqlite:", "mysql://localhost/x"] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }
}
