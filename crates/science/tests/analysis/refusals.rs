//! Bad input is refused with a clear sentence, or has a result that means something.

use science::analysis::resample::{self, Plan, Replicates, Resampling};
use science::analysis::{AnalysisError, boxcox, compare, effect, normality, order, ranks, robust, spread};
use science::stats::{Interval, StatsError};

const NONE: [f64; 0] = [];
const PLAN: Plan = Plan { most_exact: 100, draws: 100, seed: 1 };
const BOUNDS: Interval = Interval { low: -1.0, high: 1.0 };

/// The errors of all comparisons of two samples.
fn two_samples(left: &[f64], right: &[f64]) -> Vec<AnalysisError> {
    [
        compare::student(left, right, 0.95).err(),
        compare::welch(left, right, 0.95).err(),
        compare::equivalence_welch(left, right, BOUNDS, 0.05).err(),
        effect::d_pooled(left, right, 0.95).err(),
        effect::d_welch(left, right, 0.95).err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The errors of all comparisons of pairs.
fn pairs(left: &[f64], right: &[f64]) -> Vec<AnalysisError> {
    [
        compare::paired(left, right, 0.95).err(),
        compare::equivalence_paired(left, right, BOUNDS, 0.05).err(),
        effect::d_z(left, right, 0.95).err(),
        effect::d_av(left, right, 0.95).err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The errors of all methods for several groups.
fn several(groups: &[Vec<f64>]) -> Vec<AnalysisError> {
    [
        compare::welch_anova(groups).err(),
        spread::levene(groups).err(),
        spread::brown_forsythe(groups).err(),
        ranks::kruskal_wallis(groups).err(),
        ranks::dunn(groups).err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_no_spread(error: &AnalysisError) -> bool {
    matches!(error, AnalysisError::NoSpread { .. })
}

#[test]
fn missing_numbers_are_named() {
    let error = compare::welch(&[1.0, 2.0], &[1.0, f64::NAN], 0.95).unwrap_err();
    let sentence = "the right sample: the value at index 1 is not a usable number; remove it, or say why it is missing";
    assert_eq!(error.to_string(), sentence);
    let bad = [1.0, f64::NAN, 2.0];
    let fine = [1.0, 2.0, 4.0];
    assert_eq!(two_samples(&bad, &fine).len(), 5);
    assert_eq!(pairs(&bad, &fine).len(), 4);
    assert_eq!(several(&[fine.to_vec(), bad.to_vec()]).len(), 5);
    assert!(ranks::mann_whitney(&fine, &bad).is_err() && ranks::signed_rank(&fine, &bad).is_err());
    assert!(ranks::friedman(&[fine, bad]).is_err() && resample::blocked(&[fine, bad], &PLAN).is_err());
    assert!(resample::two_sample(&fine, &bad, &PLAN).is_err() && resample::sign_flip(&fine, &bad, &PLAN).is_err());
    assert!(normality::shapiro_wilk(&bad).is_err() && order::runs(&bad).is_err());
    assert!(order::durbin_watson(&bad, &PLAN).is_err() && boxcox::box_cox(&[bad], 0.95).is_err());
}

#[test]
fn too_little_is_refused() {
    assert_eq!(two_samples(&[1.0], &[1.0, 2.0]).len(), 5);
    assert_eq!(two_samples(&NONE, &[1.0, 2.0]).len(), 5);
    assert_eq!(pairs(&[1.0], &[2.0]).len(), 4);
    assert_eq!(several(&[vec![1.0, 2.0]]).len(), 5);
    assert_eq!(several(&[]).len(), 5);
    assert!(normality::shapiro_wilk(&[1.0, 2.0]).is_err() && normality::anderson_darling(&[1.0; 7]).is_err());
    let few = order::durbin_watson(&[1.0, 2.0], &PLAN).unwrap_err();
    assert_eq!(few.to_string(), "the Durbin-Watson test needs at least 3 residuals, but there are 2; play more");
    assert!(ranks::mann_whitney(&NONE, &[1.0]).is_err() && ranks::signed_rank(&NONE, &NONE).is_err());
    assert!(ranks::friedman(&[[1.0, 2.0]]).is_err() && ranks::friedman(&[[1.0], [2.0]]).is_err());
    assert!(boxcox::box_cox(&[NONE; 0], 0.95).is_err() && boxcox::box_cox(&[[1.0, 2.0]], 0.95).is_err());
}

#[test]
fn more_than_a_method_takes_is_refused_with_another() {
    let values: Vec<f64> = (0..5001).map(f64::from).collect();
    let error = normality::shapiro_wilk(&values).unwrap_err();
    let sentence = "the Shapiro-Wilk test takes at most 5000 values, but there are 5001; use the Anderson-Darling test";
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn a_million_levels_are_refused_or_compared() {
    let groups: Vec<_> = (0..1_000_000).map(|level| [f64::from(level), f64::from(level % 7)]).collect();
    let sentence = "Dunn's test takes at most 1000 groups, but there are 1000000; compare fewer, such as each with one \
        control";
    assert_eq!(ranks::dunn(&groups).unwrap_err().to_string(), sentence);
    assert!(ranks::kruskal_wallis(&groups).is_ok() && compare::welch_anova(&groups[7..]).is_ok());
    assert!(spread::brown_forsythe(&groups).is_err());
}

#[test]
fn equal_values_have_no_test_of_means() {
    // 0.1 has rounding errors that must not pass for a spread.
    for constant in [0.0, 0.1, -7.3, 1e100] {
        let (left, right) = (vec![constant; 7], vec![constant; 5]);
        assert!(two_samples(&left, &right).iter().filter(|error| is_no_spread(error)).count() == 5);
        assert!(several(&[left.clone(), right]).iter().filter(|error| is_no_spread(error)).count() == 5);
        let other: Vec<_> = left.iter().map(|value| value + 0.3).collect();
        assert!(pairs(&left, &other).iter().filter(|error| is_no_spread(error)).count() == 4);
        assert!(is_no_spread(&normality::shapiro_wilk(&left).unwrap_err()));
        assert!(is_no_spread(&normality::anderson_darling(&[constant; 9]).unwrap_err()));
        assert!(is_no_spread(&order::durbin_watson(&left, &PLAN).unwrap_err()));
        assert!(is_no_spread(&order::runs(&left).unwrap_err()));
    }
    assert!(is_no_spread(&boxcox::box_cox(&[[0.1; 3], [0.3; 3]], 0.95).unwrap_err()));
    assert!(is_no_spread(&ranks::friedman(&[[1.0; 3], [2.0; 3]]).unwrap_err()));
}

#[test]
fn equal_differences_up_to_rounding_are_equal() {
    let left = [0.1, 0.2, 0.3, 0.7];
    let right = left.map(|value| value + 0.1);
    assert!(pairs(&left, &right).iter().filter(|error| is_no_spread(error)).count() == 4);
    let blocks: Vec<[f64; 2]> = left.iter().zip(right).map(|(&left, right)| [left, right]).collect();
    let test = ranks::signed_rank(&left, &right).unwrap();
    assert_eq!((test.positive, test.negative, test.p), (0.0, 10.0, 2.0 / 16.0));
    assert_eq!(ranks::signed_rank(&[0.1 + 0.2, 0.8 - 0.1], &[0.3, 0.6]).unwrap().used, 1);
    let test = ranks::signed_rank(&[0.3, 0.2, 5.0], &[0.2, 0.3, 4.0]).unwrap();
    assert_eq!((test.positive, test.negative), (4.5, 1.5));
    let test = resample::blocked(&blocks, &PLAN).unwrap();
    assert_eq!((test.f, test.permutation.p), (None, 2.0 / 16.0));
    assert_eq!(resample::two_sample(&[0.1 + 0.2, 0.3], &[0.3, 0.1 + 0.2, 0.3], &PLAN).unwrap().p, 1.0);
    assert_eq!(resample::sign_flip(&[0.1 + 0.2, 0.1 + 0.2], &[0.3, 0.3], &PLAN).unwrap().p, 1.0);
    assert_eq!(resample::blocked(&[[0.1 + 0.2, 0.3], [0.1 + 0.2, 0.3]], &PLAN).unwrap().permutation.p, 1.0);
}

#[test]
fn ranks_and_permutations_of_equal_values_find_nothing() {
    let equal = [4.0; 60];
    assert_eq!(ranks::mann_whitney(&equal, &equal).unwrap().p, 1.0);
    assert_eq!(ranks::mann_whitney(&equal, &equal).unwrap().z, None);
    assert_eq!(ranks::signed_rank(&equal, &equal).unwrap().p, 1.0);
    assert_eq!(ranks::signed_rank(&equal, &equal).unwrap().used, 0);
    assert_eq!(resample::two_sample(&equal, &equal, &PLAN).unwrap().p, 1.0);
    assert_eq!(resample::sign_flip(&equal, &equal, &PLAN).unwrap().p, 1.0);
}

#[test]
fn one_constant_group_is_no_problem_but_for_weights() {
    let (constant, other) = ([2.0; 4], [1.0, 5.0, 4.0, 9.0]);
    let test = compare::welch(&constant, &other, 0.95).unwrap();
    assert_eq!(test.freedom, 3.0);
    assert!(is_no_spread(&compare::welch_anova(&[constant, other]).unwrap_err()));
}

#[test]
fn huge_and_tiny_values_have_results() {
    for unit in [1e149, 1e-140] {
        let (left, right) = ([unit, 2.0 * unit, 4.0 * unit], [5.0 * unit, 3.0 * unit, 8.0 * unit, 9.0 * unit]);
        let plain = compare::welch(&[1.0, 2.0, 4.0], &[5.0, 3.0, 8.0, 9.0], 0.95).unwrap();
        let scaled = compare::welch(&left, &right, 0.95).unwrap();
        assert!((plain.p - scaled.p).abs() < 1e-12 && (plain.freedom - scaled.freedom).abs() < 1e-9);
        let plain = compare::welch_anova(&[vec![1.0, 2.0, 4.0], vec![5.0, 3.0, 8.0, 9.0]]).unwrap();
        let scaled = compare::welch_anova(&[left.to_vec(), right.to_vec()]).unwrap();
        assert!((plain.p - scaled.p).abs() < 1e-12);
    }
    let (left, right) = ([1e-160, 2e-160, 4e-160], [5e-160, 3e-160, 8e-160]);
    let is_overflow = |error: &AnalysisError| matches!(error, AnalysisError::Overflow { .. });
    assert!(two_samples(&left, &right).iter().filter(|error| is_overflow(error)).count() == 5);
    assert!(pairs(&left, &right).iter().filter(|error| is_overflow(error)).count() == 4);
    assert!(is_overflow(&resample::blocked(&[left, right], &PLAN).unwrap_err()));
    assert_eq!(resample::two_sample(&left, &right, &PLAN).unwrap().p, 0.2);
    let beyond = [1.0, 1e200];
    let reason = StatsError::NotFinite(1);
    let error = AnalysisError::Sample { which: "the left sample".to_owned(), reason };
    assert_eq!(compare::student(&beyond, &beyond, 0.95), Err(error));
}

#[test]
fn parameters_out_of_range_are_refused() {
    let (left, right) = ([1.0, 2.0, 4.0], [2.0, 5.0, 4.5]);
    for level in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(compare::student(&left, &right, level).is_err() && effect::d_pooled(&left, &right, level).is_err());
        assert!(boxcox::box_cox(&[left], level).is_err());
        assert!(Replicates::new(1.0, vec![1.0]).unwrap().percentile(level).is_err());
        assert!(robust::interquartile_mean(&[left], &Resampling { draws: 9, seed: 1 }, level).is_err());
    }
    for bounds in [(1.0, -1.0), (0.0, 0.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
        let bounds = Interval { low: bounds.0, high: bounds.1 };
        assert!(compare::equivalence_welch(&left, &right, bounds, 0.05).is_err());
    }
    assert!(compare::equivalence_paired(&left, &right, BOUNDS, 0.5).is_err());
    let no_draws = Plan { most_exact: 0, draws: 0, seed: 1 };
    assert!(resample::two_sample(&left, &right, &no_draws).is_err());
    assert!(resample::bootstrap(&[left], &Resampling { draws: 0, seed: 1 }, |_| 0.0).is_err());
    assert!(resample::bootstrap(&[NONE; 0], &Resampling { draws: 9, seed: 1 }, |_| 0.0).is_err());
    assert!(resample::bootstrap(&[left], &Resampling { draws: 9, seed: 1 }, |_| f64::NAN).is_err());
    assert!(boxcox::log_likelihood(&[left], 6.0).is_err());
    let error = boxcox::box_cox(&[[1.0, 0.0, 3.0]], 0.95).unwrap_err();
    assert_eq!(error.to_string(), "a value is 0, but must be above 0 for a power; add a constant");
}

#[test]
fn samples_that_do_not_belong_together_are_refused() {
    assert_eq!(pairs(&[1.0, 2.0], &[1.0, 2.0, 3.0]).len(), 4);
    let error = ranks::friedman(&[vec![1.0, 2.0], vec![1.0]]).unwrap_err();
    assert_eq!(error.to_string(), "block 1 has 1 values where 2 are expected; give one value for each");
    let resampling = Resampling { draws: 9, seed: 1 };
    assert!(robust::probability_of_improvement(&[[1.0]], &[[1.0], [2.0]], &resampling, 0.95).is_err());
}

#[test]
fn corrections_that_do_not_exist_are_absent() {
    let outside = Replicates::new(10.0, vec![1.0, 2.0, 3.0]).unwrap();
    assert_eq!(outside.bca(&[[1.0, 2.0]], 0.95), Ok(None));
    let inside = Replicates::new(2.0, vec![1.0, 2.0, 3.0]).unwrap();
    assert_eq!(inside.bca(&[[2.0, 2.0]], 0.95), Ok(None));
    assert_eq!(effect::d_z(&[1.0, 5.0], &[0.0, 2.0], 0.95).unwrap().g, None);
}
