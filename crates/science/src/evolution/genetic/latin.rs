//! Latin hypercube sampling.

use domain::seed::Address;

use super::space::{Space, at_share};

/// `count` points; in every parameter each of `count` equal strata of its domain holds one of them.
pub(super) fn sample(space: &Space, count: u32, seed: u64) -> Vec<Vec<f64>> {
    let columns: Vec<_> = (0..space.parameters.len()).map(|gene| column(space, gene, count, seed)).collect();
    (0..count as usize).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}

fn column(space: &Space, gene: usize, count: u32, seed: u64) -> Vec<f64> {
    let mut draws = Address::new(seed, "evolution/latin-hypercube/v1").at(gene as u32).stream();
    let mut strata: Vec<u32> = (0..count).collect();
    draws.shuffle(&mut strata);
    let domain = &space.parameters[gene].domain;
    strata.iter().map(|&s| at_share(domain, (f64::from(s) + draws.unit()) / f64::from(count))).collect()
}
