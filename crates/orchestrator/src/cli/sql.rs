//! `sql`: a question to the database.

use std::time::Duration;

use clap::Args;
use miette::{LabeledSpan, MietteDiagnostic, Report};
use serde_json::{Map, Value, json};
use store::{Answer, QueryError, Question, StoreConfig, TABLES};

use super::ledger::LedgerArgs;
use super::output::{self, Rows};
use super::{Exit, Failure, Place};

/// Arguments of `sql`.
#[derive(Debug, Args)]
pub(super) struct SqlArgs {
    /// One statement that asks: SELECT, WITH, VALUES or TABLE
    #[arg(required_unless_present = "tables")]
    statement: Option<String>,
    /// List the tables that may be read
    #[arg(long, conflicts_with = "statement")]
    tables: bool,
    /// Most rows to print
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    limit: u32,
    /// Seconds that the statement may take
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    timeout: u32,
    /// Form of the answer
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Asks and prints the answer, or lists the tables.
pub(super) async fn run(args: SqlArgs, place: &Place) -> Result<(), Failure> {
    let Some(sql) = &args.statement else { return tables(args.output) };
    let statement_timeout = Duration::from_secs(args.timeout.into());
    let config = StoreConfig { statement_timeout, ..args.ledger.config(place)? };
    let question = Question { sql, rows: args.limit as usize };
    let answer = store::ask(&config, question).await.map_err(|error| refusal(sql, error))?;
    print(&answer, args.output)?;
    if answer.cut {
        output::note(&format!("there are more than {} rows: ask for more with --limit", args.limit));
    }
    Ok(())
}

fn print(answer: &Answer, form: Rows) -> Result<(), Failure> {
    let heads: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let row = |values: &Vec<Value>| {
        Value::Object(answer.columns.iter().cloned().zip(values.iter().cloned()).collect::<Map<_, _>>())
    };
    let values: Vec<_> = answer.rows.iter().map(row).collect();
    output::rows(form, &heads, &values, || {
        let is_number = |at: usize| answer.rows.iter().all(|row| row[at].is_number() || row[at].is_null());
        let numbers: Vec<_> =
            heads.iter().enumerate().filter(|(at, _)| is_number(*at)).map(|(_, head)| *head).collect();
        output::table(&heads, &numbers, answer.rows.iter().map(|row| row.iter().map(output::plain).collect()))
    })
}

fn tables(form: Rows) -> Result<(), Failure> {
    let heads = ["table", "holds"];
    let values: Vec<_> = TABLES.iter().map(|table| json!({ "table": table.name, "holds": table.holds })).collect();
    output::rows(form, &heads, &values, || {
        output::table(&heads, &[], TABLES.iter().map(|table| vec![table.name.to_owned(), table.holds.to_owned()]))
    })
}

/// A refused statement with the place at which it is wrong.
fn refusal(sql: &str, error: QueryError) -> Failure {
    let (message, help, at) = match error {
        QueryError::Port(error) => return error.into(),
        QueryError::Refused { message, help, at } => (message, help, at),
    };
    let mut told = MietteDiagnostic::new(message);
    if let Some(help) = help {
        told = told.with_help(help);
    }
    if let Some(at) = at {
        told = told.with_label(LabeledSpan::at_offset(at, "here"));
    }
    let report = Report::new(told);
    Failure::new(Exit::Invalid, if at.is_some() { report.with_source_code(sql.to_owned()) } else { report })
}
