//! SQLite: every commit reaches the disk, references are checked, and one process at a time.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{DatabaseConnection, SqlxSqliteConnector};
use tokio::sync::Mutex;

use crate::config::{StoreConfig, Target};
use crate::schema;
use crate::session::Engine;

pub(super) async fn open(config: &StoreConfig, target: &Target) -> PortResult<(DatabaseConnection, Engine)> {
    let Target::Sqlite(path) = target else {
        return Err(PortError::new(ErrorKind::Internal, format!("{target} is no file")));
    };
    if !config.migrate && !path.exists() {
        return Err(schema::missing(target));
    }
    let lock = lock(path)?;
    let pool = SqlitePoolOptions::new()
        .max_connections(config.max_connections.max(1))
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(Duration::from_secs(5 * 60))
        .connect_with(options(config, path))
        .await
        .map_err(|error| unreadable(target, error))?;
    let db = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
    if config.migrate {
        schema::upgrade(&db, target).await?;
    }
    Ok((db, Engine::Sqlite { writer: Arc::new(Mutex::new(())), _lock: lock }))
}

fn options(config: &StoreConfig, path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(config.migrate)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL would lose the last commits with the power; a score that was reported must be there again.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(config.lock_timeout)
        .pragma("trusted_schema", "OFF")
}

/// Takes the lock file beside the database. It is never deleted: whoever deletes a lock file can let two in.
fn lock(path: &Path) -> PortResult<File> {
    let mut name = OsString::from(path);
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = File::options().create(true).truncate(false).write(true).open(&name).map_err(|error| {
        let message = format!("cannot open the lock file {}: {error}", name.display());
        PortError::new(ErrorKind::Invalid, message).because(error)
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = format!("{} is in use by another process: end it, or name another file", path.display());
            Err(PortError::new(ErrorKind::FailedPrecondition, message))
        }
        Err(TryLockError::Error(error)) => {
            let message = format!("cannot lock {}: {error}", name.display());
            Err(PortError::new(ErrorKind::Internal, message).because(error))
        }
    }
}

fn unreadable(target: &Target, error: sea_orm::sqlx::Error) -> PortError {
    PortError::new(ErrorKind::Invalid, format!("cannot open {target}: {error}")).because(error)
}
