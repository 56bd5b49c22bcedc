//! Checks of assumptions.

use science::analysis::resample::Plan;
use science::analysis::{boxcox, normality, order, spread};
use serde_json::Value;

use crate::reference::{CLOSED, ITERATIVE, assert_close, assert_f, cases, lists, load, number, numbers};

#[test]
fn shapiro_wilk_is_that_of_r() {
    for case in cases(&load("samples.json"), "shapiro") {
        let got = normality::shapiro_wilk(&numbers(&case["values"])).unwrap();
        assert_close("W", got.statistic, &case["w"], CLOSED);
        assert_close("p", got.p, &case["p"], 1e-8);
    }
}

#[test]
fn anderson_darling_is_that_of_statsmodels() {
    for case in cases(&load("resampling.json"), "anderson_darling") {
        let got = normality::anderson_darling(&numbers(&case["values"])).unwrap();
        assert_close("A²", got.statistic, &case["statistic"], CLOSED);
        assert_close("p", got.p, &case["p"], 1e-8);
    }
}

#[test]
fn tests_of_variances_are_those_of_car() {
    for case in cases(&load("samples.json"), "several") {
        let groups = lists(&case["groups"]);
        let name = case["name"].as_str().unwrap();
        assert_f(name, &spread::levene(&groups).unwrap(), &case["levene"]);
        assert_f(name, &spread::brown_forsythe(&groups).unwrap(), &case["brown_forsythe"]);
    }
}

#[test]
fn durbin_watson_is_that_of_enumeration() {
    for case in cases(&load("resampling.json"), "durbin_watson") {
        let values = numbers(&case["values"]);
        let got = order::durbin_watson(&values, &Plan::new(1)).unwrap();
        assert_close("statistic", got.statistic, &case["statistic"], CLOSED);
        assert!(got.permutation.is_exact);
        assert_close("p", got.permutation.p, &case["p"], 1e-14);
        let drawn = order::durbin_watson(&values, &Plan { most_exact: 0, ..Plan::new(1) }).unwrap();
        assert!((drawn.permutation.p - got.permutation.p).abs() < 0.02);
    }
}

#[test]
fn the_runs_test_is_that_of_enumeration_and_of_its_normal_limit() {
    let references = load("resampling.json");
    for (key, tolerance) in [("runs", 1e-14), ("runs_normal", CLOSED)] {
        for case in cases(&references, key) {
            let got = order::runs(&numbers(&case["values"])).unwrap();
            assert_eq!(got.runs as f64, number(&case["runs"]));
            assert_close("p", got.p, &case["p"], tolerance);
        }
    }
}

fn assert_end(name: &str, got: Option<f64>, expected: &Value) {
    match got {
        Some(got) => assert_close(name, got, expected, ITERATIVE),
        None => assert!(!expected.is_number(), "{name}"),
    }
}

#[test]
fn box_cox_is_that_of_mass() {
    for case in cases(&load("samples.json"), "box_cox") {
        let groups = lists(&case["groups"]);
        let got = boxcox::box_cox(&groups, 0.95).unwrap();
        let expected = number(&case["lambda"]);
        assert!((got.lambda - expected).abs() < ITERATIVE, "{} {expected}", got.lambda);
        assert_end("low", got.low, &case["low"]);
        assert_end("high", got.high, &case["high"]);
        let at = |lambda| boxcox::log_likelihood(&groups, lambda).unwrap();
        for (lambda, expected) in [-1.0, 0.0, 0.5, 2.0].into_iter().zip(numbers(&case["likelihood"])) {
            assert!((at(lambda) - at(1.0) - expected).abs() < 1e-8, "{lambda}: {} {expected}", at(lambda) - at(1.0));
        }
    }
}
