//! The data: a response and the factors that may explain it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::LinearError;
use super::sum::sum;

/// Largest usable value in magnitude, so that squares and their sums stay finite.
const LARGEST: f64 = 1e150;
/// Spread below which squares could vanish.
const SMALLEST: f64 = 1e-150;

/// A response and factors, one value of each per row.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    response: String,
    values: Vec<f64>,
    /// Shared by all frames of the same rows with other values of the response.
    factors: Arc<Vec<Factor>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// The number of each row's level. Every level occurs.
    Categorical {
        codes: Vec<u32>,
        levels: Vec<String>,
        block: bool,
    },
    Continuous {
        values: Vec<f64>,
        mean: f64,
        scale: f64,
    },
}

impl Frame {
    /// A frame without factors.
    ///
    /// # Errors
    /// If there are fewer than two rows, a value is not finite or beyond 1e150, or all values are equal.
    pub fn new(response: &str, values: Vec<f64>) -> Result<Self, LinearError> {
        if values.len() < 2 {
            return Err(LinearError::TooFewRows { response: response.to_owned(), rows: values.len() });
        }
        check(response, &values)?;
        Ok(Self { response: response.to_owned(), values, factors: Arc::default() })
    }

    /// Adds a categorical factor by the number of each row's level and the names of the levels. Levels that never occur
    /// are dropped.
    ///
    /// # Errors
    /// If a name is used twice, the length is not that of the response, or a level has no name.
    pub fn categorical(self, name: &str, codes: &[usize], levels: &[String]) -> Result<Self, LinearError> {
        self.with_levels(name, codes, levels, false)
    }

    /// Adds a categorical factor by the name of each row's level; levels are in the order of their names.
    ///
    /// # Errors
    /// As for [`Frame::categorical`].
    pub fn labels<S: AsRef<str>>(self, name: &str, labels: &[S]) -> Result<Self, LinearError> {
        let (codes, levels) = coded(labels);
        self.with_levels(name, &codes, &levels, false)
    }

    /// Adds a block: a categorical factor, such as the seed, whose effect is removed and not of interest itself. Every
    /// model of the frame has the main effects of its blocks, and they come first.
    ///
    /// # Errors
    /// As for [`Frame::categorical`].
    pub fn block<S: AsRef<str>>(self, name: &str, labels: &[S]) -> Result<Self, LinearError> {
        let (codes, levels) = coded(labels);
        self.with_levels(name, &codes, &levels, true)
    }

    /// Adds a continuous factor (a covariate).
    ///
    /// # Errors
    /// If the name is used already, the length is not that of the response, or values are not usable or all equal.
    pub fn continuous(mut self, name: &str, values: Vec<f64>) -> Result<Self, LinearError> {
        self.check_column(name, values.len())?;
        check(name, &values)?;
        let (mean, scale) = location(&values);
        self.push(name, Kind::Continuous { values, mean, scale });
        Ok(self)
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len()
    }

    /// Name of the response.
    #[must_use]
    pub fn response(&self) -> &str {
        &self.response
    }

    /// Values of the response.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Names of the factors, in the order in which they were added.
    pub fn factors(&self) -> impl Iterator<Item = &str> {
        self.factors.iter().map(|factor| factor.name.as_str())
    }

    /// Names of a factor's levels; empty if it is continuous or there is no such factor.
    #[must_use]
    pub fn levels(&self, factor: usize) -> &[String] {
        match self.factors.get(factor).map(|factor| &factor.kind) {
            Some(Kind::Categorical { levels, .. }) => levels,
            _ => &[],
        }
    }

    /// The number of each row's level; empty if the factor is continuous or there is no such factor.
    #[must_use]
    pub fn codes(&self, factor: usize) -> &[u32] {
        match self.factors.get(factor).map(|factor| &factor.kind) {
            Some(Kind::Categorical { codes, .. }) => codes,
            _ => &[],
        }
    }

    /// The same rows with other values of the response.
    ///
    /// # Errors
    /// If there are more or fewer values than rows, one is not usable, or all are equal.
    pub fn with_values(&self, values: Vec<f64>) -> Result<Self, LinearError> {
        self.check_length(&self.response, values.len())?;
        Ok(Self { factors: Arc::clone(&self.factors), ..Self::new(&self.response, values)? })
    }

    /// Whether a factor is a block.
    #[must_use]
    pub fn is_block(&self, factor: usize) -> bool {
        matches!(self.factors.get(factor).map(|factor| &factor.kind), Some(Kind::Categorical { block: true, .. }))
    }

    /// Numbers of the blocks, ascending.
    pub fn blocks(&self) -> impl Iterator<Item = usize> {
        (0..self.count()).filter(|&factor| self.is_block(factor))
    }

    /// Adds the blocks of a frame of the same rows.
    pub(crate) fn with_blocks_of(mut self, other: &Self) -> Self {
        let blocks = other.blocks().map(|factor| other.factors[factor].clone());
        Arc::make_mut(&mut self.factors).extend(blocks);
        self
    }

    /// The number of the factor with this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn factor(&self, name: &str) -> Result<usize, LinearError> {
        self.factors().position(|other| other == name).ok_or_else(|| self.no_such_factor(name.to_owned()))
    }

    pub(super) fn no_such_factor(&self, name: String) -> LinearError {
        LinearError::NoSuchFactor { name, factors: self.factors().collect::<Vec<_>>().join(", ") }
    }

    pub(super) fn count(&self) -> usize {
        self.factors.len()
    }

    pub(super) fn get(&self, factor: usize) -> &Factor {
        &self.factors[factor]
    }

    fn with_levels(mut self, name: &str, codes: &[usize], levels: &[String], block: bool) -> Result<Self, LinearError> {
        self.check_column(name, codes.len())?;
        if let Some(row) = codes.iter().position(|&code| code >= levels.len()) {
            let (factor, code) = (name.to_owned(), codes[row]);
            return Err(LinearError::NoSuchLevel { factor, row, code, levels: levels.len() });
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = levels.iter().find(|level| !seen.insert(level.as_str())) {
            return Err(LinearError::DuplicateName { name: twice.clone() });
        }
        let (codes, levels) = occurring(codes, levels);
        self.push(name, Kind::Categorical { codes, levels, block });
        Ok(self)
    }

    fn push(&mut self, name: &str, kind: Kind) {
        Arc::make_mut(&mut self.factors).push(Factor { name: name.to_owned(), kind });
    }

    fn check_column(&self, name: &str, got: usize) -> Result<(), LinearError> {
        if self.response == name || self.factors().any(|other| other == name) {
            return Err(LinearError::DuplicateName { name: name.to_owned() });
        }
        self.check_length(name, got)
    }

    fn check_length(&self, column: &str, got: usize) -> Result<(), LinearError> {
        if got != self.rows() {
            return Err(LinearError::Ragged { column: column.to_owned(), got, rows: self.rows() });
        }
        Ok(())
    }
}

/// Drops levels that never occur.
fn occurring(codes: &[usize], levels: &[String]) -> (Vec<u32>, Vec<String>) {
    let mut new = vec![None; levels.len()];
    codes.iter().for_each(|&code| new[code] = Some(0));
    let mut kept = Vec::new();
    for (level, new) in levels.iter().zip(&mut new) {
        if let Some(number) = new {
            *number = kept.len() as u32;
            kept.push(level.clone());
        }
    }
    (codes.iter().filter_map(|&code| new[code]).collect(), kept)
}

fn coded<S: AsRef<str>>(labels: &[S]) -> (Vec<usize>, Vec<String>) {
    let mut numbers: BTreeMap<&str, usize> = labels.iter().map(|label| (label.as_ref(), 0)).collect();
    numbers.values_mut().enumerate().for_each(|(next, number)| *number = next);
    let codes = labels.iter().map(|label| numbers[label.as_ref()]).collect();
    (codes, numbers.keys().map(|&level| level.to_owned()).collect())
}

fn check(column: &str, values: &[f64]) -> Result<(), LinearError> {
    if let Some(row) = values.iter().position(|value| value.is_nan() || value.abs() > LARGEST) {
        return Err(LinearError::NotFinite { column: column.to_owned(), row });
    }
    let (low, high) = values.iter().fold((LARGEST, -LARGEST), |(low, high), &value| (low.min(value), high.max(value)));
    if high - low < SMALLEST {
        return Err(LinearError::Constant { column: column.to_owned() });
    }
    Ok(())
}

/// The mean of usable values and a power of two above their largest distance from it.
pub(super) fn location(values: &[f64]) -> (f64, f64) {
    let mean = sum(values.iter().copied()) / values.len() as f64;
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max((value - mean).abs()));
    (mean, libm::ldexp(1.0, libm::frexp(largest).1))
}
