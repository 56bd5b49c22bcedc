//! CMA-ES and its separable form against pycma.

use science::evolution::cma::{CmaSpec, Covariance};
use science::evolution::search::Algorithm;

use crate::trial::{Measure, assert_as_fast, cases};

const MOST: u32 = 1_000_000;

fn compare(algorithm: &str, dimensions: &[usize], covariance: Covariance) {
    let mut found = cases("evolution_cma.json");
    found.retain(|case| case.algorithm == algorithm && dimensions.contains(&case.dimension));
    let algorithm = Algorithm::Cma(CmaSpec { covariance, ..CmaSpec::default() });
    assert_as_fast(&found, |_| algorithm, MOST, Measure::Median);
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
