//! Episodes as rows for other programs: one row each, every column documented, page by page.

pub mod columns;
mod csv;
mod jsonl;
mod latex;
mod parquet;
mod target;

use std::io::{self, Write};

use clap::ValueEnum;
use domain::measures::Response;

use columns::{Cell, Column};
pub use target::{Target, TargetError};

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values with a header; nothing for what is absent.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
    /// A table of means for a paper instead of rows.
    Latex,
}

impl Format {
    /// What the name of a file says about its form.
    #[must_use]
    pub fn of_file(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "parquet" | "pq" => Some(Self::Parquet),
            "tex" => Some(Self::Latex),
            _ => None,
        }
    }
}

/// Takes rows, one after another.
pub trait Sink: Send {
    /// Takes a row, with a cell for each column.
    ///
    /// # Errors
    /// If it cannot be written.
    fn row(&mut self, cells: Vec<Cell>) -> io::Result<()>;

    /// Writes what is left.
    ///
    /// # Errors
    /// If it cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Writes rows of these columns in a form. `response` is what a LaTeX table is about.
///
/// # Errors
/// If the beginning cannot be written.
pub fn sink(
    format: Format,
    out: Box<dyn Write + Send>,
    columns: &[Column],
    response: Option<Response>,
    title: &str,
) -> io::Result<Box<dyn Sink>> {
    Ok(match format {
        Format::Csv => Box::new(csv::Csv::new(out, columns)?),
        Format::Jsonl => Box::new(jsonl::Jsonl::new(out, columns)),
        Format::Parquet => Box::new(parquet::Parquet::new(out, columns)?),
        Format::Latex => Box::new(latex::Latex::new(out, columns, response, title)),
    })
}
