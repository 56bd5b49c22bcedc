//! The fitted model.

use super::cells::Cells;
use super::frame::{Frame, Kind};
use super::matrix::Matrix;
use super::qr::Qr;
use super::strata::Strata;
use super::sum::{norm, sum};
use super::{LinearError, Term, Terms};

/// Residuals below this many units of rounding of the response are rounding, not scatter.
const GRAINS: f64 = 8.0;

/// A linear model fitted by least squares.
///
/// Inside, the response is in units of a power of two from its mean, and one factor may be taken out by strata: the
/// first term, if its levels are in no other term.
#[derive(Debug, Clone)]
pub struct Fit<'a> {
    pub(super) frame: &'a Frame,
    pub(super) terms: Terms,
    /// Whether the first term is in the strata and has no columns.
    pub(super) stratified: bool,
    pub(super) cells: Cells,
    pub(super) strata: Strata,
    pub(super) matrix: Matrix,
    /// Means of the columns in each stratum.
    pub(super) column_means: Vec<Vec<f64>>,
    /// Columns without their means, not weighted.
    pub(super) centred: Vec<Vec<f64>>,
    /// Lengths of the weighted columns before they were centred.
    pub(super) lengths: Vec<f64>,
    pub(super) qr: Qr,
    /// Means of the response in each stratum.
    pub(super) stratum_means: Vec<f64>,
    /// Coordinates of the response along the orthogonal columns.
    pub(super) effects: Vec<f64>,
    /// Coefficients of the independent columns, in the order of the pivots.
    pub(super) coefficients: Vec<f64>,
    /// Residual sum of squares, scaled.
    pub(super) residual: f64,
    /// Total sum of squares about the mean, scaled.
    pub(super) total: f64,
}

/// Fits a linear model of the frame's response with a mean and these terms by least squares.
///
/// # Errors
/// If a factor of the model has one level only or the model is too large.
pub fn fit<'a>(frame: &'a Frame, terms: &Terms) -> Result<Fit<'a>, LinearError> {
    let mut factors: Vec<usize> = terms.terms().iter().flat_map(|term| term.factors()).copied().collect();
    factors.sort_unstable();
    factors.dedup();
    for &factor in &factors {
        check_levels(frame, factor)?;
    }
    let stratified = stratum(frame, terms).is_some();
    Fit::new(frame, terms, Cells::new(frame, &factors), stratified)
}

/// The levels of the first term, if it is categorical and in no other term.
fn stratum<'a>(frame: &'a Frame, terms: &Terms) -> Option<(&'a [u32], usize)> {
    let first = terms.terms().first().filter(|first| !terms.is_contained(first))?;
    match &frame.get(*first.factors().first()?).kind {
        Kind::Categorical { codes, levels, .. } => Some((codes, levels.len())),
        Kind::Continuous { .. } => None,
    }
}

fn check_levels(frame: &Frame, factor: usize) -> Result<(), LinearError> {
    match frame.get(factor) {
        super::frame::Factor { name, kind: Kind::Categorical { levels, .. } } if levels.len() < 2 => {
            let level = levels.first().cloned().unwrap_or_default();
            Err(LinearError::OneLevel { factor: name.clone(), level })
        }
        _ => Ok(()),
    }
}

impl<'a> Fit<'a> {
    /// Fits over these cells; with `stratified` the first term is taken out as strata, without it is left out.
    fn new(frame: &'a Frame, terms: &Terms, cells: Cells, stratified: bool) -> Result<Self, LinearError> {
        let levels = stratum(frame, terms);
        let skipped = usize::from(levels.is_some());
        let strata = Strata::new(&cells, levels.filter(|_| stratified));
        let numbered: Vec<(usize, &Term)> = terms.terms().iter().enumerate().skip(skipped).collect();
        let matrix = Matrix::new(frame, &cells, &numbered)?;
        let lengths: Vec<f64> = matrix.columns.iter().map(|column| norm(&strata.weighted(column))).collect();
        let (column_means, centred): (Vec<_>, Vec<Vec<f64>>) =
            matrix.columns.iter().map(|column| strata.split(&cells, column)).unzip();
        let weighted = centred.iter().map(|column| strata.weighted(column));
        let qr = Qr::new(weighted.zip(lengths.iter().copied()).collect());

        let (stratum_means, left) = strata.split(&cells, &cells.means);
        let mut effects = strata.weighted(&left);
        let between = sum(effects.iter().map(|effect| effect * effect));
        qr.apply(&mut effects);
        let lack = sum(effects.split_off(qr.rank()).iter().map(|effect| effect * effect));
        let total = strata.between(&stratum_means) + between + cells.within;
        let (coefficients, residual) = (qr.solve(effects.clone()), lack + cells.within);
        let terms = terms.clone();
        Ok(Self {
            frame,
            terms,
            stratified,
            cells,
            strata,
            matrix,
            column_means,
            centred,
            lengths,
            qr,
            stratum_means,
            effects,
            coefficients,
            residual,
            total,
        })
    }

    /// The same model without the term that is in the strata.
    pub(super) fn without_strata(&self) -> Result<Self, LinearError> {
        Self::new(self.frame, &self.terms, self.cells.clone(), false)
    }

    /// The terms of the model.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Number of coefficients that can be estimated, with the mean.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.strata.len() + self.qr.rank()
    }

    /// Degrees of freedom of the residuals.
    #[must_use]
    pub fn residual_df(&self) -> usize {
        self.frame.rows().saturating_sub(self.rank())
    }

    /// Sum of squared residuals.
    #[must_use]
    pub fn residual_ss(&self) -> f64 {
        self.residual * self.unit()
    }

    /// Sum of squared distances from the mean.
    #[must_use]
    pub fn total_ss(&self) -> f64 {
        self.total * self.unit()
    }

    /// Share of the total sum of squares that the model explains (multiple correlation squared), 0 to 1.
    #[must_use]
    pub fn r_squared(&self) -> f64 {
        (1.0 - self.residual / self.total).clamp(0.0, 1.0)
    }

    /// Standard deviation of the residuals; absent if there is no scatter to estimate it from.
    #[must_use]
    pub fn sigma(&self) -> Option<f64> {
        self.variance().map(|variance| libm::sqrt(variance) * self.cells.scale)
    }

    /// Scaled variance of the residuals, if there is scatter.
    pub(super) fn variance(&self) -> Option<f64> {
        let freedom = self.residual_df();
        (freedom > 0 && !self.is_perfect()).then(|| self.residual / freedom as f64)
    }

    /// Whether residuals are no larger than rounding.
    pub(super) fn is_perfect(&self) -> bool {
        let largest = self.frame.values().iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let grain = GRAINS * f64::EPSILON * (largest / self.cells.scale).max(1.0);
        self.residual <= grain * grain * self.frame.rows() as f64
    }

    /// The square of the response's unit.
    pub(super) fn unit(&self) -> f64 {
        self.cells.scale * self.cells.scale
    }
}
