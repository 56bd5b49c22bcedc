//! The chance to find an effect.

use super::efficiency::Precision;
use super::model::Model;
use super::{AuditError, DesignMatrix, Term};
use crate::distribution::noncentral_f;
use crate::power::f_test;

/// Most different conditions of one term.
const MAX_LEVELS: usize = 1000;

/// What is to be found, and how it is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerQuestion {
    /// The term that has the effect.
    pub term: Term,
    /// The difference between two conditions that the term makes, in the unit of the response.
    pub effect: f64,
    /// Standard deviation of the response between runs of one condition, such as that of a pilot; above 0.
    pub sd: f64,
    /// Significance level of the test, between 0 and 1.
    pub alpha: f64,
    /// How often the whole design is played, at least 1.
    pub replicates: usize,
}

/// The F test of a term, and its chance of success.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// Noncentrality of the F distribution if the effect is as large as was asked.
    pub noncentrality: f64,
    /// Degrees of freedom of the term.
    pub numerator: usize,
    /// Degrees of freedom of the error.
    pub denominator: usize,
    /// The probability that the test finds the effect.
    pub power: f64,
}

/// The power of the F test of a term in the model of the mean and these terms, if two conditions of the design differ by
/// the effect through this term, and all else about the term is as unfavourable as can be (for several levels: the others
/// lie in the middle). The noncentrality is the smallest over all pairs of conditions: effect² replicates / (sd² c'Vc),
/// where c is the difference of the term's columns and V its part of the inverse of X'X (Scheffé, The Analysis of Variance,
/// 1959, section 2.8).
///
/// # Errors
/// If a parameter is out of its range, the term is not in the model, not all terms can be estimated together, or no
/// degrees of freedom are left for the error.
pub fn power(design: &DesignMatrix, terms: &[Term], question: &PowerQuestion) -> Result<Power, AuditError> {
    question.check()?;
    let model = Model::new(design, terms)?;
    let term = model.index(design, &question.term)?;
    let values = model.values();
    let Some(precision) = Precision::new(&values) else {
        return Err(super::claims::first_inestimable(design, &model));
    };
    let places: Vec<_> = model.places(term).collect();
    let runs = design.runs().saturating_mul(question.replicates);
    let columns = model.columns.len();
    let denominator = runs.checked_sub(columns).filter(|&freedom| freedom > 0);
    let Some(denominator) = denominator else { return Err(AuditError::Saturated { runs, columns }) };
    let widest = widest(&conditions(&values, &places)?, &places, &precision);
    let ratio = question.effect / question.sd;
    let noncentrality = ratio * ratio * question.replicates as f64 / widest;
    let numerator = places.len();
    let power = f_test(noncentrality, numerator as f64, denominator as f64, question.alpha)
        .ok_or(AuditError::TooLarge { what: "the noncentrality of the test", most: noncentral_f::MAX_NCP as usize })?;
    Ok(Power { noncentrality, numerator, denominator, power })
}

impl PowerQuestion {
    fn check(&self) -> Result<(), AuditError> {
        let bad = |name, got, range| Err(AuditError::Parameter { name, got, range });
        if !self.effect.is_finite() || self.effect == 0.0 {
            return bad("the effect", self.effect, "a number other than 0");
        }
        if !(self.sd > 0.0 && self.sd.is_finite()) {
            return bad("the standard deviation", self.sd, "a number above 0");
        }
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return bad("alpha", self.alpha, "between 0 and 1");
        }
        if self.term == Term::mean() {
            return bad("the number of factors of the term", 0.0, "at least 1");
        }
        if self.replicates == 0 { bad("the number of replicates", 0.0, "at least 1") } else { Ok(()) }
    }
}

/// The different rows of the term's columns.
fn conditions(values: &[&[f64]], places: &[usize]) -> Result<Vec<Vec<f64>>, AuditError> {
    let runs = values.first().map_or(0, |column| column.len());
    let mut rows: Vec<Vec<f64>> =
        (0..runs).map(|run| places.iter().map(|&place| values[place][run] + 0.0).collect()).collect();
    rows.sort_by(|a, b| {
        a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    rows.dedup();
    if rows.len() > MAX_LEVELS {
        return Err(AuditError::TooLarge { what: "the list of different conditions of the term", most: MAX_LEVELS });
    }
    Ok(rows)
}

/// The largest variance of a difference of two conditions through the term, in units of the error variance.
fn widest(rows: &[Vec<f64>], places: &[usize], precision: &Precision) -> f64 {
    let variance = |a: &[f64], b: &[f64]| -> f64 {
        let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let row = |(&place, c): (&usize, &f64)| {
            c * places.iter().zip(&difference).map(|(&other, d)| precision.inverse[place][other] * d).sum::<f64>()
        };
        places.iter().zip(&difference).map(row).sum()
    };
    let pairs = rows.iter().enumerate().flat_map(|(place, b)| rows[..place].iter().map(move |a| (a, b)));
    pairs.map(|(a, b)| variance(a, b)).fold(0.0, f64::max)
}
