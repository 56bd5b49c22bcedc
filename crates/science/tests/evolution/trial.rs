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

impl Case {
    /// With how many runs it is compared.
    pub(crate) fn runs(&self) -> usize {
        self.evaluations.len()
    }
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

/// By what numbers of evaluations are compared.
#[derive(Clone, Copy)]
pub(crate) enum Measure {
    /// Their median.
    Median,
    /// The expected running time: the evaluations of all runs for each that reached the target (Hansen, Auger, Finck and Ros
    /// 2009). It is their mean where all did.
    RunningTime,
}

impl Measure {
    /// Of runs that end after so many evaluations at most.
    fn of(self, runs: &[f64], most: u32) -> f64 {
        match self {
            Self::Median => median(runs),
            Self::RunningTime => {
                let spent: f64 = runs.iter().map(|run| run.min(f64::from(most))).sum();
                spent / runs.iter().filter(|&&run| run < NEVER).count() as f64
            }
        }
    }
}

/// Evaluations of a run that did not reach its target.
const NEVER: f64 = u32::MAX as f64;

/// Asserts that a search is not slower than the reference in any of the cases, and tells what was compared.
#[allow(clippy::print_stdout, reason = "these are the figures of docs/search-algorithms.md")]
#[track_caller]
pub(crate) fn assert_as_fast(cases: &[Case], algorithm: impl Fn(&Case) -> Algorithm, most: u32, measure: Measure) {
    assert!(!cases.is_empty());
    let compared = cases.iter().map(|case| compare(case, &algorithm(case), most, measure));
    let slower = compared.inspect(|(told, _)| println!("{told}")).filter(|(_, is_as_fast)| !is_as_fast).count();
    assert_eq!(slower, 0, "cases in which the interval does not end below 1.25");
}

/// What was compared in words, and whether of the ratio of what is measured of the numbers of evaluations, ours by the
/// reference's, the bootstrap interval at 95 % ends below 1.25.
fn compare(case: &Case, algorithm: &Algorithm, most: u32, measure: Measure) -> (String, bool) {
    let spent = |evaluations: Option<u32>| evaluations.map_or(NEVER, f64::from);
    let reference: Vec<_> = case.evaluations.iter().map(|&evaluations| spent(evaluations)).collect();
    assert!(case.runs() >= 51, "{case:?}");
    let ours = (1..=reference.len() as u64).map(|seed| spent(evaluations(case, algorithm, seed, most)));
    let ours: Vec<_> = ours.collect();
    let ratio = bootstrap(&[&ours, &reference], &Resampling { draws: 2000, seed: 1 }, |strata| {
        measure.of(&strata[0], most) / measure.of(&strata[1], most)
    });
    let ratio = ratio.expect("numbers of evaluations are finite");
    let Interval { low, high } = ratio.percentile(0.95).expect("a level between 0 and 1");
    let Case { algorithm, function, dimension, .. } = case;
    let told = format!(
        "{algorithm} {function} {dimension}: {:.0} by {:.0} evaluations, ratio {:.3} ({low:.3} to {high:.3})",
        measure.of(&ours, most),
        measure.of(&reference, most),
        ratio.estimate(),
    );
    (told, high <= 1.25)
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
