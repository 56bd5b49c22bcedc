//! Tests of the cells that assume less than the model.

use science::analysis::compare::{games_howell, welch_anova};
use science::analysis::ranks::{friedman, kruskal_wallis};
use science::linear::Frame;
use science::study::{Outcome, Question, Robust, Study};

use crate::experiment::{LEVELS, draws, experiment, frame, study};

/// The values of each level.
fn groups(rows: &[[f64; 3]]) -> [Vec<f64>; 3] {
    [0, 1, 2].map(|level| rows.iter().map(|row| row[level]).collect())
}

fn sentence(robust: &Robust, method: &str) -> String {
    robust.tests.iter().find(|test| test.method == method).unwrap().sentence.clone()
}

#[test]
fn one_factor_without_blocks_has_the_tests_of_its_levels() {
    let rows = experiment("one factor", 14, [0.0, 1.1, 0.2], 0.0);
    let Study { robust, verdicts, .. } = study(&rows, false);
    let (welch, ranks) = (welch_anova(&groups(&rows)).unwrap(), kruskal_wallis(&groups(&rows)).unwrap());
    let [first, second] = &robust.tests[..] else { panic!("{:?}", robust.tests) };
    assert_eq!((first.method, second.method), ("Welch", "Kruskal-Wallis"));
    assert_eq!((first.statistic, first.p), (Some(welch.f), Some(welch.p)));
    assert_eq!((first.df, first.residual_df), (Some(welch.numerator), Some(welch.denominator)));
    assert_eq!((second.statistic, second.df, second.p), (Some(ranks.statistic), Some(2.0), Some(ranks.p)));

    let pairs = robust.pairs.unwrap();
    for (own, expected) in pairs.iter().zip(games_howell(&groups(&rows), 0.95).unwrap()) {
        assert_eq!((own.estimate, own.se, own.df), (expected.difference, expected.standard_error, expected.freedom));
        assert_eq!((own.adjusted_p, own.low, own.high), (expected.p, expected.interval.low, expected.interval.high));
    }
    assert_eq!(pairs.iter().map(|pair| pair.name.as_str()).collect::<Vec<_>>(), ["a - b", "a - c", "b - c"]);
    assert_eq!(robust.pairs_absent, None);
    assert!(!verdicts[0].sentence.contains("assumes less"), "{}", verdicts[0].sentence);
}

#[test]
fn complete_blocks_have_the_test_of_friedman_only() {
    let rows = experiment("blocks", 12, [0.0, 1.4, 0.1], 3.0);
    let robust = study(&rows, true).robust;
    let expected = friedman(&rows).unwrap();
    assert_eq!(robust.tests[1].method, "Friedman");
    assert_eq!((robust.tests[1].statistic, robust.tests[1].p), (Some(expected.statistic), Some(expected.p)));
    assert_eq!((robust.tests[0].p, robust.pairs), (None, None));
    for reason in [robust.tests[0].sentence.as_str(), robust.pairs_absent.as_deref().unwrap()] {
        assert!(reason.contains("not defined with blocks"), "{reason}");
    }
}

#[test]
fn blocks_without_every_cell_once_have_no_test_of_ranks() {
    let rows = experiment("holes", 9, [0.0, 1.0, 0.0], 1.0);
    let whole = frame(&rows, true);
    let keep: Vec<_> = (0..27).filter(|row| *row != 4).collect();
    let level = |row: &usize| LEVELS[row % 3];
    let frame = Frame::new("kills", keep.iter().map(|&row| whole.values()[row]).collect()).unwrap();
    let frame = frame.labels("policy", &keep.iter().map(level).collect::<Vec<_>>()).unwrap();
    let frame = frame.block("seed", &keep.iter().map(|row| (row / 3).to_string()).collect::<Vec<_>>()).unwrap();
    let robust = Study::of(&frame, &Question::default()).unwrap().robust;
    assert_eq!(robust.tests[1].p, None);
    assert!(sentence(&robust, "Friedman").contains("1 of 9 blocks"), "{}", sentence(&robust, "Friedman"));
}

#[test]
fn several_factors_are_tested_as_cells_and_covariates_not_at_all() {
    let rows = experiment("cells", 16, [0.0, 1.5, 0.0], 0.0);
    let side: Vec<_> = (0..48).map(|row| ["left", "right"][row / 3 % 2]).collect();
    let frame = frame(&rows, false).labels("side", &side).unwrap();
    let robust = Study::of(&frame, &Question::default()).unwrap().robust;
    let half = |level: usize, side: usize| rows.iter().skip(side).step_by(2).map(|row| row[level]).collect::<Vec<_>>();
    let cells: Vec<_> = (0..3).flat_map(|level| [half(level, 0), half(level, 1)]).collect();
    assert_eq!(robust.tests[0].p, Some(welch_anova(&cells).unwrap().p));
    let pairs = robust.pairs.unwrap();
    assert_eq!((pairs.len(), pairs[0].name.as_str()), (15, "policy=a side=left - policy=a side=right"));

    let frame = frame.continuous("health", (0..48).map(|row| f64::from(row * row % 31)).collect()).unwrap();
    let robust = Study::of(&frame, &Question::default()).unwrap().robust;
    assert!(robust.tests.iter().all(|test| test.p.is_none() && test.sentence.ends_with("cannot allow for health")));
    assert!(robust.pairs.is_none() && robust.pairs_absent.unwrap().contains("health"));
}

#[test]
fn what_cannot_be_computed_says_why() {
    let mut rows = experiment("still", 8, [0.0; 3], 0.0);
    rows.iter_mut().for_each(|row| row[0] = 10.0);
    let robust = study(&rows, false).robust;
    assert!(sentence(&robust, "Welch").contains("the values of one group are equal"), "{robust:?}");
    assert!(robust.tests[1].p.is_some());
}

/// Few values with a large variance decide the common variance: the model finds nothing, and each cell by itself a lot.
#[test]
fn a_verdict_says_where_tests_that_assume_less_disagree() {
    let mut draws = draws("heteroscedastic");
    let (mut values, mut levels) = (vec![], vec![]);
    for (level, count, mean, sd) in [("a", 60, 0.0, 0.2), ("b", 60, 0.25, 0.2), ("c", 60, 0.1, 6.0)] {
        values.extend((0..count).map(|_| mean + sd * draws.normal()));
        levels.extend(std::iter::repeat_n(level, count));
    }
    let frame = Frame::new("kills", values).unwrap().labels("policy", &levels).unwrap();
    let study = Study::of(&frame, &Question::default()).unwrap();
    let verdict = &study.verdicts[0];
    assert_eq!(verdict.outcome, Outcome::NotShown, "{verdict:?}");
    let expected = "; but Welch's analysis of variance, which assumes less, finds that the cells differ (p < 0.001)";
    assert!(verdict.sentence.contains(expected), "{}", verdict.sentence);
}

/// The mirror image: a small cell has a large variance, which counts little in the common one.
#[test]
fn a_shown_effect_that_the_cells_do_not_bear_out_says_so() {
    let mut draws = draws("inflated");
    let mut values: Vec<_> = (0..90).map(|_| 0.5 * draws.normal()).collect();
    values.extend([-6.0, 0.0, 4.0, 8.0, 14.0]);
    let levels: Vec<_> = (0..95).map(|row| if row < 90 { "a" } else { "b" }).collect();
    let frame = Frame::new("kills", values).unwrap().labels("policy", &levels).unwrap();
    let study = Study::of(&frame, &Question::default()).unwrap();
    let verdict = &study.verdicts[0];
    assert_eq!(verdict.outcome, Outcome::Shown, "{verdict:?}");
    assert!(verdict.sentence.contains("does not find that the cells differ"), "{}", verdict.sentence);
}
