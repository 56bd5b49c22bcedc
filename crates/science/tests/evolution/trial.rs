//! How many evaluations a search needs, beside how many the reference needs.

use std::path::Path;

use domain::genome::{Domain, Genome, Parameter};
use domain::seed::Draws;
use science::analysis::resample::{Resampling, bootstrap};
use science::evolution::search::{Algorithm, search};
use science::evolution::{Evaluated, Space};
use science::stats::Interval;
use serde::Deserialize;

use crate::functions;

/// What a reference file says of one function.
#[derive(Debug, Deserialize)]
pub(crate) struct Case {
    #[serde(default)]
    pub(crate) algorithm: String,
    pub(crate) function: String,
    pub(crate) dimension: usize,
    target: f64,
    /// Evaluations of each run until the target was reached; absent where it was not.
    evaluations: Vec<Option<u32>>,
}

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

/// The cases of a reference file.
pub(crate) fn cases(name: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/references").join(name);
    let text = std::fs::read_to_string(path).expect("the references are in the repository");
    serde_json::from_str::<File>(&text).expect("the references are as the script prints them").cases
}

/// Asserts that a search is not slower than the reference, and tells what was compared: of the ratio of the median numbers
/// of evaluations, ours by the reference's, the bootstrap interval at 95 % ends below 1.25.
#[track_caller]
pub(crate) fn assert_as_fast(case: &Case, algorithm: &Algorithm, most: u32) -> String {
    let spent = |evaluations: Option<u32>| f64::from(evaluations.unwrap_or(u32::MAX));
    let reference: Vec<_> = case.evaluations.iter().map(|&evaluations| spent(evaluations)).collect();
    assert!(reference.len() >= 51, "{case:?}");
    let ours = (1..=reference.len() as u64).map(|seed| spent(evaluations(case, algorithm, seed, most)));
    let ours: Vec<_> = ours.collect();
    let ratio = bootstrap(&[&ours, &reference], &Resampling { draws: 2000, seed: 1 }, |strata| {
        median(&strata[0]) / median(&strata[1])
    });
    let ratio = ratio.expect("numbers of evaluations are finite");
    let Interval { low, high } = ratio.percentile(0.95).expect("a level between 0 and 1");
    let Case { algorithm, function, dimension, .. } = case;
    let told = format!(
        "{algorithm} {function} {dimension}: {} by {} evaluations, ratio {:.3} ({low:.3} to {high:.3})",
        median(&ours),
        median(&reference),
        ratio.estimate(),
    );
    assert!(high <= 1.25, "{told}");
    told
}

/// How many evaluations one run needs to reach the target, if it needs no more than `most`.
fn evaluations(case: &Case, algorithm: &Algorithm, seed: u64, most: u32) -> Option<u32> {
    let function = functions::find(&case.function);
    let parameters = parameters(case.dimension);
    let mut draws = Draws::new(seed);
    let start = parameters.iter().map(|parameter| (parameter.name.to_owned(), 10.0 * draws.unit() - 5.0)).collect();
    let space = Space::new(&parameters, None, &Genome(start)).expect("parameters without faults");
    let mut search = search(algorithm, &space, seed).expect("settings without faults");
    let mut spent = 0;
    while spent < most {
        let mut told = Vec::new();
        for (position, member) in (0..).zip(search.ask()) {
            let point: Vec<_> = member.genome.0.values().copied().collect();
            let value = function(&point);
            // What an elite achieves is known.
            spent += u32::from(member.operators != ["elite"]);
            if value <= case.target {
                return Some(spent);
            }
            told.push(Evaluated { position, genome: member.genome, fitness: -value });
        }
        search.tell(&told).expect("what was asked for");
    }
    None
}

/// Numbers from -5 to 5, with names in their order.
fn parameters(dimension: usize) -> Vec<Parameter<'static>> {
    let parameter = |index: usize| {
        let name = Box::leak(format!("x{index:03}").into_boxed_str());
        Parameter { name, domain: Domain::Real { low: -5.0, high: 5.0 }, ..Parameter::PLAIN }
    };
    (0..dimension).map(parameter).collect()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
