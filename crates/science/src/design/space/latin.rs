//! Latin hypercubes whose points keep away from each other.

use std::cmp::Reverse;

use domain::seed::{Address, Draws};

use super::super::DesignError;

/// Most points of a Latin hypercube.
const MOST_POINTS: usize = 1000;
/// Most factors of a Latin hypercube.
const MOST_FACTORS: usize = 1000;

/// How long to look for a better Latin hypercube.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchEffort {
    /// Random Latin hypercubes to start from; at least one is taken.
    pub starts: u32,
    /// Exchanges to try from each start.
    pub exchanges: u32,
}

/// A Latin hypercube: every factor's range is cut into as many strata as there are points, and each stratum is used once
/// (McKay, Beckman and Conover 1979).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatinHypercube {
    /// The stratum of every factor, for each point.
    pub strata: Vec<Vec<usize>>,
    /// The criterion: the smallest squared Euclidean distance of two points, in strata; 0 if there is one point.
    pub least_square: u64,
}

impl LatinHypercube {
    /// The points in the middle of their strata.
    #[must_use]
    pub fn points(&self) -> Vec<Vec<f64>> {
        let count = self.strata.len() as f64;
        let middle = |&stratum: &usize| (stratum as f64 + 0.5) / count;
        self.strata.iter().map(|point| point.iter().map(middle).collect()).collect()
    }
}

/// The best Latin hypercube that a search finds by the maximin criterion of Johnson, Moore and Ylvisaker (1990), as used
/// for Latin hypercubes by Morris and Mitchell (1995): the smallest distance of two points is to be large, and then few
/// pairs are to have it.
///
/// From every random start, strata of two points in one factor change places whenever the criterion gets no worse. All
/// comparisons are of integers. Draws have the address (seed, "design/latin-hypercube/v1", start, factor) for the starts
/// and (seed, "design/latin-exchange/v1", start) for the exchanges; of equal results the earliest start wins.
///
/// # Errors
/// If there are no factors, no points, or more than 1000 of either.
pub fn latin_hypercube(
    factors: usize,
    points: usize,
    effort: SearchEffort,
    seed: u64,
) -> Result<LatinHypercube, DesignError> {
    if !(1..=MOST_FACTORS).contains(&factors) {
        return Err(DesignError::Factors { design: "a Latin hypercube", least: 1, most: MOST_FACTORS, got: factors });
    }
    if !(1..=MOST_POINTS).contains(&points) {
        let help = "it has from 1 to 1000 points";
        return Err(DesignError::Runs { design: "a Latin hypercube", runs: points, factors, help });
    }
    let mut best = Candidate::drawn(factors, points, seed, 0).improved(effort.exchanges, seed, 0);
    for start in 1..effort.starts {
        let next = Candidate::drawn(factors, points, seed, start).improved(effort.exchanges, seed, start);
        if next.quality() > best.quality() {
            best = next;
        }
    }
    let least_square = best.quality().0;
    Ok(LatinHypercube { strata: best.strata, least_square })
}

struct Candidate {
    strata: Vec<Vec<usize>>,
    /// Squared distances of all pairs; row by row, both ways.
    squares: Vec<u64>,
}

impl Candidate {
    fn drawn(factors: usize, points: usize, seed: u64, start: u32) -> Self {
        let mut strata = vec![vec![0; factors]; points];
        for factor in 0..factors {
            let mut column: Vec<_> = (0..points).collect();
            let address = Address::new(seed, "design/latin-hypercube/v1").at(start).at(factor as u32);
            address.stream().shuffle(&mut column);
            strata.iter_mut().zip(column).for_each(|(point, stratum)| point[factor] = stratum);
        }
        let mut candidate = Self { strata, squares: vec![0; points * points] };
        (0..points).for_each(|point| candidate.measure(point));
        candidate
    }

    /// Computes the distances from this point anew.
    fn measure(&mut self, point: usize) {
        let count = self.strata.len();
        for other in 0..count {
            let both = self.strata[point].iter().zip(&self.strata[other]);
            let square = both.map(|(a, b)| (a.abs_diff(*b) as u64).pow(2)).sum();
            self.squares[point * count + other] = square;
            self.squares[other * count + point] = square;
        }
    }

    /// The smallest squared distance, and in how few pairs it occurs.
    fn quality(&self) -> (u64, Reverse<usize>) {
        let count = self.strata.len();
        let (mut least, mut pairs) = (u64::MAX, 0);
        for point in 1..count {
            for &square in &self.squares[point * count..][..point] {
                if square < least {
                    (least, pairs) = (square, 1);
                } else if square == least {
                    pairs += 1;
                }
            }
        }
        if pairs == 0 { (0, Reverse(0)) } else { (least, Reverse(pairs)) }
    }

    fn improved(mut self, exchanges: u32, seed: u64, start: u32) -> Self {
        let mut draws = Address::new(seed, "design/latin-exchange/v1").at(start).stream();
        let mut quality = self.quality();
        for _ in 0..exchanges {
            let exchange = self.draw_exchange(&mut draws);
            self.exchange(exchange);
            let changed = self.quality();
            if changed >= quality {
                quality = changed;
            } else {
                self.exchange(exchange);
            }
        }
        self
    }

    fn draw_exchange(&self, draws: &mut Draws) -> [usize; 3] {
        let mut below = |count: usize| draws.below(count as u64) as usize;
        [below(self.strata[0].len()), below(self.strata.len()), below(self.strata.len())]
    }

    fn exchange(&mut self, [factor, a, b]: [usize; 3]) {
        let stratum = self.strata[a][factor];
        self.strata[a][factor] = self.strata[b][factor];
        self.strata[b][factor] = stratum;
        self.measure(a);
        self.measure(b);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONE: SearchEffort = SearchEffort { starts: 1, exchanges: 0 };

    fn least_square(strata: &[Vec<usize>]) -> Option<u64> {
        let square = |a: &[usize], b: &[usize]| a.iter().zip(b).map(|(a, b)| (a.abs_diff(*b) as u64).pow(2)).sum();
        let pairs = (0..strata.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        pairs.map(|(a, b)| square(&strata[a], &strata[b])).min()
    }

    proptest! {
        #[test]
        fn every_stratum_is_used_once(factors in 1usize..5, points in 1usize..20, seed: u64) {
            let design = latin_hypercube(factors, points, SearchEffort { starts: 2, exchanges: 30 }, seed).unwrap();
            for factor in 0..factors {
                let mut strata: Vec<_> = design.strata.iter().map(|point| point[factor]).collect();
                strata.sort_unstable();
                prop_assert_eq!(strata, (0..points).collect::<Vec<_>>());
            }
            prop_assert_eq!(design.least_square, least_square(&design.strata).unwrap_or(0));
            prop_assert!(design.points().iter().flatten().all(|level| (0.0..1.0).contains(level)));
        }

        #[test]
        fn more_effort_is_never_worse(points in 2usize..12, seed: u64, starts in 1u32..4, exchanges in 0u32..60) {
            let plain = latin_hypercube(3, points, NONE, seed).unwrap();
            let better = latin_hypercube(3, points, SearchEffort { starts, exchanges }, seed).unwrap();
            prop_assert!(better.least_square >= plain.least_square);
            prop_assert_eq!(&latin_hypercube(3, points, SearchEffort { starts, exchanges }, seed).unwrap(), &better);
        }
    }

    /// All Latin hypercubes of two factors are tried.
    #[test]
    fn small_searches_find_the_best_there_is() {
        for points in 2..=6 {
            let best = permutations(points).into_iter().filter_map(|column| {
                least_square(&column.into_iter().enumerate().map(|(a, b)| vec![a, b]).collect::<Vec<_>>())
            });
            let found = latin_hypercube(2, points, SearchEffort { starts: 20, exchanges: 200 }, 1).unwrap();
            assert_eq!(Some(found.least_square), best.max(), "{points} points");
        }
    }

    fn permutations(count: usize) -> Vec<Vec<usize>> {
        (0..count).fold(vec![vec![]], |shorter, next| {
            let insert = |old: &Vec<usize>, place: usize| {
                let mut new = old.clone();
                new.insert(place, next);
                new
            };
            shorter.iter().flat_map(|old| (0..=next).map(|place| insert(old, place)).collect::<Vec<_>>()).collect()
        })
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        for (factors, points) in [(0, 5), (5, 0), (1001, 5), (5, 1001)] {
            assert!(latin_hypercube(factors, points, NONE, 1).is_err());
        }
        assert_eq!(latin_hypercube(2, 1, NONE, 1).unwrap().points(), [[0.5, 0.5]]);
    }
}
