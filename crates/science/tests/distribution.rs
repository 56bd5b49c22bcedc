//! Distributions against references of high precision (`tools/science/distributions*.py`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use science::distribution::dunnett::Dunnett;
use science::distribution::studentized_range::StudentizedRange;
use science::distribution::{
    chi_squared, dunnett, f, noncentral_chi_squared, noncentral_f, noncentral_t, normal, student_t, studentized_range,
};
use serde_json::Value;

const CENTRAL: &str = include_str!("references/distributions.json");
const NONCENTRAL: &str = include_str!("references/distributions_noncentral.json");
const MULTIPLE: &str = include_str!("references/distributions_multiple.json");

fn cases(references: &str, name: &str) -> Vec<Value> {
    let references: Value = serde_json::from_str(references).unwrap();
    references[name].as_array().unwrap().clone()
}

fn number(case: &Value, name: &str) -> f64 {
    case[name].as_f64().unwrap()
}

fn assert_close(got: f64, expected: f64, tolerance: f64, case: &Value) {
    let close = (got - expected).abs() <= tolerance * expected.abs() + f64::MIN_POSITIVE;
    assert!(close, "{got:e} instead of {expected:e}, off by {:e}: {case}", got / expected - 1.0);
}

/// Asserts that a quantile has the probability it was asked for.
fn assert_inverts(x: f64, p: f64, tail: impl Fn(f64) -> f64) {
    // A quantile cannot be nearer than its own rounding lets it be.
    let rounding = (tail(x * (1.0 + 1e-14)) / tail(x * (1.0 - 1e-14)) - 1.0).abs();
    let off = (tail(x) / p - 1.0).abs();
    assert!(off <= 1e-12 + rounding, "{x:e} has {:e} instead of {p:e}", tail(x));
}

/// Checks both tails of every case.
fn check(references: &str, name: &str, tolerance: f64, tails: impl Fn(&Value) -> (f64, f64)) {
    for case in &cases(references, name) {
        let (cdf, sf) = tails(case);
        assert_close(cdf, number(case, "cdf"), tolerance, case);
        assert_close(sf, number(case, "sf"), tolerance, case);
    }
}

#[test]
fn central_distributions_meet_mpmath_in_both_tails() {
    check(CENTRAL, "normal", 1e-12, |case| {
        let x = number(case, "x");
        (normal::cdf(x), normal::sf(x))
    });
    check(CENTRAL, "student_t", 1e-11, |case| {
        let (x, df) = (number(case, "x"), number(case, "df"));
        (student_t::cdf(x, df), student_t::sf(x, df))
    });
    check(CENTRAL, "f", 1e-11, |case| {
        let (x, df1, df2) = (number(case, "x"), number(case, "df1"), number(case, "df2"));
        (f::cdf(x, df1, df2), f::sf(x, df1, df2))
    });
    check(CENTRAL, "chi_squared", 1e-11, |case| {
        let (x, df) = (number(case, "x"), number(case, "df"));
        (chi_squared::cdf(x, df), chi_squared::sf(x, df))
    });
}

#[test]
fn quantiles_invert_both_tails() {
    for p in [1e-280, 1e-100, 1e-12, 1e-3, 0.05, 0.25, 0.3, 0.5 - 1e-9] {
        assert_inverts(normal::quantile(p), p, normal::cdf);
        assert_inverts(normal::upper_quantile(p), p, normal::sf);
        // With few degrees of freedom the rarest values are beyond what a double can hold.
        for df in [0.7, 1.0, 4.0, 33.3, 1e6, f64::INFINITY].into_iter().filter(|&df| df > 1.0 || p > 1e-110) {
            assert_inverts(student_t::quantile(p, df), p, |x| student_t::cdf(x, df));
            assert_inverts(student_t::upper_quantile(p, df), p, |x| student_t::sf(x, df));
            assert_inverts(f::upper_quantile(p, 4.0, df), p, |x| f::sf(x, 4.0, df));
            assert_inverts(f::quantile(p, df, 4.0), p, |x| f::cdf(x, df, 4.0));
        }
        for df in [1.0, 4.0, 33.3, 1e6].into_iter().filter(|&df| df > 1.0 || p > 1e-110) {
            assert_inverts(chi_squared::quantile(p, df), p, |x| chi_squared::cdf(x, df));
            assert_inverts(chi_squared::upper_quantile(p, df), p, |x| chi_squared::sf(x, df));
        }
    }
    for p in [0.5, 0.75, 0.975, 1.0 - 1e-9] {
        assert_inverts(normal::quantile(p), 1.0 - p, normal::sf);
        assert_inverts(student_t::quantile(p, 7.0), 1.0 - p, |x| student_t::sf(x, 7.0));
        assert_inverts(f::quantile(p, 3.0, 7.0), 1.0 - p, |x| f::sf(x, 3.0, 7.0));
        assert_inverts(chi_squared::quantile(p, 3.0), 1.0 - p, |x| chi_squared::sf(x, 3.0));
    }
    assert_eq!((normal::quantile(0.5), student_t::quantile(0.5, 3.0)), (0.0, 0.0));
}

/// `stats.t.ppf(p, df)` of scipy 1.17.
#[test]
fn students_quantiles_are_those_of_scipy() {
    for (p, df, expected) in [
        (0.975, 1.0, 12.706204736174694),
        (0.975, 2.0, 4.302652729749462),
        (0.975, 5.0, 2.5705818356363146),
        (0.975, 29.0, 2.045229642132703),
        (0.995, 9.0, 3.249835541592126),
        (0.975, 199.0, 1.9719565442517533),
        (0.9, 3.0, 1.637744353696209),
        (0.975, 9999.0, 1.960201263621357),
    ] {
        let got = student_t::quantile(p, df);
        assert!((got / expected - 1.0).abs() < 1e-12, "{p} {df}: {got}");
    }
}

#[test]
fn what_is_out_of_range_is_not_a_number_and_all_else_is_one() {
    assert!(normal::quantile(0.0).is_nan() && normal::quantile(1.0).is_nan() && normal::quantile(f64::NAN).is_nan());
    assert!(
        student_t::sf(1.0, 0.0).is_nan()
            && student_t::cdf(1.0, f64::NAN).is_nan()
            && student_t::sf(f64::NAN, 1.0).is_nan()
    );
    assert!(
        f::sf(1.0, -1.0, 2.0).is_nan()
            && f::quantile(0.5, 1.0, 0.0).is_nan()
            && f::upper_quantile(1.0, 1.0, 1.0).is_nan()
    );
    assert!(chi_squared::sf(1.0, f64::INFINITY).is_nan() && chi_squared::quantile(-0.1, 1.0).is_nan());
    let points = [f64::NEG_INFINITY, -1e300, -1.0, 0.0, f64::MIN_POSITIVE, 1e-100, 1.0, 1e100, f64::MAX, f64::INFINITY];
    let freedom = [1e-3, 1.0, 1e3, 1e9, 1e15, f64::MAX, f64::INFINITY];
    for x in points {
        assert!((0.0..=1.0).contains(&normal::sf(x)), "{x}");
        for df in freedom {
            assert!((0.0..=1.0).contains(&student_t::sf(x, df)), "{x} {df}");
            assert!((0.0..=1.0).contains(&f::sf(x, 3.0, df)) && (0.0..=1.0).contains(&f::cdf(x, df, 3.0)), "{x} {df}");
            assert!((0.0..=1.0).contains(&f::sf(x, df, df)), "{x} {df}");
            assert!(df == f64::INFINITY || (0.0..=1.0).contains(&chi_squared::sf(x, df)), "{x} {df}");
            for ncp in [1e-300, 1e-3, 1.0, 1e3, 1e6] {
                let squares = noncentral_f::sf(x, 3.0, df, ncp);
                assert!((0.0..=1.0).contains(&squares), "{x} {df} {ncp}: {squares}");
                let shifted = noncentral_t::sf(x, df, ncp.sqrt().min(1e3));
                assert!((0.0..=1.0).contains(&shifted), "{x} {df} {ncp}: {shifted}");
            }
        }
    }
}

#[test]
fn noncentral_distributions_meet_mpmath_in_both_tails() {
    check(NONCENTRAL, "noncentral_t", 1e-11, |case| {
        let (x, df, ncp) = (number(case, "x"), number(case, "df"), number(case, "ncp"));
        (noncentral_t::cdf(x, df, ncp), noncentral_t::sf(x, df, ncp))
    });
    check(NONCENTRAL, "noncentral_chi_squared", 1e-11, |case| {
        let (x, df, ncp) = (number(case, "x"), number(case, "df"), number(case, "ncp"));
        (noncentral_chi_squared::cdf(x, df, ncp), noncentral_chi_squared::sf(x, df, ncp))
    });
    check(NONCENTRAL, "noncentral_f", 1e-11, |case| {
        let (x, df1, df2, ncp) = (number(case, "x"), number(case, "df1"), number(case, "df2"), number(case, "ncp"));
        (noncentral_f::cdf(x, df1, df2, ncp), noncentral_f::sf(x, df1, df2, ncp))
    });
}

#[test]
fn noncentralities_give_the_probability_they_were_asked_for() {
    for p in [1e-6, 0.025, 0.5, 0.9, 0.975] {
        for (t, df) in [(-3.0, 4.0), (0.0, 10.0), (2.5, 38.0), (14.0, 7.5), (80.0, 300.0), (1.0, f64::INFINITY)] {
            let ncp = noncentral_t::ncp_for(t, df, p);
            assert!((noncentral_t::cdf(t, df, ncp) / p - 1.0).abs() < 1e-10, "{t} {df} {p}: {ncp}");
        }
        for (x, df1, df2) in [(5.0, 1.0, 38.0), (3.0, 3.0, 16.0), (40.0, 2.0, 1e4), (9.0, 4.0, f64::INFINITY)] {
            let ncp = noncentral_f::ncp_for(x, df1, df2, p);
            let reached = noncentral_f::cdf(x, df1, df2, ncp);
            assert!((reached / p - 1.0).abs() < 1e-10 || ncp == 0.0 && reached < p, "{x} {df1} {df2} {p}: {ncp}");
        }
    }
    assert_eq!(noncentral_f::ncp_for(0.5, 3.0, 20.0, 0.975), 0.0);
    assert_eq!(noncentral_f::ncp_for(0.0, 3.0, 20.0, 0.025), 0.0);
    assert_eq!(noncentral_t::ncp_for(1e9, 3.0, 0.025), noncentral_t::MAX_NCP);
    assert_eq!(noncentral_f::ncp_for(f64::MAX, 3.0, 5.0, 0.025), noncentral_f::MAX_NCP);
}

/// Degrees of freedom, which may be infinite.
fn freedom(case: &Value) -> f64 {
    case["df"].as_f64().unwrap_or(f64::INFINITY)
}

fn sizes(case: &Value) -> Vec<usize> {
    case["sizes"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
}

#[test]
fn the_studentized_range_meets_mpmath() {
    for case in &cases(MULTIPLE, "studentized_range") {
        let (groups, df, expected) = (case["groups"].as_u64().unwrap() as usize, freedom(case), number(case, "sf"));
        assert_close(studentized_range::sf(number(case, "q"), groups, df), expected, 1e-11, case);
        let q = studentized_range::upper_quantile(expected, groups, df);
        assert_close(studentized_range::sf(q, groups, df), expected, 1e-12, case);
    }
}

#[test]
fn dunnetts_distribution_meets_mpmath() {
    for case in &cases(MULTIPLE, "dunnett") {
        let factors = dunnett::factors(case["control"].as_u64().unwrap() as usize, &sizes(case));
        let (df, expected) = (freedom(case), number(case, "sf"));
        assert_close(dunnett::sf(number(case, "t"), &factors, df), expected, 1e-11, case);
        let t = dunnett::upper_quantile(expected, &factors, df);
        assert_close(dunnett::sf(t, &factors, df), expected, 1e-12, case);
    }
}

/// What a table has computed before changes no bit of what it computes next.
#[test]
fn tables_give_what_single_questions_give() {
    let range = StudentizedRange::new(7).unwrap();
    let dunnett = Dunnett::new(&[0.6, 0.7, 0.7]).unwrap();
    for df in [1.0, 3.5, 12.0, 12.5, 200.0, 1e6, f64::INFINITY] {
        for q in [0.1, 2.5, 2.6, 4.0, 17.0] {
            assert_eq!(range.sf(q, df).to_bits(), studentized_range::sf(q, 7, df).to_bits(), "{q} {df}");
            assert_eq!(dunnett.sf(q, df).to_bits(), dunnett::sf(q, &[0.7, 0.6, 0.7], df).to_bits(), "{q} {df}");
        }
        for p in [0.05, 1e-6] {
            assert_eq!(range.upper_quantile(p, df), studentized_range::upper_quantile(p, 7, df), "{p} {df}");
            assert_eq!(dunnett.upper_quantile(p, df), dunnett::upper_quantile(p, &[0.7, 0.6, 0.7], df), "{p} {df}");
        }
    }
    assert!(StudentizedRange::new(1).is_none() && Dunnett::new(&[]).is_none());
    assert!(
        range.sf(1.0, 0.9).is_nan() && range.upper_quantile(0.0, 5.0).is_nan() && dunnett.sf(1.0, f64::NAN).is_nan()
    );
}

/// Of two groups the range is sqrt(2) times Student's t, and with one comparison Dunnett's is Student's.
#[test]
fn two_groups_are_students() {
    for df in [1.0, 2.0, 7.5, 60.0, 1e5, f64::INFINITY] {
        for t in [1e-3, 0.5, 2.0, 6.0, 30.0] {
            let expected = 2.0 * student_t::sf(t, df);
            for got in [studentized_range::sf(t * std::f64::consts::SQRT_2, 2, df), dunnett::sf(t, &[0.7], df)] {
                assert!((got / expected - 1.0).abs() < 1e-11, "{t} {df}: {got:e} {expected:e}");
            }
        }
    }
}

#[test]
fn multiple_comparisons_end_for_every_input() {
    for q in [f64::NEG_INFINITY, -1.0, 0.0, 1e-300, 1e-9, 1.0, 37.0, 60.0, 1e5, 1e300, f64::INFINITY] {
        for df in [1.0, 1.3, 50.0, 1e6, 1e12, f64::MAX, f64::INFINITY] {
            for groups in [2, 1000, usize::MAX] {
                let sf = studentized_range::sf(q, groups, df);
                assert!((0.0..=1.0).contains(&sf), "{q} {groups} {df}: {sf}");
            }
            for factors in [&[0.0, 0.5][..], &[0.99, 0.1], &[0.7; 9]] {
                let sf = dunnett::sf(q, factors, df);
                assert!((0.0..=1.0).contains(&sf), "{q} {factors:?} {df}: {sf}");
            }
        }
    }
    assert!(studentized_range::sf(1.0, 1, 5.0).is_nan() && studentized_range::sf(1.0, 3, 0.9).is_nan());
    assert!(studentized_range::sf(f64::NAN, 3, 5.0).is_nan() && studentized_range::quantile(1.0, 3, 5.0).is_nan());
    assert!(dunnett::sf(1.0, &[], 5.0).is_nan() && dunnett::sf(1.0, &[1.0], 5.0).is_nan());
    assert!(dunnett::sf(1.0, &[f64::NAN], 5.0).is_nan() && dunnett::quantile(0.0, &[0.5], 5.0).is_nan());
}
