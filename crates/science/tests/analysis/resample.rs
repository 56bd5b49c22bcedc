//! Permutation tests, bootstrap intervals and robust summaries.

use science::analysis::resample::{self, Plan, Replicates, Resampling};
use science::analysis::robust;
use science::stats::Interval;
use serde_json::Value;

use crate::reference::{CLOSED, assert_close, cases, lists, load, number, numbers};

/// All permutations, however many.
const EXACT: Plan = Plan { most_exact: u64::MAX, draws: 1, seed: 0 };

/// Draws only.
const DRAWN: Plan = Plan { most_exact: 0, draws: 40_000, seed: 7 };

/// Whether a share of the draws is within five standard errors of the exact one.
#[track_caller]
fn assert_near(got: f64, expected: f64) {
    let error = (expected * (1.0 - expected) / f64::from(DRAWN.draws)).sqrt();
    assert!((got - expected).abs() <= 5.0 * error + 1.0 / f64::from(DRAWN.draws), "{got} {expected}");
}

#[test]
fn permutation_tests_are_those_of_enumeration() {
    for case in cases(&load("resampling.json"), "pairs") {
        let (left, right) = (numbers(&case["left"]), numbers(&case["right"]));
        let exact = resample::two_sample(&left, &right, &EXACT).unwrap();
        assert!(exact.is_exact);
        assert_close("two samples", exact.p, &case["two_sample"], 1e-14);
        assert_near(resample::two_sample(&left, &right, &DRAWN).unwrap().p, exact.p);

        let exact = resample::sign_flip(&left, &right, &EXACT).unwrap();
        assert_close("pairs", exact.p, &case["sign_flip"], 1e-14);
        assert_near(resample::sign_flip(&left, &right, &DRAWN).unwrap().p, exact.p);
    }
}

#[test]
fn blocked_permutations_are_those_of_enumeration() {
    for case in cases(&load("resampling.json"), "blocked") {
        let blocks = lists(&case["blocks"]);
        let exact = resample::blocked(&blocks, &EXACT).unwrap();
        assert_close("F", exact.f.unwrap(), &case["f"], CLOSED);
        let exact = exact.permutation;
        assert_close("p", exact.p, &case["p"], 1e-14);
        let drawn = resample::blocked(&blocks, &DRAWN).unwrap().permutation;
        assert_eq!((drawn.is_exact, drawn.permutations), (false, 40_001));
        assert_near(drawn.p, exact.p);
    }
}

#[test]
fn draws_depend_on_the_seed_alone() {
    let (left, right) = ([1.0, 5.0, 3.5, 8.0], [2.0, 9.0, 7.5, 9.5]);
    let p = |seed| resample::two_sample(&left, &right, &Plan { seed, ..DRAWN }).unwrap().p;
    assert_eq!(p(1), p(1));
    assert_ne!(p(1), p(2));
    // As drawn when this was written: a change of the draws changes published results.
    assert_eq!(p(1), 12_611.0 / 40_001.0);
}

fn given(case: &Value) -> Replicates {
    Replicates::new(number(&case["estimate"]), numbers(&case["values"])).expect("finite replicates")
}

fn assert_interval(got: Interval, expected: &Value) {
    assert_close("low", got.low, &expected[0], CLOSED);
    assert_close("high", got.high, &expected[1], CLOSED);
}

#[test]
fn bootstrap_intervals_are_those_of_scipy() {
    for case in cases(&load("resampling.json"), "scipy_bca") {
        assert_interval(given(&case).percentile(0.95).unwrap(), &case["percentile"]);
        assert_interval(given(&case).bca(&lists(&case["jackknife"]), 0.95).unwrap().unwrap(), &case["bca"]);
    }
}

/// The mean, or the difference of the means of two strata.
fn contrast(strata: &[Vec<f64>]) -> f64 {
    let means = strata.iter().map(|stratum| stratum.iter().sum::<f64>() / stratum.len() as f64);
    means.reduce(|left, right| left - right).expect("at least one stratum")
}

/// The largest distance of two distribution functions (Kolmogorov and Smirnov), for ascending values.
fn largest_distance(drawn: &[f64], all: &[f64]) -> f64 {
    let share = |values: &[f64], limit: f64| {
        values.partition_point(|&value| value <= limit + 1e-9) as f64 / values.len() as f64
    };
    all.iter().map(|&limit| (share(drawn, limit) - share(all, limit)).abs()).fold(0.0, f64::max)
}

#[test]
fn the_bootstrap_draws_from_all_resamples_alike() {
    for case in cases(&load("resampling.json"), "bootstrap") {
        let strata = lists(&case["strata"]);
        let jackknife = resample::jackknife(&strata, contrast).unwrap();
        for (got, expected) in jackknife.concat().iter().zip(lists(&case["jackknife"]).concat()) {
            assert_close("jackknife", *got, &expected.into(), CLOSED);
        }
        if !case["values"].is_null() {
            assert_interval(given(&case).percentile(0.9).unwrap(), &case["percentile"]);
            assert_interval(given(&case).bca(&jackknife, 0.9).unwrap().unwrap(), &case["bca"]);
        }

        let draws = 40_000;
        let got = resample::bootstrap(&strata, &Resampling { draws, seed: 3 }, contrast).unwrap();
        if !case["values"].is_null() {
            let distance = largest_distance(got.sorted(), &numbers(&case["values"]));
            assert!(distance < 2.0 / f64::from(draws).sqrt(), "{distance}");
        }
        let mean = got.sorted().iter().sum::<f64>() / f64::from(draws);
        let variance = got.sorted().iter().map(|value| (value - mean).powi(2)).sum::<f64>() / f64::from(draws);
        let (expected, sd) = (number(&case["mean"]), number(&case["sd"]));
        assert!((mean - expected).abs() < 5.0 * sd / f64::from(draws).sqrt(), "{mean} {expected}");
        assert!((variance.sqrt() / sd - 1.0).abs() < 0.02, "{variance} {sd}");
    }
}

#[test]
fn robust_summaries_are_those_of_their_definitions() {
    let resampling = Resampling { draws: 500, seed: 1 };
    for case in cases(&load("resampling.json"), "robust") {
        let (tasks, others) = (lists(&case["tasks"]), lists(&case["others"]));
        let got = robust::interquartile_mean(&tasks, &resampling, 0.95).unwrap();
        assert_close("interquartile mean", got.value, &case["interquartile_mean"], CLOSED);
        assert!(got.interval.low <= got.value && got.value <= got.interval.high);

        let got = robust::probability_of_improvement(&tasks, &others, &resampling, 0.95).unwrap();
        assert_close("improvement", got.value, &case["improvement"], CLOSED);

        let thresholds = numbers(&case["thresholds"]);
        let profile = robust::performance_profile(&tasks, &thresholds, &resampling, 0.95).unwrap();
        profile.iter().zip(numbers(&case["profile"])).for_each(|(got, expected)| {
            assert_close("profile", got.value, &expected.into(), CLOSED);
        });
        assert!(profile.windows(2).all(|pair| pair[0].interval.high >= pair[1].interval.high));
    }
}
