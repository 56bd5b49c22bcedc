//! Latin hypercube sampling.

use domain::seed::Address;

use super::member::Offspring;
use super::space::{Axis, Space};

/// `count` points; in every parameter each of `count` equal strata of its domain holds one of them.
pub(super) fn sample(space: &Space, count: u32, seed: u64) -> Vec<Vec<f64>> {
    let columns: Vec<_> = (0..space.parameters.len()).map(|gene| column(space, gene, count, seed)).collect();
    (0..count as usize).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}

fn column(space: &Space, gene: usize, count: u32, seed: u64) -> Vec<f64> {
    let mut draws = Address::new(seed, "evolution/latin-hypercube/v1").at(gene as u32).stream();
    let mut strata: Vec<u32> = (0..count).collect();
    draws.shuffle(&mut strata);
    let axis = Axis::from(&space.parameters[gene]);
    strata.iter().map(|&s| axis.at_share((f64::from(s) + draws.unit()) / f64::from(count))).collect()
}

/// A generation of `count` such points.
pub(super) fn generation(space: &Space, count: u32, seed: u64) -> Vec<Offspring> {
    let member = |genes: Vec<f64>| Offspring {
        genome: space.genome(&genes),
        parents: vec![],
        operators: vec!["latin_hypercube"],
    };
    sample(space, count, seed).into_iter().map(member).collect()
}
