//! Screening designs of Plackett and Burman, from Hadamard matrices.

use super::DesignError;

/// Most runs of a screening design here.
const MOST_RUNS: usize = 48;

/// A design of Plackett and Burman, The design of optimum multifactorial experiments, Biometrika 33 (1946) 305-325:
/// `factors` two-level factors in `runs` runs, every pair of them orthogonal. Main effects are estimated as well as they
/// can be; they are partly aliased with two-factor interactions.
///
/// Levels are 0 for low and 1 for high. For 4, 8, 12, 20, 24, 32, 44 and 48 runs the rows are the cyclic shifts of one row
/// and a row of low levels, by the quadratic residues of runs - 1 (Paley 1933). The others are Paley's second
/// construction (28 and 36 runs) or doublings (16 and 40 runs; Sylvester 1867), with a last row of low levels. In 4, 8 and
/// 16 runs they are regular fractions.
///
/// # Errors
/// If the number of runs is no multiple of 4 from 4 to 48, or there are no factors or as many as runs.
pub fn plackett_burman(factors: usize, runs: usize) -> Result<Vec<Vec<usize>>, DesignError> {
    let refuse = |help| Err(DesignError::Runs { design: "a design of Plackett and Burman", runs, factors, help });
    if !runs.is_multiple_of(4) || !(4..=MOST_RUNS).contains(&runs) {
        return refuse("it has a multiple of 4 from 4 to 48");
    }
    if !(1..runs).contains(&factors) {
        return refuse("it takes at least 1 factor and fewer factors than runs");
    }
    let level = |sign: i8| usize::from(sign > 0);
    Ok(hadamard(runs).into_iter().map(|row| row.into_iter().skip(1).take(factors).map(level).collect()).collect())
}

type Matrix = Vec<Vec<i8>>;

/// A Hadamard matrix whose first column is 1 and whose last row is -1 after it.
fn hadamard(order: usize) -> Matrix {
    match order {
        16 | 40 => last_row_low(doubled(&hadamard(order / 2))),
        28 | 36 => last_row_low(paley_second(order / 2 - 1)),
        _ => paley_first(order - 1),
    }
}

/// 1 for a nonzero square modulo the prime, -1 for any other number, 0 for a multiple of it.
fn residue(number: usize, prime: usize) -> i8 {
    match number % prime {
        0 => 0,
        rest if (1..prime).any(|root| root * root % prime == rest) => 1,
        _ => -1,
    }
}

/// Paley's first construction for a prime that leaves 3 when divided by 4: row `i` is the row of residues, in which 0
/// counts as a square, shifted right by `i`.
fn paley_first(prime: usize) -> Matrix {
    let sign = |number: usize| if number.is_multiple_of(prime) { 1 } else { residue(number, prime) };
    let row =
        |shift: usize| std::iter::once(1).chain((0..prime).map(move |place| sign(place + prime - shift))).collect();
    let low = std::iter::once(1).chain(std::iter::repeat_n(-1, prime)).collect();
    (0..prime).map(row).chain([low]).collect()
}

/// Paley's second construction for a prime that leaves 1 when divided by 4: each entry of his symmetric conference matrix
/// becomes a block of two rows and columns.
fn paley_second(prime: usize) -> Matrix {
    let conference = |row: usize, column: usize| match (row, column) {
        (0, 0) => 0,
        (0, _) | (_, 0) => 1,
        _ => residue(row + prime - column, prime),
    };
    let entry = |row: usize, column: usize| match (conference(row / 2, column / 2), row % 2, column % 2) {
        (0, 0, 0) => 1,
        (0, _, _) => -1,
        (sign, 1, 1) => -sign,
        (sign, _, _) => sign,
    };
    let order = 2 * (prime + 1);
    (0..order).map(|row| (0..order).map(|column| entry(row, column)).collect()).collect()
}

fn doubled(half: &Matrix) -> Matrix {
    let both = |row: &Vec<i8>, sign: i8| row.iter().copied().chain(row.iter().map(move |entry| sign * entry)).collect();
    half.iter().map(|row| both(row, 1)).chain(half.iter().map(|row| both(row, -1))).collect()
}

/// The matrix with rows negated until its first column is 1, then other columns negated until its last row is -1.
fn last_row_low(mut matrix: Matrix) -> Matrix {
    for row in matrix.iter_mut().filter(|row| row[0] < 0) {
        row.iter_mut().for_each(|entry| *entry = -*entry);
    }
    let last = matrix[matrix.len() - 1].clone();
    for row in &mut matrix {
        row.iter_mut().zip(&last).skip(1).filter(|(_, low)| **low > 0).for_each(|(entry, _)| *entry = -*entry);
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(row: &[usize]) -> String {
        row.iter().map(|&level| if level == 1 { '+' } else { '-' }).collect()
    }

    #[test]
    fn all_sizes_are_balanced_and_orthogonal() {
        for runs in (4..=48).step_by(4) {
            let design = plackett_burman(runs - 1, runs).unwrap();
            assert_eq!(design.len(), runs);
            assert!(design.iter().all(|run| run.len() == runs - 1));
            assert!(design[runs - 1].iter().all(|&level| level == 0));
            for a in 0..runs - 1 {
                assert_eq!(design.iter().filter(|run| run[a] == 1).count(), runs / 2);
                for b in 0..a {
                    let cells = [(0, 0), (0, 1), (1, 0), (1, 1)];
                    let count = |cell| design.iter().filter(|run| (run[a], run[b]) == cell).count();
                    assert!(cells.into_iter().all(|cell| count(cell) == runs / 4), "columns {a} and {b} of {runs}");
                }
            }
        }
    }

    /// First rows as printed by Plackett and Burman (1946).
    #[test]
    fn first_rows_are_the_published_ones() {
        for (runs, row) in
            [(8, "+++-+--"), (12, "++-+++---+-"), (20, "++--++++-+-+----++-"), (24, "+++++-+-++--++--+-+----")]
        {
            let design = plackett_burman(runs - 1, runs).unwrap();
            assert_eq!(signs(&design[0]), row);
            for pair in design[..runs - 1].windows(2) {
                let shifted: Vec<_> = (0..runs - 1).map(|place| pair[0][(place + runs - 2) % (runs - 1)]).collect();
                assert_eq!(pair[1], shifted, "each row is the one above, shifted right");
            }
        }
    }

    #[test]
    fn fewer_factors_take_the_first_columns() {
        let all = plackett_burman(11, 12).unwrap();
        let some = plackett_burman(5, 12).unwrap();
        assert!(all.iter().zip(&some).all(|(all, some)| all[..5] == some[..]));
    }

    #[test]
    fn sizes_that_do_not_exist_are_refused() {
        for (factors, runs) in [(3, 10), (3, 0), (3, 52), (12, 12), (0, 12)] {
            assert!(matches!(plackett_burman(factors, runs), Err(DesignError::Runs { .. })), "{factors} in {runs}");
        }
    }
}
