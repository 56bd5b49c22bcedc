//! CMA-ES that starts again, against pycma. How many restarts a run needs is chance, so numbers of evaluations scatter too
//! much for their medians; what is compared is the expected running time, with as many runs as that takes.

use science::evolution::cma::{CmaSpec, Restarts};
use science::evolution::search::Algorithm;

use crate::trial::{Measure, assert_as_fast, cases};

const MOST: u32 = 2_000_000;

#[test]
#[ignore = "takes minutes"]
fn growing_populations_find_the_place_as_fast_as_those_of_pycma() {
    let restarts = Restarts::Growing;
    let algorithm = Algorithm::Cma(CmaSpec { restarts, most_population: u32::MAX, ..CmaSpec::default() });
    assert_as_fast(&cases("evolution_restarts.json"), |_| algorithm, MOST, Measure::RunningTime);
}
