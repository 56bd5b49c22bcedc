//! What a unit makes of its sum.

/// The function that turns a unit's sum into its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// The sum itself.
    Identity,
    /// The sum, but at least 0.
    Relu,
    /// The hyperbolic tangent, in [-1, 1].
    Tanh,
    /// The logistic function 1 / (1 + exp(-x)), in [0, 1].
    Sigmoid,
}

impl Activation {
    /// The output for a sum.
    #[must_use]
    pub fn of(self, sum: f32) -> f32 {
        match self {
            Self::Identity => sum,
            // Not `max`: which zero that returns differs between machines.
            Self::Relu if sum > 0.0 => sum,
            Self::Relu => 0.0,
            Self::Tanh => libm::tanhf(sum),
            Self::Sigmoid => 1.0 / (1.0 + libm::expf(-sum)),
        }
    }

    /// The variance that random first weights should have, so that signals neither fade nor grow from layer to layer:
    /// Glorot and Bengio (AISTATS 2010) for functions that are about linear at 0, He et al. (ICCV 2015) for `Relu`.
    pub(super) fn weight_variance(self, inputs: usize, outputs: usize) -> f64 {
        match self {
            Self::Relu => 2.0 / inputs as f64,
            Self::Identity | Self::Tanh | Self::Sigmoid => 2.0 / (inputs + outputs) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_met() {
        let at = |sum: f32| {
            [Activation::Identity, Activation::Relu, Activation::Tanh, Activation::Sigmoid].map(|f| f.of(sum))
        };
        assert_eq!(at(0.0), [0.0, 0.0, 0.0, 0.5]);
        let (below, above) = (at(-1.0), at(1.0));
        assert_eq!((below[1], above[1]), (0.0, 1.0));
        assert!((above[2] - 0.761_594_2).abs() < 1e-6 && below[2] == -above[2]);
        assert!((above[3] - 0.731_058_6).abs() < 1e-6 && (below[3] + above[3] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_largest_sums_saturate() {
        let at = |sum: f32| [Activation::Tanh, Activation::Sigmoid].map(|f| f.of(sum));
        assert_eq!((at(f32::MIN), at(f32::MAX)), ([-1.0, 0.0], [1.0, 1.0]));
    }
}
