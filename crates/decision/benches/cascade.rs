//! Time of the parts of a cascade and of all of it, with 10,000 documents.
//!
//! `documents/…` compares the exact search with a plain scan that returns the same, on documents about situations of
//! play and on uniform ones, of which the search can skip little. `scan in eights` adds up each distance in eight sums,
//! as numerical libraries do; it is faster than the plain scan and rounds otherwise. At the end the times of single
//! searches and decisions are told, and ratios from rounds in which the rivals take turns.

#[path = "../tests/it/played.rs"]
#[allow(dead_code, unreachable_pub)] // Parts of it are for the tests.
mod played;
#[path = "../tests/it/states.rs"]
#[allow(dead_code, unreachable_pub)] // The strategies in it are for the tests.
mod states;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group};
use decision::documents::{Library, PlainScan, Ranking, Tags, Weights};
use decision::rules::{Reflexes, RuleSet, Terms};
use decision::situation::{Observer, Vector};
use decision::{Knowledge, build_with};
use domain::agent::{AgentSpec, SessionSetup};
use domain::genome::Genome;
use domain::ids::AgentId;

const DOCUMENTS: usize = 10_000;
const WEIGHTS: Weights = Weights { similarity: 0.4, confidence: 0.4, recency: 0.2, radius: 0.5, half_life: 10.0 };
const BUTTONS: [&str; 7] =
    ["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_LEFT", "MOVE_RIGHT", "MOVE_FORWARD", "MOVE_BACKWARD"];

fn search(criterion: &mut Criterion) {
    let situations = played::situations(&played::states(99, 20));
    let queries: Vec<_> = situations.iter().map(|situation| (situation.vector(), Tags::of(situation))).collect();
    let mut group = criterion.benchmark_group("documents");
    for (name, library) in [("played", played::library(DOCUMENTS)), ("uniform", played::uniform(DOCUMENTS))] {
        let library: Arc<Library> = Arc::new(library);
        let plain = PlainScan::new(&library, &WEIGHTS, 20, |_| true);
        let mut ranking = Ranking::new(library, &WEIGHTS, 20, |_| true);
        let mut next = queries.iter().cycle();
        for limit in [1, 8] {
            group.bench_function(BenchmarkId::new(format!("{name}/plain"), limit), |bencher| {
                bencher.iter(|| {
                    let (query, present) = next.next().expect("a cycle has no end");
                    black_box(plain.search(black_box(query), *present, limit))
                });
            });
            group.bench_function(BenchmarkId::new(format!("{name}/search"), limit), |bencher| {
                bencher.iter(|| {
                    let (query, present) = next.next().expect("a cycle has no end");
                    black_box(ranking.search(black_box(query), *present, limit))
                });
            });
        }
    }
    group.finish();
}

fn reflexes(criterion: &mut Criterion) {
    let situations = played::situations(&played::states(99, 20));
    let buttons = states::names(&BUTTONS);
    let parameters = decision::find("cascade").map_or(&[][..], |policy| policy.parameters);
    let terms = Terms { parameters, buttons: &buttons };
    let reflexes = RuleSet::shooting().map(|set| Reflexes::new(&set, &terms, &Genome::default()));
    let Ok(Ok(reflexes)) = reflexes else { panic!("the built-in rules are right") };
    let mut next = situations.iter().cycle();
    criterion.bench_function("reflexes", |bencher| {
        bencher.iter(|| black_box(reflexes.first(black_box(next.next().expect("a cycle has no end")))));
    });
}

fn observe(criterion: &mut Criterion) {
    let states = played::states(99, 20);
    let mut next = states.iter().cycle();
    let mut observer = Observer::new(4, &states::names(&BUTTONS));
    criterion.bench_function("situation", |bencher| {
        bencher.iter(|| black_box(observer.observe(black_box(next.next().expect("a cycle has no end")))));
    });
}

fn cascade(criterion: &mut Criterion) {
    let states = played::states(99, 20);
    let mut group = criterion.benchmark_group("cascade");
    let knowledge = played::knowledge(DOCUMENTS);
    for (name, genes) in [
        ("none", [0.0, 0.0, 0.0]),
        ("l0", [1.0, 0.0, 0.0]),
        ("l0+l1", [1.0, 1.0, 0.0]),
        ("l2", [0.0, 0.0, 1.0]),
        ("all", [1.0, 1.0, 1.0]),
    ] {
        let mut policy = build_with(&setup(genes), &knowledge).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        policy.start(1);
        let mut next = states.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(policy.decide(black_box(next.next().expect("a cycle has no end")))));
        });
    }
    group.finish();
    let knowledge: &Knowledge = &knowledge;
    criterion.bench_function("build_with", |bencher| {
        bencher.iter(|| black_box(build_with(&setup([1.0; 3]), knowledge).is_ok()));
    });
}

fn setup([l0, l1, l2]: [f64; 3]) -> SessionSetup {
    let genome = Genome([("l0".into(), l0), ("l1".into(), l1), ("l2".into(), l2)].into());
    SessionSetup {
        agent: AgentId::slug("bench"),
        experiment: String::new(),
        generation: 20,
        spec: AgentSpec::new("cascade", genome),
        scenario: "any".into(),
        buttons: states::names(&BUTTONS),
        variables: vec![],
        frame_skip: 4,
        knowledge: Default::default(),
    }
}

/// The best score of a scan whose distances are added up in eight sums.
fn scan_in_eights(rows: &[(Vector, f32)], query: &Vector) -> f32 {
    let score = |(row, prior): &(Vector, f32)| {
        let mut sums = [0.0f32; 8];
        for (row, query) in row.as_chunks::<8>().0.iter().zip(query.as_chunks::<8>().0) {
            for lane in 0..8 {
                sums[lane] += (row[lane] - query[lane]) * (row[lane] - query[lane]);
            }
        }
        0.4 / (1.0 + sums.iter().sum::<f32>() * 4.0) + prior
    };
    rows.iter().map(score).fold(f32::MIN, f32::max)
}

fn timed<T>(action: impl FnOnce() -> T) -> Duration {
    let before = Instant::now();
    black_box(action());
    before.elapsed()
}

/// A quantile of the time of single calls, in microseconds.
fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    let place = (share * times.len() as f64) as usize;
    times[place.min(times.len() - 1)].as_secs_f64() * 1e6
}

/// Tells medians and ratios of searches in turns.
#[allow(clippy::print_stdout)] // A bench reports to people.
fn compare() {
    let situations = played::situations(&played::states(99, 10));
    let queries: Vec<_> = situations.iter().map(|situation| (situation.vector(), Tags::of(situation))).collect();
    let worst = Weights { similarity: 1.0, confidence: 0.0, recency: 0.0, radius: 2.0, half_life: 10.0 };
    for (name, library, weights) in [
        ("played", played::library(DOCUMENTS), WEIGHTS),
        ("played, 100,000 documents", played::library(10 * DOCUMENTS), WEIGHTS),
        ("uniform", played::uniform(DOCUMENTS), WEIGHTS),
        ("uniform, nothing but similarity", played::uniform(DOCUMENTS), worst),
    ] {
        let library = Arc::new(library);
        let plain = PlainScan::new(&library, &weights, 20, |_| true);
        let rows: Vec<_> = library.documents().iter().map(|document| (document.situation, 0.3)).collect();
        let mut ranking = Ranking::new(library, &weights, 20, |_| true);
        let [mut scans, mut eights, mut searches] = [const { Vec::new() }; 3];
        for (query, present) in &queries {
            scans.push(timed(|| plain.search(query, *present, 1)));
            eights.push(timed(|| scan_in_eights(&rows, query)));
            searches.push(timed(|| ranking.search(query, *present, 1)));
        }
        let [scan, eight, search] = [scans, eights, searches].map(|mut times| quantile(&mut times, 0.5));
        println!(
            "{name}: plain scan {scan:.1} us, scan in eights {eight:.1} us, search {search:.1} us; \
             the search is {:.1} and {:.1} times as fast",
            scan / search,
            eight / search
        );
    }
}

/// Tells the time of single decisions.
#[allow(clippy::print_stdout)] // A bench reports to people.
fn decisions() {
    let states = played::states(99, 40);
    let knowledge = played::knowledge(DOCUMENTS);
    for (name, genes) in [("all levels", [1.0; 3]), ("documents only", [0.0, 0.0, 1.0])] {
        let mut policy = build_with(&setup(genes), &knowledge).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        policy.start(1);
        let mut times: Vec<_> = states.iter().map(|state| timed(|| policy.decide(state))).collect();
        let [half, most] = [0.5, 0.99].map(|share| quantile(&mut times, share));
        println!("cascade, {name}: p50 {half:.1} us, p99 {most:.1} us");
    }
}

criterion_group!(benches, search, reflexes, observe, cascade);

fn main() {
    benches();
    compare();
    decisions();
}
