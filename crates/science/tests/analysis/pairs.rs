//! The Games-Howell comparisons of all pairs.

use proptest::prelude::*;
use science::analysis::{AnalysisError, compare};

use crate::invariances::{all_moved, groups, is_close, sample};
use crate::reference::{CLOSED, assert_close, cases, lists, load, number};
use crate::wild;

const LEVEL: f64 = 0.95;

#[test]
fn pairs_of_groups_are_compared_as_r_does() {
    for case in cases(&load("samples.json"), "several") {
        let groups = lists(&case["groups"]);
        let name = case["name"].as_str().unwrap();
        let pairs = compare::games_howell(&groups, 0.95).unwrap();
        let expected = cases(&case, "games_howell");
        assert_eq!(pairs.len(), expected.len());
        for (pair, expected) in pairs.iter().zip(expected) {
            assert_eq!((pair.left as f64, pair.right as f64), (number(&expected["left"]), number(&expected["right"])));
            assert_close(name, pair.difference, &expected["difference"], CLOSED);
            assert_close(name, pair.standard_error, &expected["standard_error"], CLOSED);
            assert_close(name, pair.freedom, &expected["freedom"], CLOSED);
            // R's ptukey and qtukey are approximations; `two_groups_make_one_welch_test` is exact.
            assert!((pair.p - number(&expected["p"])).abs() < 1e-7, "{name}: {} {}", pair.p, expected["p"]);
            let scale = number(&expected["high"]) - number(&expected["low"]);
            assert!((pair.interval.low - number(&expected["low"])).abs() < 1e-4 * scale, "{name}");
            assert!((pair.interval.high - number(&expected["high"])).abs() < 1e-4 * scale, "{name}");
        }
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let fine = [1.0, 5.0, 4.0, 9.0];
    assert!(compare::games_howell(&[[2.0; 4], fine], LEVEL).is_ok());
    assert!(matches!(compare::games_howell(&[[2.0; 4], fine, [3.0; 4]], LEVEL), Err(AnalysisError::NoSpread { .. })));
    assert!(compare::games_howell(&[[1.0, f64::NAN], [1.0, 2.0]], LEVEL).is_err());
    assert!(compare::games_howell(&[[1.0], [2.0]], LEVEL).is_err() && compare::games_howell(&[fine], LEVEL).is_err());
    for level in [0.0, 1.0, f64::NAN] {
        assert!(compare::games_howell(&[fine, fine], level).is_err());
    }
    let sentence = "the Games-Howell comparison takes at most 50 groups, but there are 51; compare fewer, such as each with one control";
    assert_eq!(compare::games_howell(&[fine; 51], LEVEL).unwrap_err().to_string(), sentence);
}

proptest! {
    // The studentised range takes a millisecond.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn an_interval_without_zero_is_a_small_p(groups in groups(), scale in 0.25f64..4.0) {
        let pairs = compare::games_howell(&groups, LEVEL).unwrap_or_default();
        let others = compare::games_howell(&all_moved(&groups, scale, 1.0), LEVEL).unwrap_or_default();
        for (pair, other) in pairs.iter().zip(others) {
            prop_assert!((0.0..=1.0).contains(&pair.p) && pair.interval.low <= pair.difference);
            prop_assert_eq!(pair.p < 1.0 - LEVEL, pair.interval.low > 0.0 || pair.interval.high < 0.0);
            prop_assert!(is_close(pair.p, other.p));
        }
    }

    #[test]
    fn wild_numbers_have_an_error_or_a_result(groups in prop::collection::vec(wild::sample(), 2..3)) {
        if let Ok(pairs) = compare::games_howell(&groups, LEVEL) {
            let is_sound = |pair: &compare::GroupPair| wild::is_probability(pair.p) && wild::is_finite(pair.interval);
            prop_assert!(pairs.iter().all(is_sound), "{pairs:?}");
        }
    }

    #[test]
    fn two_groups_make_one_welch_test(left in sample(2), right in sample(2)) {
        if let Ok(test) = compare::welch(&left, &right, LEVEL) {
            let pair = compare::games_howell(&[left, right], LEVEL).unwrap()[0];
            prop_assert!(is_close(pair.p, test.p), "{} {}", pair.p, test.p);
            prop_assert!(is_close(pair.interval.low, test.interval.low), "{:?} {:?}", pair.interval, test.interval);
        }
    }
}
