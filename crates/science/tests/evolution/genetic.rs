//! The genetic algorithm against pymoo's.

use science::evolution::genetic::{Crossover, GeneticSpec, Mutation, Selection};
use science::evolution::search::Algorithm;

use crate::trial::{Measure, assert_as_fast, cases};

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
        siblings: true,
        mutation: Mutation::Polynomial { eta: 20.0 },
        mutation_rate: 1.0 / dimension as f64,
        immigrants: 0,
        own_genome: false,
    }
}

/// Compares those of the cases that take seconds, or the others.
fn compare(is_quick: bool) {
    let mut found = cases("evolution_ga.json");
    found.retain(|case| (case.dimension <= 5 && case.runs() <= 51) == is_quick);
    assert_as_fast(&found, |case| Algorithm::Genetic(spec(case.dimension)), MOST, Measure::Median);
}

#[test]
fn the_genetic_algorithm_is_as_fast_as_that_of_pymoo() {
    compare(true);
}

#[test]
#[ignore = "takes minutes"]
fn the_genetic_algorithm_is_as_fast_as_that_of_pymoo_in_more_dimensions_and_runs() {
    compare(false);
}
