//! What is claimed about a design, and whether it is true.

use super::confounding::{Alias, aliases_of};
use super::model::Model;
use super::rank::{Dependencies, dependencies};
use super::resolution::TrueResolution;
use super::{AuditError, DesignMatrix, Term};

/// What is claimed about a design. A claim that is false is refused with a counter-example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// The resolution of a two-level design, if one is claimed.
    pub resolution: Option<usize>,
    /// Effects that are orthogonal to every main effect and two-factor interaction but themselves.
    pub clear: Vec<Term>,
    /// Terms of the model that can be estimated when all its terms are in it.
    pub estimable: Vec<Term>,
}

impl Claims {
    pub(super) fn check_resolution(
        &self,
        design: &DesignMatrix,
        truth: Option<&TrueResolution>,
    ) -> Result<(), AuditError> {
        let (Some(claimed), Some(truth)) = (self.resolution, truth) else { return Ok(()) };
        if truth.length >= claimed {
            return Ok(());
        }
        let (left, right) = truth.word.split_at((truth.length / 2).max(1));
        let [effect, alias] = [left, right].map(|factors| Term::interaction(factors).name(design));
        Err(AuditError::FalseResolution { claimed, effect, alias, correlation: truth.correlation })
    }

    pub(super) fn check_clear(&self, design: &DesignMatrix) -> Result<(), AuditError> {
        let others = Term::up_to(design.factors(), 2);
        for effect in &self.clear {
            let worst = |a: &Alias, b: &Alias| a.correlation.total_cmp(&b.correlation);
            if let Some(alias) = aliases_of(design, effect, &others)?.into_iter().max_by(worst) {
                let other = if alias.left == *effect { &alias.right } else { &alias.left };
                let (effect, alias_name) = (effect.name(design), other.name(design));
                return Err(AuditError::NotClear { effect, alias: alias_name, correlation: alias.correlation });
            }
        }
        Ok(())
    }

    pub(super) fn check_estimable(
        &self,
        design: &DesignMatrix,
        model: &Model,
        dependencies: &Dependencies,
    ) -> Result<(), AuditError> {
        self.estimable.iter().try_for_each(|term| {
            let place = model.index(design, term)?;
            if is_estimable(model, dependencies, place) {
                Ok(())
            } else {
                Err(inestimable(design, model, dependencies, place))
            }
        })
    }
}

/// Whether no dependency involves the term, and it has a column at all.
pub(super) fn is_estimable(model: &Model, dependencies: &Dependencies, term: usize) -> bool {
    model.places(term).next().is_some() && !dependencies.sets.iter().flatten().any(|&place| model.owners[place] == term)
}

/// Why the first term that cannot be estimated cannot.
pub(super) fn first_inestimable(design: &DesignMatrix, model: &Model) -> AuditError {
    let dependencies = dependencies(&model.columns.iter().collect::<Vec<_>>());
    let term = (0..model.terms.len()).find(|&term| !is_estimable(model, &dependencies, term));
    inestimable(design, model, &dependencies, term.unwrap_or(0))
}

fn inestimable(design: &DesignMatrix, model: &Model, dependencies: &Dependencies, term: usize) -> AuditError {
    let others = |set: &Vec<usize>| {
        let mut owners: Vec<_> = set.iter().map(|&place| model.owners[place]).collect();
        owners.dedup();
        let involved = owners.contains(&term);
        owners.retain(|&owner| owner != term);
        involved.then_some(owners)
    };
    let smallest = dependencies.sets.iter().filter_map(others).min_by_key(Vec::len).unwrap_or_default();
    let names: Vec<_> = smallest.iter().map(|&other| model.terms[other].name(design)).collect();
    let others = match names.as_slice() {
        [] => "itself: its factor does not vary, or not in all its contrasts".to_owned(),
        [only] => only.clone(),
        _ => format!("a combination of {}", names.join(", ")),
    };
    AuditError::NotEstimable { term: model.terms[term].name(design), others }
}
