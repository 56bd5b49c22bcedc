//! CMA-ES that starts again, against pycma. How many restarts a run needs is chance, so numbers of evaluations scatter too
//! much for their medians; what is compared is the expected running time, with as many runs as that takes.

use science::evolution::cma::{CmaSpec, Restarts};
use science::evolution::search::Algorithm;

use crate::trial::{Measure, assert_as_fast, cases};

const MOST: u32 = 2_000_000;

fn compare(algorithm: &str, restarts: Restarts) {
    let mut found = cases("evolution_restarts.json");
    found.retain(|case| case.algorithm == algorithm);
    let search = Algorithm::Cma(CmaSpec { restarts, most_population: u32::MAX, ..CmaSpec::default() });
    assert_as_fast(&found, |_| search, MOST, Measure::RunningTime);
}

#[test]
#[ignore = "takes minutes"]
fn growing_populations_find_the_place_as_fast_as_those_of_pycma() {
    compare("ipop", Restarts::Growing);
}

#[test]
#[ignore = "takes minutes"]
fn large_and_small_populations_by_turns_find_the_place_as_fast_as_those_of_pycma() {
    compare("bipop", Restarts::Interlaced);
}
