//! Questions of people to the ledger, in SQL: the database itself keeps them from changing anything.
//!
//! PostgreSQL runs a question as a cursor in a read-only transaction with a limit of time, SQLite on a connection that
//! is opened for reading, which needs no lock and so works beside a process that plays. Before it runs, the database is
//! asked which tables it would read: those that are not in [`TABLES`] are refused, above all the hashes of tokens.

mod postgres;
mod sqlite;
mod statement;
mod tables;

use std::collections::BTreeMap;

use domain::ports::PortError;
use serde_json::Value;

use crate::config::{StoreConfig, Target};

pub use tables::{TABLES, Table};

/// What is asked, and how much of an answer is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// One statement: `SELECT`, `WITH`, `VALUES` or `TABLE`.
    pub sql: &'a str,
    /// Most rows of the answer.
    pub rows: usize,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Names of the columns, each once: a name that comes again has a number behind it.
    pub columns: Vec<String>,
    /// The values of each row, in the order of the columns. Bytes are hexadecimal, JSON of the database is JSON, and
    /// what JSON has no type for (moments, identifiers, infinite numbers) is text as the database writes it.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than were wanted.
    pub cut: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The question is refused, here or by the database.
    #[error("{message}")]
    Refused {
        /// What is wrong with it.
        message: String,
        /// What to do about it.
        help: Option<String>,
        /// Where in the statement, in bytes.
        at: Option<usize>,
    },
    /// It could not be asked.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl QueryError {
    fn refused(message: impl Into<String>, at: Option<usize>) -> Self {
        Self::Refused { message: message.into(), help: None, at }
    }
}

/// Asks the ledger. A statement may take as long as the settings say.
///
/// # Errors
/// [`QueryError::Refused`] for a statement that is none, changes something, reads what is not to be read or takes too
/// long; [`QueryError::Port`] if the ledger cannot be reached.
pub async fn ask(config: &StoreConfig, question: Question<'_>) -> Result<Answer, QueryError> {
    let question = Question { sql: statement::check(question.sql)?, ..question };
    let target = config.target()?;
    let mut answer = match &target {
        Target::Postgres(options) => postgres::ask(config, &target, options, question).await?,
        Target::Sqlite(path) => sqlite::ask(config, path, question).await?,
    };
    answer.columns = each_once(answer.columns);
    answer.cut = answer.rows.len() > question.rows;
    answer.rows.truncate(question.rows);
    Ok(answer)
}

/// Refuses to read tables that are not in the list.
fn check_tables<'a>(read: impl IntoIterator<Item = &'a str>) -> Result<(), QueryError> {
    let known = |name: &str| TABLES.iter().any(|table| table.name == name);
    match read.into_iter().find(|name| !known(name)) {
        None => Ok(()),
        Some(name) => Err(QueryError::Refused {
            message: format!("`{name}` is not among the tables that may be read"),
            help: Some("`orchestrator sql --tables` lists them".to_owned()),
            at: None,
        }),
    }
}

fn too_long(config: &StoreConfig) -> QueryError {
    let seconds = config.statement_timeout.as_secs_f64();
    QueryError::Refused {
        message: format!("it took longer than {seconds} s"),
        help: Some("ask for less, or allow more time with --timeout".to_owned()),
        at: None,
    }
}

/// The same names, with a number behind those that come again.
fn each_once(names: Vec<String>) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut told: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let count = seen.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        let mut unique = if *count == 1 { name.clone() } else { format!("{name}_{count}") };
        while told.contains(&unique) {
            unique.push('_');
        }
        told.push(unique);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let names = ["id", "n", "id", "id_2", "id"].map(str::to_owned).to_vec();
        assert_eq!(each_once(names), ["id", "n", "id_2", "id_2_", "id_3"]);
    }

    #[test]
    fn secrets_and_strangers_are_not_read() {
        assert!(check_tables(["scores", "experiments"]).is_ok());
        for name in ["tokens", "research_sessions", "blob_chunks", "seaql_migrations", "pg_authid"] {
            assert!(check_tables(["scores", name]).is_err(), "{name}");
        }
    }
}
