//! Missing cells: combinations of levels that a term is about and no row has.

use std::collections::BTreeSet;

use super::frame::Kind;
use super::{Fit, Term};

/// Most combinations that are looked at one by one.
const MOST_COMBINATIONS: usize = 1 << 20;
/// Most missing cells that are named.
const MOST_NAMED: usize = 50;

/// Missing cells of one interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingCells {
    /// The name of the interaction.
    pub term: String,
    /// How many combinations of its levels no row has.
    pub count: usize,
    /// How many combinations there are.
    pub combinations: usize,
    /// The first 50 of them: the name of a level of each factor. None is named if there are more than 2^20 combinations.
    pub cells: Vec<Vec<String>>,
}

impl Fit<'_> {
    /// Interactions of categorical factors with combinations of levels that no row has, in the order of the model.
    #[must_use]
    pub fn missing_cells(&self) -> Vec<MissingCells> {
        self.design.terms.terms().iter().filter_map(|term| self.missing(term)).collect()
    }

    fn missing(&self, term: &Term) -> Option<MissingCells> {
        let factors = || term.factors().iter().filter_map(|&factor| self.categories(factor));
        let combinations = factors().try_fold(1_usize, |product, (_, levels)| product.checked_mul(levels.len()))?;
        if factors().count() < 2 {
            return None;
        }
        let mut keys = vec![0; self.design.cells.len()];
        for (codes, levels) in factors() {
            keys.iter_mut()
                .zip(self.design.cells.codes(codes))
                .for_each(|(key, code)| *key = *key * levels.len() + code);
        }
        let present: BTreeSet<usize> = keys.into_iter().collect();
        let looked_at = if combinations > MOST_COMBINATIONS { 0 } else { combinations };
        let absent = (0..looked_at).filter(|key| !present.contains(key));
        let name = |mut key: usize| {
            let mut names: Vec<String> = Vec::new();
            for (_, levels) in factors().collect::<Vec<_>>().into_iter().rev() {
                names.insert(0, levels[key % levels.len()].clone());
                key /= levels.len();
            }
            names
        };
        let count = combinations - present.len();
        let cells = absent.take(MOST_NAMED).map(name).collect();
        (count > 0).then(|| MissingCells { term: term.name(&self.frame), count, combinations, cells })
    }

    fn categories(&self, factor: usize) -> Option<(&[u32], &[String])> {
        match &self.frame.get(factor).kind {
            Kind::Categorical { codes, levels, .. } => Some((codes, levels)),
            Kind::Continuous { .. } => None,
        }
    }
}
