//! Agreement with R: `lm`, `car`, `emmeans` and `effectsize`, from `tools/science/linear.R`.

use science::linear::{Adjustment, AnovaRow, Contrast, Fit, Frame, LinearError, Squares, Term, Terms, fit};
use serde::Deserialize;
use serde_json::Value;

use crate::close::{assert_close, assert_same};

const TOLERANCE: f64 = 1e-9;
/// R's `ptukey` is off by 6e-7 with two groups and 4 degrees of freedom, where Student's t gives the same probability.
const PTUKEY: f64 = 1e-5;

#[derive(Deserialize)]
struct Case {
    name: String,
    formula: String,
    y: Vec<f64>,
    columns: Vec<Column>,
    aliased: bool,
    residual_df: usize,
    residual_ss: f64,
    r_squared: f64,
    types: Types,
    means: Vec<Means>,
    effects: Option<Effects>,
    influence: Option<InfluenceOf>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    kind: String,
    values: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Types {
    i: Option<Vec<Row>>,
    ii: Option<Vec<Row>>,
    iii: Option<Vec<Row>>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    df: usize,
    ss: Option<f64>,
    f: Option<f64>,
    p: Option<f64>,
}

#[derive(Deserialize)]
struct Means {
    term: String,
    means: Vec<Mean>,
    none: Family,
    holm: Family,
    tukey: Family,
    control: Family,
    dunnett: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Mean {
    levels: Vec<String>,
    mean: Option<f64>,
    se: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Deserialize)]
struct Family {
    name: Vec<String>,
    p: Vec<Option<f64>>,
    low: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
    #[serde(default)]
    estimate: Vec<Option<f64>>,
    #[serde(default)]
    se: Vec<Option<f64>>,
    #[serde(default)]
    t: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct Effects {
    name: Vec<String>,
    partial_eta: Vec<f64>,
    partial_omega: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

#[derive(Deserialize)]
struct InfluenceOf {
    fitted: Vec<f64>,
    residuals: Vec<f64>,
    leverage: Vec<f64>,
    standardized: Option<Vec<Option<f64>>>,
    studentized: Option<Vec<Option<f64>>>,
    cook: Option<Vec<Option<f64>>>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../references/linear.json")).unwrap()
}

fn frame(case: &Case) -> Frame {
    let empty = Frame::new("y", case.y.clone()).unwrap();
    case.columns.iter().fold(empty, |frame, Column { name, kind, values }| {
        let labels: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        match kind.as_str() {
            "continuous" => frame.continuous(name, values.iter().filter_map(Value::as_f64).collect()).unwrap(),
            "block" => frame.block(name, &labels).unwrap(),
            _ => frame.labels(name, &labels).unwrap(),
        }
    })
}

/// Runs a check on every case with its frame and fit.
fn each(check: impl Fn(&Case, &Frame, &Fit<'_>)) {
    for case in cases() {
        let frame = frame(&case);
        let terms = Terms::parse(&frame, &case.formula).unwrap();
        check(&case, &frame, &fit(&frame, &terms).unwrap());
    }
}

#[test]
fn fits_have_the_residuals_of_lm() {
    each(|case, _, fit| {
        assert_eq!(fit.residual_df(), case.residual_df, "{}", case.name);
        assert_eq!(!fit.aliases().is_empty(), case.aliased, "{}", case.name);
        if case.residual_df > 0 {
            assert_close(fit.residual_ss(), case.residual_ss, TOLERANCE, &case.name);
        }
        assert_close(fit.r_squared(), case.r_squared, TOLERANCE, &case.name);
    });
}

/// Rows of other values: in the opposite order, squared about a middle one, and as large as values may be.
fn others(values: &[f64]) -> [Vec<f64>; 3] {
    let reversed = values.iter().rev().copied().collect();
    let squared = values.iter().map(|value| (value - values[1]) * (value - values[1]) + value).collect();
    [reversed, squared, values.iter().map(|value| value * 1e140).collect()]
}

#[test]
fn other_values_are_fitted_as_by_a_new_fit_to_the_bit() {
    each(|case, frame, fitted| {
        for values in others(frame.values()) {
            let other = frame.with_values(values.clone()).unwrap();
            let (new, again) = (fit(&other, fitted.terms()).unwrap(), fitted.with_values(values).unwrap());
            assert_eq!(format!("{new:?}"), format!("{again:?}"), "{}", case.name);
            for squares in [Squares::Sequential, Squares::Hierarchical, Squares::Marginal] {
                let (new, again) = (new.anova(squares).unwrap(), again.anova(squares).unwrap());
                assert_eq!(format!("{new:?}"), format!("{again:?}"), "{}", case.name);
            }
            assert_eq!(format!("{:?}", new.influence()), format!("{:?}", again.influence()), "{}", case.name);
        }
        assert!(fitted.with_values(vec![1.0; frame.rows()]).is_err());
        assert!(fitted.with_values(vec![1.0, 2.0, 3.0]).is_err());
    });
}

#[test]
fn sums_of_squares_are_those_of_car() {
    let mut compared = 0;
    for case in cases() {
        let frame = frame(&case);
        let terms = Terms::parse(&frame, &case.formula).unwrap();
        let fit = fit(&frame, &terms).unwrap();
        let types = [
            (Squares::Sequential, &case.types.i),
            (Squares::Hierarchical, &case.types.ii),
            (Squares::Marginal, &case.types.iii),
        ];
        for (squares, expected) in types {
            let rows = fit.anova(squares).unwrap().rows;
            for row in expected.iter().flatten() {
                let what = format!("{}, {squares:?}, {}", case.name, row.name);
                check_row(rows.iter().find(|own| own.name == row.name).expect(&what), row, &what);
                compared += 1;
            }
        }
    }
    assert!(compared > 150, "{compared}");
}

fn check_row(own: &AnovaRow, row: &Row, what: &str) {
    assert_eq!(own.df, row.df, "{what}");
    if row.df == 0 {
        assert_eq!((own.ss, own.f, own.p), (None, None, None), "{what}");
        assert!(own.untested.is_some(), "{what}");
    } else {
        assert_same(own.ss, row.ss, TOLERANCE, what);
        assert_same(own.f, row.f, TOLERANCE, what);
        assert_same(own.p, row.p, TOLERANCE, what);
    }
}

#[test]
fn means_and_contrasts_are_those_of_emmeans() {
    each(|case, frame, fit| {
        for expected in &case.means {
            let what = format!("{}, means of {}", case.name, expected.term);
            let factors: Vec<usize> = expected.term.split(':').map(|name| frame.factor(name).unwrap()).collect();
            let means = fit.marginal_means(&Term::of(&factors), 0.95).unwrap();
            assert_eq!(means.means.len(), expected.means.len(), "{what}");
            for mean in &expected.means {
                let own = means.means.iter().find(|own| own.levels == mean.levels).expect(&what);
                assert_same(own.mean, mean.mean, TOLERANCE, &what);
                assert_same(own.se, mean.se, TOLERANCE, &what);
                assert_same(own.low, mean.low, TOLERANCE, &what);
                assert_same(own.high, mean.high, TOLERANCE, &what);
            }
            for (adjustment, adjusted, tolerance) in [
                (Adjustment::None, &expected.none, TOLERANCE),
                (Adjustment::Holm, &expected.holm, TOLERANCE),
                (Adjustment::Tukey, &expected.tukey, PTUKEY),
            ] {
                let own = means.pairwise(adjustment, 0.95).unwrap();
                check_family(&own, &expected.none, adjusted, tolerance, &format!("{what}, {adjustment:?}"));
            }
        }
    });
}

/// Pairs may be named the other way round, with the other sign.
fn check_family(own: &[Contrast], raw: &Family, expected: &Family, tolerance: f64, what: &str) {
    assert_eq!(own.len(), expected.name.len(), "{what}");
    for place in 0..own.len() {
        let what = format!("{what}, {}", expected.name[place]);
        let (left, right) = expected.name[place].split_once(" - ").unwrap();
        let turned = format!("{right} - {left}");
        let pair = own.iter().find(|own| own.name == expected.name[place] || own.name == turned).expect(&what);
        let sign = if pair.name == turned { -1.0 } else { 1.0 };
        let (low, high) = if sign > 0.0 { (pair.low, pair.high) } else { (pair.high, pair.low) };
        let signed = |value: Option<f64>| value.map(|value| sign * value);
        assert_same(signed(pair.estimate), raw.estimate[place], TOLERANCE, &what);
        assert_same(pair.se, raw.se[place], TOLERANCE, &what);
        assert_same(signed(pair.t), raw.t[place], TOLERANCE, &what);
        assert_same(pair.p, raw.p[place], TOLERANCE, &what);
        // ptukey gives p as the complement of a probability, so small ones lose digits.
        let lost = if tolerance > TOLERANCE { 1e-10 / expected.p[place].unwrap_or(1.0) } else { 0.0 };
        assert_same(pair.adjusted_p, expected.p[place], tolerance + lost, &what);
        for (own, expected) in [(signed(low), expected.low[place]), (signed(high), expected.high[place])] {
            assert_eq!(own.is_some(), expected.is_some(), "{what}");
            // An end may be near 0, so it is measured by the length of the interval.
            let distance = own.zip(expected).map_or(0.0, |(own, expected)| (own - expected).abs());
            assert!(distance <= tolerance * pair.se.map_or(0.0, |se| 4.0 * se), "{what}: {own:?} {expected:?}");
        }
    }
}

#[test]
fn comparisons_with_a_control_are_those_of_emmeans_and_mvtnorm() {
    let compared = std::cell::Cell::new(0);
    each(|case, frame, fit| {
        for expected in case.means.iter().filter(|means| !means.term.contains(':')) {
            let what = format!("{}, control of {}", case.name, expected.term);
            let means = fit.marginal_means(&Term::of(&[frame.factor(&expected.term).unwrap()]), 0.95).unwrap();
            let own = means.versus(0, Adjustment::None, 0.95).unwrap();
            check_family(&own, &expected.control, &expected.control, TOLERANCE, &what);
            let Some(joint) = &expected.dunnett else { continue };
            let own = match means.versus(0, Adjustment::Dunnett, 0.95) {
                Ok(own) => own,
                Err(error) => {
                    assert_eq!(error, LinearError::Correlated, "{what}");
                    continue;
                }
            };
            for (own, joint) in own.iter().zip(joint) {
                assert!((own.adjusted_p.unwrap() - joint).abs() < 2e-6, "{what}: {:?} {joint}", own.adjusted_p);
                let excludes = own.low.unwrap() > 0.0 || own.high.unwrap() < 0.0;
                assert_eq!(excludes, own.adjusted_p.unwrap() < 0.05, "{what}");
            }
            compared.set(compared.get() + 1);
        }
    });
    assert!(compared.get() >= 12, "{}", compared.get());
}

#[test]
fn effect_sizes_are_those_of_effectsize() {
    each(|case, _, fit| {
        let Some(effects) = &case.effects else { return };
        let table = fit.anova(Squares::Hierarchical).unwrap();
        for (place, name) in effects.name.iter().enumerate() {
            let what = format!("{}, {name}", case.name);
            let row = table.rows.iter().find(|row| row.name == *name).expect(&what);
            let own = row.effect.expect(&what);
            let interval = table.partial_eta_squared_interval(row, 0.9).unwrap().expect(&what);
            assert_close(interval.low, effects.low[place], 1e-6, &what);
            assert_close(interval.high, effects.high[place], 1e-6, &what);
            assert_close(own.partial_eta_squared, effects.partial_eta[place], TOLERANCE, &what);
            // effectsize shows negative estimates as 0.
            let omega = own.partial_omega_squared.expect(&what).max(0.0);
            assert_close(omega, effects.partial_omega[place], TOLERANCE, &what);
        }
    });
}

#[test]
fn influence_is_that_of_lm() {
    each(|case, _, fit| {
        let Some(expected) = &case.influence else { return };
        let own = fit.influence();
        let size = expected.fitted.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
        for row in 0..case.y.len() {
            let what = format!("{}, row {row}", case.name);
            assert_close(own.fitted[row], expected.fitted[row], TOLERANCE, &what);
            assert!((own.residuals[row] - expected.residuals[row]).abs() < 1e-12 * size, "{what}");
            assert_close(own.leverages[row], expected.leverage[row], TOLERANCE, &what);
        }
        let families = [
            (&own.standardized, &expected.standardized),
            (&own.studentized, &expected.studentized),
            (&own.cooks_distances, &expected.cook),
        ];
        for (own, expected) in families {
            for (row, value) in expected.iter().flatten().enumerate() {
                assert_same(own[row], *value, 1e-8, &format!("{}, row {row}", case.name));
            }
        }
    });
}
