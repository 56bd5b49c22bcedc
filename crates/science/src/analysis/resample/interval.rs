//! Intervals from bootstrap replicates.

use crate::analysis::{AnalysisError, sample};
use crate::distribution::normal;
use crate::stats::Interval;

/// A statistic and its bootstrap replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicates {
    estimate: f64,
    sorted: Vec<f64>,
}

impl Replicates {
    /// The statistic of the data and of at least one resample.
    ///
    /// # Errors
    /// If there are no replicates, or a value is not finite.
    pub fn new(estimate: f64, values: Vec<f64>) -> Result<Self, AnalysisError> {
        let method = "the bootstrap";
        if values.is_empty() {
            return Err(AnalysisError::TooFew { method, least: 1, what: "replicates", got: 0 });
        }
        values.iter().chain([&estimate]).try_for_each(|&value| AnalysisError::finite(method, value).map(|_| ()))?;
        Ok(Self { estimate, sorted: sample::sorted(&values) })
    }

    /// The statistic of the data.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.estimate
    }

    /// The replicates in ascending order.
    #[must_use]
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// The percentile interval: quantiles of the replicates, linear between them (Efron and Tibshirani, An Introduction to
    /// the Bootstrap, 1993).
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn percentile(&self, level: f64) -> Result<Interval, AnalysisError> {
        AnalysisError::check_level(level)?;
        let tail = (1.0 - level) / 2.0;
        Ok(Interval { low: self.quantile(tail), high: self.quantile(1.0 - tail) })
    }

    /// The interval that is corrected for bias and acceleration (BCa, Efron 1987), with the acceleration from the statistic
    /// without each value in turn, by strata (Efron and Tibshirani 1993). Absent if the estimate lies outside all
    /// replicates, or no value has influence: the corrections do not exist then.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn bca(&self, jackknife: &[impl AsRef<[f64]>], level: f64) -> Result<Option<Interval>, AnalysisError> {
        AnalysisError::check_level(level)?;
        let bias = normal::quantile(self.share_below());
        let Some(acceleration) = acceleration(jackknife).filter(|_| bias.is_finite()) else { return Ok(None) };
        let tail = normal::quantile((1.0 - level) / 2.0);
        let adjusted = |z: f64| {
            let shifted = bias + z;
            let stretched = 1.0 - acceleration * shifted;
            // Beyond this the map folds back, so that its quantiles mean nothing.
            (stretched > 0.0).then(|| self.quantile(normal::cdf(bias + shifted / stretched)))
        };
        Ok(adjusted(tail).zip(adjusted(-tail)).map(|(low, high)| Interval { low, high }))
    }

    /// The share of replicates below the estimate, equal ones counted half.
    fn share_below(&self) -> f64 {
        let below = self.sorted.partition_point(|&value| value < self.estimate);
        let up_to = self.sorted.partition_point(|&value| value <= self.estimate);
        (below + up_to) as f64 / (2.0 * self.sorted.len() as f64)
    }

    fn quantile(&self, share: f64) -> f64 {
        let place = share * (self.sorted.len() - 1) as f64;
        let (low, high) = (libm::floor(place) as usize, libm::ceil(place) as usize);
        let (low, high, between) = (self.sorted[low], self.sorted[high], place - low as f64);
        low + (high - low) * between
    }
}

fn acceleration(jackknife: &[impl AsRef<[f64]>]) -> Option<f64> {
    let (mut cubes, mut squares) = (0.0, 0.0);
    for stratum in jackknife {
        let stratum = stratum.as_ref();
        let n = stratum.len() as f64;
        let mean = stratum.iter().sum::<f64>() / n;
        for value in stratum {
            let influence = (mean - value) * (n - 1.0) / n;
            squares += influence * influence;
            cubes += influence * influence * influence;
        }
    }
    let acceleration = cubes / (6.0 * squares * libm::sqrt(squares));
    acceleration.is_finite().then_some(acceleration)
}
