//! How often levels occur, alone and together.

use super::{AuditError, DesignMatrix};

/// Most cells of all tables of two factors.
const MAX_CELLS: usize = 1 << 24;

/// How often each level of a factor occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorBalance {
    /// Runs at each level that occurs, levels ascending.
    pub counts: Vec<usize>,
}

impl FactorBalance {
    /// Whether all levels occur equally often.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.counts.iter().all(|&count| count == self.counts[0])
    }
}

/// How often the levels of two factors occur together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairBalance {
    /// The two factors, ascending.
    pub factors: [usize; 2],
    /// Runs at each level of the first (rows) and the second factor (columns).
    pub counts: Vec<Vec<usize>>,
}

impl PairBalance {
    /// Whether all combinations of levels occur equally often.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.counts.iter().flatten().all(|&count| count == self.counts[0][0])
    }

    /// Whether main effects of the two are orthogonal: each cell is the product of its margins over the number of runs
    /// (proportional frequencies: Addelman 1962).
    #[must_use]
    pub fn is_orthogonal(&self) -> bool {
        let rows: Vec<usize> = self.counts.iter().map(|row| row.iter().sum()).collect();
        let columns: Vec<usize> =
            (0..self.counts[0].len()).map(|place| self.counts.iter().map(|row| row[place]).sum()).collect();
        let runs: usize = rows.iter().sum();
        let cells = self.counts.iter().zip(&rows);
        cells
            .into_iter()
            .all(|(row, total)| row.iter().zip(&columns).all(|(count, column)| count * runs == total * column))
    }
}

/// How often each level of each factor occurs, in the order of the factors.
#[must_use]
pub fn factor_balance(design: &DesignMatrix) -> Vec<FactorBalance> {
    let counts = |(ranks, levels): (Vec<usize>, usize)| {
        let mut counts = vec![0; levels];
        ranks.into_iter().for_each(|rank| counts[rank] += 1);
        FactorBalance { counts }
    };
    (0..design.factors()).map(|factor| counts(design.ranks(factor))).collect()
}

/// How often the levels of every two factors occur together.
///
/// # Errors
/// If the tables would have more than 2^24 cells together.
pub fn pair_balance(design: &DesignMatrix) -> Result<Vec<PairBalance>, AuditError> {
    let ranks: Vec<_> = (0..design.factors()).map(|factor| design.ranks(factor)).collect();
    let pairs = || (0..ranks.len()).flat_map(|b| (0..b).map(move |a| [a, b]));
    let cells = pairs().try_fold(0usize, |cells, [a, b]| cells.checked_add(ranks[a].1 * ranks[b].1));
    if cells.is_none_or(|cells| cells > MAX_CELLS) {
        return Err(AuditError::TooLarge { what: "the tables of two factors", most: MAX_CELLS });
    }
    let table = |factors: [usize; 2]| {
        let [(a, rows), (b, columns)] = factors.map(|factor| &ranks[factor]);
        let mut counts = vec![vec![0; *columns]; *rows];
        a.iter().zip(b).for_each(|(&row, &column)| counts[row][column] += 1);
        PairBalance { factors, counts }
    };
    Ok(pairs().map(table).collect())
}
