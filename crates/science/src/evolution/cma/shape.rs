//! The shape of the distribution: its covariances up to the square of the step.

use serde::{Deserialize, Serialize};

use super::{Covariance, eigen};

/// Covariances, with what is needed to draw from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shape {
    /// A matrix, its eigenvectors one after the other and the roots of their eigenvalues, as of some generations ago.
    Full { covariances: Vec<f64>, axes: Vec<f64>, lengths: Vec<f64> },
    /// Variances alone.
    Separable { variances: Vec<f64> },
}

/// What a generation adds to the covariances.
pub(super) struct Growth<'a> {
    /// The share of the old ones that stays.
    pub(super) kept: f64,
    /// Directions with their weights.
    pub(super) directions: &'a [(f64, &'a [f64])],
}

impl Shape {
    /// A ball.
    pub(super) fn ball(covariance: Covariance, n: usize) -> Self {
        match covariance {
            Covariance::Full => {
                let identity: Vec<_> = (0..n * n).map(|place| if place % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
                Self::Full { covariances: identity.clone(), axes: identity, lengths: vec![1.0; n] }
            }
            Covariance::Separable => Self::Separable { variances: vec![1.0; n] },
        }
    }

    /// Whether it is of this kind and dimension.
    pub(super) fn is(&self, covariance: Covariance, n: usize) -> bool {
        match (self, covariance) {
            (Self::Full { covariances, axes, lengths }, Covariance::Full) => {
                lengths.len() == n && covariances.len() == n * n && axes.len() == n * n
            }
            (Self::Separable { variances }, Covariance::Separable) => variances.len() == n,
            _ => false,
        }
    }

    /// The point of the distribution that `z` is of a standard normal one.
    pub(super) fn stretched(&self, z: &[f64]) -> Vec<f64> {
        match self {
            Self::Full { axes, lengths, .. } => {
                let along: Vec<_> = z.iter().zip(lengths).map(|(z, length)| z * length).collect();
                combined(axes, &along)
            }
            Self::Separable { variances } => z.iter().zip(variances).map(|(z, &v)| z * libm::sqrt(v)).collect(),
        }
    }

    /// `z` turned as the distribution is, not stretched: what the inverse root of the covariances makes of the stretched
    /// point.
    pub(super) fn turned(&self, z: &[f64]) -> Vec<f64> {
        match self {
            Self::Full { axes, .. } => combined(axes, z),
            Self::Separable { .. } => z.to_vec(),
        }
    }

    /// The variance of a coordinate.
    pub(super) fn variance(&self, coordinate: usize) -> f64 {
        match self {
            Self::Full { covariances, lengths, .. } => covariances[coordinate * (lengths.len() + 1)],
            Self::Separable { variances } => variances[coordinate],
        }
    }

    /// Raises the variance of a coordinate to `least`, if it is lower.
    pub(super) fn raise(&mut self, coordinate: usize, least: f64) {
        let variance = match self {
            Self::Full { covariances, lengths, .. } => &mut covariances[coordinate * (lengths.len() + 1)],
            Self::Separable { variances } => &mut variances[coordinate],
        };
        *variance = variance.max(least);
    }

    /// Adds a generation's directions.
    pub(super) fn grow(&mut self, growth: &Growth<'_>) {
        match self {
            Self::Full { covariances, lengths, .. } => grow_matrix(covariances, lengths.len(), growth),
            Self::Separable { variances } => {
                for (coordinate, variance) in variances.iter_mut().enumerate() {
                    let added = growth.directions.iter().map(|(weight, y)| weight * y[coordinate] * y[coordinate]);
                    *variance = added.fold(growth.kept * *variance, |sum, added| sum + added);
                }
            }
        }
    }

    /// Finds the axes anew.
    pub(super) fn decompose(&mut self) {
        if let Self::Full { covariances, axes, lengths } = self {
            let (values, vectors) = eigen::symmetric(covariances, lengths.len());
            *axes = vectors;
            // Rounding can leave a variance below zero, which ends the run: see `is_degenerate`.
            *lengths = values.into_iter().map(|value| libm::sqrt(value.max(0.0))).collect();
        }
    }

    /// Whether the longest axis is 10^7 times the shortest, beyond which rounding rules.
    pub(super) fn is_degenerate(&self) -> bool {
        let squares: Vec<f64> = match self {
            Self::Full { lengths, .. } => lengths.iter().map(|length| length * length).collect(),
            Self::Separable { variances } => variances.clone(),
        };
        let (low, high) = squares.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &s| (low.min(s), high.max(s)));
        // Written so that it holds for NaN.
        !(low > 0.0 && high <= 1e14 * low)
    }

    /// Axis number `index`, as long as its standard deviation.
    pub(super) fn axis(&self, index: usize) -> Vec<f64> {
        match self {
            Self::Full { axes, lengths, .. } => {
                let n = lengths.len();
                axes[index * n..(index + 1) * n].iter().map(|part| part * lengths[index]).collect()
            }
            Self::Separable { variances } => {
                let part = |place: usize| if place == index { libm::sqrt(variances[index]) } else { 0.0 };
                (0..variances.len()).map(part).collect()
            }
        }
    }
}

/// The sum of the axes, each times its number in `along`.
fn combined(axes: &[f64], along: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; along.len()];
    for (axis, along) in axes.chunks_exact(along.len()).zip(along) {
        sum.iter_mut().zip(axis).for_each(|(sum, part)| *sum += along * part);
    }
    sum
}

fn grow_matrix(covariances: &mut [f64], n: usize, growth: &Growth<'_>) {
    for i in 0..n {
        let row = &mut covariances[i * n..i * n + i + 1];
        row.iter_mut().for_each(|value| *value *= growth.kept);
        for (weight, y) in growth.directions {
            let scaled = weight * y[i];
            row.iter_mut().zip(*y).for_each(|(value, y)| *value += scaled * y);
        }
    }
    for i in 0..n {
        for j in 0..i {
            covariances[j * n + i] = covariances[i * n + j];
        }
    }
}
