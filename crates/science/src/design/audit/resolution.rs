//! The true resolution of a two-level design, by multiplying out every product of factors.

use super::{AuditError, DesignMatrix};

/// Most 64-run pieces of products that are computed.
const MAX_WORK: usize = 1 << 32;

/// The resolution of a two-level design, regular or not.
#[derive(Debug, Clone, PartialEq)]
pub struct TrueResolution {
    /// Length of the shortest product of factors whose mean over the runs is not zero.
    pub length: usize,
    /// One of the products of this length whose mean has the largest magnitude.
    pub word: Vec<usize>,
    /// Its mean: 1 or -1 if its parts are fully aliased, between if partly.
    pub correlation: f64,
}

impl TrueResolution {
    /// The generalised resolution: the length and 1 minus the magnitude of the correlation (Deng and Tang 1999).
    #[must_use]
    pub fn generalised(&self) -> f64 {
        self.length as f64 + 1.0 - self.correlation.abs()
    }
}

/// The true resolution; absent if every product of factors has mean zero, as in a full factorial.
///
/// # Errors
/// If a factor does not have two levels, or there is too much to multiply out.
pub fn true_resolution(design: &DesignMatrix) -> Result<Option<TrueResolution>, AuditError> {
    let columns = (0..design.factors()).map(|factor| bits(design, factor)).collect::<Result<Vec<_>, _>>()?;
    let start = vec![0u64; design.runs().div_ceil(64)];
    let mut work = 0;
    for length in 1..=columns.len() {
        work = combinations(columns.len(), length).saturating_mul(start.len()).saturating_add(work);
        if work > MAX_WORK {
            return Err(AuditError::TooLarge { what: "the search for the shortest word", most: MAX_WORK });
        }
        let mut search = Search { columns: &columns, runs: design.runs(), best: (0, vec![]), chosen: vec![] };
        search.extend(0, length, &start);
        let (sum, word) = search.best;
        if sum != 0 {
            return Ok(Some(TrueResolution { length, word, correlation: sum as f64 / design.runs() as f64 }));
        }
    }
    Ok(None)
}

/// The runs in which the factor is low, as bits.
fn bits(design: &DesignMatrix, factor: usize) -> Result<Vec<u64>, AuditError> {
    let (ranks, levels) = design.ranks(factor);
    if levels != 2 {
        return Err(AuditError::NotTwoLevel { factor: design.name(factor).to_owned(), levels });
    }
    let piece = |runs: &[usize]| runs.iter().enumerate().map(|(run, &rank)| u64::from(rank == 0) << run).sum();
    Ok(ranks.chunks(64).map(piece).collect())
}

fn combinations(of: usize, count: usize) -> usize {
    (0..count).fold(1usize, |product, i| product.saturating_mul(of - i) / (i + 1))
}

struct Search<'a> {
    columns: &'a [Vec<u64>],
    runs: usize,
    /// The sum of the product over all runs, and the product.
    best: (i64, Vec<usize>),
    chosen: Vec<usize>,
}

impl Search<'_> {
    fn extend(&mut self, first: usize, missing: usize, product: &[u64]) {
        if missing == 0 {
            let low: u32 = product.iter().map(|piece| piece.count_ones()).sum();
            let sum = self.runs as i64 - 2 * i64::from(low);
            if sum.abs() > self.best.0.abs() {
                self.best = (sum, self.chosen.clone());
            }
            return;
        }
        for factor in first..=self.columns.len() - missing {
            let longer: Vec<_> = product.iter().zip(&self.columns[factor]).map(|(a, b)| a ^ b).collect();
            self.chosen.push(factor);
            self.extend(factor + 1, missing - 1, &longer);
            self.chosen.pop();
        }
    }
}
