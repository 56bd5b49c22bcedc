//! Transactions: how they begin, and that they are run again when they fail for a reason that passes.

use std::fs::File;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::event::EventEncoder;
use domain::ports::{PortResult, TraceSource};
use runtime::retry::{Backoff, Waits};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, SqliteTransactionMode, TransactionOptions};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::error::Result;
use crate::gate::{CopyPool, Database, Gate};
use crate::metrics;

/// The ledger over PostgreSQL or SQLite. Made by [`crate::connect`].
pub struct SqlStore {
    pub(crate) db: Database,
    pub(crate) encoder: Arc<dyn EventEncoder>,
    pub(crate) trace: TraceSource,
    pub(crate) copy_from: usize,
    pub(crate) max_blob_bytes: u64,
    pub(crate) engine: Engine,
}

/// What the two databases need besides connections.
pub(crate) enum Engine {
    /// `copy` is for bulk data. `aside` is one connection for elections, which must not wait behind anything else; absent
    /// where there are too few.
    Postgres { copy: CopyPool, aside: Option<Database> },
    /// SQLite has one writer at a time, so writers wait in line here instead of trying again and again. The lock
    /// keeps other processes out for as long as the store lives.
    Sqlite { writer: Arc<Mutex<()>>, _lock: File },
}

impl std::fmt::Debug for SqlStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlStore").field("backend", &self.db.get_database_backend()).finish_non_exhaustive()
    }
}

/// An open transaction, rolled back unless it is committed. The line of writers moves on after the transaction ends,
/// which is why it comes last.
pub(crate) struct Tx {
    inner: DatabaseTransaction,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }
}

impl Deref for Tx {
    type Target = DatabaseTransaction;
    fn deref(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

impl SqlStore {
    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        self.begin_on(&self.db).await
    }

    /// As [`SqlStore::begin`], on the connection that is kept for what cannot wait.
    pub(crate) async fn begin_aside(&self) -> Result<Tx> {
        match &self.engine {
            Engine::Postgres { aside: Some(aside), .. } => self.begin_on(aside).await,
            _ => self.begin().await,
        }
    }

    async fn begin_on(&self, db: &Database) -> Result<Tx> {
        let turn = match &self.engine {
            Engine::Postgres { .. } => None,
            Engine::Sqlite { writer, .. } => Some(Arc::clone(writer).lock_owned().await),
        };
        // IMMEDIATE, because a transaction that reads first cannot always be raised to a writer later.
        let immediate = TransactionOptions {
            sqlite_transaction_mode: turn.as_ref().map(|_| SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Tx { inner: db.begin(immediate).await?, _turn: turn })
    }

    /// Runs a transaction, again where it failed for a reason that passes, and tells the keeper of what it saw. A commit
    /// whose answer was lost may have happened, so `attempt` must be one that can be repeated.
    pub(crate) async fn retrying<T, F, Fut>(&self, what: &'static str, attempt: F) -> PortResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        retrying(&self.db.gate, what, attempt).await
    }
}

const TRIES: u32 = 5;

/// Waits before a transaction is run again; random, so that two rivals do not meet again.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(30), factor: 2.0, cap: Duration::from_millis(500) };

async fn retrying<T, F, Fut>(gate: &Gate, what: &'static str, attempt: F) -> PortResult<T>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let begun = Instant::now();
    let outcome = until_settled(gate, what, attempt).await;
    metrics::took(what, begun.elapsed(), outcome.is_ok());
    outcome
}

async fn until_settled<T, F, Fut>(gate: &Gate, what: &str, attempt: F) -> PortResult<T>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let (mut tries, mut waits) = (1, Waits::new(BACKOFF));
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) if error.is_transient() && tries < TRIES => {
                tracing::debug!(%error, tries, what, "transaction is run again");
                tokio::time::sleep(waits.next_wait()).await;
                tries += 1;
            }
            Err(error) => {
                gate.note(&error);
                return Err(error.into_port(what));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use domain::ErrorKind;
    use sea_orm::{DbErr, RuntimeErr, sqlx};

    use super::*;
    use crate::error::Error;

    fn cut_connection() -> Error {
        let cut = sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        DbErr::Exec(RuntimeErr::SqlxError(Arc::new(cut))).into()
    }

    #[tokio::test]
    async fn transient_failures_are_run_again_a_bounded_number_of_times() {
        let gate = Gate::open();
        let runs = AtomicU32::new(0);
        let second_time = retrying(&gate, "try", || async {
            if runs.fetch_add(1, Ordering::Relaxed) == 0 { Err(cut_connection()) } else { Ok(()) }
        });
        assert!(second_time.await.is_ok());

        let runs = AtomicU32::new(0);
        let never = retrying::<(), _, _>(&gate, "try", || async {
            runs.fetch_add(1, Ordering::Relaxed);
            Err(cut_connection())
        });
        assert_eq!(never.await.unwrap_err().kind, ErrorKind::Unavailable);
        assert_eq!(runs.into_inner(), TRIES);
    }

    #[tokio::test]
    async fn other_failures_are_reported_at_once() {
        let gate = Gate::open();
        let runs = AtomicU32::new(0);
        let failed = retrying::<(), _, _>(&gate, "read a page", || async {
            runs.fetch_add(1, Ordering::Relaxed);
            Err(DbErr::Custom("syntax".into()).into())
        });
        let error = failed.await.unwrap_err();
        assert_eq!((error.kind, runs.into_inner()), (ErrorKind::Internal, 1));
        assert_eq!(error.to_string(), "cannot read a page: the database refused it");
    }
}
