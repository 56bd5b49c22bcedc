//! Questions to SQLite: on a connection that is opened for reading.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use domain::ErrorKind;
use domain::ports::PortError;
use futures::TryStreamExt as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sea_orm::sqlx::{
    self, AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _,
    Statement as _, TypeInfo as _, ValueRef as _,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Answer, QueryError, Question, check_tables, too_long};
use crate::config::StoreConfig;

/// Steps of the database's machine between two looks at the clock.
const STEPS: i32 = 10_000;

pub(super) async fn ask(config: &StoreConfig, path: &Path, question: Question<'_>) -> Result<Answer, QueryError> {
    let mut connection = open(config, path).await?;
    let answer = answer(&mut connection, question).await.map_err(|error| told(config, question.sql, error));
    // Nothing was written, so nothing is lost if it cannot be closed.
    let _ = connection.close().await;
    answer?
}

async fn open(config: &StoreConfig, path: &Path) -> Result<SqliteConnection, QueryError> {
    let unreadable = |error: sqlx::Error| {
        let message = format!("cannot open the SQLite file {}: {error}", path.display());
        PortError::new(ErrorKind::Invalid, message).because(error)
    };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(config.lock_timeout)
        .pragma("query_only", "ON")
        .pragma("trusted_schema", "OFF");
    let mut connection = options.connect().await.map_err(unreadable)?;
    let end = Instant::now() + config.statement_timeout;
    connection.lock_handle().await.map_err(unreadable)?.set_progress_handler(STEPS, move || Instant::now() < end);
    Ok(connection)
}

async fn answer(connection: &mut SqliteConnection, question: Question<'_>) -> sqlx::Result<Result<Answer, QueryError>> {
    let Question { sql, rows: wanted } = question;
    let statement = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await?;
    if let Err(refusal) = check_tables(tables(connection, sql).await?.iter().map(String::as_str)) {
        return Ok(Err(refusal));
    }
    let columns = statement.columns().iter().map(|column| column.name().to_owned()).collect();
    let mut rows = Vec::new();
    let mut found = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *connection);
    while rows.len() <= wanted {
        let Some(row) = found.try_next().await? else { break };
        rows.push((0..row.len()).map(|at| value(&row, at)).collect::<sqlx::Result<Vec<_>>>()?);
    }
    Ok(Ok(Answer { columns, rows, cut: false }))
}

/// The tables that the statement reads, by the pages at which its program opens them.
async fn tables(connection: &mut SqliteConnection, sql: &str) -> sqlx::Result<Vec<String>> {
    let pages = "SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0";
    let pages: HashMap<i64, String> =
        sqlx::query_as::<_, (i64, String)>(pages).fetch_all(&mut *connection).await?.into_iter().collect();
    let program = sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}"))).fetch_all(&mut *connection).await?;
    let mut read = Vec::new();
    for step in program {
        let opcode: String = step.try_get("opcode")?;
        if ["OpenRead", "OpenWrite", "ReopenIdx"].contains(&opcode.as_str()) {
            let page: i64 = step.try_get("p2")?;
            read.push(pages.get(&page).cloned().unwrap_or_else(|| "sqlite_schema".to_owned()));
        }
    }
    Ok(read)
}

fn value(row: &SqliteRow, at: usize) -> sqlx::Result<Value> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "INTEGER" => Value::from(row.try_get_unchecked::<i64, _>(at)?),
        "REAL" => {
            let number = row.try_get_unchecked::<f64, _>(at)?;
            serde_json::Number::from_f64(number).map_or_else(|| Value::from(number.to_string()), Value::Number)
        }
        "TEXT" => Value::from(row.try_get_unchecked::<String, _>(at)?),
        _ => Value::from(bytes(&row.try_get_unchecked::<Vec<u8>, _>(at)?, row.column(at).type_info().name())),
    })
}

/// Bytes as text: identifiers, which are kept as bytes in columns of text, as identifiers.
fn bytes(bytes: &[u8], column: &str) -> String {
    match Uuid::from_slice(bytes) {
        Ok(id) if column == "TEXT" => id.to_string(),
        _ => domain::hex::encode(bytes),
    }
}

/// What the database says, and where if it names a word that stands in one place only.
fn told(config: &StoreConfig, sql: &str, error: sqlx::Error) -> QueryError {
    match &error {
        sqlx::Error::Database(answer) if answer.code().as_deref() == Some("9") => too_long(config),
        sqlx::Error::Database(answer) => QueryError::refused(answer.message(), place(answer.message(), sql)),
        _ => PortError::new(ErrorKind::Internal, format!("the answer cannot be read: {error}")).because(error).into(),
    }
}

/// Where the word is that a message names: `no such column: x`, `near "x": syntax error`.
fn place(message: &str, sql: &str) -> Option<usize> {
    let word = match message.split_once("near \"") {
        Some((_, rest)) => rest.split_once('"')?.0,
        None => message.split_once(": ")?.1,
    };
    let mut places = sql.match_indices(word).map(|(at, _)| at);
    places.next().filter(|_| !word.is_empty() && places.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_stands_once_is_the_place() {
        assert_eq!(place("no such column: foo", "select foo from scores"), Some(7));
        assert_eq!(place("near \"form\": syntax error", "select 1 form scores"), Some(9));
        assert_eq!(place("no such column: s", "select s from scores"), None);
        assert_eq!(place("incomplete input", "select"), None);
    }
}
