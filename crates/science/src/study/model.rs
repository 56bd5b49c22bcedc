//! The linear model and its analysis of variance.

use serde::Serialize;

use super::Question;
use super::detectable::{Detectable, detectable};
use super::permutation::Permutations;
use super::question::type_name;
use crate::analysis::multiple::holm;
use crate::linear::{Anova, AnovaRow, Fit, Frame, LinearError};

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Model {
    /// The type of the sums of squares: `I`, `II` or `III`.
    pub squares: &'static str,
    /// The terms.
    pub terms: Vec<TermRow>,
    /// Degrees of freedom of the residuals.
    pub residual_df: usize,
    /// Sum of squared residuals.
    pub residual_ss: f64,
    /// Mean square of the residuals.
    pub residual_ms: Option<f64>,
    /// Sum of squares about the mean.
    pub total_ss: f64,
    /// Share of it that the model explains.
    pub r_squared: f64,
    /// What the rows cannot tell, as sentences.
    pub notes: Vec<String>,
}

/// A term of the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermRow {
    /// Its name.
    pub name: String,
    /// Whether it is a block.
    pub is_block: bool,
    /// Degrees of freedom.
    pub df: usize,
    /// Sum of squares.
    pub ss: Option<f64>,
    /// Mean square.
    pub ms: Option<f64>,
    /// F.
    pub f: Option<f64>,
    /// Its p value, by the F distribution.
    pub p: Option<f64>,
    /// The same, adjusted by Holm for the terms that are no blocks; absent for blocks.
    pub adjusted_p: Option<f64>,
    /// p by permutation, adjusted alike; absent for blocks. Of type II whatever the type of the model.
    pub permutation_p: Option<f64>,
    /// Share of the total sum of squares.
    pub eta_squared: Option<f64>,
    /// Share of its own and the residual sum of squares.
    pub partial_eta_squared: Option<f64>,
    /// Its interval, by the noncentral F distribution.
    pub partial_eta_squared_interval: Option<[f64; 2]>,
    /// Estimate of that share in the population.
    pub partial_omega_squared: Option<f64>,
    /// The effect that the F test would have found with the power that was asked for; absent for blocks and without a test.
    pub detectable: Option<Detectable>,
    /// Why there is no test.
    pub untested: Option<String>,
}

pub(super) fn model(frame: &Frame, fitted: &Fit<'_>, question: &Question) -> Result<Model, LinearError> {
    let anova = fitted.anova(question.squares)?;
    let is_block = |row: &AnovaRow| matches!(row.term.factors(), [only] if frame.is_block(*only));
    let mut terms: Vec<_> = anova.rows.iter().map(|row| term_row(row, is_block(row))).collect();
    for (term, row) in terms.iter_mut().zip(&anova.rows).filter(|(term, _)| !term.is_block) {
        let interval = anova.partial_eta_squared_interval(row, question.level())?;
        term.partial_eta_squared_interval = interval.map(|interval| [interval.low, interval.high]);
        term.detectable = detectable(frame, fitted, row, question)?;
    }
    let family = terms.iter().filter(|term| !term.is_block && term.f.is_some()).count();
    let permutations = Permutations::new(frame, fitted, family, question);
    for (number, term) in terms.iter_mut().enumerate().filter(|(_, term)| !term.is_block && term.f.is_some()) {
        term.permutation_p = permutations.p(number)?;
    }
    adjust(&mut terms);
    let Anova { residual_df, residual_ss, residual_ms, total_ss, .. } = anova;
    Ok(Model {
        squares: type_name(question.squares),
        terms,
        residual_df,
        residual_ss,
        residual_ms,
        total_ss,
        r_squared: fitted.r_squared(),
        notes: notes(fitted),
    })
}

fn term_row(row: &AnovaRow, is_block: bool) -> TermRow {
    TermRow {
        name: row.name.clone(),
        is_block,
        df: row.df,
        ss: row.ss,
        ms: row.ms,
        f: row.f,
        p: row.p,
        adjusted_p: None,
        permutation_p: None,
        eta_squared: row.effect.map(|effect| effect.eta_squared),
        partial_eta_squared: row.effect.map(|effect| effect.partial_eta_squared),
        partial_eta_squared_interval: None,
        partial_omega_squared: row.effect.and_then(|effect| effect.partial_omega_squared),
        detectable: None,
        untested: row.untested.as_ref().map(ToString::to_string),
    }
}

/// Adjusts both p values of the terms that are no blocks for their number.
fn adjust(terms: &mut [TermRow]) {
    let tested: Vec<_> = (0..terms.len()).filter(|&place| !terms[place].is_block && terms[place].p.is_some()).collect();
    let holm_of = |p: Vec<f64>| holm(&p).unwrap_or_default();
    let by_f = holm_of(tested.iter().filter_map(|&place| terms[place].p).collect());
    let permuted: Vec<_> = tested.iter().copied().filter(|&place| terms[place].permutation_p.is_some()).collect();
    let by_permutation = holm_of(permuted.iter().filter_map(|&place| terms[place].permutation_p).collect());
    tested.iter().zip(by_f).for_each(|(&place, p)| terms[place].adjusted_p = Some(p));
    permuted.iter().zip(by_permutation).for_each(|(&place, p)| terms[place].permutation_p = Some(p));
}

fn notes(fitted: &Fit<'_>) -> Vec<String> {
    let aliases = fitted.aliases().into_iter().map(|alias| {
        let with = alias.with.join(", ");
        format!(
            "{} of {} coefficients of {} cannot be told apart from {with}",
            alias.lost, alias.coefficients, alias.term
        )
    });
    let missing = fitted.missing_cells().into_iter().map(|missing| {
        let named: Vec<_> = missing.cells.iter().map(|cell| cell.join(" ")).collect();
        let of = missing.combinations;
        format!(
            "{} of {of} combinations of {} have no row: {}",
            missing.count,
            missing.term,
            super::words::some(&named)
        )
    });
    aliases.chain(missing).collect()
}
