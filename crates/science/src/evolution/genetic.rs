//! A genetic algorithm for the parameters of a policy (Holland 1975; for real numbers Eiben and Smith 2015).
//!
//! The first generation covers the space evenly. Every later one starts with the elites of the generation before,
//! unchanged and in rank order; the other places go to children of selected members, made by crossover and mutation,
//! and the last ones to immigrants. All of it is a pure function of the evaluated members, the specification, the
//! experiment's seed and the generation's number: every draw has the address (seed, what it is for, generation,
//! position).

mod breeding;
mod crossover;
mod mutation;
mod run;
mod selection;
mod spec;

use domain::experiment::EvolutionSpec;

pub use super::member::{Evaluated, Offspring, rank};
pub use super::space::Space;
pub use run::{Genetic, GeneticState};
pub use spec::{Crossover, GeneticSpec, Mutation, Selection};

use super::latin;
use breeding::{Nursery, Parent};

/// A first generation of `spec.population` members by Latin hypercube sampling (McKay, Beckman and Conover 1979):
/// every parameter's range is cut into as many strata as there are members, and each stratum is used once.
#[must_use]
pub fn first_generation(space: &Space, spec: &EvolutionSpec, experiment_seed: u64) -> Vec<Offspring> {
    latin::generation(space, spec.population, experiment_seed)
}

/// Generation number `generation`, from the evaluated members of the one before, in any order.
///
/// Better means a higher fitness; a tie goes to the lower position, and NaN is below every number. Without members
/// there is nothing to breed from, and the result is empty.
#[must_use]
pub fn next_generation(
    space: &Space,
    evaluated: &[Evaluated],
    spec: &EvolutionSpec,
    experiment_seed: u64,
    generation: u32,
) -> Vec<Offspring> {
    let spec = GeneticSpec::from(spec);
    let parent = |member: &Evaluated| Parent {
        position: member.position,
        genome: member.genome.clone(),
        step: spec.mutation.first_step(),
    };
    let ranked: Vec<_> = rank(evaluated).into_iter().map(parent).collect();
    let nursery = Nursery { space, ranked: &ranked, spec: &spec, seed: experiment_seed, generation };
    nursery.children().into_iter().map(|(child, _)| child).collect()
}

#[cfg(test)]
mod tests;
