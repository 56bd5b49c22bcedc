//! How far a value is from its reference.

/// Distance relative to the reference; absolute below 1e-9, where a reference is rounding itself.
pub(crate) fn distance(got: f64, expected: f64) -> f64 {
    (got - expected).abs() / expected.abs().max(1e-9)
}

#[track_caller]
pub(crate) fn assert_close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(distance(got, expected) <= tolerance, "{what}: {got} is not {expected} ({:e})", distance(got, expected));
}

/// Both absent, or both there and close.
#[track_caller]
pub(crate) fn assert_same(got: Option<f64>, expected: Option<f64>, tolerance: f64, what: &str) {
    match (got, expected) {
        (Some(got), Some(expected)) => assert_close(got, expected, tolerance, what),
        _ => assert_eq!(got.is_some(), expected.is_some(), "{what}: {got:?} is not {expected:?}"),
    }
}

/// Log relative error: the number of correct digits, at most 15.
pub(crate) fn digits(got: f64, expected: f64) -> f64 {
    if got == expected { 15.0 } else { (-(((got - expected) / expected).abs()).log10()).clamp(0.0, 15.0) }
}
