//! Apache Parquet, by row groups of a bounded size.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::Sink;
use super::columns::{Cell, Column, Kind};

/// Rows that are kept until they are written together.
const GROUP: usize = 16_384;

/// Writes a file with an optional field for each column.
pub(super) struct Parquet {
    writer: SerializedFileWriter<Box<dyn Write + Send>>,
    kinds: Vec<Kind>,
    /// The cells of each column that wait to be written.
    waiting: Vec<Vec<Cell>>,
}

impl Parquet {
    pub(super) fn new(out: Box<dyn Write + Send>, columns: &[Column]) -> io::Result<Self> {
        let fields = columns.iter().map(field).collect::<Result<_, _>>().map_err(io_error)?;
        let schema = Type::group_type_builder("episode").with_fields(fields).build().map_err(io_error)?;
        let meanings = columns.iter().map(|column| KeyValue::new(column.name.clone(), column.meaning.clone()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("claudoom ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(meanings.collect()))
            .build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(io_error)?;
        Ok(Self {
            writer,
            kinds: columns.iter().map(|column| column.kind).collect(),
            waiting: columns.iter().map(|_| Vec::new()).collect(),
        })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for (kind, cells) in self.kinds.iter().zip(&mut self.waiting) {
            let cells = std::mem::take(cells);
            match kind {
                Kind::Text => write::<ByteArrayType>(&mut group, cells, |cell| match cell {
                    Cell::Text(text) => Some(ByteArray::from(text.into_bytes())),
                    _ => None,
                }),
                Kind::Integer => write::<Int64Type>(&mut group, cells, |cell| match cell {
                    Cell::Integer(number) => Some(number),
                    _ => None,
                }),
                Kind::Real => write::<DoubleType>(&mut group, cells, |cell| match cell {
                    Cell::Real(number) => Some(number),
                    _ => None,
                }),
                Kind::Truth => write::<BoolType>(&mut group, cells, |cell| match cell {
                    Cell::Truth(truth) => Some(truth),
                    _ => None,
                }),
            }?;
        }
        group.close()?;
        Ok(())
    }
}

impl Sink for Parquet {
    fn row(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        for (column, cell) in self.waiting.iter_mut().zip(cells) {
            column.push(cell);
        }
        let is_full = self.waiting.first().is_some_and(|column| column.len() >= GROUP);
        if is_full { self.write_group().map_err(io_error) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.waiting.first().is_some_and(|column| !column.is_empty()) {
            self.write_group().map_err(io_error)?;
        }
        self.writer.finish().map_err(io_error)?;
        self.writer.inner_mut().flush()
    }
}

fn field(column: &Column) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT64, None),
        Kind::Real => (Physical::DOUBLE, None),
        Kind::Truth => (Physical::BOOLEAN, None),
    };
    let field = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    Ok(Arc::new(field.build()?))
}

/// Writes the next column of a group: the values that are there, and which are.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Box<dyn Write + Send>>,
    cells: Vec<Cell>,
    of: impl Fn(Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let missing = || ParquetError::General("the schema has fewer columns than the rows".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    let values: Vec<Option<T::T>> = cells.into_iter().map(of).collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

/// The error below, so that a reader that has gone is known as such.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
