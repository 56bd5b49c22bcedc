//! One JSON object per line.

use std::io::{self, Write};

use serde::ser::{SerializeMap as _, Serializer as _};

use super::Sink;
use super::columns::{Cell, Column};

/// Writes objects whose fields are in the order of the columns.
pub(super) struct Jsonl {
    out: Box<dyn Write + Send>,
    names: Vec<String>,
}

impl Jsonl {
    pub(super) fn new(out: Box<dyn Write + Send>, columns: &[Column]) -> Self {
        Self { out, names: columns.iter().map(|column| column.name.clone()).collect() }
    }
}

impl Sink for Jsonl {
    fn row(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        let mut line = Vec::new();
        let mut serializer = serde_json::Serializer::new(&mut line);
        let mut object = serializer.serialize_map(Some(cells.len()))?;
        for (name, cell) in self.names.iter().zip(&cells) {
            object.serialize_entry(name, cell)?;
        }
        object.end()?;
        line.push(b'\n');
        self.out.write_all(&line)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}
