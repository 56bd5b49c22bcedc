//! Estimated marginal means: what the model says about levels, with equal weights for all levels of other factors and
//! covariates at their means (Searle, Speed and Milliken 1980).

use super::alias::Direction;
use super::design::Design;
use super::frame::Kind;
use super::matrix::at_levels;
use super::strata::Strata;
use super::sum::{dot, norm};
use super::{Fit, LinearError, Term};
use crate::distribution::student_t;

/// Most means of one term.
const MOST_MEANS: u128 = 1000;
/// Most entries of the functions that the means are.
const MOST_ENTRIES: u128 = 1 << 24;

/// The marginal means of a term.
#[derive(Debug, Clone)]
pub struct MarginalMeans<'f, 'a> {
    pub(super) fit: &'f Fit<'a>,
    pub(super) functions: Vec<Function>,
    pub(super) directions: Vec<Direction>,
    /// The means, with the levels of the last factor changing fastest.
    pub means: Vec<MarginalMean>,
    /// Degrees of freedom of all tests and intervals: those of the residuals.
    pub df: usize,
}

/// One marginal mean.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginalMean {
    /// The level of each factor of the term.
    pub levels: Vec<String>,
    /// The mean; absent if it cannot be estimated because cells are missing or terms are confounded.
    pub mean: Option<f64>,
    /// Its standard error; absent also without scatter.
    pub se: Option<f64>,
    /// Lower end of its interval; absent as `se` is.
    pub low: Option<f64>,
    /// Upper end of its interval; absent as `se` is.
    pub high: Option<f64>,
}

/// A linear function of the coefficients, and its coordinates along the orthogonal columns: those have the residual
/// variance, so the length of the coordinates is the standard error in its units.
#[derive(Debug, Clone)]
pub(super) struct Function {
    strata: Vec<f64>,
    columns: Vec<f64>,
    loading: Vec<f64>,
}

impl Function {
    /// The function with these weights of the means of the strata, and of the coefficients of the columns.
    pub(super) fn new(design: &Design, strata: Vec<f64>, columns: Vec<f64>) -> Self {
        let Design { qr, column_means, strata: Strata { counts, .. }, .. } = design;
        let distance = |&pivot: &usize| columns[pivot] - dot(&strata, &column_means[pivot]);
        let along = qr.solve_transposed(qr.pivots.iter().map(distance).collect());
        let of_strata = strata.iter().zip(counts).map(|(weight, count)| weight / libm::sqrt(*count));
        let loading = of_strata.chain(along).collect();
        Self { strata, columns, loading }
    }

    /// The sum of functions times weights.
    pub(super) fn combined<'b>(parts: impl Iterator<Item = (&'b Self, f64)>) -> Self {
        let mut sum = Self { strata: vec![], columns: vec![], loading: vec![] };
        for (part, weight) in parts.filter(|(_, weight)| *weight != 0.0) {
            add(&mut sum.strata, &part.strata, weight);
            add(&mut sum.columns, &part.columns, weight);
            add(&mut sum.loading, &part.loading, weight);
        }
        sum
    }

    pub(super) fn loading(&self) -> &[f64] {
        &self.loading
    }

    pub(super) fn is_estimable(&self, directions: &[Direction]) -> bool {
        directions.iter().all(|way| way.change(&self.strata, &self.columns) == 0.0)
    }
}

fn add(sum: &mut Vec<f64>, part: &[f64], weight: f64) {
    sum.resize(part.len(), 0.0);
    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += weight * part);
}

/// What the model says about a function: its value and the standard error, where there are any, in the response's unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub(super) value: Option<f64>,
    pub(super) se: Option<f64>,
}

impl<'a> Fit<'a> {
    /// The marginal means of a term's levels and their intervals at a level of confidence between 0 and 1. The term need
    /// not be in the model, but its factors must be.
    ///
    /// # Errors
    /// If a factor is not in the model or not categorical, the level is out of range, or there are too many means.
    pub fn marginal_means(&self, term: &Term, level: f64) -> Result<MarginalMeans<'_, 'a>, LinearError> {
        check_level(level)?;
        let combinations = self.combinations(term)?;
        let functions: Vec<Function> = combinations.iter().map(|levels| self.mean_at(term, levels)).collect();
        let directions = self.directions();
        let reach = self.t_reach(level);
        let mean = |(levels, function): (&Vec<usize>, &Function)| {
            let Estimate { value, se } = self.estimate(function, &directions);
            let mean = value.map(|value| value + self.response.shift);
            let end = |sign: f64| Some(mean? + sign * reach? * se?);
            let name = |(&factor, &level): (&usize, &usize)| self.frame.levels(factor)[level].clone();
            let levels = term.factors().iter().zip(levels).map(name).collect();
            MarginalMean { levels, mean, se, low: end(-1.0), high: end(1.0) }
        };
        let means = combinations.iter().zip(&functions).map(mean).collect();
        Ok(MarginalMeans { fit: self, functions, directions, means, df: self.residual_df() })
    }

    /// The value of a function and its standard error.
    pub(super) fn estimate(&self, function: &Function, directions: &[Direction]) -> Estimate {
        if !function.is_estimable(directions) {
            return Estimate { value: None, se: None };
        }
        let (strata, rest) = function.loading.split_at(self.design.strata.len().min(function.loading.len()));
        let of_strata: f64 = strata
            .iter()
            .zip(self.design.strata.counts.iter().zip(&self.stratum_means))
            .map(|(weight, (count, mean))| weight * libm::sqrt(*count) * mean)
            .sum();
        let value = (of_strata + dot(rest, &self.effects)) * self.response.scale;
        let error = |variance| libm::sqrt(variance) * norm(&function.loading) * self.response.scale;
        Estimate { value: Some(value), se: self.variance().map(error) }
    }

    /// The value that Student's t with the residual degrees of freedom exceeds in magnitude with probability 1 - `level`.
    pub(super) fn t_reach(&self, level: f64) -> Option<f64> {
        (self.residual_df() > 0).then(|| student_t::upper_quantile((1.0 - level) / 2.0, self.residual_df() as f64))
    }

    /// All combinations of levels, the last factor's changing fastest.
    fn combinations(&self, term: &Term) -> Result<Vec<Vec<usize>>, LinearError> {
        let mut combinations: Vec<Vec<usize>> = vec![vec![]];
        for &factor in term.factors() {
            let levels = self.levels_of(term, factor)?;
            let got = combinations.len() as u128 * levels as u128;
            let entries = got * (self.design.strata.len() + self.design.matrix.columns.len()) as u128;
            for (got, most) in [(got, MOST_MEANS), (entries, MOST_ENTRIES)] {
                if got > most {
                    let what = format!("the work for the means of {}", term.name(&self.frame));
                    return Err(LinearError::TooLarge { what, got, most });
                }
            }
            let longer = |chosen: &Vec<usize>| {
                let chosen = chosen.clone();
                (0..levels).map(move |level| [chosen.as_slice(), &[level]].concat())
            };
            combinations = combinations.iter().flat_map(longer).collect();
        }
        Ok(combinations)
    }

    fn levels_of(&self, term: &Term, factor: usize) -> Result<usize, LinearError> {
        if factor >= self.frame.count() {
            return Err(self.frame.no_such_factor(format!("number {factor}")));
        }
        let name = || self.frame.get(factor).name.clone();
        if !self.design.terms.terms().iter().any(|term| term.factors() == [factor]) {
            return Err(LinearError::NotInModel { factor: name() });
        }
        match &self.frame.get(factor).kind {
            Kind::Categorical { levels, .. } => Ok(levels.len()),
            Kind::Continuous { .. } => {
                Err(LinearError::NotCategorical { term: term.name(&self.frame), factor: name() })
            }
        }
    }

    /// The mean at these levels. Contrasts sum to zero, so terms with any other factor average out.
    fn mean_at(&self, term: &Term, levels: &[usize]) -> Function {
        let mut columns = vec![0.0; self.design.matrix.columns.len()];
        for (number, other) in self.design.terms.terms().iter().enumerate().filter(|(_, other)| other.is_within(term)) {
            let own = term.factors().iter().zip(levels).filter(|(factor, _)| other.factors().contains(factor));
            let own: Vec<usize> = own.map(|(_, &level)| level).collect();
            let values = at_levels(&self.frame, other, &own);
            self.design.matrix.places(number).zip(values).for_each(|(place, value)| columns[place] = value);
        }
        Function::new(&self.design, self.strata_at(term, levels), columns)
    }

    /// Weights of the strata: one of them if their factor has a level here, else all alike.
    fn strata_at(&self, term: &Term, levels: &[usize]) -> Vec<f64> {
        let count = self.design.strata.len();
        let first = self.design.terms.terms().first().filter(|_| self.design.stratified);
        let place = first.and_then(|first| term.factors().iter().position(|factor| first.factors() == [*factor]));
        match place {
            Some(place) => (0..count).map(|stratum| f64::from(u8::from(stratum == levels[place]))).collect(),
            None => vec![1.0 / count as f64; count],
        }
    }
}

pub(super) fn check_level(level: f64) -> Result<(), LinearError> {
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(LinearError::Level { got: level }) }
}
