//! Comparisons of means and effect sizes.

use science::analysis::compare::{self, Equivalence, TTest};
use science::analysis::effect::{self, Effect};
use science::analysis::multiple;
use science::stats::Interval;
use serde_json::Value;

use crate::reference::{CLOSED, ITERATIVE, assert_close, assert_f, cases, lists, load, number, numbers};

fn assert_t(name: &str, got: &TTest, expected: &Value) {
    let numbers = [
        ("difference", got.difference),
        ("standard_error", got.standard_error),
        ("t", got.t),
        ("freedom", got.freedom),
        ("p", got.p),
        ("low", got.interval.low),
        ("high", got.interval.high),
    ];
    for (key, got) in numbers {
        assert_close(&format!("{name} {key}"), got, &expected[key], CLOSED);
    }
}

fn assert_effect(name: &str, got: &Effect, expected: &Value) {
    assert_close(&format!("{name} d"), got.d, &expected["d"], CLOSED);
    assert_close(&format!("{name} sd"), got.sd, &expected["sd"], CLOSED);
    match got.g {
        Some(g) => assert_close(&format!("{name} g"), g, &expected["g"], CLOSED),
        None => assert!(expected["g"].is_null() || expected["g"] == serde_json::json!({}), "{name} g"),
    }
}

fn bounds(expected: &Value) -> Interval {
    Interval { low: number(&expected["bounds"][0]), high: number(&expected["bounds"][1]) }
}

fn assert_equivalence(name: &str, got: &Equivalence, expected: &Value) {
    assert_close(&format!("{name} above"), got.p_above_low, &expected["above"], CLOSED);
    assert_close(&format!("{name} below"), got.p_below_high, &expected["below"], CLOSED);
    let p = number(&expected["above"]).max(number(&expected["below"]));
    assert_eq!(got.is_equivalent, p < 0.05, "{name}");
    if let Some(ends) = expected["interval"].as_array() {
        assert_close(&format!("{name} low"), got.interval.low, &ends[0], CLOSED);
        assert_close(&format!("{name} high"), got.interval.high, &ends[1], CLOSED);
    }
}

#[test]
fn two_samples_are_compared_as_r_does() {
    for case in cases(&load("samples.json"), "two_samples") {
        let (left, right) = (numbers(&case["left"]), numbers(&case["right"]));
        let name = case["name"].as_str().unwrap();
        assert_t(name, &compare::student(&left, &right, 0.95).unwrap(), &case["student"]);
        assert_t(name, &compare::welch(&left, &right, 0.9).unwrap(), &case["welch"]);
        assert_effect(name, &effect::d_pooled(&left, &right, 0.95).unwrap(), &case["d_pooled"]);
        assert_effect(name, &effect::d_welch(&left, &right, 0.95).unwrap(), &case["d_welch"]);
        let expected = &case["equivalence"];
        let got = compare::equivalence_welch(&left, &right, bounds(expected), 0.05).unwrap();
        assert_equivalence(name, &got, expected);
    }
}

#[test]
fn pairs_are_compared_as_r_does() {
    for case in cases(&load("samples.json"), "paired") {
        let (left, right) = (numbers(&case["left"]), numbers(&case["right"]));
        let name = case["name"].as_str().unwrap();
        assert_t(name, &compare::paired(&left, &right, 0.95).unwrap(), &case["test"]);
        assert_effect(name, &effect::d_z(&left, &right, 0.95).unwrap(), &case["d_z"]);
        assert_effect(name, &effect::d_av(&left, &right, 0.95).unwrap(), &case["d_av"]);
        let expected = &case["equivalence"];
        let got = compare::equivalence_paired(&left, &right, bounds(expected), 0.05).unwrap();
        assert_equivalence(name, &got, expected);
    }
}

#[test]
fn intervals_of_effects_are_those_of_the_noncentral_t() {
    type Measure = fn(&[f64], &[f64], f64) -> Result<Effect, science::analysis::AnalysisError>;
    let measures: [(&str, Measure); 4] =
        [("d_pooled", effect::d_pooled), ("d_welch", effect::d_welch), ("d_z", effect::d_z), ("d_av", effect::d_av)];
    for case in cases(&load("resampling.json"), "effects") {
        let (left, right) = (numbers(&case["left"]), numbers(&case["right"]));
        for (name, measure) in measures.iter().filter(|(name, _)| !case[name].is_null()) {
            let Interval { low, high } = measure(&left, &right, 0.95).unwrap().interval.unwrap();
            assert_close(name, low, &case[name][0], ITERATIVE);
            assert_close(name, high, &case[name][1], ITERATIVE);
        }
    }
}

#[test]
fn several_groups_are_compared_as_r_does() {
    for case in cases(&load("samples.json"), "several") {
        let groups = lists(&case["groups"]);
        let name = case["name"].as_str().unwrap();
        assert_f(name, &compare::welch_anova(&groups).unwrap(), &case["welch_anova"]);
    }
}

#[test]
fn adjusted_p_values_are_those_of_r() {
    for case in cases(&load("samples.json"), "adjusted") {
        let p = numbers(&case["p"]);
        let methods = [
            ("bonferroni", multiple::bonferroni(&p)),
            ("holm", multiple::holm(&p)),
            ("hochberg", multiple::hochberg(&p)),
            ("benjamini_hochberg", multiple::benjamini_hochberg(&p)),
        ];
        for (name, got) in methods {
            let expected = case[name].as_array().cloned().unwrap_or_else(|| vec![case[name].clone()]);
            got.unwrap().iter().zip(&expected).for_each(|(&got, expected)| assert_close(name, got, expected, 1e-14));
        }
    }
}
