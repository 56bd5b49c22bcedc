//! Residuals, and how much each row moves the fit.

use super::Fit;
use super::sum::dot;

/// Leverages this close to 1 are 1: the row determines a coefficient by itself.
const FULL: f64 = 1e-10;

/// Residuals and influence of every row, in the order of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// Values that the model gives.
    pub fitted: Vec<f64>,
    /// Response minus fitted value.
    pub residuals: Vec<f64>,
    /// Weight of the row's own response in its fitted value, 0 to 1.
    pub leverages: Vec<f64>,
    /// Residuals over their own standard deviation (internally studentized); absent at leverage 1 and without scatter.
    pub standardized: Vec<Option<f64>>,
    /// Residuals over their standard deviation as estimated without the row (externally studentized): Student's t with one
    /// degree of freedom less than the residuals. Absent as `standardized` is, and if the other rows have no scatter.
    pub studentized: Vec<Option<f64>>,
    /// Distance by which the row moves all fitted values, squared, per coefficient and residual variance (Cook 1977).
    pub cooks_distances: Vec<Option<f64>>,
}

impl Fit<'_> {
    /// Residuals and influence of every row.
    #[must_use]
    pub fn influence(&self) -> Influence {
        let (fitted, leverages) = (self.fitted_cells(), self.cell_leverages());
        let cells = || self.design.cells.of_row.iter().map(|&cell| cell as usize);
        let scaled = |row: usize| (self.frame.values()[row] - self.response.shift) / self.response.scale;
        let residuals: Vec<f64> = cells().enumerate().map(|(row, cell)| scaled(row) - fitted[cell]).collect();
        let leverages: Vec<f64> = cells().map(|cell| leverages[cell]).collect();
        let standardized: Vec<_> = residuals.iter().zip(&leverages).map(|(e, h)| self.standardize(*e, *h)).collect();
        let cook = |(r, h): (&Option<f64>, &f64)| r.map(|r| r * r * h / (1.0 - h) / self.rank() as f64);
        Influence {
            fitted: cells().map(|cell| self.response.shift + fitted[cell] * self.response.scale).collect(),
            residuals: residuals.iter().map(|residual| residual * self.response.scale).collect(),
            studentized: standardized.iter().map(|r| self.studentize((*r)?)).collect(),
            cooks_distances: standardized.iter().zip(&leverages).map(cook).collect(),
            leverages,
            standardized,
        }
    }

    /// Fitted value of each cell, scaled.
    pub(super) fn fitted_cells(&self) -> Vec<f64> {
        let mut fitted: Vec<f64> =
            (0..self.design.cells.len()).map(|cell| self.stratum_means[self.design.strata.of(cell)]).collect();
        for (&pivot, coefficient) in self.design.qr.pivots.iter().zip(&self.coefficients) {
            fitted
                .iter_mut()
                .zip(&self.design.centred[pivot])
                .for_each(|(value, column)| *value += coefficient * column);
        }
        fitted
    }

    fn cell_leverages(&self) -> Vec<f64> {
        let of_cell = |cell: usize| {
            let row = self.design.qr.pivots.iter().map(|&pivot| self.design.centred[pivot][cell]).collect();
            let loading = self.design.qr.solve_transposed(row);
            (1.0 / self.design.strata.counts[self.design.strata.of(cell)] + dot(&loading, &loading)).min(1.0)
        };
        (0..self.design.cells.len()).map(of_cell).collect()
    }

    fn standardize(&self, residual: f64, leverage: f64) -> Option<f64> {
        let variance = self.variance()?;
        (leverage < 1.0 - FULL).then(|| residual / libm::sqrt(variance * (1.0 - leverage)))
    }

    fn studentize(&self, standardized: f64) -> Option<f64> {
        let freedom = self.residual_df() as f64;
        let left = freedom - standardized * standardized;
        (freedom > 1.0 && left > freedom * FULL).then(|| standardized * libm::sqrt((freedom - 1.0) / left))
    }
}
