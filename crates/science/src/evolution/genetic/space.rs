//! What evolves: some of a policy's parameters, above a genome that stays.

use domain::Violation;
use domain::genome::{Domain, Genome, Parameter};

/// The parameters that evolve and the genome they are laid over.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    pub(super) parameters: Vec<Parameter>,
    base: Genome,
}

impl Space {
    /// The space of those of a policy's `parameters` that `genes` names, or of all. Genes that do not evolve keep
    /// their value in `base`, the agent's own genome.
    ///
    /// # Errors
    /// Violations at `evolution.genes`: a name that is not a parameter of the policy, or nothing to evolve.
    pub fn new(parameters: &[Parameter], genes: Option<&[String]>, base: &Genome) -> Result<Self, Vec<Violation>> {
        let violations = genes.map(|genes| unknown(parameters, genes)).unwrap_or_default();
        if !violations.is_empty() {
            return Err(violations);
        }
        let evolves = |parameter: &&Parameter| genes.is_none_or(|genes| genes.iter().any(|g| g == parameter.name));
        let parameters: Vec<_> = parameters.iter().filter(evolves).cloned().collect();
        if parameters.is_empty() {
            let violation = Violation::new("evolution.genes", "there is no parameter to evolve")
                .with_help("choose a policy with parameters");
            return Err(vec![violation]);
        }
        Ok(Self { parameters, base: base.clone() })
    }

    /// The values of the evolving genes in a genome, in the order of the policy's parameters, moved into their
    /// domains where they are outside.
    pub(super) fn genes(&self, genome: &Genome) -> Vec<f64> {
        self.parameters.iter().map(|parameter| parameter.domain.nearest(genome.get(parameter))).collect()
    }

    /// The base with these values of the evolving genes.
    pub(super) fn genome(&self, genes: &[f64]) -> Genome {
        let mut genome = self.base.clone();
        for (parameter, &value) in self.parameters.iter().zip(genes) {
            genome.0.insert(parameter.name.to_owned(), parameter.domain.nearest(value));
        }
        genome
    }
}

fn unknown(parameters: &[Parameter], genes: &[String]) -> Vec<Violation> {
    let known = || parameters.iter().map(|parameter| parameter.name);
    let unknown = genes.iter().enumerate().filter(|(_, name)| known().all(|known| known != name.as_str()));
    unknown
        .map(|(index, name)| Violation::unknown(format!("evolution.genes[{index}]"), "parameter", name, known()))
        .collect()
}

/// The value at `share` (0 to 1) of a domain, so that equal shares are equally likely values.
pub(super) fn at_share(domain: &Domain, share: f64) -> f64 {
    let (low, high) = domain.bounds();
    let value = match domain {
        Domain::Real { .. } => low + share * (high - low),
        Domain::Integer { .. } | Domain::Flag | Domain::Choice { .. } => {
            low + libm::floor(share * (high - low + 1.0))
        }
    };
    domain.nearest(value)
}
