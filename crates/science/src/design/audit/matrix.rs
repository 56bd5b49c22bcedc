//! A design as what it is: the level of every factor in every run.

use super::AuditError;

/// Largest coded level in magnitude, so that products of levels stay accurate.
const LARGEST: f64 = 1e6;

/// The levels of one factor, one per run.
#[derive(Debug, Clone, PartialEq)]
pub enum Levels {
    /// Names or numbers without a distance between them. Levels that never occur do not count.
    Categories(Vec<usize>),
    /// Numbers that enter a model as they are.
    Coded(Vec<f64>),
}

/// A design to be audited. Nothing is known about it but its levels.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignMatrix {
    names: Vec<String>,
    columns: Vec<Levels>,
    runs: usize,
}

impl DesignMatrix {
    /// The design with these factors.
    ///
    /// # Errors
    /// If there are no factors or no runs, columns differ in length, or a coded level is not a number up to 10^6.
    pub fn new(factors: Vec<(String, Levels)>) -> Result<Self, AuditError> {
        let runs = factors.first().map_or(0, |(_, levels)| levels.len());
        if runs == 0 {
            return Err(AuditError::Empty);
        }
        for (factor, levels) in &factors {
            if levels.len() != runs {
                return Err(AuditError::Ragged { factor: factor.clone(), got: levels.len(), runs });
            }
            if let Some(run) = levels.unusable() {
                return Err(AuditError::NotFinite { factor: factor.clone(), run });
            }
        }
        let (names, columns) = factors.into_iter().unzip();
        Ok(Self { names, columns, runs })
    }

    /// The design with these conditions, one per run, with categories as levels. Factors are named A, B and so on.
    ///
    /// # Errors
    /// As for [`DesignMatrix::new`].
    pub fn of_conditions(conditions: &[Vec<usize>]) -> Result<Self, AuditError> {
        Self::new(named(transposed(conditions)?.into_iter().map(Levels::Categories)))
    }

    /// The design with these coded points, one per run. Factors are named A, B and so on.
    ///
    /// # Errors
    /// As for [`DesignMatrix::new`].
    pub fn of_points(points: &[Vec<f64>]) -> Result<Self, AuditError> {
        Self::new(named(transposed(points)?.into_iter().map(Levels::Coded)))
    }

    /// The design with one factor more, such as blocks.
    ///
    /// # Errors
    /// As for [`DesignMatrix::new`].
    pub fn with(self, name: &str, levels: Levels) -> Result<Self, AuditError> {
        Self::new(self.names.into_iter().zip(self.columns).chain([(name.to_owned(), levels)]).collect())
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// Number of factors.
    #[must_use]
    pub fn factors(&self) -> usize {
        self.columns.len()
    }

    /// The name of a factor; empty if there is no such factor.
    #[must_use]
    pub fn name(&self, factor: usize) -> &str {
        self.names.get(factor).map_or("", String::as_str)
    }

    pub(super) fn levels(&self, factor: usize) -> &Levels {
        &self.columns[factor]
    }

    /// The number of each run's level among the levels that occur, ascending, and how many levels those are.
    pub(super) fn ranks(&self, factor: usize) -> (Vec<usize>, usize) {
        match &self.columns[factor] {
            Levels::Categories(levels) => ranks(levels, usize::cmp),
            Levels::Coded(levels) => ranks(levels, |a, b| (a + 0.0).total_cmp(&(b + 0.0))),
        }
    }
}

impl Levels {
    fn len(&self) -> usize {
        match self {
            Self::Categories(levels) => levels.len(),
            Self::Coded(levels) => levels.len(),
        }
    }

    fn unusable(&self) -> Option<usize> {
        match self {
            Self::Categories(_) => None,
            Self::Coded(levels) => levels.iter().position(|level| level.is_nan() || level.abs() > LARGEST),
        }
    }
}

fn ranks<T: Clone>(levels: &[T], order: impl Fn(&T, &T) -> std::cmp::Ordering) -> (Vec<usize>, usize) {
    let mut distinct = levels.to_vec();
    distinct.sort_by(&order);
    distinct.dedup_by(|a, b| order(a, b).is_eq());
    let rank = |level| distinct.partition_point(|other| order(other, level).is_lt());
    (levels.iter().map(rank).collect(), distinct.len())
}

fn transposed<T: Copy>(rows: &[Vec<T>]) -> Result<Vec<Vec<T>>, AuditError> {
    let factors = rows.first().map_or(0, Vec::len);
    if let Some(row) = rows.iter().find(|row| row.len() != factors) {
        let factor = name(row.len().min(factors));
        let got = rows.iter().filter(|other| other.len() > row.len().min(factors)).count();
        return Err(AuditError::Ragged { factor, got, runs: rows.len() });
    }
    Ok((0..factors).map(|factor| rows.iter().map(|row| row[factor]).collect()).collect())
}

fn named(columns: impl Iterator<Item = Levels>) -> Vec<(String, Levels)> {
    columns.enumerate().map(|(factor, levels)| (name(factor), levels)).collect()
}

/// The letter of a factor as in a fraction, or its number where letters end.
fn name(factor: usize) -> String {
    crate::design::Word::of(&[factor]).map_or_else(|_| format!("factor {factor}"), |word| word.to_string())
}
