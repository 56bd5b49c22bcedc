//! How many inputs, layers and units a network has.

use domain::seed::Draws;

use super::{Activation, NetworkError};

/// The most layers of a network.
pub const MAX_LAYERS: usize = 16;
/// The most inputs of a network, and the most units of a layer.
pub const MAX_WIDTH: usize = 1024;
/// The most weights of a network, biases included.
pub const MAX_WEIGHTS: usize = 1 << 20;

/// One layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// How many units it has, 1 to [`MAX_WIDTH`].
    pub size: usize,
    /// What its units make of their sums.
    pub activation: Activation,
    /// Whether its outputs come back to it in the next evaluation.
    pub recurrent: bool,
}

impl Layer {
    /// How many weights it has behind `inputs` values, biases included.
    pub(super) fn weights(&self, inputs: usize) -> usize {
        self.size * (self.fan_in(inputs) + 1)
    }

    fn fan_in(&self, inputs: usize) -> usize {
        if self.recurrent { inputs + self.size } else { inputs }
    }
}

/// The shape of a network, within the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    inputs: usize,
    layers: Vec<Layer>,
}

impl Shape {
    /// The shape of a network with this many inputs and these layers, the last of which gives the outputs.
    ///
    /// # Errors
    /// If a limit is exceeded, or something has the size 0.
    pub fn new(inputs: usize, layers: Vec<Layer>) -> Result<Self, NetworkError> {
        if layers.is_empty() || layers.len() > MAX_LAYERS {
            return Err(NetworkError::Layers(layers.len()));
        }
        let named = (1..).zip(&layers).map(|(number, layer)| (format!("layer {number}"), layer.size));
        for (what, size) in std::iter::once(("the input".to_owned(), inputs)).chain(named) {
            if size == 0 || size > MAX_WIDTH {
                return Err(NetworkError::Width { what, size });
            }
        }
        let shape = Self { inputs, layers };
        let weights = shape.weights();
        if weights > MAX_WEIGHTS { Err(NetworkError::TooLarge(weights)) } else { Ok(shape) }
    }

    /// How many inputs it has.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many outputs it has.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.size)
    }

    /// Its layers in the order of evaluation.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// How many weights it has, biases included.
    #[must_use]
    pub fn weights(&self) -> usize {
        self.with_inputs().map(|(inputs, layer)| layer.weights(inputs)).sum()
    }

    /// Random weights to start from, in a network's order: biases are 0, the others normal around 0 with the variance
    /// 2 / (inputs + units) of their layer (Glorot and Bengio, AISTATS 2010), or 2 / inputs before `Relu` (He et al.,
    /// ICCV 2015). A recurrent layer's own outputs count as inputs.
    #[must_use]
    pub fn draw(&self, draws: &mut Draws) -> Vec<f32> {
        let mut weights = Vec::with_capacity(self.weights());
        for (inputs, layer) in self.with_inputs() {
            let fan_in = layer.fan_in(inputs);
            let deviation = libm::sqrt(layer.activation.weight_variance(fan_in, layer.size));
            weights.extend((0..fan_in * layer.size).map(|_| (deviation * draws.normal()) as f32));
            weights.extend(std::iter::repeat_n(0.0, layer.size));
        }
        weights
    }

    /// Every layer behind the number of values that it is given.
    pub(super) fn with_inputs(&self) -> impl Iterator<Item = (usize, Layer)> {
        let before = std::iter::once(self.inputs).chain(self.layers.iter().map(|layer| layer.size));
        before.zip(self.layers.iter().copied())
    }
}
