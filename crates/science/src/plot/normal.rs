//! The normal distribution, for places in a picture.

use statrs::distribution::{ContinuousCDF, Normal};

/// The quantile of the standard normal distribution for a probability between 0 and 1.
pub(super) fn quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

/// The density of the standard normal distribution.
pub(super) fn density(z: f64) -> f64 {
    libm::exp(-z * z / 2.0) / libm::sqrt(2.0 * std::f64::consts::PI)
}
