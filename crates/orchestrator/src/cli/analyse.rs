//! Analysing a table from anywhere.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use miette::miette;
use science::linear::{Frame, Squares};
use science::study::{Question, Study};
use serde::Serialize;

use super::figures::FigureArgs;
use super::{Exit, Failure, output};
use crate::analysis::{self, Dropped, Figures, Missing, Reading, Roles, TableError};
use crate::document::{self, Block, paragraph};

/// Arguments of `analyse`.
#[derive(Debug, Args)]
pub(super) struct AnalyseArgs {
    /// The table, with a header: a CSV file, or - for standard input
    file: PathBuf,
    /// The column that is explained
    #[arg(long, value_name = "COLUMN")]
    response: String,
    /// Columns that may explain it, level by level
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required_unless_present = "covariates")]
    factors: Vec<String>,
    /// Columns that may explain it along a line
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    covariates: Vec<String>,
    /// Columns of what was equal for several rows and is of no interest itself, such as the seed
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    block: Vec<String>,
    /// Most factors of an interaction
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = order())]
    order: usize,
    /// Type of the sums of squares
    #[arg(long = "type", value_enum, default_value_t = Type::Iii)]
    squares: Type,
    /// The level that all others of its factor are compared with; all pairs unless given
    #[arg(long, value_name = "LEVEL")]
    control: Option<String>,
    /// Probability of calling a term without effect one that has an effect
    #[arg(long, value_name = "P", default_value_t = 0.05, value_parser = probability)]
    alpha: f64,
    /// Most permutations of each test
    #[arg(long, value_name = "N", default_value_t = 999, value_parser = clap::value_parser!(u32).range(99..=99_999))]
    permutations: u32,
    /// Seed of the permutations
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// What to do with a row of which a value is missing
    #[arg(long, value_enum, default_value_t = Missing::Refuse)]
    missing: Missing,
    /// What stands between two cells: a character, or tab
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Written::Table)]
    output: Written,
    #[command(flatten)]
    figures: FigureArgs,
    /// Overwrite figures that are there
    #[arg(long, requires = "figures", help_heading = "Figures")]
    force: bool,
}

/// Forms of an analysis.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Written {
    /// For people, in a terminal
    Table,
    /// One JSON value with everything at full precision
    Json,
    /// A Markdown document
    Markdown,
    /// One HTML page with pictures
    Html,
}

/// Types of sums of squares.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Type {
    /// Sequential: each term after those before it
    #[value(name = "I", alias = "i", alias = "1")]
    I,
    /// Each term after all that do not contain it
    #[value(name = "II", alias = "ii", alias = "2")]
    Ii,
    /// Each term after all others
    #[value(name = "III", alias = "iii", alias = "3")]
    Iii,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Analysis<'a> {
    /// Rows of the table that were left out, by line and column.
    dropped: &'a [Dropped],
    #[serde(flatten)]
    study: &'a Study,
}

/// Analyses a table.
pub(super) fn run(args: &AnalyseArgs) -> Result<(), Failure> {
    let Reading { frame, dropped } = read(args)?;
    check_control(args, &frame)?;
    let study = Study::of(&frame, &question(args)).map_err(|error| wrong(&args.file, &error.into()))?;
    let drawn = matches!(args.output, Written::Html) || args.figures.are_wanted();
    let figures = if drawn { analysis::figures(&frame, &study, "") } else { Figures::default() };
    let blocks = told(&study, &dropped, &figures);
    let pictures: Vec<_> = document::figures(&blocks).into_iter().cloned().collect();
    let files = args.figures.write(&pictures, args.force)?;
    match args.output {
        Written::Json => output::json(&Analysis { dropped: &dropped, study: &study }),
        Written::Table => output::print(&document::text(&blocks)),
        Written::Markdown => output::print(&document::markdown(&blocks)),
        Written::Html => output::print(&document::page(&format!("{} in {} rows", study.response, study.rows), &blocks)),
    }?;
    files.keep()
}

fn told(study: &Study, dropped: &[Dropped], figures: &Figures) -> Vec<Block> {
    let explained = study.factors.iter().map(|factor| match factor.kind {
        "continuous" => format!("{} (continuous)", factor.name),
        "block" => format!("{} (block, {} levels)", factor.name, factor.levels.len()),
        _ => format!("{} ({} levels)", factor.name, factor.levels.len()),
    });
    let left_out = match dropped {
        [] => "No row was left out.".to_owned(),
        [first, ..] => {
            let (count, line, column) = (dropped.len(), first.line, &first.column);
            format!("{count} more were left out for missing values, the first on line {line} ({column}).")
        }
    };
    let title = format!("{} by {}", study.response, explained.collect::<Vec<_>>().join(", "));
    let mut blocks = vec![Block::Heading(1, title), paragraph(format!("{} rows. {left_out}", study.rows))];
    blocks.extend(analysis::content(study, figures, 2));
    blocks
}

fn read(args: &AnalyseArgs) -> Result<Reading, Failure> {
    let roles = Roles {
        response: args.response.clone(),
        factors: args.factors.clone(),
        covariates: args.covariates.clone(),
        blocks: args.block.clone(),
    };
    let read = analysis::read(open(&args.file)?, args.delimiter, &roles, args.missing);
    read.map_err(|error| wrong(&args.file, &error))
}

fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => {
            let exit = if error.kind() == io::ErrorKind::NotFound { Exit::NotFound } else { Exit::Failed };
            Err(Failure::new(exit, miette!("cannot read {}: {error}", path.display())))
        }
    }
}

fn wrong(path: &Path, error: &TableError) -> Failure {
    Failure::usage(format!("{}: {error}", path.display()))
}

fn question(args: &AnalyseArgs) -> Question {
    Question {
        alpha: args.alpha,
        order: args.order,
        squares: match args.squares {
            Type::I => Squares::Sequential,
            Type::Ii => Squares::Hierarchical,
            Type::Iii => Squares::Marginal,
        },
        control: args.control.clone(),
        permutations: args.permutations,
        seed: args.seed,
        ..Question::default()
    }
}

/// A control that no factor has would silently compare all pairs.
fn check_control(args: &AnalyseArgs, frame: &Frame) -> Result<(), Failure> {
    let Some(control) = &args.control else { return Ok(()) };
    let factors = (0..frame.factors().count()).filter(|&factor| !frame.is_block(factor));
    let levels: Vec<_> = factors.flat_map(|factor| frame.levels(factor)).map(String::as_str).collect();
    if levels.contains(&control.as_str()) {
        return Ok(());
    }
    Err(Failure::usage(format!("--control: no factor has the level {control}; there are {}", levels.join(", "))))
}

fn order() -> impl clap::builder::TypedValueParser<Value = usize> {
    use clap::builder::TypedValueParser as _;
    clap::value_parser!(u16).range(1..=10).map(usize::from)
}

pub(super) fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(p) if p > 0.0 && p < 1.0 => Ok(p),
        _ => Err("not a number above 0 and below 1".to_owned()),
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" || text == "\\t" => Ok(b'\t'),
        [one] if one.is_ascii() => Ok(*one),
        _ => Err("not one ASCII character, nor tab".to_owned()),
    }
}
