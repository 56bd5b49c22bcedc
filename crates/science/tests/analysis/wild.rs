//! Any numbers at all: an error or a result that is a number, and never a panic.

use proptest::prelude::*;
use science::analysis::resample::{self, Plan, Resampling};
use science::analysis::{boxcox, compare, effect, normality, order, ranks, robust, spread, verdict};
use science::stats::Interval;

const LEVEL: f64 = 0.95;
const PLAN: Plan = Plan { most_exact: 200, draws: 30, seed: 5 };
const BOUNDS: Interval = Interval { low: -1.0, high: 1.0 };

/// Ordinary values, equal ones, ones of very different size, and what is no number.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-3i8..4).prop_map(f64::from),
        4 => -1e3f64..1e3,
        2 => (-320i32..155).prop_map(|power| 10f64.powi(power)),
        1 => prop::sample::select(vec![0.1, 0.1 + f64::EPSILON, 1e150, -1e150, f64::MIN_POSITIVE, -0.0]),
        1 => prop::num::f64::ANY,
    ]
}

pub(crate) fn sample() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(value(), 0..12)
}

pub(crate) fn is_probability(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

pub(crate) fn is_finite(interval: Interval) -> bool {
    interval.low.is_finite() && interval.high.is_finite() && interval.low <= interval.high
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn two_samples(left in sample(), right in sample()) {
        let same = right.iter().cycle().copied().take(if right.is_empty() { 0 } else { left.len() }).collect::<Vec<_>>();
        let tests = [
            compare::student(&left, &right, LEVEL),
            compare::welch(&left, &right, LEVEL),
            compare::paired(&left, &same, LEVEL),
        ];
        for test in tests.iter().flatten() {
            prop_assert!(is_probability(test.p) && test.t.is_finite() && test.freedom > 0.0, "{test:?}");
            prop_assert!(test.standard_error > 0.0 && is_finite(test.interval), "{test:?}");
        }
        let equivalences = [
            compare::equivalence_welch(&left, &right, BOUNDS, 0.05),
            compare::equivalence_paired(&left, &same, BOUNDS, 0.05),
        ];
        for test in equivalences.iter().flatten() {
            prop_assert!(is_probability(test.p()) && is_finite(test.interval), "{test:?}");
        }
        let effects = [
            effect::d_pooled(&left, &right, LEVEL),
            effect::d_welch(&left, &right, LEVEL),
            effect::d_z(&left, &same, LEVEL),
            effect::d_av(&left, &same, LEVEL),
        ];
        for found in effects.iter().flatten() {
            prop_assert!(found.d.is_finite() && found.sd > 0.0 && found.g.is_none_or(f64::is_finite), "{found:?}");
            prop_assert!(found.interval.is_none_or(is_finite), "{found:?}");
        }
        if let Ok(test) = ranks::mann_whitney(&left, &right) {
            prop_assert!(test.p > 0.0 && is_probability(test.p) && is_probability(test.superiority), "{test:?}");
        }
        if let Ok(test) = ranks::signed_rank(&left, &same) {
            prop_assert!(test.p > 0.0 && is_probability(test.p), "{test:?}");
        }
        for test in [resample::two_sample(&left, &right, &PLAN), resample::sign_flip(&left, &same, &PLAN)].iter().flatten() {
            prop_assert!(test.p > 0.0 && is_probability(test.p) && test.statistic.is_finite(), "{test:?}");
        }
    }

    #[test]
    fn several_groups(groups in prop::collection::vec(sample(), 0..4), rows in prop::collection::vec([value(), value(), value()], 0..4)) {
        let tests = [compare::welch_anova(&groups), spread::levene(&groups), spread::brown_forsythe(&groups)];
        for test in tests.iter().flatten() {
            prop_assert!(is_probability(test.p) && test.f >= 0.0 && test.f.is_finite(), "{test:?}");
            prop_assert!(test.denominator.is_finite() && test.denominator > 0.0, "{test:?}");
        }
        for test in [ranks::kruskal_wallis(&groups), ranks::friedman(&rows)].iter().flatten() {
            prop_assert!(is_probability(test.p) && test.statistic >= 0.0 && test.statistic.is_finite(), "{test:?}");
        }
        for pair in ranks::dunn(&groups).unwrap_or_default() {
            prop_assert!(is_probability(pair.p) && pair.adjusted >= pair.p && pair.z.is_finite(), "{pair:?}");
        }
        if let Ok(test) = resample::blocked(&rows, &PLAN) {
            prop_assert!(test.permutation.p > 0.0 && is_probability(test.permutation.p), "{test:?}");
            prop_assert!(test.f.is_none_or(f64::is_finite) && test.permutation.statistic.is_finite(), "{test:?}");
        }
        if let Ok(found) = robust::interquartile_mean(&groups, &Resampling { draws: 20, seed: 1 }, LEVEL) {
            prop_assert!(found.value.is_finite() && is_finite(found.interval), "{found:?}");
        }
        if let Ok(found) = boxcox::box_cox(&groups, LEVEL) {
            prop_assert!(found.lambda.abs() <= boxcox::LARGEST_POWER, "{found:?}");
            prop_assert!(found.low.is_none_or(|low| low <= found.lambda), "{found:?}");
            prop_assert!(found.high.is_none_or(|high| high >= found.lambda), "{found:?}");
        }
    }

    #[test]
    fn one_sample(values in sample()) {
        let (normal, tails) = (normality::shapiro_wilk(&values), normality::anderson_darling(&values));
        for test in [&normal, &tails].into_iter().flatten() {
            prop_assert!(is_probability(test.p) && test.statistic.is_finite(), "{test:?}");
        }
        let neighbours = order::durbin_watson(&values, &PLAN);
        if let Ok(test) = &neighbours {
            prop_assert!((0.0..=4.0 + 1e-12).contains(&test.statistic) && is_probability(test.permutation.p), "{test:?}");
        }
        let runs = order::runs(&values);
        if let Ok(test) = &runs {
            prop_assert!(is_probability(test.p) && test.p > 0.0, "{test:?}");
        }
        let verdicts = [
            verdict::shapiro_wilk(&normal),
            verdict::anderson_darling(&tails),
            verdict::durbin_watson(&neighbours),
            verdict::runs(&runs),
            verdict::box_cox(&boxcox::box_cox(&[values], LEVEL)),
        ];
        prop_assert!(verdicts.iter().all(|verdict| !verdict.sentence.contains("NaN, p")));
    }
}
