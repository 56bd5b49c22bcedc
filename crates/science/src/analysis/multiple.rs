//! Adjusted p values for a family of tests.
//!
//! An adjusted value is compared with the level for the whole family. The results are in the order of the tests, never
//! below the raw value and never above 1.

use super::AnalysisError;

/// Bonferroni's adjustment: each p times the number of tests. Bounds the chance of any false claim, whatever the
/// dependence of the tests.
///
/// # Errors
/// If a p value is not between 0 and 1.
pub fn bonferroni(p: &[f64]) -> Result<Vec<f64>, AnalysisError> {
    check(p)?;
    let count = p.len() as f64;
    Ok(p.iter().map(|p| (p * count).min(1.0)).collect())
}

/// Holm's step-down adjustment (Holm 1979). Bounds the chance of any false claim, whatever the dependence of the tests,
/// and is never weaker than Bonferroni's.
///
/// # Errors
/// If a p value is not between 0 and 1.
pub fn holm(p: &[f64]) -> Result<Vec<f64>, AnalysisError> {
    let order = ascending(p)?;
    let scaled = order.iter().enumerate().map(|(rank, &test)| (test, p[test] * (p.len() - rank) as f64));
    Ok(accumulate(p.len(), scaled, 0.0, f64::max))
}

/// Hochberg's step-up adjustment (Hochberg 1988). Bounds the chance of any false claim if the tests are independent or
/// positively dependent, and is never weaker than Holm's.
///
/// # Errors
/// If a p value is not between 0 and 1.
pub fn hochberg(p: &[f64]) -> Result<Vec<f64>, AnalysisError> {
    let order = ascending(p)?;
    let scaled = order.iter().enumerate().rev().map(|(rank, &test)| (test, p[test] * (p.len() - rank) as f64));
    Ok(accumulate(p.len(), scaled, 1.0, f64::min))
}

/// Benjamini and Hochberg's step-up adjustment (1995). Bounds the expected share of false claims among the claims if the
/// tests are independent or positively dependent; it does not bound the chance of any false claim.
///
/// # Errors
/// If a p value is not between 0 and 1.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>, AnalysisError> {
    let order = ascending(p)?;
    let count = p.len() as f64;
    let scaled = order.iter().enumerate().rev().map(|(rank, &test)| (test, p[test] * (count / (rank + 1) as f64)));
    Ok(accumulate(p.len(), scaled, 1.0, f64::min))
}

fn check(p: &[f64]) -> Result<(), AnalysisError> {
    match p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        Some(&got) => Err(AnalysisError::Parameter { name: "a p value", got, range: "between 0 and 1" }),
        None => Ok(()),
    }
}

/// The tests by ascending p.
fn ascending(p: &[f64]) -> Result<Vec<usize>, AnalysisError> {
    check(p)?;
    let mut order: Vec<_> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    Ok(order)
}

/// The running maximum or minimum of the scaled values, each stored at its test and at most 1.
fn accumulate(
    count: usize,
    scaled: impl Iterator<Item = (usize, f64)>,
    start: f64,
    keep: fn(f64, f64) -> f64,
) -> Vec<f64> {
    let mut adjusted = vec![0.0; count];
    scaled.fold(start, |running, (test, value)| {
        adjusted[test] = keep(running, value).min(1.0);
        adjusted[test]
    });
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_probability_is_refused() {
        for bad in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
            for adjust in [bonferroni, holm, hochberg, benjamini_hochberg] {
                assert!(matches!(adjust(&[0.5, bad]), Err(AnalysisError::Parameter { .. })));
            }
        }
    }

    #[test]
    fn no_tests_need_no_adjustment_and_one_test_keeps_its_p() {
        for adjust in [bonferroni, holm, hochberg, benjamini_hochberg] {
            assert_eq!(adjust(&[]), Ok(vec![]));
            assert_eq!(adjust(&[0.03]), Ok(vec![0.03]));
        }
    }

    proptest! {
        #[test]
        fn methods_are_ordered_by_strength(p in prop::collection::vec(0f64..=1.0, 0..20)) {
            let all = [benjamini_hochberg, hochberg, holm, bonferroni].map(|adjust| adjust(&p).unwrap());
            for (test, &raw) in p.iter().enumerate() {
                prop_assert!(all[0][test] >= raw && all[3][test] <= 1.0);
                for pair in all.windows(2) {
                    prop_assert!(pair[0][test] <= pair[1][test] * (1.0 + 1e-12));
                }
            }
        }

        #[test]
        fn the_order_of_the_tests_does_not_matter(p in prop::collection::vec(0f64..=1.0, 1..20), by in 0usize..20) {
            let by = by % p.len();
            let mut turned = p.clone();
            turned.rotate_left(by);
            for adjust in [bonferroni, holm, hochberg, benjamini_hochberg] {
                let mut adjusted = adjust(&p).unwrap();
                adjusted.rotate_left(by);
                prop_assert_eq!(&adjusted, &adjust(&turned).unwrap());
            }
        }
    }
}
