//! Means over different seeds, made comparable.
//!
//! Whoever is out of a race has played only the first seeds, which may have been easy or hard. In the additive model score =
//! candidate + seed + noise (the intra-block analysis of incomplete blocks, Yates 1936, as in
//! [`estimate`](crate::evolution::evidence::estimate)), the mean of a candidate on all seeds is its own mean, less how much
//! easier its seeds are than all of them. Everybody plays the seeds in one order, so the normal equations of a seed and of the
//! next differ only by those who stop in between, and are solved one after the other.

/// The mean of each candidate as if it had played as many seeds as those that played most, in the unit of the scores; absent
/// of whoever has none. `scores` holds those of each candidate, seed by seed, the seeds in one order for all. The mean of
/// those that played most is the plain one, bit for bit; so are all means where everybody played as many.
#[must_use]
pub fn leveled_means(scores: &[impl AsRef<[f64]>]) -> Vec<Option<f64>> {
    let scores: Vec<&[f64]> = scores.iter().map(AsRef::as_ref).collect();
    let sums: Vec<f64> = scores.iter().map(|own| own.iter().sum()).collect();
    let most = scores.iter().map(|own| own.len()).max().unwrap_or(0);
    let eases = eases(&scores, &sums, most);
    let mean = |(own, sum): (&&[f64], &f64)| match own.len() {
        0 => None,
        count if count == most => Some(sum / count as f64),
        count => Some(sum / count as f64 + eases[most] - eases[count]),
    };
    scores.iter().zip(&sums).map(mean).collect()
}

/// For every count of seeds up to `most`, how much higher scores are on the first so many than on the first, on average.
fn eases(scores: &[&[f64]], sums: &[f64], most: usize) -> Vec<f64> {
    let mut eases = vec![0.0; most + 1];
    // What a seed adds to a score beside the first one, and the sum of that.
    let (mut effect, mut effects) = (0.0, 0.0);
    for (count, ease) in eases.iter_mut().enumerate().skip(1) {
        effects += effect;
        *ease = effects / count as f64;
        if count == most {
            break;
        }
        let total = |seed: usize| scores.iter().filter_map(|own| own.get(seed)).sum::<f64>();
        let playing = scores.iter().filter(|own| own.len() >= count).count() as f64;
        let stopping = scores.iter().zip(sums).filter(|(own, _)| own.len() == count);
        let (stopped, sum) = stopping.fold((0.0, 0.0), |(n, all), (_, sum)| (n + 1.0, all + sum));
        // Those who play on add the same to both totals; those who stop add their means less what their seeds add.
        let rest = playing * effect + total(count) - total(count - 1) + (sum - stopped * effects) / count as f64;
        effect = rest / (playing - stopped);
    }
    eases
}

#[cfg(test)]
mod tests {
    use domain::seed::{Address, Draws};
    use proptest::prelude::*;

    use super::*;
    use crate::evolution::evidence::{Scores, estimate};

    /// Candidates that stop after so many seeds, with means that rise and seeds of very different difficulty.
    fn scores(lengths: &[usize], draws: &mut Draws) -> Vec<Vec<f64>> {
        let most = lengths.iter().copied().max().unwrap_or(0);
        let seeds: Vec<_> = (0..most).map(|_| 10.0 * draws.normal()).collect();
        let of = |(place, &count): (usize, &usize)| {
            seeds[..count].iter().map(|seed| place as f64 + seed + draws.normal()).collect()
        };
        lengths.iter().enumerate().map(of).collect()
    }

    #[test]
    fn who_stopped_after_easy_seeds_is_not_better_for_it() {
        // The second seed is 10 points harder, and nobody is lucky.
        let means = leveled_means(&[vec![5.0], vec![6.0, -4.0], vec![]]);
        assert_eq!(means, [Some(0.0), Some(1.0), None]);
        assert!(leveled_means(&[[0.0; 0]; 0]).is_empty());
    }

    #[test]
    fn means_over_the_same_seeds_are_plain_ones() {
        let all = scores(&[7; 5], &mut Draws::new(3));
        let plain: Vec<_> = all.iter().map(|own| Some(own.iter().sum::<f64>() / 7.0)).collect();
        assert_eq!(leveled_means(&all), plain);
        let most = leveled_means(&[&all[0][..2], &all[1][..], &all[2][..4], &all[3][..]]);
        assert_eq!((most[1], most[3]), (plain[1], plain[3]));
    }

    #[test]
    fn they_are_right_on_average() {
        let lengths = [2, 2, 5, 9, 30, 30];
        let runs = 400;
        let mut sums = [0.0; 6];
        for number in 0..runs {
            let mut draws = Address::new(5, "test/level").at(number).stream();
            let means = leveled_means(&scores(&lengths, &mut draws));
            let last = means[5].unwrap();
            sums.iter_mut().zip(means).for_each(|(sum, mean)| *sum += mean.unwrap() - last);
        }
        for (place, sum) in sums.into_iter().enumerate() {
            // Two scores of noise 1 have a standard error of less than 1; so has the mean of 400 of 1 / 20.
            assert!((sum / f64::from(runs) - (place as f64 - 5.0)).abs() < 0.2, "{place}: {sum}");
        }
    }

    proptest! {
        #[test]
        fn they_are_least_squares_means(key: u64, lengths in prop::collection::vec(1usize..12, 1..8)) {
            let all = scores(&lengths, &mut Draws::new(key));
            let members: Vec<Scores> =
                all.iter().map(|own| (0..).map(|seed| (0, seed)).zip(own.iter().copied()).collect()).collect();
            let expected = estimate(&members).unwrap();
            let found = leveled_means(&all);
            for (one, mean) in found.iter().enumerate() {
                let difference = mean.unwrap() - found[0].unwrap();
                let least = expected.means()[one] - expected.means()[0];
                prop_assert!((difference - least).abs() < 1e-9, "{one}: {difference} {least}");
            }
        }
    }
}
