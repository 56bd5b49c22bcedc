//! Which effects the runs do not tell apart.

use super::model::{self, Column};
use super::rank::dependencies;
use super::{AuditError, DesignMatrix, Term};

/// Most pairs of terms times runs that are compared.
const MAX_WORK: usize = 1 << 28;

/// Correlations below this are rounding error.
const ZERO: f64 = 1e-9;

/// Correlations above this are examined for confounding.
const SUSPICIOUS: f64 = 0.999;

/// Two effects that are not orthogonal in a design.
#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    /// One effect; the mean, if the other one is constant.
    pub left: Term,
    /// The other one.
    pub right: Term,
    /// Largest magnitude of a correlation between a contrast of the one and a contrast of the other.
    pub correlation: f64,
    /// Whether some contrast of the one is a contrast of the other, given the mean: no analysis can tell them apart.
    pub confounded: bool,
}

/// All pairs of these terms that are not orthogonal given the mean, in the order of the terms. A term that takes the same
/// value in all runs, or has a contrast that does, is an alias of the mean.
///
/// Orthogonal means that all correlations are below 1e-9. Confounding is decided by ranks, exactly where levels are
/// integers over a small power of two (see [`Audit`](super::Audit)).
///
/// # Errors
/// If a term does not fit the design, or there is too much to compare.
pub fn aliases(design: &DesignMatrix, terms: &[Term]) -> Result<Vec<Alias>, AuditError> {
    check_work(terms.len().saturating_mul(terms.len()) / 2, design)?;
    let effects = effects(design, terms)?;
    let mut found: Vec<_> = effects.iter().filter(|effect| effect.is_degenerate()).map(Effect::alias_of_mean).collect();
    for (place, right) in effects.iter().enumerate() {
        found.extend(effects[..place].iter().filter_map(|left| left.alias(right)));
    }
    Ok(found)
}

/// The aliases of one term among others; the same term among them is passed over. The term is always on the left, but for
/// an alias of the mean.
///
/// # Errors
/// As for [`aliases`].
pub fn aliases_of(design: &DesignMatrix, term: &Term, others: &[Term]) -> Result<Vec<Alias>, AuditError> {
    check_work(others.len(), design)?;
    let own = Effect::new(design, term)?;
    let others: Vec<_> = others.iter().filter(|other| *other != term).cloned().collect();
    let with_mean = own.is_degenerate().then(|| own.alias_of_mean());
    let with_others = effects(design, &others)?;
    Ok(with_mean.into_iter().chain(with_others.iter().filter_map(|other| own.alias(other))).collect())
}

fn check_work(pairs: usize, design: &DesignMatrix) -> Result<(), AuditError> {
    if pairs.saturating_mul(design.runs()) > MAX_WORK {
        return Err(AuditError::TooLarge { what: "the comparison of all pairs of effects", most: MAX_WORK });
    }
    Ok(())
}

fn effects(design: &DesignMatrix, terms: &[Term]) -> Result<Vec<Effect>, AuditError> {
    let mut effects: Vec<Effect> = Vec::new();
    let mut seen = std::collections::BTreeSet::from([Term::mean()]);
    for term in terms {
        if seen.insert(term.clone()) {
            effects.push(Effect::new(design, term)?);
        }
    }
    Ok(effects)
}

/// A term with its columns, as they are and less their means.
struct Effect {
    term: Term,
    columns: Vec<Column>,
    centred: Vec<Vec<f64>>,
    /// Number of contrasts that are independent given the mean.
    rank: usize,
}

impl Effect {
    fn new(design: &DesignMatrix, term: &Term) -> Result<Self, AuditError> {
        let columns = model::columns(design, term)?;
        let centred = columns.iter().map(|column| centred(&column.values)).collect();
        let mean = model::columns(design, &Term::mean())?;
        let rank = dependencies(&mean.iter().chain(&columns).collect::<Vec<_>>()).rank - 1;
        let columns = mean.into_iter().chain(columns).collect();
        Ok(Self { term: term.clone(), columns, centred, rank })
    }

    /// Whether fewer contrasts are independent than there are, or there are none.
    fn is_degenerate(&self) -> bool {
        self.rank < self.centred.len() || self.centred.is_empty()
    }

    fn alias_of_mean(&self) -> Alias {
        Alias { left: Term::mean(), right: self.term.clone(), correlation: 1.0, confounded: true }
    }

    fn alias(&self, other: &Self) -> Option<Alias> {
        let pairs = self.centred.iter().flat_map(|a| other.centred.iter().map(move |b| correlation(a, b)));
        let correlation = pairs.fold(0.0, f64::max);
        if correlation < ZERO {
            return None;
        }
        let confounded = (correlation > SUSPICIOUS || self.rank > 1 || other.rank > 1) && self.shares_a_contrast(other);
        Some(Alias { left: self.term.clone(), right: other.term.clone(), correlation, confounded })
    }

    fn shares_a_contrast(&self, other: &Self) -> bool {
        let both: Vec<_> = self.columns.iter().chain(&other.columns[1..]).collect();
        dependencies(&both).rank < 1 + self.rank + other.rank
    }
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| value - mean).collect()
}

/// The magnitude of the correlation of two centred columns; 0 if one of them is constant.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = libm::sqrt(product(a, a)) * libm::sqrt(product(b, b));
    if scale < ZERO { 0.0 } else { (product(a, b) / scale).abs().min(1.0) }
}
