//! Ranks with ties.

use crate::analysis::{AnalysisError, sample};

/// The rank of each value, from 1; equal values share the mean of their ranks.
///
/// # Errors
/// If there are no values, or one of them is not usable.
pub fn ranks(values: &[f64]) -> Result<Vec<f64>, AnalysisError> {
    sample::check("the values", values)?;
    Ok(doubled(values, 0.0).0.into_iter().map(|rank| rank as f64 / 2.0).collect())
}

/// Twice the rank of each value, which is an integer, and the sum of t³ - t over the groups of t equal values. Neighbours that
/// are no further apart than `rounding` are equal.
///
/// Expects values without NaN.
pub(super) fn doubled(values: &[f64], rounding: f64) -> (Vec<u64>, f64) {
    let mut order: Vec<_> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0; values.len()];
    let (mut before, mut ties) = (0, 0.0);
    for tied in order.chunk_by(|&a, &b| values[b] - values[a] <= rounding) {
        let count = tied.len();
        tied.iter().for_each(|&place| ranks[place] = (2 * before + count + 1) as u64);
        before += count;
        let count = count as f64;
        ties += count * (count * count - 1.0);
    }
    (ranks, ties)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_values_share_their_ranks() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), Ok(vec![4.0, 1.0, 4.0, 2.0, 4.0]));
        assert_eq!(ranks(&[0.0, -0.0]), Ok(vec![1.5, 1.5]));
        assert_eq!(doubled(&[3.0, 1.0, 3.0, 2.0, 3.0], 0.0).1, 24.0);
        assert!(ranks(&[1.0, f64::NAN]).is_err() && ranks(&[]).is_err());
    }

    proptest! {
        #[test]
        fn ranks_keep_their_sum_and_the_order(values in prop::collection::vec((-9i8..9).prop_map(f64::from), 1..40)) {
            let ranks = ranks(&values).unwrap();
            let n = values.len() as f64;
            prop_assert_eq!(ranks.iter().sum::<f64>(), n * (n + 1.0) / 2.0);
            for (a, rank_a) in values.iter().zip(&ranks) {
                for (b, rank_b) in values.iter().zip(&ranks) {
                    prop_assert_eq!(a.partial_cmp(b), rank_a.partial_cmp(rank_b));
                }
            }
        }
    }
}
