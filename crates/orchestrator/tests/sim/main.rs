//! The deterministic simulation: the real leader, director, lanes, relay and planning, in simulated time, over services that lose,
//! repeat, reorder and delay, in processes that are killed, frozen and cut off. A seed is a run, and the same seed is the
//! same run. See `docs/simulation.md`.

mod calm;
mod controls;
mod dice;
mod faults;
mod games;
mod journal;
mod link;
mod nemesis;
mod operator;
mod oracle;
mod process;
mod queue;
mod run;
mod sabotage;
mod shape;
mod slot;
mod store;
mod stream;
mod system;
mod tally;
mod verdict;
mod world;

use std::collections::BTreeMap;

use run::{Report, Setting, run};
use tally::Kind;

/// Seeds that the ordinary tests run.
const SEEDS: u64 = 3_000;

/// Seeds of the long run.
const MANY_SEEDS: u64 = 100_000;

fn storm(seed: u64) -> Report {
    run(seed, Setting::default())
}

/// Fails with the story of a seed: what was wrong, its last steps, and how to see them all.
fn require_sound(report: &Report) {
    if report.wrong.is_empty() {
        return;
    }
    let told = run(report.seed, Setting { told: true, ..Setting::default() });
    let lines = &told.trace.lines;
    let last = lines[lines.len().saturating_sub(80)..].join("\n");
    panic!(
        "seed {} ({}) went wrong:\n{}\n\n{}\n\nits last steps:\n{last}\n\nto replay it:\n  \
         CLAUDOOM_SIM_SEED={} cargo nextest run -p orchestrator --test sim one_seed --no-capture",
        report.seed,
        report.shape.name,
        report.wrong.join("\n"),
        lines.first().map_or("", String::as_str),
        report.seed
    );
}

#[test]
fn the_calm_runs_agree_whoever_plays_them() {
    for seed in 0..12 {
        require_sound(&run(seed, Setting { is_calm: true, ..Setting::default() }));
    }
}

#[test]
fn a_seed_is_always_the_same_run() {
    for seed in 0..60 {
        let (one, other) = (storm(seed).trace, storm(seed).trace);
        if (one.steps, one.hash) != (other.steps, other.hash) {
            panic!("seed {seed} gave two runs; they part at:\n{}", parting(seed));
        }
    }
}

#[test]
fn whatever_happens_the_results_are_those_of_the_calm_run() {
    require_all_sound(0, SEEDS);
}

#[test]
#[ignore = "takes a quarter of an hour"]
fn whatever_happens_a_hundred_thousand_times() {
    require_all_sound(SEEDS, MANY_SEEDS);
}

/// Runs many seeds, which must all be sound and in which everything must have happened.
#[allow(clippy::print_stdout, reason = "counts for whoever runs this to see them")]
fn require_all_sound(from: u64, count: u64) {
    let begun = std::time::Instant::now();
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    let (mut steps, mut simulated) = (0, 0.0);
    for seed in from..from + count {
        let report = storm(seed);
        require_sound(&report);
        report.counts.iter().for_each(|(&kind, count)| *counts.entry(kind).or_default() += count);
        steps += report.trace.steps;
        simulated += report.simulated.as_secs_f64();
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    println!("{count} seeds, {rate:.0} a second; {steps} steps, {:.1} h simulated; {counts:#?}", simulated / 3600.0);
    let missing: Vec<_> = Kind::ALL.iter().filter(|kind| !counts.contains_key(kind)).collect();
    assert!(missing.is_empty(), "over {count} seeds these never happened: {missing:?}");
}

/// Where two runs of a seed part.
fn parting(seed: u64) -> String {
    let told = || run(seed, Setting { told: true, ..Setting::default() }).trace.lines;
    let (one, other) = (told(), told());
    let same = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let part = |lines: &[String]| lines[same.saturating_sub(10)..lines.len().min(same + 5)].join("\n");
    format!("{}\n\nand:\n{}", part(&one), part(&other))
}

/// Runs the seed in `CLAUDOOM_SIM_SEED` and prints its steps.
#[test]
fn one_seed() {
    let Some(seed) = std::env::var("CLAUDOOM_SIM_SEED").ok().and_then(|seed| seed.parse().ok()) else { return };
    let report = run(seed, Setting { told: true, ..Setting::default() });
    println!("{}", report.trace);
    println!("{:?} after {:?}: {:#?}", report.status, report.simulated, report.counts);
    require_sound(&report);
}
