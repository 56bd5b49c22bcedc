//! How what was found out is told.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::ValueEnum;
use domain::Violation;
use serde::Serialize;

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people.
    Table,
    /// One JSON value.
    Json,
}

/// What is wrong was told.
pub(super) fn refused() -> ExitCode {
    ExitCode::from(2)
}

/// Writes text to standard output. A reader that has gone is no failure.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Writes text to standard error.
pub(super) fn complain(text: &str) -> io::Result<()> {
    io::stderr().lock().write_all(text.as_bytes())
}

/// Writes one JSON value to standard output.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(print(&(serde_json::to_string_pretty(value)? + "\n"))?)
}

/// Violations as lines, each with its help below it.
pub(super) fn findings(word: &str, found: &[Violation]) -> String {
    let mut text = String::new();
    for Violation { path, message, help } in found {
        let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{word}: {at}{message}");
        if let Some(help) = help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
    text
}

/// Rows with aligned columns, each line behind two blanks.
pub(super) fn rows<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("  {cell:width$}"));
        cells.collect::<String>().trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_have_no_blanks_at_their_end() {
        let table = rows(&[["a", "1", ""], ["long", "22", "x"]].map(|row| row.map(str::to_owned)));
        assert_eq!(table, "  a     1\n  long  22  x\n");
    }

    #[test]
    fn findings_come_with_their_help() {
        let found = [Violation::new("rules", "odd").with_help("do less"), Violation::new("", "line 3: wrong")];
        assert_eq!(findings("error", &found), "error: rules: odd\n  help: do less\nerror: line 3: wrong\n");
    }
}
