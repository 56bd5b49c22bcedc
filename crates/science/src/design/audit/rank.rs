//! Which columns depend on others: exactly, by arithmetic modulo primes, or in floating point.
//!
//! An integer matrix has no smaller rank over the rationals than modulo any prime, and a minor that is not zero is zero
//! only modulo its prime factors. By Hadamard's inequality a minor is bounded by the product of the lengths of the columns,
//! so primes whose product is beyond that bound cannot all divide it. Taking primes for two such minors, one of the pivots
//! and one of a coefficient, makes the result a proof.

use super::model::{Column, Part};

/// Below this share of its length, what is left of a column is rounding error. Used only where levels are not exact.
const TOLERANCE: f64 = 1e-9;

/// Coefficients below this are rounding error. Used only where levels are not exact.
const SMALLEST: f64 = 1e-6;

/// How the columns of a matrix depend on each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dependencies {
    /// Number of independent columns.
    pub(super) rank: usize,
    /// Minimal sets of columns that are dependent: each has one column that depends on earlier ones, and those it needs.
    pub(super) sets: Vec<Vec<usize>>,
    /// Whether this is proven, or computed in floating point.
    pub(super) exact: bool,
}

/// How these columns depend on each other.
pub(super) fn dependencies(columns: &[&Column]) -> Dependencies {
    match columns.iter().map(|column| column.exact.as_deref()).collect::<Option<Vec<_>>>() {
        Some(parts) => exact(&parts, columns.first().map_or(0, |column| column.values.len())),
        None => floating(columns),
    }
}

/// Columns that depend on earlier ones with the independent columns they need, and the independent ones.
type Echelon = (Vec<usize>, Vec<Vec<usize>>);

fn exact(columns: &[&[Part]], runs: usize) -> Dependencies {
    let bits: f64 = columns.iter().map(|parts| length_bits(parts, runs)).sum();
    let mut missing = 2.0 * bits + 2.0;
    let mut best: Option<Echelon> = None;
    for prime in primes() {
        let (pivots, sets) = echelon_modulo(columns, runs, prime);
        let full = pivots.len() == columns.len();
        best = Some(match best {
            Some((known, mut found)) if known == pivots => {
                found.iter_mut().zip(sets).for_each(|(found, set)| merge(found, set));
                (known, found)
            }
            Some((known, found)) if known.len() > pivots.len() || (known.len() == pivots.len() && known < pivots) => {
                (known, found)
            }
            _ => (pivots, sets),
        });
        missing -= libm::log2(prime as f64);
        if full || missing <= 0.0 {
            break;
        }
    }
    let (pivots, sets) = best.unwrap_or_default();
    Dependencies { rank: pivots.len(), sets, exact: true }
}

fn merge(found: &mut Vec<usize>, more: Vec<usize>) {
    found.extend(more);
    found.sort_unstable();
    found.dedup();
}

/// A bound of the binary logarithm of a column's length, at least 0.
fn length_bits(parts: &[Part], runs: usize) -> f64 {
    let part = |part: &Part| {
        let largest = part.integers.iter().map(|integer| integer.unsigned_abs()).max().unwrap_or(0).max(1);
        f64::from(part.power) * libm::log2(largest as f64)
    };
    parts.iter().map(part).sum::<f64>() + 0.5 * libm::log2(runs.max(1) as f64) + 1e-6
}

/// The largest primes below 2^31; few matrices need more.
const LARGEST_PRIMES: [u64; 8] = [
    2_147_483_647,
    2_147_483_629,
    2_147_483_587,
    2_147_483_579,
    2_147_483_563,
    2_147_483_549,
    2_147_483_543,
    2_147_483_497,
];

/// All odd primes below 2^31, descending.
fn primes() -> impl Iterator<Item = u64> {
    LARGEST_PRIMES.into_iter().chain(primes_below(LARGEST_PRIMES[7]))
}

/// Odd primes below an odd number, descending.
fn primes_below(odd: u64) -> impl Iterator<Item = u64> {
    let is_prime = |&odd: &u64| (3..).step_by(2).take_while(|divisor| divisor * divisor <= odd).all(|d| odd % d != 0);
    (3..odd).rev().filter(|number| number % 2 == 1).filter(is_prime)
}

fn power_modulo(mut base: u64, mut exponent: u64, prime: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % prime;
        }
        base = base * base % prime;
        exponent >>= 1;
    }
    result
}

fn residues(parts: &[Part], runs: usize, prime: u64) -> Vec<u64> {
    let mut column = vec![1; runs];
    for part in parts {
        for (entry, &integer) in column.iter_mut().zip(&part.integers) {
            let residue = integer.rem_euclid(prime as i64) as u64;
            *entry = *entry * power_modulo(residue, u64::from(part.power), prime) % prime;
        }
    }
    column
}

/// Reduces the columns one after another by those before: each independent one gets a pivot row in which all others are 0.
fn echelon_modulo(columns: &[&[Part]], runs: usize, prime: u64) -> Echelon {
    // Of each independent column: its pivot row, its reduced entries, and the combination of columns it is.
    let mut reduced: Vec<(usize, Vec<u64>, Vec<u64>)> = Vec::new();
    let (mut pivots, mut sets) = (Vec::new(), Vec::new());
    for (place, parts) in columns.iter().enumerate() {
        let mut column = residues(parts, runs, prime);
        let mut combination = vec![0; columns.len()];
        combination[place] = 1;
        for (row, other, others) in &reduced {
            let factor = column[*row];
            if factor != 0 {
                subtract(&mut column, other, factor, prime);
                subtract(&mut combination, others, factor, prime);
            }
        }
        match column.iter().position(|&entry| entry != 0) {
            Some(row) => {
                let inverse = power_modulo(column[row], prime - 2, prime);
                column.iter_mut().chain(&mut combination).for_each(|entry| *entry = *entry * inverse % prime);
                reduced.push((row, column, combination));
                pivots.push(place);
            }
            None => sets.push((0..columns.len()).filter(|&other| combination[other] != 0).collect()),
        }
    }
    (pivots, sets)
}

fn subtract(column: &mut [u64], other: &[u64], factor: u64, prime: u64) {
    for (entry, other) in column.iter_mut().zip(other).filter(|(_, other)| **other != 0) {
        *entry = (*entry + (prime - factor) * other) % prime;
    }
}

/// The same by orthogonalisation (Gram and Schmidt, twice), with tolerances.
fn floating(columns: &[&Column]) -> Dependencies {
    let mut orthogonal: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    let mut sets = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let length = norm(&column.values);
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        let mut rest: Vec<f64> = column.values.iter().map(|value| value * scale).collect();
        let mut combination = vec![0.0; columns.len()];
        combination[place] = 1.0;
        for _ in 0..2 {
            for (other, others) in &orthogonal {
                let share: f64 = rest.iter().zip(other).map(|(a, b)| a * b).sum();
                rest.iter_mut().zip(other).for_each(|(entry, other)| *entry -= share * other);
                combination.iter_mut().zip(others).for_each(|(entry, other)| *entry -= share * other);
            }
        }
        let left = norm(&rest);
        if left > TOLERANCE {
            rest.iter_mut().chain(&mut combination).for_each(|entry| *entry /= left);
            orthogonal.push((rest, combination));
        } else {
            sets.push((0..columns.len()).filter(|&other| combination[other].abs() > SMALLEST).collect());
        }
    }
    Dependencies { rank: orthogonal.len(), sets, exact: false }
}

fn norm(column: &[f64]) -> f64 {
    libm::sqrt(column.iter().map(|entry| entry * entry).sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(integers: &[i64], exact: bool) -> Column {
        let values = integers.iter().map(|&integer| integer as f64).collect();
        Column { values, exact: exact.then(|| vec![Part { integers: integers.to_vec(), power: 1 }]) }
    }

    fn of(columns: &[Vec<i64>], exact: bool) -> Dependencies {
        let columns: Vec<_> = columns.iter().map(|integers| column(integers, exact)).collect();
        dependencies(&columns.iter().collect::<Vec<_>>())
    }

    /// The largest order of a minor that is not zero, by expansion.
    fn rank_by_minors(columns: &[Vec<i64>]) -> usize {
        let rows = columns[0].len();
        let subsets =
            |count: usize| (0u32..1 << count).map(move |set| (0..count).filter(|i| set >> i & 1 == 1).collect());
        subsets(columns.len())
            .filter(|chosen: &Vec<usize>| {
                subsets(rows).any(|rows: Vec<usize>| rows.len() == chosen.len() && minor(columns, chosen, &rows) != 0)
            })
            .map(|chosen| chosen.len())
            .max()
            .unwrap_or(0)
    }

    fn minor(columns: &[Vec<i64>], chosen: &[usize], rows: &[usize]) -> i64 {
        let Some((&first, rest)) = chosen.split_first() else { return 1 };
        let term = |(place, &row): (usize, &usize)| {
            let others: Vec<_> = rows.iter().copied().filter(|&other| other != row).collect();
            let sign = if place % 2 == 0 { 1 } else { -1 };
            sign * columns[first][row] * minor(columns, rest, &others)
        };
        rows.iter().enumerate().map(term).sum()
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_the_minors(columns in prop::collection::vec(prop::collection::vec(-2i64..3, 4), 1..6)) {
            let exact = of(&columns, true);
            prop_assert_eq!(exact.rank, rank_by_minors(&columns));
            let floating = of(&columns, false);
            prop_assert_eq!(floating.rank, exact.rank);
            prop_assert_eq!(floating.sets, exact.sets);
        }
    }

    /// The third column is the sum of the others but for a multiple of the first prime that is used.
    #[test]
    fn a_prime_that_hides_a_difference_does_not_deceive() {
        let prime = primes().next().unwrap() as i64;
        let columns = [vec![1, 0, 0], vec![0, 1, 0], vec![1, 1, prime]];
        assert_eq!(of(&columns, true), Dependencies { rank: 3, sets: vec![], exact: true });
        let hidden = [vec![1, 0, 0], vec![0, 1, 0], vec![prime, 1, 0]];
        assert_eq!(of(&hidden, true), Dependencies { rank: 2, sets: vec![vec![0, 1, 2]], exact: true });
    }

    #[test]
    fn the_listed_primes_are_the_largest() {
        assert!(primes_below((1 << 31) + 1).take(8).eq(LARGEST_PRIMES));
        assert!(primes_below(20).eq([19, 17, 13, 11, 7, 5, 3]));
    }

    #[test]
    fn no_columns_have_rank_zero() {
        assert_eq!(dependencies(&[]).rank, 0);
        assert_eq!(of(&[vec![0, 0]], true).sets, [[0]]);
        assert_eq!(of(&[vec![0, 0]], false).sets, [[0]]);
    }
}
