//! The model matrix over cells.
//!
//! Categories are coded by contrasts that sum to zero: contrast j is 1 for level j, -1 for the last level and 0 for
//! others. So a coefficient of zero says that means over all levels of the other factors, with equal weights, agree.
//! A covariate enters as its distance from its mean, in units of a power of two.

use super::cells::Cells;
use super::frame::{Frame, Kind};
use super::{LinearError, Term};

/// Most entries of a model matrix.
const MOST_ENTRIES: u128 = 1 << 24;
/// Most products of a decomposition: entries times columns.
const MOST_PRODUCTS: u128 = 1 << 34;

/// The columns of a model, and the number of the term that each belongs to.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) owners: Vec<usize>,
}

impl Matrix {
    /// The columns of these terms, each with its number.
    pub(super) fn new(frame: &Frame, cells: &Cells, terms: &[(usize, &Term)]) -> Result<Self, LinearError> {
        check_size(frame, cells.len(), terms)?;
        let mut matrix = Self { columns: vec![], owners: vec![] };
        for &(number, term) in terms {
            matrix.columns.extend(columns(frame, cells, term));
            matrix.owners.resize(matrix.columns.len(), number);
        }
        Ok(matrix)
    }

    /// The places of a term's columns.
    pub(super) fn places(&self, term: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.owners.len()).filter(move |&place| self.owners[place] == term)
    }
}

/// How many columns a factor has in its main effect.
pub(super) fn width(frame: &Frame, factor: usize) -> usize {
    match &frame.get(factor).kind {
        Kind::Categorical { levels, .. } => levels.len() - 1,
        Kind::Continuous { .. } => 1,
    }
}

/// The value of a contrast at a level.
fn contrast(code: usize, contrast: usize, levels: usize) -> f64 {
    if code == contrast {
        1.0
    } else if code + 1 == levels {
        -1.0
    } else {
        0.0
    }
}

/// The values of a term's columns at one level of each of its factors, in their order; a covariate is at its mean.
pub(super) fn at_levels(frame: &Frame, term: &Term, levels: &[usize]) -> Vec<f64> {
    term.factors().iter().zip(levels).fold(vec![1.0], |row, (&factor, &level)| {
        let own = |column| match &frame.get(factor).kind {
            Kind::Categorical { levels, .. } => contrast(level, column, levels.len()),
            Kind::Continuous { .. } => 0.0,
        };
        row.iter().flat_map(|value| (0..width(frame, factor)).map(move |column| value * own(column))).collect()
    })
}

fn columns(frame: &Frame, cells: &Cells, term: &Term) -> Vec<Vec<f64>> {
    term.factors().iter().fold(vec![vec![1.0; cells.len()]], |columns, &factor| {
        let own = main(frame, cells, factor);
        let product = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(a, b)| a * b).collect();
        columns.iter().flat_map(|column| own.iter().map(move |other| product(column, other))).collect()
    })
}

fn main(frame: &Frame, cells: &Cells, factor: usize) -> Vec<Vec<f64>> {
    match &frame.get(factor).kind {
        Kind::Categorical { codes, levels, .. } => (0..levels.len() - 1)
            .map(|column| cells.codes(codes).map(|code| contrast(code, column, levels.len())).collect())
            .collect(),
        Kind::Continuous { values, mean, scale } => {
            vec![cells.example.iter().map(|&row| (values[row] - mean) / scale).collect()]
        }
    }
}

fn check_size(frame: &Frame, cells: usize, terms: &[(usize, &Term)]) -> Result<(), LinearError> {
    let width = |term: &Term| -> u128 {
        let widths = term.factors().iter().map(|&factor| width(frame, factor) as u128);
        widths.fold(1, u128::saturating_mul)
    };
    let columns = terms.iter().map(|(_, term)| width(term)).fold(0, u128::saturating_add);
    let entries = columns.saturating_mul(cells as u128);
    if entries > MOST_ENTRIES {
        let what = format!("the model matrix of {cells} cells and {columns} columns");
        return Err(LinearError::TooLarge { what, got: entries, most: MOST_ENTRIES });
    }
    let products = entries.saturating_mul(columns);
    if products > MOST_PRODUCTS {
        let what = format!("the work for {cells} cells and {columns} columns");
        return Err(LinearError::TooLarge { what, got: products, most: MOST_PRODUCTS });
    }
    Ok(())
}
