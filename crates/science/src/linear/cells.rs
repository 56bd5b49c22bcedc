//! Cells: rows that agree in every factor of the model, reduced to what a linear model needs of them.

use super::frame::{Frame, Kind, location};
use super::sum::Sum;

/// The cells of a frame, in the order of their levels.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// The cell of each row.
    pub(super) of_row: Vec<u32>,
    /// One row of each cell.
    pub(super) example: Vec<usize>,
    /// Number of rows of each cell.
    pub(super) counts: Vec<f64>,
}

/// A response, reduced to what a linear model needs of it.
#[derive(Debug, Clone)]
pub(super) struct Response {
    /// Mean of each cell, in units of `scale` from `shift`.
    pub(super) means: Vec<f64>,
    /// Sum of squares within cells, in squared units of `scale`.
    pub(super) within: f64,
    /// About the mean of the response.
    pub(super) shift: f64,
    /// A power of two that bounds the response's distance from `shift`.
    pub(super) scale: f64,
}

impl Cells {
    /// The cells by these factors.
    pub(super) fn new(frame: &Frame, factors: &[usize]) -> Self {
        let (of_row, count) =
            factors.iter().fold((vec![0; frame.rows()], 1), |cells, &factor| cross(frame, cells, factor));
        let mut example = vec![0; count];
        for (row, &cell) in of_row.iter().enumerate().rev() {
            example[cell as usize] = row;
        }
        let mut counts = vec![0.0; count];
        of_row.iter().for_each(|&cell| counts[cell as usize] += 1.0);
        Self { of_row, example, counts }
    }

    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// The level of a categorical factor in each cell.
    pub(super) fn codes<'a>(&'a self, codes: &'a [u32]) -> impl Iterator<Item = usize> + 'a {
        self.example.iter().map(|&row| codes[row] as usize)
    }
}

impl Response {
    /// The moments of the values in each cell.
    pub(super) fn new(values: &[f64], cells: &Cells) -> Self {
        let (shift, scale) = location(values);
        let scaled: Vec<f64> = values.iter().map(|value| (value - shift) / scale).collect();
        let (means, within) = moments(cells, &scaled);
        Self { means, within, shift, scale }
    }
}

/// Means and the sum of squares within: in two passes, the second of which corrects the first (Chan, Golub and LeVeque
/// 1983), with compensated sums.
fn moments(cells: &Cells, values: &[f64]) -> (Vec<f64>, f64) {
    let Cells { of_row, counts, .. } = cells;
    let mut sums = vec![Sum::default(); counts.len()];
    of_row.iter().zip(values).for_each(|(&cell, &value)| sums[cell as usize].add(value));
    let mut means: Vec<f64> = sums.iter().zip(counts).map(|(sum, count)| sum.value() / count).collect();
    let (mut squares, mut rests) = (Sum::default(), vec![Sum::default(); counts.len()]);
    for (&cell, &value) in of_row.iter().zip(values) {
        let deviation = value - means[cell as usize];
        squares.add(deviation * deviation);
        rests[cell as usize].add(deviation);
    }
    for ((rest, count), mean) in rests.iter().zip(counts).zip(&mut means) {
        let rest = rest.value();
        squares.add(-rest * rest / count);
        *mean += rest / count;
    }
    (means, squares.value().max(0.0))
}

/// Splits cells by one more factor.
fn cross(frame: &Frame, (cells, count): (Vec<u32>, usize), factor: usize) -> (Vec<u32>, usize) {
    let (codes, levels) = match &frame.get(factor).kind {
        Kind::Categorical { codes, levels, .. } => (codes.clone(), levels.len()),
        Kind::Continuous { values, .. } => ranks(values),
    };
    let keys: Vec<u64> =
        cells.iter().zip(&codes).map(|(&cell, &code)| u64::from(cell) * levels as u64 + u64::from(code)).collect();
    dense(&keys, count as u64 * levels as u64)
}

/// The rank of each value among the distinct ones, and how many those are.
fn ranks(values: &[f64]) -> (Vec<u32>, usize) {
    let mut distinct: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let rank = |value: &f64| distinct.partition_point(|other| other < value) as u32;
    (values.iter().map(rank).collect(), distinct.len())
}

/// Numbers the keys that occur, ascending. Keys are below `bound`.
fn dense(keys: &[u64], bound: u64) -> (Vec<u32>, usize) {
    if bound > 4 * keys.len() as u64 + (1 << 16) {
        let mut distinct = keys.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let rank = |key: &u64| distinct.partition_point(|other| other < key) as u32;
        return (keys.iter().map(rank).collect(), distinct.len());
    }
    let mut numbers = vec![u32::MAX; bound as usize];
    keys.iter().for_each(|&key| numbers[key as usize] = 0);
    let mut next = 0;
    for number in numbers.iter_mut().filter(|number| **number == 0) {
        *number = next;
        next += 1;
    }
    (keys.iter().map(|&key| numbers[key as usize]).collect(), next as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_in_their_order_either_way() {
        let keys = [7, 3, 7, 1_000_000, 3];
        let expected = (vec![1, 0, 1, 2, 0], 3);
        assert_eq!(dense(&keys, 1 << 40), expected);
        assert_eq!(dense(&keys, 1_000_001), expected);
        assert_eq!(dense(&[2, 0, 2], 3), (vec![1, 0, 1], 2));
        assert_eq!(ranks(&[0.0, -1.5, -0.0]), (vec![1, 0, 1], 2));
    }

    #[test]
    fn cells_keep_counts_means_and_squares() {
        let frame = Frame::new("y", vec![1e9, 1e9 + 2.0, 1e9 + 5.0]).unwrap().labels("a", &["u", "u", "v"]).unwrap();
        let cells = Cells::new(&frame, &[0]);
        assert_eq!((cells.of_row.as_slice(), cells.counts.as_slice()), ([0, 0, 1].as_slice(), [2.0, 1.0].as_slice()));
        let Response { means, within, shift, scale } = Response::new(frame.values(), &cells);
        let mean = |cell: usize| shift + means[cell] * scale;
        assert_eq!((mean(0), mean(1)), (1e9 + 1.0, 1e9 + 5.0));
        assert!((within * scale * scale - 2.0).abs() < 1e-12);
    }
}
