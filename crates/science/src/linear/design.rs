//! What a model needs of the rows besides the response: made once, it serves every response of the same rows.

use super::cells::Cells;
use super::frame::{Factor, Frame, Kind};
use super::matrix::Matrix;
use super::qr::Qr;
use super::strata::Strata;
use super::sum::norm;
use super::{LinearError, Term, Terms};

/// A model and the decomposition of its matrix.
#[derive(Debug, Clone)]
pub(super) struct Design {
    pub(super) terms: Terms,
    /// Whether the first term is in the strata and has no columns.
    pub(super) stratified: bool,
    pub(super) cells: Cells,
    pub(super) strata: Strata,
    pub(super) matrix: Matrix,
    /// Means of the columns in each stratum.
    pub(super) column_means: Vec<Vec<f64>>,
    /// Columns without their means, not weighted.
    pub(super) centred: Vec<Vec<f64>>,
    /// Lengths of the weighted columns before they were centred.
    pub(super) lengths: Vec<f64>,
    pub(super) qr: Qr,
}

impl Design {
    /// The design of a model of the frame.
    pub(super) fn of(frame: &Frame, terms: &Terms) -> Result<Self, LinearError> {
        let mut factors: Vec<usize> = terms.terms().iter().flat_map(|term| term.factors()).copied().collect();
        factors.sort_unstable();
        factors.dedup();
        factors.iter().try_for_each(|&factor| check_levels(frame, factor))?;
        let stratified = stratum(frame, terms).is_some();
        Self::new(frame, terms, Cells::new(frame, &factors), stratified)
    }

    /// The same without the term that is in the strata.
    pub(super) fn without_strata(&self, frame: &Frame) -> Result<Self, LinearError> {
        Self::new(frame, &self.terms, self.cells.clone(), false)
    }

    /// The design over these cells; with `stratified` the first term is taken out as strata, without it is left out.
    fn new(frame: &Frame, terms: &Terms, cells: Cells, stratified: bool) -> Result<Self, LinearError> {
        let levels = stratum(frame, terms);
        let skipped = usize::from(levels.is_some());
        let strata = Strata::new(&cells, levels.filter(|_| stratified));
        let numbered: Vec<(usize, &Term)> = terms.terms().iter().enumerate().skip(skipped).collect();
        let matrix = Matrix::new(frame, &cells, &numbered)?;
        let lengths: Vec<f64> = matrix.columns.iter().map(|column| norm(&strata.weighted(column))).collect();
        let (column_means, centred): (Vec<_>, Vec<Vec<f64>>) =
            matrix.columns.iter().map(|column| strata.split(&cells, column)).unzip();
        let weighted = centred.iter().map(|column| strata.weighted(column));
        let qr = Qr::new(weighted.zip(lengths.iter().copied()).collect());
        let terms = terms.clone();
        Ok(Self { terms, stratified, cells, strata, matrix, column_means, centred, lengths, qr })
    }
}

/// The levels of the first term, if it is categorical and in no other term.
fn stratum<'a>(frame: &'a Frame, terms: &Terms) -> Option<(&'a [u32], usize)> {
    let first = terms.terms().first().filter(|first| !terms.is_contained(first))?;
    match &frame.get(*first.factors().first()?).kind {
        Kind::Categorical { codes, levels, .. } => Some((codes, levels.len())),
        Kind::Continuous { .. } => None,
    }
}

fn check_levels(frame: &Frame, factor: usize) -> Result<(), LinearError> {
    match frame.get(factor) {
        Factor { name, kind: Kind::Categorical { levels, .. } } if levels.len() < 2 => {
            let level = levels.first().cloned().unwrap_or_default();
            Err(LinearError::OneLevel { factor: name.clone(), level })
        }
        _ => Ok(()),
    }
}
