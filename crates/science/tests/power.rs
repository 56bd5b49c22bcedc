//! Power and sample size against R's `power.t.test` and `power.anova.test` (`tools/science/power.R`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use science::power::{MAX_SIZE, Plan, PowerError, Sides, effect, f_test, f_test_ncp, sample_size};
use serde_json::Value;

type Planned = fn(&Value) -> Plan;

const PLANS: [(&str, Planned); 4] = [
    ("two_sample", |case| Plan::TwoSample(sides(case))),
    ("paired", |case| Plan::Paired(sides(case))),
    ("anova", |case| Plan::OneWay { groups: case["groups"].as_u64().unwrap() as usize }),
    ("contrast", |case| Plan::Contrast {
        coefficients: case["coefficients"].as_array().unwrap().iter().map(|c| c.as_f64().unwrap()).collect(),
        sides: sides(case),
    }),
];

fn sides(case: &Value) -> Sides {
    if case["sides"] == 1 { Sides::One } else { Sides::Two }
}

fn number(case: &Value, name: &str) -> f64 {
    case[name].as_f64().unwrap()
}

fn references() -> Value {
    serde_json::from_str(include_str!("references/power.json")).unwrap()
}

#[test]
fn power_and_effect_are_those_of_r() {
    let references = references();
    for (name, plan) in PLANS {
        for case in references[name].as_array().unwrap() {
            let (plan, size) = (plan(case), case["size"].as_u64().unwrap() as usize);
            let (wanted, alpha, expected) = (number(case, "effect"), number(case, "alpha"), number(case, "power"));
            let power = plan.power(wanted, size, alpha).unwrap();
            // R stops summing the noncentral F distribution once what is left is below 1e-9.
            assert!((power - expected).abs() < 1e-9, "{power} {case}");
            let found = effect(&plan, size, power, alpha).unwrap();
            assert!((found / wanted - 1.0).abs() < 1e-9, "{found} {case}");
        }
    }
}

#[test]
fn sizes_are_those_of_r_and_the_smallest() {
    let references = references();
    for (name, plan) in &PLANS[..3] {
        for case in references[format!("{name}_size")].as_array().unwrap() {
            let (plan, wanted) = (plan(case), number(case, "effect"));
            let (power, alpha) = (number(case, "power"), number(case, "alpha"));
            let size = sample_size(&plan, wanted, power, alpha).unwrap();
            assert_eq!(Some(size as u64), case["size"].as_u64(), "{case}");
            assert!(plan.power(wanted, size, alpha).unwrap() >= power);
            assert!(plan.power(wanted, size - 1, alpha).unwrap() < power);
        }
    }
}

/// `TTestIndPower().power(0.5, 20, 0.05)`, `TTestPower().power(0.5, 20, 0.05)` and
/// `FTestAnovaPower().power(0.25, 60, 0.05, k_groups=3)` of statsmodels 0.14.
#[test]
fn power_is_that_of_statsmodels() {
    for (plan, wanted, expected) in [
        (Plan::TwoSample(Sides::Two), 0.5, 0.3379390289250411),
        (Plan::Paired(Sides::Two), 0.5, 0.5645044184390203),
        (Plan::OneWay { groups: 3 }, 0.25, 0.37443107625635486),
    ] {
        let power = plan.power(wanted, 20, 0.05).unwrap();
        assert!((power / expected - 1.0).abs() < 1e-9, "{plan:?}: {power}");
    }
}

/// In a one-way layout the noncentrality is the squared effect times the number of observations.
#[test]
fn the_noncentrality_that_is_found_is_that_of_the_effect_that_is_found() {
    for (groups, size, power, alpha) in [(2, 2, 0.8, 0.05), (3, 20, 0.8, 0.05), (5, 8, 0.95, 0.001), (9, 400, 0.3, 0.2)]
    {
        let rows = (groups * size) as f64;
        let ncp = f_test_ncp(power, groups as f64 - 1.0, rows - groups as f64, alpha).unwrap();
        let effect = effect(&Plan::OneWay { groups }, size, power, alpha).unwrap();
        assert!((ncp / (effect * effect * rows) - 1.0).abs() < 1e-10, "{groups} {size}: {ncp} {effect}");
        let found = f_test(ncp, groups as f64 - 1.0, rows - groups as f64, alpha).unwrap();
        assert!((found / power - 1.0).abs() < 1e-10, "{groups} {size}: {found}");
    }
    for (power, alpha) in [(0.05, 0.05), (1.0, 0.05), (f64::NAN, 0.05), (0.8, 0.0), (0.8, f64::NAN)] {
        assert_eq!(f_test_ncp(power, 2.0, 9.0, alpha), None, "{power} {alpha}");
    }
    assert_eq!(f_test_ncp(0.8, 2.0, 0.0, 0.05), None);
    assert_eq!(f_test_ncp(1.0 - 1e-12, 2.0, 1.0, 1e-9), None);
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let pairs = Plan::Paired(Sides::Two);
    let contrast = |coefficients: &[f64]| Plan::Contrast { coefficients: coefficients.to_vec(), sides: Sides::One };
    assert_eq!(pairs.power(0.5, 1, 0.05), Err(PowerError::Size));
    assert_eq!(pairs.power(0.0, 9, 0.05), Err(PowerError::Effect));
    assert_eq!(pairs.power(f64::NAN, 9, 0.05), Err(PowerError::Effect));
    assert_eq!(pairs.power(0.5, 9, 1.0), Err(PowerError::Alpha));
    assert_eq!(pairs.power(1e200, 9, 0.05), Err(PowerError::TooLarge));
    assert_eq!(Plan::OneWay { groups: 1 }.power(0.5, 9, 0.05), Err(PowerError::Groups));
    for coefficients in [&[][..], &[0.0, 0.0], &[1.0, 1.0], &[f64::NAN, 1.0], &[f64::INFINITY, f64::NEG_INFINITY]] {
        assert_eq!(contrast(coefficients).power(0.5, 9, 0.05), Err(PowerError::Contrast), "{coefficients:?}");
    }
    assert_eq!(sample_size(&pairs, 0.5, 0.05, 0.05), Err(PowerError::Power));
    assert_eq!(sample_size(&pairs, 0.5, 1.0, 0.05), Err(PowerError::Power));
    assert_eq!(sample_size(&pairs, f64::INFINITY, 0.8, 0.05), Err(PowerError::Effect));
    assert_eq!(sample_size(&pairs, 1e-9, 0.8, 0.05), Err(PowerError::OutOfReach));
    assert_eq!(effect(&pairs, 0, 0.8, 0.05), Err(PowerError::Size));
    assert_eq!(effect(&pairs, 9, f64::NAN, 0.05), Err(PowerError::Power));
}

/// With the extremes the searches end, and give what was asked for.
#[test]
fn searches_reach_the_ends() {
    let pairs = Plan::Paired(Sides::Two);
    assert_eq!(sample_size(&pairs, 1e4, 0.8, 0.05), Ok(2));
    let size = sample_size(&pairs, 1e-4, 0.8, 0.05).unwrap();
    assert!(size < MAX_SIZE && (pairs.power(1e-4, size, 0.05).unwrap() - 0.8).abs() < 1e-6);
    let smallest = effect(&pairs, MAX_SIZE, 0.8, 0.05).unwrap();
    assert!((pairs.power(smallest, MAX_SIZE, 0.05).unwrap() - 0.8).abs() < 1e-9, "{smallest}");
}
