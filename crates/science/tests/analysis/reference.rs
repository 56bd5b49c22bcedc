//! Reading references, and comparing with them.

use std::path::Path;

use science::analysis::compare::FTest;
use serde_json::Value;

/// Closed forms agree to this relative difference.
pub(crate) const CLOSED: f64 = 1e-9;

/// Iterative ones agree to this.
pub(crate) const ITERATIVE: f64 = 1e-6;

/// The references of one file.
pub(crate) fn load(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/references").join(name);
    let text = std::fs::read_to_string(path).expect("the references are there");
    serde_json::from_str(&text).expect("references are JSON")
}

/// The cases below a key, which are never none.
pub(crate) fn cases(value: &Value, key: &str) -> Vec<Value> {
    let cases = match &value[key] {
        Value::Array(cases) => cases.clone(),
        Value::Object(cases) => cases.values().cloned().collect(),
        other => panic!("no cases below {key}: {other}"),
    };
    assert!(!cases.is_empty(), "{key}");
    cases
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// A list of numbers; one alone is a list too, as R writes it.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(|| vec![number(value)], |values| values.iter().map(number).collect())
}

pub(crate) fn lists(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().expect("a list of lists").iter().map(numbers).collect()
}

/// Whether two numbers agree to a relative difference, or are both next to zero.
#[track_caller]
pub(crate) fn assert_close(what: &str, got: f64, expected: &Value, tolerance: f64) {
    let expected = number(expected);
    let is_close = (got - expected).abs() <= tolerance * expected.abs().max(1e-300);
    assert!(is_close, "{what}: {got} instead of {expected}");
}

pub(crate) fn assert_f(name: &str, got: &FTest, expected: &Value) {
    let numbers = [("f", got.f), ("numerator", got.numerator), ("denominator", got.denominator), ("p", got.p)];
    for (key, got) in numbers {
        assert_close(&format!("{name} {key}"), got, &expected[key], CLOSED);
    }
}
