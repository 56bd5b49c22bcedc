//! Exact null distributions of sums of ranks, by counting.

/// Largest number of ranks whose counts stay below 2^53, so that every count is exact.
pub(super) const MOST: usize = 50;

/// How many ways there are to choose `count` of the doubled ranks, by the sum of the chosen.
pub(super) fn choices(ranks: &[u64], count: usize) -> Vec<f64> {
    let width = ranks.iter().sum::<u64>() as usize + 1;
    // One row for each number of ranks chosen so far.
    let mut ways = vec![vec![0.0; width]; count + 1];
    ways[0][0] = 1.0;
    for &rank in ranks {
        for chosen in (1..=count).rev() {
            let (fewer, more) = ways.split_at_mut(chosen);
            add_shifted(&mut more[0], &fewer[chosen - 1], rank as usize);
        }
    }
    ways.swap_remove(count)
}

/// How many choices of signs there are, by the sum of the doubled ranks with a positive sign.
pub(super) fn signs(ranks: &[u64]) -> Vec<f64> {
    let mut ways = vec![0.0; ranks.iter().sum::<u64>() as usize + 1];
    ways[0] = 1.0;
    for &rank in ranks {
        let before = ways.clone();
        add_shifted(&mut ways, &before, rank as usize);
    }
    ways
}

/// The share of the ways whose sum is at least as far from `mean` as `observed` is. `twice_mean` is twice that mean.
pub(super) fn two_sided(ways: &[f64], observed: u64, twice_mean: u64) -> f64 {
    let far = |sum: u64| (2 * sum).abs_diff(twice_mean);
    let limit = far(observed);
    let extreme: f64 = ways.iter().zip(0..).filter(|&(_, sum)| far(sum) >= limit).map(|(ways, _)| ways).sum();
    extreme / ways.iter().sum::<f64>()
}

fn add_shifted(to: &mut [f64], from: &[f64], by: usize) {
    to.iter_mut().skip(by).zip(from).for_each(|(to, from)| *to += from);
}
