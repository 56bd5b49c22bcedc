//! Time, from the one clock that all processes share: the database's.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::error::Result;

/// Milliseconds since 1970.
pub(crate) async fn now_ms(db: &impl ConnectionTrait) -> Result<i64> {
    let backend = db.get_database_backend();
    let sql = format!("SELECT {} AS now_ms", expression(backend));
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the database does not tell the time".into()))?;
    Ok(row.try_get("", "now_ms")?)
}

/// The milliseconds since 1970 as SQL, for statements that read something else besides.
pub(crate) fn expression(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)",
        // Not `now()`, which stands still within a transaction, however long it waited for a lock.
        _ => "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
    }
}

/// When a lease ends that begins at `now`.
pub(crate) fn lease_end(now: i64, lease: Duration) -> i64 {
    now.saturating_add(millis(lease))
}

/// A time in the unit of the clock.
pub(crate) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
