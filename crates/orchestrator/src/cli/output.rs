//! How results are printed.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

use super::Failure;
pub(super) use crate::document::drawn as table;
use crate::document::numbers::range;
use crate::export::Target;

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people.
    Table,
    /// One JSON value.
    Json,
}

/// The form of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Rows {
    /// For people.
    Table,
    /// A JSON array.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}

/// Writes text to standard output. A reader that has gone is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Does `writing` unless interrupted; a temporary file goes with what was being done.
pub(super) async fn unless_interrupted<T>(writing: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        written = writing => written,
        _ = tokio::signal::ctrl_c() => Err(Failure::interrupted()),
    }
}

/// Gives what was written its name, if all of it was. A reader of standard output that has gone is no failure.
pub(super) fn kept(target: Target, written: io::Result<()>) -> Result<(), Failure> {
    let is_standard = matches!(target, Target::Standard);
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && is_standard => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(target.keep()?),
    }
}

/// Writes a line to standard output.
pub(super) fn line(text: impl AsRef<str>) -> Result<(), Failure> {
    print(&format!("{}\n", text.as_ref()))
}

/// Tells something beside the result.
#[allow(clippy::print_stderr, reason = "the result itself goes to standard output, whole")]
pub(super) fn note(text: &str) {
    eprintln!("note: {text}");
}

/// Tells how it goes, before the result.
#[allow(clippy::print_stderr, reason = "the result itself goes to standard output, whole")]
pub(super) fn aside(text: &str) {
    eprintln!("{text}");
}

/// Writes one JSON value to standard output.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::internal(error.to_string()))?;
    line(text)
}

/// Writes rows to standard output: as JSON values, as the fields of these that `heads` names, or as `table` shows them.
pub(super) fn rows(
    form: Rows,
    heads: &[&str],
    values: &[Value],
    table: impl FnOnce() -> String,
) -> Result<(), Failure> {
    match form {
        Rows::Json => json(&values),
        Rows::Jsonl => values.iter().try_for_each(|value| line(value.to_string())),
        Rows::Csv => print(&csv(heads, values)?),
        Rows::Table => line(table()),
    }
}

fn csv(heads: &[&str], values: &[Value]) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Failure::internal(error.to_string());
    writer.write_record(heads).map_err(failed)?;
    for value in values {
        writer.write_record(heads.iter().map(|&head| plain(&value[head]))).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::internal(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A value as a cell: text as it is, nothing for null.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a person is looking at standard error.
pub(super) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// A number with two decimals, or nothing.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.2}"))
}

/// An interval with two decimals, or nothing.
pub(super) fn interval(low: Option<f64>, high: Option<f64>) -> String {
    low.zip(high).map_or_else(String::new, |(low, high)| range([low, high], 2))
}
