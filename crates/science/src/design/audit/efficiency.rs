//! How well a design estimates a model: efficiencies and variance inflation.

use super::model::{self, Model};
use super::{AuditError, DesignMatrix, Levels, Term};

/// Most points of the region over which a prediction is judged.
const MAX_CANDIDATES: usize = 100_000;

/// Efficiencies of a design for a model of p coefficients with n runs and model matrix X, as shares of what an orthogonal
/// design with columns of mean square 1 has (Atkinson, Donev and Tobias, Optimum Experimental Designs, with SAS, 2007,
/// chapter 10). Quadratic terms have a smaller mean square, so compare such designs for one model only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Efficiency {
    /// The p-th root of det(X'X / n): precision of all coefficients together.
    pub d: f64,
    /// p over the trace of the inverse of X'X / n: mean precision of the coefficients.
    pub a: f64,
    /// p over the largest variance of a prediction, times n, where every factor has any of the levels that occur; absent if
    /// that are more than 100 000 points.
    pub g: Option<f64>,
}

/// The inverse of X'X of a model whose columns are independent.
pub(super) struct Precision {
    pub(super) inverse: Vec<Vec<f64>>,
    log_determinant: f64,
}

impl Precision {
    /// By Cholesky's decomposition of X'X with columns scaled to length 1; absent if they are not independent.
    pub(super) fn new(columns: &[&[f64]]) -> Option<Self> {
        let lengths: Vec<_> = columns.iter().map(|column| libm::sqrt(product(column, column))).collect();
        if lengths.contains(&0.0) {
            return None;
        }
        let count = columns.len();
        let entry = |i: usize, j: usize| product(columns[i], columns[j]) / (lengths[i] * lengths[j]);
        let mut lower = vec![vec![0.0; count]; count];
        for i in 0..count {
            for j in 0..=i {
                let rest = entry(i, j) - product(&lower[i][..j], &lower[j][..j]);
                lower[i][j] = if i > j { rest / lower[j][j] } else { libm::sqrt(rest) };
            }
            if lower[i][i].is_nan() || lower[i][i] < 1e-9 {
                return None;
            }
        }
        let log_determinant = (0..count).map(|i| 2.0 * (libm::log(lower[i][i]) + libm::log(lengths[i]))).sum();
        let mut inverse = inverse_of(&lower);
        for (row, a) in inverse.iter_mut().zip(&lengths) {
            row.iter_mut().zip(&lengths).for_each(|(entry, b)| *entry /= a * b);
        }
        Some(Self { inverse, log_determinant })
    }

    /// The variance of a prediction at a point, in units of the error variance.
    fn variance_at(&self, point: &[f64]) -> f64 {
        self.inverse.iter().zip(point).map(|(row, value)| value * product(row, point)).sum()
    }
}

/// The inverse of a matrix from its lower triangular factor, column by column.
fn inverse_of(lower: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let count = lower.len();
    let column = |unit: usize| {
        let mut x = vec![0.0; count];
        for i in 0..count {
            x[i] = (f64::from(u8::from(i == unit)) - product(&lower[i][..i], &x[..i])) / lower[i][i];
        }
        for i in (0..count).rev() {
            let below: f64 = (i + 1..count).map(|j| lower[j][i] * x[j]).sum();
            x[i] = (x[i] - below) / lower[i][i];
        }
        x
    };
    (0..count).map(column).collect()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The efficiencies of the design for the mean and these terms; absent if not all of them can be estimated together.
///
/// # Errors
/// If a term does not fit the design, or the model matrix is too large.
pub fn efficiency(design: &DesignMatrix, terms: &[Term]) -> Result<Option<Efficiency>, AuditError> {
    let model = Model::new(design, terms)?;
    Ok(Precision::new(&model.values()).map(|precision| efficiency_of(design, &model, &precision)))
}

/// The efficiencies, once the inverse is known.
pub(super) fn efficiency_of(design: &DesignMatrix, model: &Model, precision: &Precision) -> Efficiency {
    let (runs, count) = (design.runs() as f64, model.columns.len() as f64);
    let trace: f64 = (0..model.columns.len()).map(|place| precision.inverse[place][place]).sum();
    let d = libm::exp(precision.log_determinant / count) / runs;
    let g = region(design).map(|region| count / (runs * largest_variance(design, model, precision, &region)));
    Efficiency { d, a: count / (runs * trace), g }
}

/// All combinations of levels that occur, each as the runs from which the level of every factor can be taken.
fn region(design: &DesignMatrix) -> Option<Vec<Vec<usize>>> {
    let first_runs: Vec<Vec<usize>> = (0..design.factors())
        .map(|factor| {
            let (ranks, levels) = design.ranks(factor);
            (0..levels).filter_map(|level| ranks.iter().position(|&rank| rank == level)).collect()
        })
        .collect();
    let count = first_runs.iter().try_fold(1usize, |product, runs| product.checked_mul(runs.len()));
    if count.is_none_or(|count| count > MAX_CANDIDATES) {
        return None;
    }
    let levels: Vec<_> = first_runs.iter().map(Vec::len).collect();
    let combinations = crate::design::full_factorial(&levels).into_iter();
    let runs = |chosen: Vec<usize>| chosen.iter().zip(&first_runs).map(|(&level, runs)| runs[level]).collect();
    Some(combinations.map(runs).collect())
}

fn largest_variance(design: &DesignMatrix, model: &Model, precision: &Precision, region: &[Vec<usize>]) -> f64 {
    let contrasts: Vec<Vec<Vec<f64>>> =
        (0..design.factors()).map(|factor| model::main_values(design, factor)).collect();
    let at = |runs: &Vec<usize>| {
        let row: Vec<f64> = model.terms.iter().flat_map(|term| term_at(design, term, &contrasts, runs)).collect();
        precision.variance_at(&row)
    };
    region.iter().map(at).fold(0.0, f64::max)
}

/// The columns of a term at a point whose factors have their levels of these runs.
fn term_at(design: &DesignMatrix, term: &Term, contrasts: &[Vec<Vec<f64>>], runs: &[usize]) -> Vec<f64> {
    term.factors().iter().fold(vec![1.0], |row, &(factor, power)| {
        let run = runs[factor];
        let own: Vec<f64> = match design.levels(factor) {
            Levels::Coded(levels) => vec![levels[run].powi(power as i32)],
            Levels::Categories(_) => contrasts[factor].iter().map(|contrast| contrast[run]).collect(),
        };
        row.iter().flat_map(|a| own.iter().map(move |b| a * b)).collect()
    })
}

/// By how much the variance of each term's coefficients is larger than if the term were orthogonal to all others, the
/// largest of its contrasts (Marquardt 1970): 1 is best. Absent if not all terms can be estimated together.
///
/// # Errors
/// If a term does not fit the design, or the model matrix is too large.
pub fn inflation(design: &DesignMatrix, terms: &[Term]) -> Result<Option<Vec<(Term, f64)>>, AuditError> {
    let model = Model::new(design, terms)?;
    Ok(Precision::new(&model.values()).map(|precision| inflation_of(&model, &precision)))
}

/// The inflation, once the inverse is known.
pub(super) fn inflation_of(model: &Model, precision: &Precision) -> Vec<(Term, f64)> {
    let values = model.values();
    let of = |place: usize| {
        let column = values[place];
        let mean = column.iter().sum::<f64>() / column.len() as f64;
        precision.inverse[place][place] * column.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>()
    };
    let largest = |term: usize| model.places(term).map(of).fold(0.0, f64::max);
    (1..model.terms.len()).map(|term| (model.terms[term].clone(), largest(term))).collect()
}
