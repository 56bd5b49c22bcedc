//! Strata: the levels of the first term, removed from everything by subtracting means.
//!
//! The columns of one factor's levels are orthogonal to each other, so subtracting the mean of each level projects on
//! what is orthogonal to all of them, at the cost of one pass. With a single stratum this removes the mean only. By the
//! theorem of Frisch, Waugh and Lovell the other terms are then fitted to what is left.

use super::cells::Cells;
use super::sum::{Sum, sum};

/// The stratum of each cell.
#[derive(Debug, Clone)]
pub(super) struct Strata {
    of_cell: Vec<usize>,
    /// Rows in each stratum.
    pub(super) counts: Vec<f64>,
    /// Square roots of the rows in each cell.
    roots: Vec<f64>,
}

impl Strata {
    /// One stratum per level in these codes, or a single one.
    pub(super) fn new(cells: &Cells, levels: Option<(&[u32], usize)>) -> Self {
        let (of_cell, count) = match levels {
            Some((codes, count)) => (cells.codes(codes).collect(), count),
            None => (vec![0; cells.len()], 1),
        };
        let mut counts = vec![0.0; count];
        of_cell.iter().zip(&cells.counts).for_each(|(&stratum, count): (&usize, _)| counts[stratum] += count);
        Self { of_cell, counts, roots: cells.counts.iter().map(|&count| libm::sqrt(count)).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// The stratum of a cell.
    pub(super) fn of(&self, cell: usize) -> usize {
        self.of_cell[cell]
    }

    /// Means of the strata, with the rows of each cell as weights, and what is left of each cell, in two passes.
    pub(super) fn split(&self, cells: &Cells, values: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut means = self.means(cells, values);
        let left = |means: &[f64]| -> Vec<f64> {
            values.iter().zip(&self.of_cell).map(|(value, &stratum)| value - means[stratum]).collect()
        };
        let rest = self.means(cells, &left(&means));
        means.iter_mut().zip(rest).for_each(|(mean, rest)| *mean += rest);
        let left = left(&means);
        (means, left)
    }

    fn means(&self, cells: &Cells, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![Sum::default(); self.len()];
        for ((&stratum, value), count) in self.of_cell.iter().zip(values).zip(&cells.counts) {
            sums[stratum].add(value * count);
        }
        sums.iter().zip(&self.counts).map(|(sum, count)| sum.value() / count).collect()
    }

    /// Each entry times the root of its cell's rows.
    pub(super) fn weighted(&self, values: &[f64]) -> Vec<f64> {
        values.iter().zip(&self.roots).map(|(value, root)| value * root).collect()
    }

    /// Sum of squares between strata with these means.
    pub(super) fn between(&self, means: &[f64]) -> f64 {
        let rows = sum(self.counts.iter().copied());
        let grand = sum(means.iter().zip(&self.counts).map(|(mean, count)| mean * count)) / rows;
        sum(means.iter().zip(&self.counts).map(|(mean, count)| (mean - grand) * (mean - grand) * count))
    }
}
