//! What is going to be tested.

use super::{PowerError, f_test, t_test};

/// Which deviations a test looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// Only those in the direction of the effect.
    One,
    /// Those in both directions.
    Two,
}

/// A test, and the measure of its effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// One-way analysis of variance. The size is that of each group, the effect Cohen's f: the standard deviation of the
    /// groups' means over that within the groups.
    OneWay {
        /// How many groups are compared, at least 2.
        groups: usize,
    },
    /// Two independent groups by Student's t. The size is that of each group, the effect Cohen's d: the difference of the
    /// means in standard deviations.
    TwoSample(Sides),
    /// Pairs by Student's t. The size is the number of pairs, the effect d_z: the mean difference in standard deviations of
    /// the differences.
    Paired(Sides),
    /// A contrast of the means of groups of equal size. The size is that of each group, the effect the value of the contrast
    /// in standard deviations within the groups.
    Contrast {
        /// What the means are multiplied with, one per group; they add up to 0.
        coefficients: Vec<f64>,
        /// Which deviations the test looks for.
        sides: Sides,
    },
}

impl Plan {
    /// The probability that the test finds the effect at the significance level `alpha`.
    ///
    /// # Errors
    /// If a parameter is out of its range, or the effect so large that its power cannot be told from 1.
    pub fn power(&self, effect: f64, size: usize, alpha: f64) -> Result<f64, PowerError> {
        self.check(alpha)?;
        if !(effect > 0.0 && effect.is_finite()) {
            return Err(PowerError::Effect);
        }
        if size < 2 {
            return Err(PowerError::Size);
        }
        self.unchecked(effect, size, alpha).ok_or(PowerError::TooLarge)
    }

    pub(super) fn check(&self, alpha: f64) -> Result<(), PowerError> {
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(PowerError::Alpha);
        }
        match self {
            Self::OneWay { groups } if *groups < 2 => Err(PowerError::Groups),
            Self::Contrast { coefficients, .. } if !is_contrast(coefficients) => Err(PowerError::Contrast),
            _ => Ok(()),
        }
    }

    /// Absent if the noncentrality is too large.
    pub(super) fn unchecked(&self, effect: f64, size: usize, alpha: f64) -> Option<f64> {
        let size = size as f64;
        match self {
            Self::OneWay { groups } => {
                let groups = *groups as f64;
                f_test(effect * effect * groups * size, groups - 1.0, groups * (size - 1.0), alpha)
            }
            Self::TwoSample(sides) => t_test(effect * libm::sqrt(size / 2.0), 2.0 * (size - 1.0), alpha, *sides),
            Self::Paired(sides) => t_test(effect * libm::sqrt(size), size - 1.0, alpha, *sides),
            Self::Contrast { coefficients, sides } => {
                let squares: f64 = coefficients.iter().map(|c| c * c).sum();
                let df = coefficients.len() as f64 * (size - 1.0);
                t_test(effect * libm::sqrt(size / squares), df, alpha, *sides)
            }
        }
    }
}

fn is_contrast(coefficients: &[f64]) -> bool {
    let sum: f64 = coefficients.iter().sum();
    let size = coefficients.iter().map(|c| c.abs()).fold(0.0, f64::max);
    size > 1e-100 && size < 1e100 && sum.abs() <= 1e-9 * size
}
