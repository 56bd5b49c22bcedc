//! Slopes of covariates against statsmodels (`tools/science/slopes.py`).

use science::linear::{Frame, LinearError, Slope, Terms, fit};
use serde::Deserialize;

use crate::close::assert_close;

#[derive(Deserialize)]
struct File {
    data: Data,
    models: Vec<Model>,
}

#[derive(Deserialize)]
struct Data {
    y: Vec<f64>,
    a: Vec<String>,
    seed: Vec<String>,
    x: Vec<f64>,
    z: Vec<f64>,
}

#[derive(Deserialize)]
struct Model {
    formula: String,
    has_block: bool,
    slopes: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    name: String,
    slope: f64,
    se: f64,
    t: f64,
    p: f64,
    low: f64,
    high: f64,
}

fn file() -> File {
    serde_json::from_str(include_str!("../references/slopes.json")).unwrap()
}

fn frame(data: &Data, has_block: bool) -> Frame {
    let frame = Frame::new("y", data.y.clone()).unwrap().labels("a", &data.a).unwrap();
    let frame = frame.continuous("x", data.x.clone()).unwrap().continuous("z", data.z.clone()).unwrap();
    if has_block { frame.block("seed", &data.seed).unwrap() } else { frame }
}

fn slopes(frame: &Frame, formula: &str) -> Vec<Slope> {
    fit(frame, &Terms::parse(frame, formula).unwrap()).unwrap().slopes(0.95).unwrap()
}

#[test]
fn slopes_are_those_of_statsmodels() {
    let File { data, models } = file();
    for Model { formula, has_block, slopes: expected } in models {
        let own = slopes(&frame(&data, has_block), &formula);
        assert_eq!(own.len(), expected.len(), "{formula}");
        for (own, expected) in own.iter().zip(&expected) {
            assert_eq!(own.covariate, expected.name);
            for (got, expected, what) in [
                (own.slope, expected.slope, "slope"),
                (own.se, expected.se, "se"),
                (own.t, expected.t, "t"),
                (own.p, expected.p, "p"),
                (own.low, expected.low, "low"),
                (own.high, expected.high, "high"),
            ] {
                assert_close(got.unwrap(), expected, 1e-9, &format!("{formula} {} {what}", own.covariate));
            }
        }
    }
}

#[test]
fn a_slope_is_in_the_units_of_response_and_covariate() {
    let data = file().data;
    let scaled = Data {
        y: data.y.iter().map(|y| y * 1000.0).collect(),
        x: data.x.iter().map(|x| x / 60.0 + 1e3).collect(),
        ..file().data
    };
    let (one, other) = (slopes(&frame(&data, true), "a*x + z"), slopes(&frame(&scaled, true), "a*x + z"));
    assert_close(other[0].slope.unwrap(), 60_000.0 * one[0].slope.unwrap(), 1e-10, "x");
    assert_close(other[1].se.unwrap(), 1000.0 * one[1].se.unwrap(), 1e-10, "z");
    assert_close(other[0].p.unwrap(), one[0].p.unwrap(), 1e-9, "p");
}

#[test]
fn a_slope_that_the_rows_cannot_tell_is_absent() {
    let data = file().data;
    let twice: Vec<f64> = data.x.iter().map(|x| 2.0 * x).collect();
    let own = slopes(&frame(&data, false).continuous("twice", twice).unwrap(), "a + x + twice");
    assert!(own.iter().all(|slope| (slope.slope, slope.se, slope.p) == (None, None, None)), "{own:?}");

    let plain = Frame::new("y", data.y.clone()).unwrap().labels("a", &data.a).unwrap();
    assert!(slopes(&plain, "a").is_empty());
    let fitted = fit(&plain, &Terms::parse(&plain, "a").unwrap()).unwrap();
    assert_eq!(fitted.slopes(1.0), Err(LinearError::Level { got: 1.0 }));
}
