//! Where the ledger is and how it is used.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{PortError, PortResult, TraceSource};
use runtime::tls::TlsFiles;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// How to open the ledger.
#[derive(Clone)]
pub struct StoreConfig {
    /// `postgres://...`, or the path of a SQLite file with or without `sqlite:` in front.
    pub url: String,
    /// Files that secure the connection to PostgreSQL. A named authority demands TLS with the right host name.
    pub tls: TlsFiles,
    /// Whether a PostgreSQL is used that may lose what it has committed when the power goes.
    pub allow_unsafe: bool,
    /// Most connections, all pools together; at least 2 for PostgreSQL.
    pub max_connections: u32,
    /// Longest wait for a free connection, and for a new one.
    pub acquire_timeout: Duration,
    /// Longest run of one statement (PostgreSQL).
    pub statement_timeout: Duration,
    /// Longest wait for a lock.
    pub lock_timeout: Duration,
    /// Longest pause inside a transaction, so that a frozen process does not hold its locks (PostgreSQL).
    pub idle_in_transaction_timeout: Duration,
    /// From how many bytes on the action logs of a commit are copied ahead of it; fewer are written with it (PostgreSQL).
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
            tls: TlsFiles::default(),
            allow_unsafe: false,
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(3),
            // A frozen leader must be replaced within ten seconds, also when it holds locks.
            idle_in_transaction_timeout: Duration::from_secs(5),
            copy_from: 8 << 10,
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

    /// Where the ledger is, with what the settings say about TLS.
    pub(crate) fn target(&self) -> PortResult<Target> {
        let target = Target::parse(&self.url)?;
        if !self.tls.any() {
            return Ok(target);
        }
        let unusable = |error| PortError::new(ErrorKind::Invalid, format!("TLS to the database: {error}"));
        self.tls.check().map_err(unusable)?;
        match target {
            Target::Postgres(options) => Ok(Target::Postgres(Box::new(secured(*options, &self.tls)?))),
            Target::Sqlite(_) => {
                Err(PortError::new(ErrorKind::Invalid, "a SQLite file has no TLS: leave its files out"))
            }
        }
    }

    /// The files that secure the connection: those of the settings, else those that the URL names.
    pub(crate) fn tls_files(&self) -> TlsFiles {
        let url = Url::parse(&self.url).ok();
        let named = |keys: [&str; 2]| {
            let (_, path) = url.as_ref()?.query_pairs().find(|(key, _)| keys.contains(&&**key))?;
            Some(PathBuf::from(&*path))
        };
        TlsFiles {
            ca: self.tls.ca.clone().or_else(|| named(["sslrootcert", "ssl-root-cert"])),
            cert: self.tls.cert.clone().or_else(|| named(["sslcert", "ssl-cert"])),
            key: self.tls.key.clone().or_else(|| named(["sslkey", "ssl-key"])),
        }
    }
}

/// The options with these files. Whoever names an authority wants to be sure whom they talk to.
fn secured(options: PgConnectOptions, files: &TlsFiles) -> PortResult<PgConnectOptions> {
    let mode = options.get_ssl_mode();
    if matches!(mode, PgSslMode::Disable) {
        let message = "the PostgreSQL URL says sslmode=disable, and files for TLS are named: remove one of them";
        return Err(PortError::new(ErrorKind::Invalid, message));
    }
    let mut options = options;
    if let Some(ca) = &files.ca {
        let mode = if matches!(mode, PgSslMode::VerifyCa) { mode } else { PgSslMode::VerifyFull };
        options = options.ssl_mode(mode).ssl_root_cert(ca);
    }
    if let (Some(cert), Some(key)) = (&files.cert, &files.key) {
        options = options.ssl_client_cert(cert).ssl_client_key(key);
    }
    Ok(options)
}

/// Shows no URL, because a URL may hold a password.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig")
            .field("tls", &self.tls)
            .field("allow_unsafe", &self.allow_unsafe)
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
#[derive(Clone)]
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
    fn a_named_authority_demands_the_right_host() {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        std::fs::write(&ca, pem).unwrap();
        let tls = TlsFiles { ca: Some(ca), ..TlsFiles::default() };
        let mode = |url: &str| match (StoreConfig { tls: tls.clone(), ..StoreConfig::new(url) }).target() {
            Ok(Target::Postgres(options)) => Ok(format!("{:?}", options.get_ssl_mode())),
            Ok(Target::Sqlite(_)) => unreachable!("no file is named"),
            Err(error) => Err(error.message),
        };
        assert_eq!(mode("postgres://db/x"), Ok("VerifyFull".to_owned()));
        assert_eq!(mode("postgres://db/x?sslmode=require"), Ok("VerifyFull".to_owned()));
        assert_eq!(mode("postgres://db/x?sslmode=verify-ca"), Ok("VerifyCa".to_owned()));
        assert!(mode("postgres://db/x?sslmode=disable").unwrap_err().contains("sslmode=disable"));
        assert!(mode("ledger.db").unwrap_err().contains("no TLS"));
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
