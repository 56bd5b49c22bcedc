//! Which effects a study would have found.

use science::linear::{Frame, LinearError, Squares};
use science::power::{Plan, Sides, effect};
use science::study::{Detectable, Outcome, Question, Study};

use crate::experiment::{draws, experiment, frame, study};

fn of<'a>(study: &'a Study, name: &str) -> &'a Detectable {
    study.model.terms.iter().find(|term| term.name == name).unwrap().detectable.as_ref().unwrap()
}

fn close(got: f64, expected: f64) -> bool {
    (got / expected - 1.0).abs() < 1e-9
}

#[test]
fn a_one_way_layout_finds_what_its_plan_finds() {
    let study = study(&experiment("plan", 15, [0.0; 3], 0.0), false);
    let planned = effect(&Plan::OneWay { groups: 3 }, 15, 0.8, 0.05).unwrap();
    let Detectable { cohens_f, partial_eta_squared, difference, slope } = *of(&study, "policy");
    assert!(close(cohens_f, planned), "{cohens_f} {planned}");
    assert!(close(partial_eta_squared, planned * planned / (1.0 + planned * planned)));
    // Two means d apart and the third between them: their standard deviation is d / sqrt(6).
    let sigma = study.model.residual_ms.unwrap().sqrt();
    assert!(close(difference.unwrap(), planned * sigma * 6f64.sqrt()), "{difference:?}");
    assert_eq!(slope, None);
}

#[test]
fn two_levels_find_the_difference_that_students_test_finds() {
    let mut draws = draws("two levels");
    let values = (0..24).map(|_| draws.normal()).collect();
    let frame = Frame::new("kills", values).unwrap().labels("side", &["left", "right"].repeat(12)).unwrap();
    let study = Study::of(&frame, &Question { power: 0.9, alpha: 0.01, ..Question::default() }).unwrap();
    let planned = effect(&Plan::TwoSample(Sides::Two), 12, 0.9, 0.01).unwrap();
    let sigma = study.model.residual_ms.unwrap().sqrt();
    assert!(close(of(&study, "side").difference.unwrap(), planned * sigma));
}

#[test]
fn a_verdict_without_an_effect_tells_which_one_would_have_been_found() {
    let study = study(&experiment("nothing", 20, [0.0; 3], 0.0), true);
    let verdict = &study.verdicts[0];
    assert_eq!(verdict.outcome, Outcome::NotShown, "{verdict:?}");
    let (_, words) = verdict.sentence.split_once("; a difference of ").unwrap();
    assert!(words.ends_with(" kills between two levels would have been found with probability 0.8"), "{words}");
    let told: f64 = words.split(' ').next().unwrap().parse().unwrap();
    let exact = of(&study, "policy").difference.unwrap();
    assert!((told / exact - 1.0).abs() < 0.01, "{told} {exact}");
}

#[test]
fn interactions_and_covariates_tell_what_they_can() {
    let rows = experiment("more", 16, [0.0; 3], 0.0);
    let side: Vec<_> = (0..48).map(|row| ["left", "right"][row / 3 % 2]).collect();
    let covariate = (0..48).map(|row| f64::from(row * row % 31)).collect();
    let frame = frame(&rows, true).labels("side", &side).unwrap().continuous("health", covariate).unwrap();
    let question = |squares, order| Question { squares, order, alpha: 0.01, ..Question::default() };

    let plain = Study::of(&frame, &question(Squares::Marginal, 1)).unwrap();
    assert!(of(&plain, "health").slope.is_some() && of(&plain, "health").difference.is_none());
    assert!(of(&plain, "policy").difference.is_some());
    let words = &plain.verdicts.iter().find(|verdict| verdict.term == "health").unwrap().sentence;
    assert!(words.contains("kills per unit would have been found by its F test alone"), "{words}");
    assert_eq!(plain.model.terms[0].detectable, None, "a block is not asked about");

    let mixed = Study::of(&frame, &question(Squares::Marginal, 2)).unwrap();
    for name in ["policy", "health", "policy:side"] {
        let Detectable { difference, slope, .. } = *of(&mixed, name);
        assert_eq!((difference, slope), (None, None), "the interactions of health count from 0: {name}");
    }
    let sequential = Study::of(&frame, &question(Squares::Sequential, 1)).unwrap();
    assert_eq!(of(&sequential, "policy").difference, None);
}

#[test]
fn a_power_out_of_range_is_refused() {
    let frame = frame(&experiment("range", 3, [0.0; 3], 0.0), false);
    for power in [0.0, 0.05, 1.0, f64::NAN] {
        let error = Study::of(&frame, &Question { power, ..Question::default() }).unwrap_err();
        assert!(matches!(error, LinearError::Power { .. }) && error.to_string().contains("0.05"), "{error}");
    }
}
