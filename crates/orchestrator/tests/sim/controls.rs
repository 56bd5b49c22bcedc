//! Negative controls: every rule that is broken on purpose is noticed, and within a few seeds.

use testkit::ledger::Rules;

use crate::run::{Setting, run};
use crate::sabotage::Sabotage;

/// A rule that is broken, what is then noticed, and within how many seeds that must be.
struct Control {
    what: &'static str,
    sabotage: Sabotage,
    notice: &'static str,
    within: u64,
}

fn controls() -> Vec<Control> {
    let honest = Sabotage::default();
    let ledger = |rules| Sabotage { rules, ..honest };
    let rules = Rules::default();
    let control = |what, sabotage, notice, within| Control { what, sabotage, notice, within };
    vec![
        control("no fence check", ledger(Rules { fences: false, ..rules }), "was accepted after", 100),
        control("no epoch check", ledger(Rules { epochs: false, ..rules }), "was planned in term", 300),
        control("no key", ledger(Rules { keys: false, ..rules }), "a key has two rows", 10),
        control(
            "silent overwrite",
            unfenced(Rules { compares: false, ..rules }),
            "is not the one that was committed first",
            100,
        ),
        control("no stop", ledger(Rules { stops: false, ..rules }), "after the order to stop", 500),
        control("sum in order of arrival", ledger(Rules { key_order: false, ..rules }), "in the calm run", 10),
        control("ack before commit", Sabotage { rash_ack: true, ..honest }, "which is not done", 3),
        control("publish without outbox", Sabotage { no_outbox: true, ..honest }, "is in the stream 0 times", 10),
        control("mark before the ack", Sabotage { rash_mark: true, ..honest }, "was marked before", 3),
        control("no duplicate window", Sabotage { no_window: true, ..honest }, "is in the stream 2 times", 10),
        control("seed of the attempt", Sabotage { seed_of_attempt: true, ..honest }, "digest", 3),
    ]
}

/// An engine that plays other episodes than it is told to, behind a fence that is open: only then are episodes that have a
/// score ever played again.
fn unfenced(rules: Rules) -> Sabotage {
    let rules = Rules { fences: false, ..rules };
    Sabotage { broken_engine: true, is_blind_to_fences: true, rules, ..Sabotage::default() }
}

/// The first of these seeds whose run, broken like this, has something to say like that.
fn first(within: u64, sabotage: Sabotage, notice: &str) -> Option<(u64, String)> {
    let setting = Setting { sabotage, ..Setting::default() };
    (0..within).map(|seed| run(seed, setting)).find_map(|report| {
        let noticed = report.wrong.into_iter().find(|wrong| wrong.contains(notice))?;
        Some((report.seed, noticed))
    })
}

#[test]
fn every_broken_rule_is_noticed() {
    let mut missed = Vec::new();
    for Control { what, sabotage, notice, within } in controls() {
        match first(within, sabotage, notice) {
            Some((seed, noticed)) => println!("| {what} | {seed} | {} |", noticed.split(" says ").next().unwrap()),
            None => missed.push(what),
        }
    }
    assert!(missed.is_empty(), "nobody noticed: {missed:?}");
}

/// Behind an open fence, comparing what comes again is what stops an experiment whose engines disagree.
#[test]
fn engines_that_disagree_stop_the_experiment() {
    let stopped = first(100, unfenced(Rules::default()), "ended as Some(Failed)");
    println!("{stopped:?}");
    assert!(stopped.is_some(), "no divergence was found");
}
