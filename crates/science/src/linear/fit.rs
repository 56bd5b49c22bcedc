//! The fitted model.

use std::borrow::Cow;
use std::sync::Arc;

use super::cells::Response;
use super::design::Design;
use super::frame::Frame;
use super::sum::sum;
use super::{LinearError, Terms};

/// Residuals below this many units of rounding of the response are rounding, not scatter.
const GRAINS: f64 = 8.0;

/// A linear model fitted by least squares.
///
/// Inside, the response is in units of a power of two from its mean, and one factor may be taken out by strata: the
/// first term, if its levels are in no other term.
#[derive(Debug, Clone)]
pub struct Fit<'a> {
    pub(super) frame: Cow<'a, Frame>,
    /// Shared by all fits to the same rows.
    pub(super) design: Arc<Design>,
    pub(super) response: Response,
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
    Ok(Fit::new(Cow::Borrowed(frame), Arc::new(Design::of(frame, terms)?)))
}

impl<'a> Fit<'a> {
    /// Fits the response of a frame whose rows have this design.
    pub(super) fn new(frame: Cow<'a, Frame>, design: Arc<Design>) -> Self {
        let Design { cells, strata, qr, .. } = &*design;
        let response = Response::new(frame.values(), cells);
        let (stratum_means, left) = strata.split(cells, &response.means);
        let mut effects = strata.weighted(&left);
        let between = sum(effects.iter().map(|effect| effect * effect));
        qr.apply(&mut effects);
        let lack = sum(effects.split_off(qr.rank()).iter().map(|effect| effect * effect));
        let total = strata.between(&stratum_means) + between + response.within;
        let (coefficients, residual) = (qr.solve(effects.clone()), lack + response.within);
        Self { frame, design, response, stratum_means, effects, coefficients, residual, total }
    }

    /// The same model of other values of the response, one per row. What does not depend on them is not computed again,
    /// and the result is that of a new fit to the bit.
    ///
    /// # Errors
    /// If there are more or fewer values than rows, one is not usable, or all are equal.
    pub fn with_values(&self, values: Vec<f64>) -> Result<Self, LinearError> {
        Ok(Self::new(Cow::Owned(self.frame.with_values(values)?), Arc::clone(&self.design)))
    }

    /// The terms of the model.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.design.terms
    }

    /// The values of the response.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        self.frame.values()
    }

    /// Number of coefficients that can be estimated, with the mean.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.design.strata.len() + self.design.qr.rank()
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
        self.variance().map(|variance| libm::sqrt(variance) * self.response.scale)
    }

    /// Scaled variance of the residuals, if there is scatter.
    pub(super) fn variance(&self) -> Option<f64> {
        let freedom = self.residual_df();
        (freedom > 0 && !self.is_perfect()).then(|| self.residual / freedom as f64)
    }

    /// Whether residuals are no larger than rounding.
    pub(super) fn is_perfect(&self) -> bool {
        let largest = self.frame.values().iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let grain = GRAINS * f64::EPSILON * (largest / self.response.scale).max(1.0);
        self.residual <= grain * grain * self.frame.rows() as f64
    }

    /// The square of the response's unit.
    pub(super) fn unit(&self) -> f64 {
        self.response.scale * self.response.scale
    }
}
