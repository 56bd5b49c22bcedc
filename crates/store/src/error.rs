//! What went wrong below, and what callers can do about it. The only place that knows SQLSTATE.

use domain::ErrorKind;
use domain::ports::PortError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A failure inside the adapter.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Copy(#[from] tokio_postgres::Error),
    #[error(transparent)]
    CopyPool(#[from] deadpool_postgres::PoolError),
    /// A rule of the ledger forbids it.
    #[error(transparent)]
    Refused(#[from] PortError),
}

/// A refusal by a rule of the ledger.
pub(crate) fn refused(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::Refused(PortError::new(kind, message))
}

/// A row that this program cannot have written.
pub(crate) fn damaged(what: &str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Refused(PortError::new(ErrorKind::Internal, format!("stored {what} cannot be read")).because(cause))
}

impl Error {
    /// Whether the transaction may well succeed when it is run again at once.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            // The pool has already waited as long as callers are made to wait.
            Self::Database(DbErr::ConnectionAcquire(_)) | Self::CopyPool(deadpool_postgres::PoolError::Timeout(_)) => {
                false
            }
            Self::Refused(_) => false,
            _ => self.kind() == ErrorKind::Unavailable,
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => database_kind(error),
            Self::Copy(error) => copy_kind(error),
            Self::CopyPool(deadpool_postgres::PoolError::Backend(error)) => copy_kind(error),
            Self::CopyPool(_) => ErrorKind::Unavailable,
            Self::Refused(error) => error.kind,
        }
    }

    /// The error as callers see it; `what` says what was being done.
    pub(crate) fn into_port(self, what: &str) -> PortError {
        let kind = self.kind();
        let reason = match (self, kind) {
            (Self::Refused(error), _) => return error,
            (cause, ErrorKind::Unavailable) => return unavailable(what, cause),
            (cause, _) => cause,
        };
        PortError::new(kind, format!("cannot {what}: the database refused it")).because(reason)
    }
}

fn unavailable(what: &str, cause: Error) -> PortError {
    PortError::new(ErrorKind::Unavailable, format!("cannot {what}: the database is not available")).because(cause)
}

fn database_kind(error: &DbErr) -> ErrorKind {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed) => ErrorKind::Unavailable,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => sqlx_kind(error),
        _ => ErrorKind::Internal,
    }
}

pub(crate) fn sqlx_kind(error: &sqlx::Error) -> ErrorKind {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => ErrorKind::Unavailable,
        sqlx::Error::Database(error) => error.code().map_or(ErrorKind::Internal, |code| code_kind(&code)),
        _ => ErrorKind::Internal,
    }
}

fn copy_kind(error: &tokio_postgres::Error) -> ErrorKind {
    match error.code() {
        Some(state) => code_kind(state.code()),
        // Without an answer of the server it is the connection that failed.
        None if error.is_closed() || std::error::Error::source(error).is_some_and(|e| e.is::<std::io::Error>()) => {
            ErrorKind::Unavailable
        }
        None => ErrorKind::Internal,
    }
}

/// The meaning of a five-character SQLSTATE of PostgreSQL or of a result code of SQLite, which is a number.
fn code_kind(code: &str) -> ErrorKind {
    const TRANSIENT: &[&str] = &[
        "40001", // serialisation failure
        "40P01", // deadlock
        "53300", // too many connections
        "55P03", // lock not available in time
        "57P01", // server shuts down
        "57P02", // server crashed
        "57P03", // server is starting
        "25P03", // this session was ended because it sat idle in a transaction
        "5",     // SQLITE_BUSY
        "6",     // SQLITE_LOCKED
        "261",   // SQLITE_BUSY_RECOVERY
        "517",   // SQLITE_BUSY_SNAPSHOT
    ];
    let is_connection_failure = code.len() == 5 && code.starts_with("08");
    if is_connection_failure || TRANSIENT.contains(&code) { ErrorKind::Unavailable } else { ErrorKind::Internal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_retried() {
        for code in ["08006", "08001", "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03", "5", "517"] {
            assert_eq!(code_kind(code), ErrorKind::Unavailable, "{code}");
        }
        for code in ["23505", "42P01", "53100", "25006", "57014", "22003", "1", "11", "13"] {
            assert_eq!(code_kind(code), ErrorKind::Internal, "{code}");
        }
        assert!(!Error::from(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)).is_transient());
        assert!(!refused(ErrorKind::Unavailable, "later").is_transient());
    }
}
