//! Reads the columns of a table that an analysis needs.

use std::collections::HashMap;
use std::io::Read;

use clap::ValueEnum;
use csv::StringRecord;
use domain::spelling::nearest;
use science::linear::{Frame, LinearError};
use serde::Serialize;

/// Which column plays which part.
#[derive(Debug, Clone, Default)]
pub struct Roles {
    /// What is explained.
    pub response: String,
    /// What may explain it, level by level.
    pub factors: Vec<String>,
    /// What may explain it along a line.
    pub covariates: Vec<String>,
    /// What makes rows alike and is of no interest itself, such as the seed.
    pub blocks: Vec<String>,
}

/// What happens to a row of which a value is missing: an empty cell, NA or NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Missing {
    /// Refuse the table
    Refuse,
    /// Leave the row out, and say so
    Drop,
}

/// A table as it was read.
#[derive(Debug)]
pub struct Reading {
    /// Its columns.
    pub frame: Frame,
    /// Rows that were left out.
    pub dropped: Vec<Dropped>,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The column whose value is missing.
    pub column: String,
}

/// Why a table cannot be analysed.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It cannot be read, or is no table.
    #[error("{0}")]
    Csv(String),
    /// There is no row.
    #[error("the table has no rows below its header")]
    Empty,
    /// Two columns share a name.
    #[error("the header has the column {0} twice; rename one")]
    TwiceInHeader(String),
    /// One column is to play two parts.
    #[error("column {0} is given two parts; a column is the response, a factor, a covariate or a block")]
    TwoParts(String),
    /// A column is not there.
    #[error("there is no column {name}; {hint}")]
    NoColumn {
        /// What was asked for.
        name: String,
        /// What was probably meant, and what there is.
        hint: String,
    },
    /// A cell that should be a number is none.
    #[error("line {line}, column {column}: \"{value}\" is not a number{hint}")]
    NotNumber {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What is there.
        value: String,
        /// What to do.
        hint: &'static str,
    },
    /// A value is missing.
    #[error(
        "line {line}, column {column}: the value is missing; fill it in, or leave such rows out with --missing drop"
    )]
    Missing {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
    },
    /// The columns make no frame.
    #[error(transparent)]
    Frame(#[from] LinearError),
}

/// Reads a table with a header. Levels of a factor are in the order in which they come.
///
/// # Errors
/// If the table is ragged, a column is missing, a number is none, or the columns make no frame.
pub fn read(input: impl Read, delimiter: u8, roles: &Roles, missing: Missing) -> Result<Reading, TableError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(input);
    let header = header(reader.headers().map_err(csv_error)?)?;
    let mut columns = Columns::find(&header, roles)?;
    let (mut record, mut dropped) = (StringRecord::new(), Vec::new());
    while reader.read_record(&mut record).map_err(csv_error)? {
        let line = record.position().map_or(0, csv::Position::line);
        match columns.missing(&record) {
            None => columns.push(&record, line)?,
            Some(column) if missing == Missing::Drop => dropped.push(Dropped { line, column: column.to_owned() }),
            Some(column) => return Err(TableError::Missing { line, column: column.to_owned() }),
        }
    }
    Ok(Reading { frame: columns.frame()?, dropped })
}

fn csv_error(error: csv::Error) -> TableError {
    TableError::Csv(match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!(
                "line {line} has {len} cells, but the header has {expected_len}; is a comma missing, or one too many?"
            )
        }
        csv::ErrorKind::Utf8 { pos, .. } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} is not UTF-8; convert the file first, for example with iconv -t utf-8")
        }
        csv::ErrorKind::Io(error) => format!("cannot read the table: {error}"),
        _ => error.to_string(),
    })
}

/// The names of the columns. Spreadsheets put a mark before the first one.
fn header(record: &StringRecord) -> Result<Vec<String>, TableError> {
    let names: Vec<_> = record.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
    match names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        Some((_, twice)) => Err(TableError::TwiceInHeader(twice.clone())),
        None => Ok(names),
    }
}

/// The columns that are read, as far as they have been read.
struct Columns {
    response: Numbers,
    covariates: Vec<Numbers>,
    factors: Vec<Labels>,
    blocks: Vec<Labels>,
}

struct Numbers {
    name: String,
    place: usize,
    values: Vec<f64>,
}

/// A column of labels, as numbers of its levels.
struct Labels {
    name: String,
    place: usize,
    numbers: HashMap<String, usize>,
    levels: Vec<String>,
    codes: Vec<usize>,
}

impl Columns {
    fn find(header: &[String], roles: &Roles) -> Result<Self, TableError> {
        let Roles { response, factors, covariates, blocks } = roles;
        let all: Vec<_> = [response].into_iter().chain(factors).chain(covariates).chain(blocks).collect();
        if let Some((_, twice)) = all.iter().enumerate().find(|(place, name)| all[..*place].contains(name)) {
            return Err(TableError::TwoParts((*twice).clone()));
        }
        let numbers =
            |name: &String| Ok(Numbers { name: name.clone(), place: place(header, name)?, values: Vec::new() });
        let labels = |name: &String| Ok(Labels::new(name, place(header, name)?));
        Ok(Self {
            response: numbers(response)?,
            covariates: covariates.iter().map(numbers).collect::<Result<_, TableError>>()?,
            factors: factors.iter().map(labels).collect::<Result<_, TableError>>()?,
            blocks: blocks.iter().map(labels).collect::<Result<_, TableError>>()?,
        })
    }

    fn numbers(&mut self) -> impl Iterator<Item = &mut Numbers> {
        [&mut self.response].into_iter().chain(&mut self.covariates)
    }

    fn labels(&mut self) -> impl Iterator<Item = &mut Labels> {
        self.factors.iter_mut().chain(&mut self.blocks)
    }

    /// The first column whose value this row lacks.
    fn missing(&self, record: &StringRecord) -> Option<&str> {
        let numbers = [&self.response].into_iter().chain(&self.covariates).map(|column| (&column.name, column.place));
        let labels = self.factors.iter().chain(&self.blocks).map(|column| (&column.name, column.place));
        let mut columns = numbers.chain(labels);
        columns.find(|&(_, place)| is_missing(cell(record, place))).map(|(name, _)| name.as_str())
    }

    fn push(&mut self, record: &StringRecord, line: u64) -> Result<(), TableError> {
        for column in self.numbers() {
            let value = number(cell(record, column.place), line, &column.name)?;
            column.values.push(value);
        }
        self.labels().for_each(|column| column.push(cell(record, column.place)));
        Ok(())
    }

    fn frame(self) -> Result<Frame, TableError> {
        let Self { response, covariates, factors, blocks } = self;
        if response.values.is_empty() {
            return Err(TableError::Empty);
        }
        let mut frame = Frame::new(&response.name, response.values)?;
        for Labels { name, codes, levels, .. } in factors {
            frame = frame.categorical(&name, &codes, &levels)?;
        }
        for Numbers { name, values, .. } in covariates {
            frame = frame.continuous(&name, values)?;
        }
        for Labels { name, codes, levels, .. } in blocks {
            let labels: Vec<_> = codes.iter().map(|&code| &levels[code]).collect();
            frame = frame.block(&name, &labels)?;
        }
        Ok(frame)
    }
}

impl Labels {
    fn new(name: &str, place: usize) -> Self {
        Self { name: name.to_owned(), place, numbers: HashMap::new(), levels: Vec::new(), codes: Vec::new() }
    }

    fn push(&mut self, label: &str) {
        let code = match self.numbers.get(label) {
            Some(&code) => code,
            None => {
                self.numbers.insert(label.to_owned(), self.levels.len());
                self.levels.push(label.to_owned());
                self.levels.len() - 1
            }
        };
        self.codes.push(code);
    }
}

fn place(header: &[String], name: &str) -> Result<usize, TableError> {
    header.iter().position(|other| other == name).ok_or_else(|| {
        let there = header.join(", ");
        let hint = match nearest(name, header.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean {meant}? The columns are {there}"),
            None => format!("the columns are {there}"),
        };
        TableError::NoColumn { name: name.to_owned(), hint }
    })
}

fn cell(record: &StringRecord, place: usize) -> &str {
    record.get(place).unwrap_or_default().trim()
}

fn is_missing(cell: &str) -> bool {
    cell.is_empty() || cell == "NA" || cell.eq_ignore_ascii_case("nan")
}

fn number(cell: &str, line: u64, column: &str) -> Result<f64, TableError> {
    let wrong = |hint| TableError::NotNumber { line, column: column.to_owned(), value: cell.to_owned(), hint };
    match cell.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(wrong(" that can be analysed; correct it or leave the row out")),
        Err(_) if cell.contains(',') => Err(wrong("; write decimals with a point")),
        Err(_) => Err(wrong("; a column of names can be a factor or a block")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(factors: &[&str], blocks: &[&str]) -> Roles {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Roles { response: "kills".into(), factors: owned(factors), covariates: vec![], blocks: owned(blocks) }
    }

    fn read_with(text: &str, roles: &Roles, missing: Missing) -> Result<Reading, TableError> {
        read(text.as_bytes(), b',', roles, missing)
    }

    #[test]
    fn columns_are_found_by_name_and_levels_keep_their_order() {
        let text = "\u{feff}policy,seed,kills\nrandom,1,3\naim, 1 ,9\nrandom,2,4\n";
        let reading = read_with(text, &roles(&["policy"], &["seed"]), Missing::Refuse).unwrap();
        assert_eq!(reading.frame.values(), [3.0, 9.0, 4.0]);
        assert_eq!(reading.frame.levels(0), ["random", "aim"]);
        assert_eq!(reading.frame.levels(1), ["1", "2"]);
        assert!(reading.frame.is_block(1) && !reading.frame.is_block(0));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let cases = [
            ("policy,kills\na,1\nb\n", "line 3 has 1 cells, but the header has 2"),
            ("policy,kils\na,1\n", "there is no column kills; did you mean kils?"),
            ("policy,kills,kills\na,1,1\n", "the column kills twice"),
            ("policy,kills\na,1\nb,many\n", "line 3, column kills: \"many\" is not a number"),
            ("policy,kills\na,1\nb,\"1,5\"\n", "write decimals with a point"),
            ("policy,kills\na,1\nb,inf\n", "line 3, column kills: \"inf\""),
            ("policy,kills\na,1\nb,NaN\n", "line 3, column kills: the value is missing"),
            ("policy,kills\na,1\n,2\n", "line 3, column policy: the value is missing"),
            ("policy,kills\n", "no rows"),
            ("", "there is no column kills"),
        ];
        for (text, expected) in cases {
            let error = read_with(text, &roles(&["policy"], &[]), Missing::Refuse).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
        let error = read_with("kills\n1\n", &roles(&["kills"], &[]), Missing::Refuse).unwrap_err().to_string();
        assert!(error.contains("two parts"), "{error}");
    }

    #[test]
    fn rows_with_holes_are_left_out_and_told() {
        let text = "policy,kills\na,1\nb,\na,2\nb,4\n";
        let reading = read_with(text, &roles(&["policy"], &[]), Missing::Drop).unwrap();
        assert_eq!(reading.frame.values(), [1.0, 2.0, 4.0]);
        assert_eq!(reading.dropped, [Dropped { line: 3, column: "kills".into() }]);
    }
}
