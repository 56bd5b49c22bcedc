//! What evolves: some of a policy's parameters, above a genome that stays.

mod axis;
mod cube;

use domain::Violation;
use domain::genome::{Genome, Parameter, misdeclared};
use domain::series;

pub(super) use axis::Axis;

/// The parameters that evolve and the genome they are laid over.
///
/// A parameter that has no effect, because the one on which it depends has another value, has its default: it is left
/// out of genomes, and neither crossover nor mutation touches it.
#[derive(Debug, Clone, PartialEq)]
pub struct Space<'a> {
    pub(super) parameters: Vec<Parameter<'a>>,
    declared: Vec<Parameter<'a>>,
    base: Genome,
}

impl<'a> Space<'a> {
    /// The space of those of a policy's `parameters` that `genes` names, by themselves or as a series, or of all. Genes that do not evolve keep
    /// their value in `base`, the agent's own genome.
    ///
    /// # Errors
    /// Violations at `evolution.genes`: a name that is not a parameter of the policy, or nothing to evolve; and
    /// parameters that are not declared as they have to be.
    pub fn new(parameters: &[Parameter<'a>], genes: Option<&[String]>, base: &Genome) -> Result<Self, Vec<Violation>> {
        let mut violations = misdeclared(parameters);
        violations.extend(genes.map(|genes| unknown(parameters, genes)).unwrap_or_default());
        if !violations.is_empty() {
            return Err(violations);
        }
        let is_named = |name: &str| genes.is_none_or(|genes| genes.iter().any(|gene| series::holds(gene, name)));
        let evolves = |parameter: &&Parameter| is_named(parameter.name);
        let evolving: Vec<_> = parameters.iter().filter(evolves).cloned().collect();
        if evolving.is_empty() {
            let violation = Violation::new("evolution.genes", "there is no parameter to evolve")
                .with_help("choose a policy with parameters");
            return Err(vec![violation]);
        }
        Ok(Self { parameters: evolving, declared: parameters.to_vec(), base: base.clone() })
    }

    /// How many parameters evolve.
    #[must_use]
    pub fn size(&self) -> usize {
        self.parameters.len()
    }

    /// The names of the parameters that evolve, in the order of the policy's.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|parameter| parameter.name)
    }

    /// The part of the base that no genome changes.
    #[must_use]
    pub fn fixed(&self) -> Genome {
        let stays = |name: &&String| self.names().all(|evolving| evolving != name.as_str());
        Genome(self.base.0.iter().filter(|(name, _)| stays(name)).map(|(name, &value)| (name.clone(), value)).collect())
    }

    /// The genome over which all others are laid.
    pub(super) fn base(&self) -> &Genome {
        &self.base
    }

    /// The values of the evolving genes in a genome, in the order of the policy's parameters, moved into their
    /// domains where they are outside.
    pub(super) fn genes(&self, genome: &Genome) -> Vec<f64> {
        self.parameters.iter().map(|parameter| parameter.domain.nearest(genome.get(parameter))).collect()
    }

    /// The base with these values of the evolving genes, without what has no effect then.
    pub(super) fn genome(&self, genes: &[f64]) -> Genome {
        let full = self.full(genes);
        if !self.is_conditional() {
            return full;
        }
        let mut genome = full.clone();
        for parameter in self.declared.iter().filter(|parameter| !full.is_active(&self.declared, parameter)) {
            genome.0.remove(parameter.name);
        }
        genome
    }

    /// Which of the evolving genes have an effect at these values.
    pub(super) fn active(&self, genes: &[f64]) -> Vec<bool> {
        if !self.is_conditional() {
            return vec![true; genes.len()];
        }
        let full = self.full(genes);
        self.parameters.iter().map(|parameter| full.is_active(&self.declared, parameter)).collect()
    }

    fn is_conditional(&self) -> bool {
        self.declared.iter().any(|parameter| parameter.when.is_some())
    }

    fn full(&self, genes: &[f64]) -> Genome {
        let mut genome = self.base.clone();
        for (parameter, &value) in self.parameters.iter().zip(genes) {
            genome.0.insert(parameter.name.to_owned(), parameter.domain.nearest(value));
        }
        genome
    }
}

fn unknown(parameters: &[Parameter], genes: &[String]) -> Vec<Violation> {
    let known = || parameters.iter().map(|parameter| parameter.name);
    let unknown = genes.iter().enumerate().filter(|(_, gene)| !known().any(|name| series::holds(gene, name)));
    unknown
        .map(|(index, name)| Violation::unknown(format!("evolution.genes[{index}]"), "parameter", name, known()))
        .collect()
}

#[cfg(test)]
mod tests;
