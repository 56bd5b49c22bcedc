//! A genetic algorithm for the parameters of a policy.
//!
//! The first generation covers the space evenly. Every later one starts with the elites of the generation before,
//! unchanged and in rank order; the other places go to children of tournament winners, made by crossover and mutation.
//! All of it is a pure function of the evaluated members, the specification, the experiment's seed and the
//! generation's number: every draw has the address (seed, what it is for, generation, position).

mod crossover;
mod latin;
mod mutation;
mod selection;
mod space;

use domain::experiment::EvolutionSpec;
use domain::genome::Genome;
use domain::seed::Address;

use selection::tournament;
pub use selection::{Evaluated, rank};
pub use space::Space;

/// A member of a new generation. Its position is its index.
#[derive(Debug, Clone, PartialEq)]
pub struct Offspring {
    /// Its parameters.
    pub genome: Genome,
    /// Positions of its parents in the generation before; none in the first.
    pub parents: Vec<u32>,
    /// What made it, in order: `latin_hypercube`, `elite`, or of `uniform_crossover`, `blend_crossover`, `mutation`,
    /// `copy`.
    pub operators: Vec<&'static str>,
}

/// A first generation of `spec.population` members by Latin hypercube sampling (McKay, Beckman and Conover 1979):
/// every parameter's range is cut into as many strata as there are members, and each stratum is used once.
#[must_use]
pub fn first_generation(space: &Space, spec: &EvolutionSpec, experiment_seed: u64) -> Vec<Offspring> {
    latin::sample(space, spec.population, experiment_seed)
        .into_iter()
        .map(|genes| Offspring { genome: space.genome(&genes), parents: vec![], operators: vec!["latin_hypercube"] })
        .collect()
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
    let ranked = rank(evaluated);
    if ranked.is_empty() {
        return vec![];
    }
    let elites = ranked.iter().take(spec.elites.min(spec.population) as usize).map(|member| elite(member));
    let nursery = Nursery { space, ranked: &ranked, spec, experiment_seed, generation };
    let children = (spec.elites.min(spec.population).min(ranked.len() as u32)..spec.population)
        .map(|position| nursery.child(position));
    elites.chain(children).collect()
}

fn elite(member: &Evaluated) -> Offspring {
    Offspring { genome: member.genome.clone(), parents: vec![member.position], operators: vec!["elite"] }
}

struct Nursery<'a> {
    space: &'a Space,
    ranked: &'a [&'a Evaluated],
    spec: &'a EvolutionSpec,
    experiment_seed: u64,
    generation: u32,
}

impl Nursery<'_> {
    fn child(&self, position: u32) -> Offspring {
        let (parents, mut genes, mut operators) = self.conceive(position);
        let mut draws = self.address("evolution/mutation/v1", position).stream();
        if mutation::mutate(self.space, &mut genes, self.spec, operators.is_empty(), &mut draws) {
            operators.push("mutation");
        }
        if operators.is_empty() {
            operators.push("copy");
        }
        Offspring { genome: self.space.genome(&genes), parents, operators }
    }

    /// Chooses one or two parents and combines them.
    fn conceive(&self, position: u32) -> (Vec<u32>, Vec<f64>, Vec<&'static str>) {
        let count = self.ranked.len();
        let mut selection = self.address("evolution/selection/v1", position).stream();
        let first = tournament(count, self.spec.tournament, None, &mut selection);
        let genes = self.space.genes(&self.ranked[first].genome);
        let mut draws = self.address("evolution/crossover/v1", position).stream();
        if count < 2 || draws.unit() >= self.spec.crossover_rate {
            return (vec![self.ranked[first].position], genes, vec![]);
        }
        let second = tournament(count, self.spec.tournament, Some(first), &mut selection);
        let other = self.space.genes(&self.ranked[second].genome);
        let parents = vec![self.ranked[first].position, self.ranked[second].position];
        let (genes, operator) = crossover::cross(self.space, &genes, &other, &mut draws);
        (parents, genes, vec![operator])
    }

    fn address(&self, purpose: &str, position: u32) -> Address {
        Address::new(self.experiment_seed, purpose).at(self.generation).at(position)
    }
}

#[cfg(test)]
mod tests;
