//! What must not change a result.

use proptest::prelude::*;
use science::analysis::resample::{self, Plan, Resampling};
use science::analysis::{boxcox, compare, effect, normality, order, ranks, robust, spread};
use science::stats::Interval;

const LEVEL: f64 = 0.95;

/// Values with two digits, so that there are ties.
pub(crate) fn sample(least: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-500i32..500).prop_map(|value| f64::from(value) / 100.0), least..14)
}

pub(crate) fn groups() -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(sample(3), 2..5)
}

fn moved(values: &[f64], scale: f64, shift: f64) -> Vec<f64> {
    values.iter().map(|value| value * scale + shift).collect()
}

pub(crate) fn all_moved(groups: &[Vec<f64>], scale: f64, shift: f64) -> Vec<Vec<f64>> {
    groups.iter().map(|group| moved(group, scale, shift)).collect()
}

pub(crate) fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (a.abs().max(b.abs()) + 1e-3)
}

proptest! {
    #[test]
    fn a_unit_does_not_change_p(left in sample(2), right in sample(2), scale in 0.25f64..4.0, shift in -9f64..9.0) {
        let (other_left, other_right) = (moved(&left, scale, shift), moved(&right, scale, shift));
        for test in [compare::student, compare::welch] {
            if let Ok(test_of) = test(&left, &right, LEVEL) {
                let other = test(&other_left, &other_right, LEVEL).unwrap();
                prop_assert!(is_close(test_of.p, other.p) && (0.0..=1.0).contains(&test_of.p));
                prop_assert!(is_close(test_of.difference * scale, other.difference));
                prop_assert!(test_of.interval.low <= test_of.difference && test_of.difference <= test_of.interval.high);
            }
        }
        for measure in [effect::d_pooled, effect::d_welch] {
            if let Ok(found) = measure(&left, &right, LEVEL) {
                let other = measure(&other_left, &other_right, LEVEL).unwrap();
                prop_assert!(is_close(found.d, other.d) && found.g.is_none_or(|g| g.abs() <= found.d.abs()));
                if let Some(interval) = found.interval {
                    prop_assert!(interval.low <= interval.high);
                }
            }
        }
    }

    #[test]
    fn methods_agree_where_they_must(left in sample(2), right in sample(2), low in -3f64..0.0, width in 0.1f64..6.0) {
        let groups = [left.clone(), right.clone()];
        if let (Ok(t), Ok(f)) = (compare::welch(&left, &right, LEVEL), compare::welch_anova(&groups)) {
            prop_assert!(is_close(t.t * t.t, f.f) && is_close(t.freedom, f.denominator) && is_close(t.p, f.p));
        }
        let bounds = Interval { low, high: low + width };
        if let Ok(found) = compare::equivalence_welch(&left, &right, bounds, 0.05) {
            let is_inside = found.interval.low > bounds.low && found.interval.high < bounds.high;
            prop_assert_eq!(found.is_equivalent, is_inside);
            prop_assert!((0.0..=1.0).contains(&found.p()));
        }
    }

    #[test]
    fn sides_can_be_swapped(left in sample(2), right in sample(2)) {
        let (forth, back) = (ranks::mann_whitney(&left, &right).unwrap(), ranks::mann_whitney(&right, &left).unwrap());
        prop_assert_eq!(forth.u + back.u, (left.len() * right.len()) as f64);
        prop_assert!(is_close(forth.p, back.p) && (0.0..=1.0).contains(&forth.p));
        let plan = Plan { most_exact: 5000, draws: 50, seed: 1 };
        let forth = resample::two_sample(&left, &right, &plan).unwrap();
        let back = resample::two_sample(&right, &left, &plan).unwrap();
        prop_assert!(is_close(forth.statistic, -back.statistic));
        prop_assert!(forth.p > 0.0 && forth.p <= 1.0);
        prop_assert!(!forth.is_exact || forth.p == back.p);
    }

    #[test]
    fn a_monotone_scale_does_not_change_ranks(left in sample(1), right in sample(1)) {
        let cubes = |values: &[f64]| values.iter().map(|value| value * value * value).collect::<Vec<_>>();
        let (plain, cubed) =
            (ranks::mann_whitney(&left, &right).unwrap(), ranks::mann_whitney(&cubes(&left), &cubes(&right)).unwrap());
        prop_assert_eq!(plain, cubed);
    }

    #[test]
    fn groups_can_come_in_any_order(groups in groups(), scale in 0.25f64..4.0) {
        let mut turned = all_moved(&groups, scale, 1.0);
        turned.rotate_left(1);
        type Test = fn(&[Vec<f64>]) -> Result<compare::FTest, science::analysis::AnalysisError>;
        let tests: [Test; 3] = [compare::welch_anova, spread::levene, spread::brown_forsythe];
        for test in tests {
            if let (Ok(a), Ok(b)) = (test(&groups), test(&turned)) {
                prop_assert!(is_close(a.p, b.p) && (0.0..=1.0).contains(&a.p), "{a:?} {b:?}");
            }
        }
        if let Ok(a) = ranks::kruskal_wallis(&groups) {
            prop_assert!(is_close(a.p, ranks::kruskal_wallis(&turned).unwrap().p));
        }
    }

    #[test]
    fn treatments_and_blocks_can_come_in_any_order(rows in prop::collection::vec([-9i8..9, -9..9, -9..9], 2..5)) {
        let rows: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect();
        let mut turned = rows.clone();
        turned.rotate_left(1);
        turned.iter_mut().for_each(|row| row.rotate_left(1));
        if let Ok(a) = ranks::friedman(&rows) {
            let b = ranks::friedman(&turned).unwrap();
            prop_assert!(is_close(a.statistic, b.statistic) && (0.0..=1.0).contains(&a.p));
        }
        let a = resample::blocked(&rows, &Plan::new(1)).unwrap();
        let b = resample::blocked(&turned, &Plan::new(1)).unwrap();
        prop_assert!(is_close(a.f.unwrap_or(-1.0), b.f.unwrap_or(-1.0)));
        prop_assert!(a.permutation.p == b.permutation.p && a.permutation.p > 0.0);
    }

    #[test]
    fn checks_do_not_depend_on_the_unit(values in sample(8), scale in 0.25f64..4.0, shift in -9f64..9.0) {
        let other = moved(&values, scale, shift);
        for test in [normality::shapiro_wilk, normality::anderson_darling] {
            if let Ok(a) = test(&values) {
                let b = test(&other).unwrap();
                prop_assert!((a.statistic - b.statistic).abs() < 1e-9 && (0.0..=1.0).contains(&a.p));
                prop_assert!((a.p - b.p).abs() < 1e-6);
            }
        }
        let plan = Plan { most_exact: 0, draws: 50, seed: 2 };
        if let Ok(a) = order::durbin_watson(&values, &plan) {
            prop_assert!(is_close(a.statistic, order::durbin_watson(&other, &plan).unwrap().statistic));
            prop_assert!((0.0..=4.0).contains(&a.statistic) && a.permutation.p > 0.0);
        }
        if let Ok(a) = order::runs(&values) {
            prop_assert!(a.p > 0.0 && a.p <= 1.0 && a.runs <= values.len());
        }
    }

    #[test]
    fn the_best_power_does_not_depend_on_the_unit(values in prop::collection::vec(0.5f64..9.0, 5..20)) {
        let found = boxcox::box_cox(std::slice::from_ref(&values), LEVEL).unwrap();
        let other = boxcox::box_cox(&[moved(&values, 1000.0, 0.0)], LEVEL).unwrap();
        prop_assert!((found.lambda - other.lambda).abs() < 1e-5, "{} {}", found.lambda, other.lambda);
        prop_assert!(found.low.is_none_or(|low| low <= found.lambda));
        prop_assert!(found.high.is_none_or(|high| high >= found.lambda));
    }

    #[test]
    fn bootstrap_intervals_hold_their_order(groups in groups(), seed: u64) {
        let resampling = Resampling { draws: 200, seed };
        let found = robust::interquartile_mean(&groups, &resampling, LEVEL).unwrap();
        prop_assert!(found.interval.low <= found.interval.high);
        let even = robust::probability_of_improvement(&groups, &groups, &resampling, LEVEL).unwrap();
        prop_assert!(is_close(even.value, 0.5));
        prop_assert!(even.interval.low >= 0.0 && even.interval.high <= 1.0);
        let again = robust::interquartile_mean(&groups, &resampling, LEVEL).unwrap();
        prop_assert_eq!(found, again);
    }
}
