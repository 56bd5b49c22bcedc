//! The gate before the database: shut while the database is away or not the one that this program can work with, so
//! that calls fail at once and say why, and never touch a schema that nobody has looked at.
//!
//! The keeper (`crate::keeper`) opens and shuts it by what it sees; transactions that fail give it a hint.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement, StreamTrait, TransactionOptions, TransactionTrait as _,
};
use tokio::sync::Notify;

use crate::error::{Error, Result, Sign};

/// What may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Passage {
    /// Everything.
    Open,
    /// Reads only, for this reason: the database takes no writes.
    Reads(String),
    /// Nothing, for this reason.
    Shut(String),
}

/// The gate; all connections of a process share one.
#[derive(Debug)]
pub(crate) struct Gate {
    passage: Mutex<Passage>,
    /// Whether a keeper looks after it; without one it stays as it is and `ping` asks the database itself.
    pub(crate) kept: bool,
    /// Rung when a call failed in a way that speaks of the database and not of the call.
    pub(crate) suspicion: Notify,
}

impl Gate {
    /// Open for good, for a database that was looked at when it was opened.
    pub(crate) fn open() -> Arc<Self> {
        Arc::new(Self { passage: Mutex::new(Passage::Open), kept: false, suspicion: Notify::new() })
    }

    /// Shut until the keeper has looked.
    pub(crate) fn kept(what: &str) -> Arc<Self> {
        let passage = Mutex::new(Passage::Shut(format!("{what} has not been reached yet")));
        Arc::new(Self { passage, kept: true, suspicion: Notify::new() })
    }

    pub(crate) fn set(&self, passage: Passage) {
        *self.lock() = passage;
    }

    pub(crate) fn passage(&self) -> Passage {
        self.lock().clone()
    }

    /// Why nothing at all is wrong, or what is.
    pub(crate) fn verdict(&self) -> PortResult<()> {
        match self.passage() {
            Passage::Open => Ok(()),
            Passage::Reads(reason) | Passage::Shut(reason) => Err(PortError::new(ErrorKind::Unavailable, reason)),
        }
    }

    /// Takes a hint from a failed call.
    pub(crate) fn note(&self, error: &Error) {
        if !self.kept {
            return;
        }
        match error.sign() {
            Sign::OfTheCall => return,
            Sign::Away => {}
            Sign::NoWrites(what) => {
                let mut passage = self.lock();
                if *passage == Passage::Open {
                    *passage = Passage::Reads(what.to_owned());
                }
            }
        }
        self.suspicion.notify_one();
    }

    fn admit(&self, writes: bool) -> std::result::Result<(), DbErr> {
        match &*self.lock() {
            Passage::Open => Ok(()),
            Passage::Reads(_) if !writes => Ok(()),
            Passage::Reads(reason) | Passage::Shut(reason) => Err(refusal(reason)),
        }
    }

    /// Lets a write through, or says why not.
    pub(crate) fn admit_write(&self) -> Result<()> {
        Ok(self.admit(true)?)
    }

    /// The state stays whole when a holder panics, so poison carries no information.
    fn lock(&self) -> MutexGuard<'_, Passage> {
        self.passage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refusal(reason: &str) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(reason.to_owned()))
}

/// The connections, behind the gate.
pub(crate) struct Database {
    inner: DatabaseConnection,
    pub(crate) gate: Arc<Gate>,
}

impl Database {
    pub(crate) fn new(inner: DatabaseConnection, gate: Arc<Gate>) -> Self {
        Self { inner, gate }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self, options: TransactionOptions) -> Result<DatabaseTransaction> {
        self.gate.admit_write()?;
        Ok(self.inner.begin_with_options(options).await?)
    }

    /// Whether a connection answers.
    pub(crate) async fn ping(&self) -> Result<()> {
        self.gate.admit(false)?;
        Ok(self.inner.ping().await?)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Database {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.inner)
    }

    async fn execute_raw(&self, statement: Statement) -> std::result::Result<ExecResult, DbErr> {
        self.gate.admit(true)?;
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        self.gate.admit(true)?;
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
        self.gate.admit(false)?;
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
        self.gate.admit(false)?;
        self.inner.query_all_raw(statement).await
    }
}

impl StreamTrait for Database {
    type Stream<'a> = <DatabaseConnection as StreamTrait>::Stream<'a>;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.inner)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<Self::Stream<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            self.gate.admit(false)?;
            self.inner.stream_raw(statement).await
        })
    }
}

/// The connections for bulk data, behind the same gate.
pub(crate) struct CopyPool {
    pool: deadpool_postgres::Pool,
    gate: Arc<Gate>,
}

impl CopyPool {
    pub(crate) fn new(pool: deadpool_postgres::Pool, gate: Arc<Gate>) -> Self {
        Self { pool, gate }
    }

    /// A connection to write with.
    pub(crate) async fn get(&self) -> Result<deadpool_postgres::Client> {
        self.gate.admit_write()?;
        Ok(self.pool.get().await?)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnAcquireErr;

    use super::*;

    #[test]
    fn what_may_pass_depends_on_what_is_wrong() {
        let gate = Gate::kept("PostgreSQL at db:5432");
        assert!(gate.admit(false).is_err());
        assert_eq!(gate.verdict().unwrap_err().to_string(), "PostgreSQL at db:5432 has not been reached yet");

        gate.set(Passage::Open);
        assert!(gate.admit(true).is_ok() && gate.verdict().is_ok());

        gate.set(Passage::Reads("the disk is full".to_owned()));
        assert!(gate.admit(false).is_ok() && gate.admit(true).is_err());
        assert_eq!(gate.verdict().unwrap_err().kind, ErrorKind::Unavailable);
    }

    #[tokio::test]
    async fn a_refusal_is_not_a_hint_and_a_lost_connection_is() {
        let gate = Gate::kept("x");
        gate.set(Passage::Shut("gone".to_owned()));
        gate.note(&gate.admit_write().unwrap_err());
        let quiet = tokio::time::timeout(std::time::Duration::from_millis(10), gate.suspicion.notified()).await;
        assert!(quiet.is_err());

        gate.note(&Error::from(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)));
        gate.suspicion.notified().await;
    }
}
