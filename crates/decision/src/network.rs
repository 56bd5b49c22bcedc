//! Dense networks in `f32` that give the same bits on every machine.
//!
//! A network is a chain of layers. Each unit of a layer takes an activation of its bias and its weighted inputs; a
//! recurrent layer also takes in what it gave out in the evaluation before (Elman, "Finding structure in time",
//! Cognitive Science 1990).
//!
//! Weights are one flat slice, layer after layer. Within a layer they stand in this order:
//!
//! 1. the weights of its inputs, `weights[input * size + unit]`: all of the first input's before the second's;
//! 2. in a recurrent layer those of its own outputs, `weights[from * size + unit]`;
//! 3. the biases, one for each unit.
//!
//! A unit's sum starts with its bias; then come the inputs in their order, then its layer's own outputs. Every product
//! and every sum is rounded on its own. Units do not mix, so a compiler may work on several of them side by side
//! without changing a bit.

mod activation;
mod dense;
pub mod onnx;
mod shape;

pub use activation::Activation;
pub use shape::{Layer, MAX_LAYERS, MAX_WEIGHTS, MAX_WIDTH, Shape};

use dense::Dense;

/// Why a network cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// No layer, or too many.
    #[error("the network has {0} layers; 1 to {MAX_LAYERS} are possible")]
    Layers(usize),
    /// A layer without units or with too many, or such an input.
    #[error("{what} of the network has {size} values; 1 to {MAX_WIDTH} are possible")]
    Width {
        /// `the input`, or `layer N`, counted from 1.
        what: String,
        /// How many values it was to have.
        size: usize,
    },
    /// More weights than any network may have.
    #[error("the network has {0} weights; at most {MAX_WEIGHTS} are possible: make its layers smaller")]
    TooLarge(usize),
    /// More or fewer weights than the shape has.
    #[error("{given} weights are given for a network that has {needed}")]
    Count {
        /// How many there are.
        given: usize,
        /// How many there have to be.
        needed: usize,
    },
    /// A weight that is infinite or no number.
    #[error("weight {index} of the network is {value}, which is not a finite number")]
    NotFinite {
        /// Its place in the flat slice.
        index: usize,
        /// What it is.
        value: f32,
    },
}

/// A network with its memory. Evaluation does not allocate.
///
/// ```
/// use decision::network::{Activation, Layer, Network, Shape};
///
/// let hidden = Layer { size: 2, activation: Activation::Tanh, recurrent: false };
/// let output = Layer { size: 1, activation: Activation::Identity, recurrent: false };
/// let shape = Shape::new(1, vec![hidden, output])?;
/// let mut network = Network::new(shape, &[0.5, -0.5, 0.0, 0.0, 1.0, -1.0, 0.25])?;
/// network.inputs().copy_from_slice(&[0.0]);
/// assert_eq!(network.evaluate(), [0.25]);
/// # Ok::<(), decision::network::NetworkError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Network {
    shape: Shape,
    inputs: Vec<f32>,
    layers: Vec<Dense>,
}

impl Network {
    /// The network of this shape with these weights, in the order that [the module](self) describes.
    ///
    /// # Errors
    /// If there are more or fewer weights than the shape has, or one is not finite.
    pub fn new(shape: Shape, weights: &[f32]) -> Result<Self, NetworkError> {
        let needed = shape.weights();
        if weights.len() != needed {
            return Err(NetworkError::Count { given: weights.len(), needed });
        }
        if let Some((index, &value)) = weights.iter().enumerate().find(|(_, weight)| !weight.is_finite()) {
            return Err(NetworkError::NotFinite { index, value });
        }
        let mut rest = weights;
        let layers = shape.with_inputs().map(|(inputs, layer)| {
            let (own, others) = rest.split_at(layer.weights(inputs));
            rest = others;
            Dense::new(layer, inputs, own)
        });
        let layers = layers.collect();
        Ok(Self { inputs: vec![0.0; shape.inputs()], layers, shape })
    }

    /// What it is made of.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Forgets all evaluations before, which matters to recurrent layers.
    pub fn start(&mut self) {
        self.layers.iter_mut().for_each(Dense::start);
    }

    /// Where the inputs of the next evaluation go; they stay until they are overwritten.
    pub fn inputs(&mut self) -> &mut [f32] {
        &mut self.inputs
    }

    /// The outputs for the inputs as they stand. They are finite if the inputs are, unless a sum is beyond the range
    /// of `f32`.
    pub fn evaluate(&mut self) -> &[f32] {
        let mut values = self.inputs.as_slice();
        for layer in &mut self.layers {
            values = layer.evaluate(values);
        }
        values
    }
}

#[cfg(test)]
mod tests;
