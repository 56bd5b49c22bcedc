//! CMA-ES and its separable form against pycma.

use science::evolution::cma::{CmaSpec, Covariance};
use science::evolution::search::Algorithm;

use crate::trial::{assert_as_fast, cases};

const MOST: u32 = 1_000_000;

#[allow(clippy::print_stdout, reason = "these are the figures of docs/search-algorithms.md")]
fn compare(algorithm: &str, dimensions: &[usize], covariance: Covariance) {
    let mut found = cases("evolution_cma.json");
    found.retain(|case| case.algorithm == algorithm && dimensions.contains(&case.dimension));
    assert!(!found.is_empty());
    let algorithm = Algorithm::Cma(CmaSpec { covariance, ..CmaSpec::default() });
    for case in found {
        println!("{}", assert_as_fast(&case, &algorithm, MOST));
    }
}

#[test]
fn cma_es_is_as_fast_as_pycma() {
    compare("cma_es", &[5], Covariance::Full);
}

#[test]
#[ignore = "takes minutes"]
fn cma_es_is_as_fast_as_pycma_in_more_dimensions() {
    compare("cma_es", &[10, 20], Covariance::Full);
}

#[test]
fn separable_cma_es_is_as_fast_as_pycma() {
    compare("separable_cma_es", &[5, 10], Covariance::Separable);
}
