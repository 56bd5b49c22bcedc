//! How much of the scores is due to members, to seeds and to noise: variance components, estimated by setting the mean
//! squares of the two-way analysis of variance to what they are expected to be (Searle, Casella and McCulloch 1992, Variance
//! Components, chapter 4).

/// The scores of a table, a row for each member and in it one for each seed.
pub(super) type Table = Vec<Vec<f64>>;

/// Variances of what makes a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Components {
    /// Of members about the mean of their table.
    pub(super) members: f64,
    /// Of seeds.
    pub(super) seeds: f64,
    /// Of everything else.
    pub(super) noise: f64,
}

/// A sum of squares and what it is divided by for the mean square and for the component.
#[derive(Debug, Clone, Copy, Default)]
struct Squares {
    sum: f64,
    freedom: f64,
    /// Degrees of freedom times how often the effect is in the table.
    weight: f64,
}

impl Squares {
    fn add(&mut self, sum: f64, freedom: usize, times: usize) {
        self.sum += sum;
        self.freedom += freedom as f64;
        self.weight += (freedom * times) as f64;
    }

    /// The component beside this noise; a variance is never below 0.
    fn beside(&self, noise: f64) -> f64 {
        ((self.sum - self.freedom * noise) / self.weight).max(0.0)
    }
}

/// The components of all tables together; absent where none has two members and two seeds, so that noise cannot be told.
pub(super) fn components(tables: &[Table]) -> Option<Components> {
    let [mut members, mut seeds, mut noise] = [Squares::default(); 3];
    for table in tables {
        let (rows, columns) = (table.len(), table.first().map_or(0, Vec::len));
        if rows < 2 || columns < 2 {
            continue;
        }
        let [of_rows, of_columns, of_rest] = squares(table, rows as f64, columns as f64);
        members.add(of_rows, rows - 1, columns);
        seeds.add(of_columns, columns - 1, rows);
        noise.add(of_rest, (rows - 1) * (columns - 1), 1);
    }
    let noise = (noise.freedom > 0.0).then(|| noise.sum / noise.freedom)?;
    Some(Components { members: members.beside(noise), seeds: seeds.beside(noise), noise })
}

/// The sums of squares of rows, of columns, and of what neither explains.
fn squares(table: &Table, rows: f64, columns: f64) -> [f64; 3] {
    let by_row: Vec<_> = table.iter().map(|row| row.iter().sum::<f64>() / columns).collect();
    let width = table.first().map_or(0, Vec::len);
    let by_column: Vec<_> = (0..width).map(|j| table.iter().map(|row| row[j]).sum::<f64>() / rows).collect();
    let mean = by_row.iter().sum::<f64>() / rows;
    let square = |value: f64| value * value;
    let about = |means: &[f64]| means.iter().map(|value| square(value - mean)).sum::<f64>();
    let rest = table.iter().zip(&by_row).map(|(row, of_row)| {
        row.iter().zip(&by_column).map(|(score, of_column)| square(score - of_row - of_column + mean)).sum::<f64>()
    });
    [columns * about(&by_row), rows * about(&by_column), rest.sum()]
}

#[cfg(test)]
mod tests {
    use domain::seed::Draws;

    use super::*;

    /// A table whose members, seeds and noise have the standard deviations 3, 2 and 1.
    fn table(rows: usize, columns: usize, draws: &mut Draws) -> Table {
        let seeds: Vec<_> = (0..columns).map(|_| 2.0 * draws.normal()).collect();
        let mut row = |_| {
            let member = 50.0 + 3.0 * draws.normal();
            seeds.iter().map(|seed| member + seed + draws.normal()).collect()
        };
        (0..rows).map(&mut row).collect()
    }

    #[test]
    fn components_are_those_of_the_model() {
        let mut draws = Draws::new(4);
        let tables: Vec<_> = (0..300).map(|at| table(6 + at % 5, 4 + at % 3, &mut draws)).collect();
        let found = components(&tables).unwrap();
        for (value, expected) in [(found.members, 9.0), (found.seeds, 4.0), (found.noise, 1.0)] {
            assert!((value / expected - 1.0).abs() < 0.1, "{found:?}");
        }
    }

    #[test]
    fn sums_without_differences_are_no_variance_and_one_row_says_nothing() {
        assert_eq!(components(&[vec![vec![2.0; 3]; 4]]), Some(Components { members: 0.0, seeds: 0.0, noise: 0.0 }));
        // The rows differ by less than their noise would let them.
        let balanced = vec![vec![1.0, -1.0], vec![-1.0, 1.0]];
        assert_eq!(components(&[balanced]), Some(Components { members: 0.0, seeds: 0.0, noise: 4.0 }));
        assert_eq!(components(&[vec![vec![1.0, 2.0]], vec![vec![1.0], vec![2.0]], vec![]]), None);
    }
}
