//! Cells: the rows of one combination of levels.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::linear::Frame;
use crate::stats;

/// The rows of one combination of levels of the factors that are neither blocks nor continuous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// The levels, in the order of the factors.
    pub(super) levels: Vec<String>,
    /// How it is called: its level, or the level of each factor if there are several.
    pub(super) name: String,
    /// Numbers of its rows, ascending.
    pub(super) rows: Vec<usize>,
}

impl Cell {
    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    pub(super) fn values(&self, frame: &Frame) -> Vec<f64> {
        self.rows.iter().map(|&row| frame.values()[row]).collect()
    }
}

/// The response in one cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellSummary {
    /// How it is called: its level, or `factor=level` for each factor if there are several.
    pub name: String,
    /// The level of each categorical factor.
    pub levels: Vec<String>,
    /// How many rows.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation; absent for one row.
    pub sd: Option<f64>,
    /// Lower end of the mean's own interval, which knows nothing of blocks or other cells; absent for one row.
    pub low: Option<f64>,
    /// Upper end of that interval; absent for one row.
    pub high: Option<f64>,
    /// Their smallest value.
    pub min: f64,
    /// Their median.
    pub median: f64,
    /// Their largest value.
    pub max: f64,
    /// Their numbers, from 0.
    #[serde(skip)]
    pub rows: Vec<usize>,
}

/// Factors that make cells: categorical and no blocks.
pub(super) fn crossed(frame: &Frame) -> Vec<usize> {
    let factors = 0..frame.factors().count();
    factors.filter(|&factor| !frame.is_block(factor) && !frame.levels(factor).is_empty()).collect()
}

/// The cells, in the order of their levels.
pub(super) fn cells(frame: &Frame) -> Vec<Cell> {
    let factors = crossed(frame);
    let grouped = grouped(frame, &factors);
    let names: Vec<_> = frame.factors().collect();
    let cell = |(codes, rows): (Vec<u32>, Vec<usize>)| {
        let level = |(&factor, code): (&usize, u32)| frame.levels(factor)[code as usize].clone();
        let levels: Vec<_> = factors.iter().zip(codes).map(level).collect();
        let named = factors.iter().zip(&levels).map(|(&factor, level)| format!("{}={level}", names[factor]));
        let name = if levels.len() == 1 { levels[0].clone() } else { named.collect::<Vec<_>>().join(" ") };
        Cell { levels, name, rows }
    };
    grouped.into_iter().map(cell).collect()
}

/// The number of each row's cell.
pub(super) fn cell_of_row(cells: &[Cell], rows: usize) -> Vec<usize> {
    let mut of_row = vec![0; rows];
    for (number, cell) in cells.iter().enumerate() {
        cell.rows.iter().for_each(|&row| of_row[row] = number);
    }
    of_row
}

/// The rows of each combination of levels of these factors.
pub(super) fn grouped(frame: &Frame, factors: &[usize]) -> BTreeMap<Vec<u32>, Vec<usize>> {
    let mut groups: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for row in 0..frame.rows() {
        let codes = factors.iter().map(|&factor| frame.codes(factor)[row]).collect();
        groups.entry(codes).or_default().push(row);
    }
    groups
}

pub(super) fn summarise(frame: &Frame, cell: &Cell, level: f64) -> CellSummary {
    let mut values = cell.values(frame);
    let n = values.len();
    let interval = stats::mean_interval(&values, level).ok().flatten();
    let mean = stats::mean(&values).unwrap_or_default();
    let sd = stats::variance(&values).ok().flatten().map(libm::sqrt);
    values.sort_by(f64::total_cmp);
    CellSummary {
        name: cell.name(),
        levels: cell.levels.clone(),
        n,
        mean,
        sd,
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        min: values[0],
        median: stats::median(&values),
        max: values[n - 1],
        rows: cell.rows.clone(),
    }
}
