//! CMA-ES and its separable form against pycma.

use science::evolution::cma::{CmaSpec, Covariance};
use science::evolution::search::Algorithm;

use crate::trial::{assert_as_fast, cases};

const MOST: u32 = 1_000_000;

fn compare(algorithm: &str, covariance: Covariance) {
    let found: Vec<_> = cases("evolution_cma.json").into_iter().filter(|case| case.algorithm == algorithm).collect();
    assert!(!found.is_empty());
    for case in found {
        assert_as_fast(&case, &Algorithm::Cma(CmaSpec { covariance, ..CmaSpec::default() }), MOST);
    }
}

#[test]
fn cma_es_is_as_fast_as_pycma() {
    compare("cma_es", Covariance::Full);
}

#[test]
fn separable_cma_es_is_as_fast_as_pycma() {
    compare("separable_cma_es", Covariance::Separable);
}
