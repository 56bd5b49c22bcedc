//! Lenth's method against its definition in R (`tools/science/lenth.R`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use science::lenth::{Verdict, lenth};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn assert_close(got: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= 1e-9 * expected.abs(), "{got} instead of {expected}");
}

#[test]
fn margins_are_those_of_r() {
    let references: Value = serde_json::from_str(include_str!("references/lenth.json")).unwrap();
    for case in references["cases"].as_array().unwrap() {
        let effects = numbers(&case["effects"]);
        let found = lenth(&effects, case["level"].as_f64().unwrap()).unwrap();
        assert_close(found.error, &case["error"]);
        assert_close(found.df, &case["df"]);
        assert_close(found.margin, &case["margin"]);
        assert_close(found.simultaneous, &case["simultaneous"]);
        for (effect, p) in effects.iter().zip(case["p"].as_array().unwrap()) {
            assert_close(found.p(*effect), p);
        }
    }
}

/// The filtration rate depends on temperature (A), stirring (D), AC and AD, and on concentration (C), whose effect is beyond
/// the margin of error only.
#[test]
fn the_real_effects_of_the_filtration_rate_are_found() {
    let references: Value = serde_json::from_str(include_str!("references/lenth.json")).unwrap();
    let effects = numbers(&references["cases"][0]["effects"]);
    let found = lenth(&effects, 0.95).unwrap();
    // The order is A, B, C, D, AB, AC, AD, ...
    let are = |verdict| (0..15).filter(|&index| found.verdict(effects[index]) == verdict).collect::<Vec<_>>();
    assert_eq!(are(Verdict::Real), [0, 3, 5, 6]);
    assert_eq!(are(Verdict::Unclear), [2]);
}
