//! Slopes of covariates in a study.

use science::linear::Frame;
use science::study::{Question, Study};

use crate::experiment::draws;

/// 2.5 kills for each level of skill, and half a kill less for each minute of 60 seconds.
#[test]
fn a_slope_is_found_in_the_unit_of_its_covariate() {
    let mut draws = draws("slopes");
    let (skill, seconds): (Vec<f64>, Vec<f64>) =
        (0..80).map(|row| (f64::from(row % 5), 60.0 * f64::from(row * 7 % 11))).unzip();
    let value = |(skill, seconds): (&f64, &f64)| 10.0 + 2.5 * skill - seconds / 120.0 + 0.1 * draws.normal();
    let values = skill.iter().zip(&seconds).map(value).collect();
    let frame = Frame::new("kills", values).unwrap().labels("side", &["left", "right"].repeat(40)).unwrap();
    let frame = frame.continuous("skill", skill).unwrap().continuous("seconds", seconds).unwrap();
    let study = Study::of(&frame, &Question { order: 1, ..Question::default() }).unwrap();
    for (slope, name, expected) in [(&study.slopes[0], "skill", 2.5), (&study.slopes[1], "seconds", -1.0 / 120.0)] {
        assert_eq!(slope.covariate, name);
        assert!((slope.slope.unwrap() / expected - 1.0).abs() < 0.02, "{slope:?}");
        assert!(slope.low < slope.slope && slope.slope < slope.high && slope.p.unwrap() < 1e-6, "{slope:?}");
        let term = study.model.terms.iter().find(|term| term.name == name).unwrap();
        assert!((slope.t.unwrap().powi(2) / term.f.unwrap() - 1.0).abs() < 1e-9, "t² is F");
    }
}
