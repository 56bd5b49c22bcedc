//! What went wrong below, and what callers can do about it. The only place that knows SQLSTATE.

use std::borrow::Cow;

use domain::ErrorKind;
use domain::ports::PortError;
use domain::reason::Reason;
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

/// A refusal for a reason of its own.
pub(crate) fn refused_as(reason: Reason, message: impl Into<String>) -> Error {
    Error::Refused(PortError::of(reason, message))
}

/// A row that this program cannot have written.
pub(crate) fn damaged(what: &str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Refused(PortError::new(ErrorKind::Internal, format!("stored {what} cannot be read")).because(cause))
}

/// What a failed call says about the database as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Nothing: it was this call that failed.
    OfTheCall,
    /// It may be away.
    Away,
    /// It takes no writes, for this reason.
    NoWrites(&'static str),
}

/// How long a failure lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The same transaction may succeed at once.
    Transient,
    /// Somebody has to act on the database first: free its disk, end its read-only mode.
    Impaired(&'static str),
    /// Again would be no different.
    Lasting,
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
            _ if self.gate_refusal().is_some() => false,
            _ => match self.code() {
                Some(code) => class(&code) == Class::Transient,
                None => self.kind() == ErrorKind::Unavailable,
            },
        }
    }

    /// What the failure says about the database as a whole.
    pub(crate) fn sign(&self) -> Sign {
        if self.gate_refusal().is_some() || matches!(self, Self::Refused(_)) {
            return Sign::OfTheCall;
        }
        if let Some(Class::Impaired(what)) = self.code().as_deref().map(class) {
            return Sign::NoWrites(what);
        }
        let is_conflict = self.code().is_some_and(|code| CONFLICTS.contains(&&*code));
        if self.kind() == ErrorKind::Unavailable && !is_conflict { Sign::Away } else { Sign::OfTheCall }
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

    /// The code that the database gave, if it answered.
    fn code(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Database(
                DbErr::Conn(RuntimeErr::SqlxError(error))
                | DbErr::Exec(RuntimeErr::SqlxError(error))
                | DbErr::Query(RuntimeErr::SqlxError(error)),
            ) => error.as_database_error()?.code(),
            Self::Copy(error) | Self::CopyPool(deadpool_postgres::PoolError::Backend(error)) => {
                Some(error.code()?.code().into())
            }
            _ => None,
        }
    }

    /// Why the gate let nothing through, if that is what failed.
    fn gate_refusal(&self) -> Option<&str> {
        match self {
            Self::Database(DbErr::Conn(RuntimeErr::Internal(reason))) => Some(reason),
            _ => None,
        }
    }

    /// The error as callers see it; `what` says what was being done.
    pub(crate) fn into_port(self, what: &str) -> PortError {
        if let Some(reason) = self.gate_refusal() {
            return PortError::new(ErrorKind::Unavailable, format!("cannot {what}: {reason}"));
        }
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
        DbErr::Conn(RuntimeErr::Internal(_)) => ErrorKind::Unavailable,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => sqlx_kind(error),
        _ => ErrorKind::Internal,
    }
}

pub(crate) fn sqlx_kind(error: &sqlx::Error) -> ErrorKind {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
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

fn code_kind(code: &str) -> ErrorKind {
    match class(code) {
        Class::Transient | Class::Impaired(_) => ErrorKind::Unavailable,
        Class::Lasting => ErrorKind::Internal,
    }
}

/// Conflicts between transactions: they pass, and say nothing about the database.
const CONFLICTS: &[&str] = &[
    "40001", // serialisation failure
    "40P01", // deadlock
    "55P03", // lock not available in time
    "5",     // SQLITE_BUSY
    "6",     // SQLITE_LOCKED
    "261",   // SQLITE_BUSY_RECOVERY
    "517",   // SQLITE_BUSY_SNAPSHOT
];

/// The meaning of a five-character SQLSTATE of PostgreSQL or of a result code of SQLite, which is a number.
fn class(code: &str) -> Class {
    const TRANSIENT: &[&str] = &[
        "53300", // too many connections
        "57P01", // server shuts down
        "57P02", // server crashed
        "57P03", // server is starting
        "25P03", // this session was ended because it sat idle in a transaction
    ];
    let is_connection_failure = code.len() == 5 && code.starts_with("08");
    match code {
        "53100" | "13" => Class::Impaired("the database's disk is full: free space there"),
        "25006" | "8" => Class::Impaired("the database is read-only: is it a standby, or was it set so?"),
        "58030" => Class::Impaired("the database cannot use its disk: see its log"),
        _ if is_connection_failure || TRANSIENT.contains(&code) || CONFLICTS.contains(&code) => Class::Transient,
        _ => Class::Lasting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_retried() {
        for code in ["08006", "08001", "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03", "5", "517"] {
            assert_eq!(class(code), Class::Transient, "{code}");
        }
        for code in ["23505", "42P01", "57014", "22003", "53200", "1", "11"] {
            assert_eq!(class(code), Class::Lasting, "{code}");
        }
        assert!(!Error::from(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)).is_transient());
        assert!(!refused(ErrorKind::Unavailable, "later").is_transient());
    }

    #[test]
    fn a_full_disk_and_a_standby_are_away_for_writers_and_not_retried_at_once() {
        for code in ["53100", "25006", "58030", "8", "13"] {
            assert!(matches!(class(code), Class::Impaired(_)), "{code}");
            assert_eq!(code_kind(code), ErrorKind::Unavailable, "{code}");
        }
    }

    #[test]
    fn what_the_gate_says_reaches_the_caller() {
        let refused = Error::from(DbErr::Conn(RuntimeErr::Internal("there is no ledger yet".into())));
        assert!(!refused.is_transient());
        assert_eq!(refused.sign(), Sign::OfTheCall);
        let told = refused.into_port("claim a job");
        assert_eq!((told.kind, &*told.message), (ErrorKind::Unavailable, "cannot claim a job: there is no ledger yet"));
    }
}
