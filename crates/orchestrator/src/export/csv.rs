//! Comma-separated values.

use std::io::{self, Write};

use super::Sink;
use super::columns::{Cell, Column};

/// Writes a header and a line for each row.
pub(super) struct Csv {
    writer: csv::Writer<Box<dyn Write + Send>>,
}

impl Csv {
    pub(super) fn new(out: Box<dyn Write + Send>, columns: &[Column]) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(columns.iter().map(|column| &column.name)).map_err(io_error)?;
        Ok(Self { writer })
    }
}

impl Sink for Csv {
    fn row(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        self.writer.write_record(cells.iter().map(field)).map_err(io_error)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A value as a field; the shortest decimals that read back to the same bits.
fn field(cell: &Cell) -> String {
    match cell {
        Cell::Absent => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => serde_json::json!(number).to_string(),
        Cell::Truth(truth) => truth.to_string(),
    }
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals_keep_every_bit() {
        for number in [0.1, 1e300, 5e-324, -0.0, 31.245270191439438] {
            assert_eq!(field(&Cell::Real(number)).parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
    }
}
