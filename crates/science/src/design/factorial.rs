//! Designs that need no construction: everything, and one thing at a time.

/// Every combination of levels, for factors with these numbers of `levels`.
///
/// Standard order: the first factor changes slowest, the last one fastest, as in nested loops. A factor without levels
/// leaves no combination; no factor at all leaves one empty condition.
///
/// The result has as many conditions as the product of `levels`; the caller bounds it.
#[must_use]
pub fn full_factorial(levels: &[usize]) -> Vec<Vec<usize>> {
    levels.iter().fold(vec![Vec::new()], |conditions, &count| {
        conditions.iter().flat_map(|condition| (0..count).map(move |level| extended(condition, level))).collect()
    })
}

fn extended(condition: &[usize], level: usize) -> Vec<usize> {
    let mut longer = Vec::with_capacity(condition.len() + 1);
    longer.extend_from_slice(condition);
    longer.push(level);
    longer
}

/// The base condition, in which every factor has its first level, then each other level alone.
///
/// Standard order: base first, then the other levels of the first factor, of the second, and so on. A factor without
/// levels leaves no condition.
#[must_use]
pub fn one_factor_at_a_time(levels: &[usize]) -> Vec<Vec<usize>> {
    if levels.contains(&0) {
        return Vec::new();
    }
    let base = vec![0; levels.len()];
    let alone = |(factor, &count): (usize, &usize)| {
        let base = &base;
        (1..count).map(move |level| {
            let mut condition = base.clone();
            condition[factor] = level;
            condition
        })
    };
    let others: Vec<_> = levels.iter().enumerate().flat_map(alone).collect();
    std::iter::once(base.clone()).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn any_levels() -> impl Strategy<Value = Vec<usize>> {
        prop::collection::vec(1usize..5, 0..5)
    }

    proptest! {
        #[test]
        fn a_full_factorial_holds_every_combination_once_in_order(levels in any_levels()) {
            let design = full_factorial(&levels);

            prop_assert_eq!(design.len(), levels.iter().product::<usize>());
            prop_assert!(design.windows(2).all(|pair| pair[0] < pair[1]), "first factor slowest");
            for condition in &design {
                prop_assert_eq!(condition.len(), levels.len());
                prop_assert!(condition.iter().zip(&levels).all(|(level, count)| level < count));
            }
        }

        #[test]
        fn a_full_factorial_is_balanced_and_orthogonal(levels in any_levels()) {
            let design = full_factorial(&levels);
            for (a, &a_count) in levels.iter().enumerate() {
                for (b, &b_count) in levels.iter().enumerate().filter(|&(b, _)| b != a) {
                    for (level_a, level_b) in (0..a_count).flat_map(|x| (0..b_count).map(move |y| (x, y))) {
                        let together = design.iter().filter(|c| c[a] == level_a && c[b] == level_b).count();
                        prop_assert_eq!(together, design.len() / a_count / b_count);
                    }
                }
            }
        }

        #[test]
        fn one_factor_at_a_time_shows_every_level_and_changes_one(levels in any_levels()) {
            let design = one_factor_at_a_time(&levels);

            prop_assert_eq!(design.len(), 1 + levels.iter().map(|count| count - 1).sum::<usize>());
            prop_assert_eq!(design.iter().collect::<BTreeSet<_>>().len(), design.len());
            prop_assert!(design[0].iter().all(|&level| level == 0));
            for condition in &design[1..] {
                prop_assert_eq!(condition.iter().filter(|&&level| level != 0).count(), 1);
            }
        }
    }

    #[test]
    fn standard_orders_are_as_documented() {
        assert_eq!(full_factorial(&[2, 3]), [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        assert_eq!(one_factor_at_a_time(&[2, 3]), [[0, 0], [1, 0], [0, 1], [0, 2]]);
    }

    #[test]
    fn a_factor_without_levels_leaves_nothing_to_play() {
        assert!(full_factorial(&[2, 0, 2]).is_empty());
        assert!(one_factor_at_a_time(&[2, 0, 2]).is_empty());
        assert_eq!(full_factorial(&[]), [[0usize; 0]]);
    }
}
