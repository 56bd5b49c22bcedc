//! Model matrices: the columns of every term, exact where the levels allow it.

use super::{AuditError, DesignMatrix, Levels, Term};

/// Most entries of a model matrix.
const MAX_ENTRIES: usize = 1 << 18;

/// Values beyond this could overflow when squared, multiplied and summed.
const LARGEST: f64 = 1e60;

/// A column of a model matrix.
pub(super) struct Column {
    /// What it is in the model.
    pub(super) values: Vec<f64>,
    /// A multiple of it in integers, as a product that may be too large for any integer type; absent if its levels are not
    /// integers over a small power of two.
    pub(super) exact: Option<Vec<Part>>,
}

/// Integers to a power.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) integers: Vec<i64>,
    pub(super) power: u32,
}

/// The columns of a model, in which the first one is the mean, and of which term each is.
pub(super) struct Model {
    pub(super) terms: Vec<Term>,
    pub(super) columns: Vec<Column>,
    /// For each column the index of its term.
    pub(super) owners: Vec<usize>,
}

impl Model {
    /// The model with the mean and these terms, each once.
    pub(super) fn new(design: &DesignMatrix, terms: &[Term]) -> Result<Self, AuditError> {
        let mut model = Self { terms: vec![], columns: vec![], owners: vec![] };
        for term in std::iter::once(&Term::mean()).chain(terms) {
            if model.terms.contains(term) {
                continue;
            }
            let columns = columns(design, term)?;
            if (model.columns.len() + columns.len()) * design.runs() > MAX_ENTRIES {
                return Err(AuditError::TooLarge { what: "the model matrix", most: MAX_ENTRIES });
            }
            model.owners.resize(model.columns.len() + columns.len(), model.terms.len());
            model.columns.extend(columns);
            model.terms.push(term.clone());
        }
        Ok(model)
    }

    pub(super) fn values(&self) -> Vec<&[f64]> {
        self.columns.iter().map(|column| column.values.as_slice()).collect()
    }

    /// The places of a term's columns.
    pub(super) fn places(&self, term: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.columns.len()).filter(move |&place| self.owners[place] == term)
    }

    pub(super) fn index(&self, design: &DesignMatrix, term: &Term) -> Result<usize, AuditError> {
        let place = self.terms.iter().position(|other| other == term);
        place.ok_or_else(|| AuditError::NotInModel { term: term.name(design) })
    }
}

/// The columns of one term: products of one contrast of each of its factors.
pub(super) fn columns(design: &DesignMatrix, term: &Term) -> Result<Vec<Column>, AuditError> {
    term.check(design)?;
    let ones = Column { values: vec![1.0; design.runs()], exact: Some(vec![]) };
    let mut columns = vec![ones];
    for &(factor, power) in term.factors() {
        let contrasts = contrasts(design, factor, power);
        if columns.len() * contrasts.len() * design.runs() > MAX_ENTRIES {
            return Err(AuditError::TooLarge { what: "the model matrix", most: MAX_ENTRIES });
        }
        columns =
            columns.iter().flat_map(|column| contrasts.iter().map(|contrast| product(column, contrast))).collect();
    }
    if columns.iter().flat_map(|column| &column.values).any(|value| value.abs() > LARGEST) {
        return Err(AuditError::Overflow { term: term.name(design) });
    }
    Ok(columns)
}

fn product(a: &Column, b: &Column) -> Column {
    let values = a.values.iter().zip(&b.values).map(|(a, b)| a * b).collect();
    let exact = a.exact.as_ref().zip(b.exact.as_ref()).map(|(a, b)| a.iter().chain(b).cloned().collect());
    Column { values, exact }
}

fn contrasts(design: &DesignMatrix, factor: usize, power: u32) -> Vec<Column> {
    match design.levels(factor) {
        Levels::Categories(_) => {
            let (ranks, levels) = design.ranks(factor);
            (1..levels).map(|contrast| helmert(&ranks, levels, contrast)).collect()
        }
        Levels::Coded(levels) => {
            let values = levels.iter().map(|level| level.powi(power as i32)).collect();
            let exact = integers(levels).map(|integers| vec![Part { integers, power }]);
            vec![Column { values, exact }]
        }
    }
}

/// The values of a factor's contrasts in every run.
pub(super) fn main_values(design: &DesignMatrix, factor: usize) -> Vec<Vec<f64>> {
    contrasts(design, factor, 1).into_iter().map(|column| column.values).collect()
}

/// A contrast of a level with all those before it (Helmert), scaled so that its mean square over all levels is 1. For two
/// levels it is -1 and 1.
fn helmert(ranks: &[usize], levels: usize, contrast: usize) -> Column {
    let entry = |&rank: &usize| match rank.cmp(&contrast) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => contrast as i64,
        std::cmp::Ordering::Greater => 0,
    };
    let integers: Vec<i64> = ranks.iter().map(entry).collect();
    let scale = libm::sqrt(levels as f64 / (contrast * (contrast + 1)) as f64);
    let values = integers.iter().map(|&integer| integer as f64 * scale).collect();
    Column { values, exact: Some(vec![Part { integers, power: 1 }]) }
}

/// The levels times a power of two up to 2^10, if they are integers then.
fn integers(levels: &[f64]) -> Option<Vec<i64>> {
    (0..=10).map(|bits| f64::from(1u32 << bits)).find_map(|scale| {
        let whole = |level: &f64| (level * scale).fract() == 0.0;
        levels.iter().all(whole).then(|| levels.iter().map(|level| (level * scale) as i64).collect())
    })
}
