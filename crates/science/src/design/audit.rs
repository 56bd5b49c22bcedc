//! The audit of a design by brute force: what its runs can tell, whoever made it and however.
//!
//! Nothing here looks at how a design was constructed. Aliases, estimable terms and the resolution follow from the levels
//! of the runs alone: products of factors are multiplied out in every run, and dependencies between effects are found from
//! the model matrix by its rank.

mod balance;
mod claims;
mod confounding;
mod efficiency;
mod error;
mod matrix;
mod model;
mod power;
mod rank;
mod resolution;
mod term;

pub use balance::{FactorBalance, PairBalance, factor_balance, pair_balance};
pub use claims::Claims;
pub use confounding::{Alias, aliases, aliases_of};
pub use efficiency::{Efficiency, efficiency, inflation};
pub use error::AuditError;
pub use matrix::{DesignMatrix, Levels};
pub use power::{Power, PowerQuestion, power};
pub use resolution::{TrueResolution, true_resolution};
pub use term::Term;

use efficiency::{Precision, efficiency_of, inflation_of};
use model::Model;

/// What the audit found.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// Number of runs.
    pub runs: usize,
    /// Number of coefficients of the model, with the mean.
    pub coefficients: usize,
    /// Rank of the model matrix: how many coefficients, or combinations of them, the runs can estimate.
    pub rank: usize,
    /// Whether rank and confounding are proven in exact arithmetic, which needs levels that are integers over a power of two
    /// up to 2^10; else they are computed in floating point with a relative tolerance of 1e-9.
    pub exact: bool,
    /// The terms of the model that can be estimated when all of them are in it.
    pub estimable: Vec<Term>,
    /// The resolution of a two-level design; absent for others, and for two-level designs in which every product of factors
    /// has mean zero.
    pub resolution: Option<TrueResolution>,
    /// Pairs that are not orthogonal, of the model's terms, all main effects and all two-factor interactions.
    pub aliases: Vec<Alias>,
    /// How often each level occurs, in the order of the factors.
    pub factors: Vec<FactorBalance>,
    /// How often levels of two factors occur together.
    pub pairs: Vec<PairBalance>,
    /// Efficiencies for the model; absent if not all its terms can be estimated together.
    pub efficiency: Option<Efficiency>,
    /// Variance inflation of the model's terms; absent if not all of them can be estimated together.
    pub inflation: Option<Vec<(Term, f64)>>,
}

impl Audit {
    /// Whether the main effects of all pairs of factors are orthogonal.
    #[must_use]
    pub fn is_orthogonal(&self) -> bool {
        self.pairs.iter().all(PairBalance::is_orthogonal)
    }
}

/// Audits a design for the model of the mean and these terms.
///
/// # Errors
/// If a claim is false, with a counter-example; if a term does not fit the design, a resolution is claimed for a design
/// with other than two levels, or the design is too large to be audited.
pub fn audit(design: &DesignMatrix, terms: &[Term], claims: &Claims) -> Result<Audit, AuditError> {
    let model = Model::new(design, terms)?;
    let dependencies = rank::dependencies(&model.columns.iter().collect::<Vec<_>>());
    claims.check_estimable(design, &model, &dependencies)?;
    let resolution = match true_resolution(design) {
        Err(AuditError::NotTwoLevel { .. }) if claims.resolution.is_none() => None,
        found => found?,
    };
    claims.check_resolution(design, resolution.as_ref())?;
    claims.check_clear(design)?;
    let all: Vec<_> = Term::up_to(design.factors(), 2).into_iter().chain(terms.iter().cloned()).collect();
    let precision = Precision::new(&model.values());
    let is_estimable = |&place: &usize| claims::is_estimable(&model, &dependencies, place);
    Ok(Audit {
        runs: design.runs(),
        coefficients: model.columns.len(),
        rank: dependencies.rank,
        exact: dependencies.exact,
        estimable: (1..model.terms.len()).filter(is_estimable).map(|place| model.terms[place].clone()).collect(),
        resolution,
        aliases: aliases(design, &all)?,
        factors: factor_balance(design),
        pairs: pair_balance(design)?,
        efficiency: precision.as_ref().map(|precision| efficiency_of(design, &model, precision)),
        inflation: precision.as_ref().map(|precision| inflation_of(&model, precision)),
    })
}

#[cfg(test)]
mod tests;
