//! Studies of data whose truth is known.

use science::analysis::resample::{Plan, blocked};
use science::linear::{Frame, LinearError};
use science::study::gate::State;
use science::study::{Outcome, Question, Study};

use crate::experiment::{LEVELS, draws, experiment, frame, study};

fn state(study: &Study, name: &str) -> State {
    study.gate.checks.iter().find(|check| check.name == name).unwrap().state
}

#[test]
fn a_true_effect_is_shown_and_none_is_not() {
    let shown = study(&experiment("shown", 20, [0.0, 1.5, 0.0], 0.0), true);
    assert_eq!(shown.verdicts[0].outcome, Outcome::Shown, "{:?}", shown.verdicts);
    assert!(shown.gate.is_passed, "{:?}", shown.gate);

    let nothing = study(&experiment("nothing", 20, [0.0; 3], 0.0), true);
    assert_eq!(nothing.verdicts[0].outcome, Outcome::NotShown, "{:?}", nothing.verdicts);
}

#[test]
fn blocks_take_away_what_seeds_make() {
    let rows = experiment("blocks", 15, [0.0, 1.2, 0.0], 6.0);
    assert_eq!(study(&rows, true).verdicts[0].outcome, Outcome::Shown);
    assert_eq!(study(&rows, false).verdicts[0].outcome, Outcome::NotShown);
}

#[test]
fn a_copy_of_a_cell_does_not_pass_the_gate() {
    let mut rows = experiment("copy", 12, [0.0, 2.0, 0.0], 1.0);
    rows.iter_mut().for_each(|row| row[2] = row[1]);
    let study = study(&rows, true);
    assert_eq!(state(&study, "identical cells"), State::Failed);
    let finding = &study.gate.checks.iter().find(|check| check.state == State::Failed).unwrap().finding;
    assert!(finding.contains("b = c"), "{finding}");
    assert_eq!(study.verdicts[0].outcome, Outcome::Worthless);
}

#[test]
fn a_response_without_variance_does_not_pass_the_gate() {
    let still: Vec<_> = (0..8).map(|_| [1.0, 2.0, 3.0]).collect();
    let study_of_still = study(&still, false);
    assert_eq!(state(&study_of_still, "variance"), State::Failed);
    assert_eq!(study_of_still.verdicts[0].outcome, Outcome::Worthless);

    let mut partly = experiment("partly", 8, [0.0; 3], 0.0);
    partly.iter_mut().for_each(|row| row[0] = 10.0);
    assert_eq!(state(&study(&partly, false), "variance"), State::Noted);

    let error = Frame::new("kills", vec![3.0; 9]).unwrap_err();
    assert!(matches!(error, LinearError::Constant { .. }), "{error}");
}

#[test]
fn permutations_agree_with_the_test_of_complete_blocks() {
    let rows = experiment("permutations", 8, [0.0, 0.9, 0.3], 2.0);
    let question = Question { permutations: 20_000, ..Question::default() };
    let own = Study::of(&frame(&rows, true), &question).unwrap();
    let term = own.model.terms.iter().find(|term| term.name == "policy").unwrap();
    let other = blocked(&rows, &Plan::new(1)).unwrap();
    let (p, expected): (f64, f64) = (term.permutation_p.unwrap(), other.permutation.p);
    // Both are drawn: six standard errors of the larger share.
    let error = 6.0 * (expected * (1.0 - expected) / 10_000.0).sqrt();
    assert!((p - expected).abs() < error.max(1e-3), "{p} {expected}");
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let rows = experiment("bits", 10, [0.0, 0.5, 0.0], 1.0);
    let text = |study: &Study| serde_json::to_string(study).unwrap();
    assert_eq!(text(&study(&rows, true)), text(&study(&rows, true)));
}

#[test]
fn one_row_of_each_cell_gives_no_test_and_no_panic() {
    let frame = Frame::new("kills", vec![1.0, 4.0, 2.0]).unwrap().labels("policy", &LEVELS).unwrap();
    let study = Study::of(&frame, &Question::default()).unwrap();
    assert_eq!(study.verdicts[0].outcome, Outcome::Untested, "{:?}", study.verdicts);
    assert!(study.verdicts[0].sentence.contains("replicates"), "{}", study.verdicts[0].sentence);
    assert_eq!(state(&study, "A/A comparison"), State::Skipped);
}

#[test]
fn confounded_factors_are_named_and_not_tested() {
    let values = experiment("confounded", 6, [0.0; 3], 0.0).concat();
    let levels: Vec<_> = LEVELS.repeat(6);
    let frame =
        Frame::new("kills", values).unwrap().labels("policy", &levels).unwrap().labels("copy", &levels).unwrap();
    let study = Study::of(&frame, &Question { order: 1, ..Question::default() }).unwrap();
    assert!(study.verdicts.iter().all(|verdict| verdict.outcome == Outcome::Untested), "{:?}", study.verdicts);
    assert!(study.model.notes.iter().any(|note| note.contains("policy")), "{:?}", study.model.notes);
}

#[test]
fn a_question_out_of_range_is_refused() {
    for alpha in [0.0, 1.0, -0.1, f64::NAN] {
        let frame = frame(&experiment("range", 3, [0.0; 3], 0.0), false);
        assert!(Study::of(&frame, &Question { alpha, ..Question::default() }).is_err(), "{alpha}");
    }
}

#[test]
fn effects_of_two_level_factors_are_changes_from_the_first_level_to_the_second() {
    // y = 10 + 3 a - 2 b + 4 ab, a and b being 0 or 1, twice each with a little scatter.
    let (mut values, mut a, mut b) = (vec![], vec![], vec![]);
    for (replicate, scatter) in [(0, 0.01), (1, -0.01)] {
        for (x, y) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let sign = if (x + y + replicate) % 2 == 0 { 1.0 } else { -1.0 };
            values.push(10.0 + 3.0 * f64::from(x) - 2.0 * f64::from(y) + 4.0 * f64::from(x * y) + sign * scatter);
            a.push(x.to_string());
            b.push(y.to_string());
        }
    }
    let frame = Frame::new("y", values).unwrap().labels("a", &a).unwrap().labels("b", &b).unwrap();
    let screening = Study::of(&frame, &Question::default()).unwrap().screening.unwrap();
    let found: Vec<_> = screening.effects.iter().map(|effect| (effect.term.as_str(), effect.effect)).collect();
    for ((term, effect), (expected_term, expected)) in found.iter().zip([("a", 5.0), ("b", 0.0), ("a:b", 2.0)]) {
        assert_eq!(*term, expected_term);
        assert!((effect - expected).abs() < 0.02, "{term}: {effect}");
    }
}

#[test]
fn copies_in_a_part_of_a_design_are_noted_and_a_factor_without_any_effect_does_not_pass() {
    let (mut a, mut b) = (vec![], vec![]);
    let mut values = vec![];
    let mut draws = draws("parts");
    for _ in 0..8 {
        let common = draws.normal();
        for (x, y) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            // b matters only where a is 1.
            values.push(if x == 1 { common + draws.normal() + f64::from(y) } else { common });
            a.push(x.to_string());
            b.push(y.to_string());
        }
    }
    let frame_of =
        |values: Vec<f64>| Frame::new("y", values).unwrap().labels("a", &a).unwrap().labels("b", &b).unwrap();
    let noted = Study::of(&frame_of(values.clone()), &Question::default()).unwrap();
    assert_eq!(state(&noted, "identical cells"), State::Noted, "{:?}", noted.gate);

    let never = values.chunks(4).flat_map(|rows| [rows[0], rows[0], rows[2], rows[2]]).collect();
    let failed = Study::of(&frame_of(never), &Question::default()).unwrap();
    assert_eq!(state(&failed, "identical cells"), State::Failed, "{:?}", failed.gate);
}
