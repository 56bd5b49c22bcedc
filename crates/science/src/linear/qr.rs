//! Orthogonal decomposition by Householder reflections.
//!
//! Columns are taken in their order, and one that depends on those before it is set aside (limited pivoting, as in the
//! `dqrdc2` of R). So coefficients that cannot be estimated are those of the latest terms.

use super::sum::{dot, dot_by_four, norm};

/// Below this share of its length, what is left of a column is rounding error and the column depends on earlier ones.
pub(super) const TOLERANCE: f64 = 1e-10;

/// A matrix as reflections and a triangle.
#[derive(Debug, Clone)]
pub(super) struct Qr {
    /// Unit vectors of the reflections; the first entries of the one with number k, up to k, are 0 and not stored.
    reflections: Vec<Vec<f64>>,
    /// The triangle by columns, including those set aside: entries beyond the stored ones are 0.
    triangle: Vec<Vec<f64>>,
    /// The independent columns, ascending.
    pub(super) pivots: Vec<usize>,
    /// The columns set aside, ascending.
    pub(super) dependent: Vec<usize>,
}

impl Qr {
    /// Decomposes a matrix of these columns. The length of each is given with it because it may have been projected
    /// before: what counts is how much is left of the original column.
    pub(super) fn new(columns: Vec<(Vec<f64>, f64)>) -> Self {
        let mut qr = Self { reflections: vec![], triangle: vec![], pivots: vec![], dependent: vec![] };
        for (place, (mut column, length)) in columns.into_iter().enumerate() {
            let rank = qr.rank();
            (0..rank).for_each(|reflection| qr.reflect(reflection, &mut column, dot));
            let left = norm(&column[rank..]);
            if left > TOLERANCE * length {
                qr.pivots.push(place);
                let mut reflection = column.split_off(rank);
                let sign = if reflection[0] < 0.0 { 1.0 } else { -1.0 };
                column.push(sign * left);
                reflection[0] -= sign * left;
                let size = norm(&reflection);
                reflection.iter_mut().for_each(|entry| *entry /= size);
                qr.reflections.push(reflection);
            } else {
                qr.dependent.push(place);
                column.truncate(rank);
            }
            qr.triangle.push(column);
        }
        qr
    }

    /// Number of independent columns.
    pub(super) fn rank(&self) -> usize {
        self.pivots.len()
    }

    /// Multiplies a vector by the transposed orthogonal matrix.
    pub(super) fn apply(&self, vector: &mut [f64]) {
        (0..self.rank()).for_each(|reflection| self.reflect(reflection, vector, dot_by_four));
    }

    fn reflect(&self, place: usize, vector: &mut [f64], product: fn(&[f64], &[f64]) -> f64) {
        let (reflection, rest) = (&self.reflections[place], &mut vector[place..]);
        let share = 2.0 * product(reflection, rest);
        rest.iter_mut().zip(reflection).for_each(|(entry, other)| *entry -= share * other);
    }

    /// The orthogonal matrix times a unit vector with the 1 at `place`; all vectors of the matrix have `length` entries.
    pub(super) fn basis(&self, place: usize, length: usize) -> Vec<f64> {
        let mut vector = vec![0.0; length];
        vector[place] = 1.0;
        (0..self.rank()).rev().for_each(|reflection| self.reflect(reflection, &mut vector, dot));
        vector
    }

    /// A column of the triangle, filled with zeros to the rank.
    pub(super) fn column(&self, place: usize) -> Vec<f64> {
        let mut column = self.triangle[place].clone();
        column.resize(self.rank(), 0.0);
        column
    }

    /// Solves R x = b for the independent columns.
    pub(super) fn solve(&self, mut b: Vec<f64>) -> Vec<f64> {
        for (row, &pivot) in self.pivots.iter().enumerate().rev() {
            let column = &self.triangle[pivot];
            b[row] /= column[row];
            let value = b[row];
            b[..row].iter_mut().zip(column).for_each(|(entry, other)| *entry -= value * other);
        }
        b
    }

    /// Solves R' x = b for the independent columns.
    pub(super) fn solve_transposed(&self, mut b: Vec<f64>) -> Vec<f64> {
        for (row, &pivot) in self.pivots.iter().enumerate() {
            let column = &self.triangle[pivot];
            b[row] = (b[row] - dot(&b[..row], column)) / column[row];
        }
        b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(columns: &[&[f64]]) -> Qr {
        Qr::new(columns.iter().map(|column| (column.to_vec(), norm(column))).collect())
    }

    #[test]
    fn later_columns_that_depend_are_set_aside() {
        let (a, b) = ([1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 2.0, 0.5]);
        let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - 3.0 * b).collect();
        let qr = of(&[&a, &b, &sum, &[0.0; 4], &[0.0, 0.0, 0.0, 1.0]]);
        assert_eq!((qr.pivots.as_slice(), qr.dependent.as_slice()), ([0, 1, 4].as_slice(), [2, 3].as_slice()));
        let coefficients = qr.solve(qr.column(2));
        for (got, expected) in coefficients.iter().zip([2.0, -3.0, 0.0]) {
            assert!((got - expected).abs() < 1e-14, "{coefficients:?}");
        }
    }

    #[test]
    fn more_columns_than_rows_are_no_panic() {
        let qr = of(&[&[2.0], &[3.0], &[4.0]]);
        assert_eq!((qr.rank(), qr.dependent.len()), (1, 2));
        assert_eq!(Qr::new(vec![]).rank(), 0);
    }

    #[test]
    fn lengths_are_kept_and_equations_solved() {
        let qr = of(&[&[1.0, 2.0, 3.0], &[4.0, 5.0, 7.0]]);
        let mut y = vec![9.0, 12.0, 17.0]; // 1 * first + 2 * second
        qr.apply(&mut y);
        assert!(y[2].abs() < 1e-14);
        let x = qr.solve(y[..2].to_vec());
        assert!((x[0] - 1.0).abs() < 1e-13 && (x[1] - 2.0).abs() < 1e-13);
        let back = qr.solve_transposed(vec![1.0, 4.0]);
        let first = qr.column(0);
        assert!((dot(&first, &back) - 1.0).abs() < 1e-14);
    }
}
