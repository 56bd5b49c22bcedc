//! The genetic algorithm against pymoo's.

use science::evolution::genetic::{Crossover, GeneticSpec, Mutation, Selection};
use science::evolution::search::Algorithm;

use crate::trial::{assert_as_fast, cases};

const MOST: u32 = 20_000;

/// The settings of the reference.
fn spec(dimension: usize) -> GeneticSpec {
    GeneticSpec {
        population: 200,
        elites: 100,
        parents: Some(100),
        selection: Selection::UnbiasedTournament { size: 2 },
        crossover: Crossover::SimulatedBinary { eta: 15.0 },
        crossover_rate: 0.9,
        siblings: false,
        mutation: Mutation::Polynomial { eta: 20.0 },
        mutation_rate: 1.0 / dimension as f64,
        immigrants: 0,
        own_genome: false,
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "these are the figures of docs/search-algorithms.md")]
fn the_genetic_algorithm_is_as_fast_as_that_of_pymoo() {
    let found = cases("evolution_ga.json");
    assert!(!found.is_empty());
    for case in found {
        println!("{}", assert_as_fast(&case, &Algorithm::Genetic(spec(case.dimension)), MOST));
    }
}
