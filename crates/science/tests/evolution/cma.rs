//! CMA-ES and its separable form against pycma.

use science::evolution::cma::{CmaSpec, Covariance};
use science::evolution::search::Algorithm;

use crate::trial::{assert_as_fast, cases};

const MOST: u32 = 1_000_000;

fn compare(algorithm: &str, covariance: Covariance) -> Vec<String> {
    let found: Vec<_> = cases("evolution_cma.json").into_iter().filter(|case| case.algorithm == algorithm).collect();
    assert!(!found.is_empty());
    let algorithm = Algorithm::Cma(CmaSpec { covariance, ..CmaSpec::default() });
    found.iter().map(|case| assert_as_fast(case, &algorithm, MOST)).collect()
}

#[test]
fn cma_es_is_as_fast_as_pycma() {
    println!("{}", compare("cma_es", Covariance::Full).join("\n"));
}

#[test]
fn separable_cma_es_is_as_fast_as_pycma() {
    println!("{}", compare("separable_cma_es", Covariance::Separable).join("\n"));
}
