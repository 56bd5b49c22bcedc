//! One layer with its weights.

use super::{Activation, Layer};

/// A layer that is ready to be evaluated.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    activation: Activation,
    /// For each input the weights of all units.
    weights: Vec<f32>,
    /// For each unit of the evaluation before the weights of all units; empty unless the layer is recurrent.
    back: Vec<f32>,
    biases: Vec<f32>,
    /// The outputs of the evaluation before; empty unless the layer is recurrent.
    before: Vec<f32>,
    outputs: Vec<f32>,
}

impl Dense {
    /// The layer behind `inputs` values; `weights` are as many as it needs.
    pub(super) fn new(layer: Layer, inputs: usize, weights: &[f32]) -> Self {
        let (weights, rest) = weights.split_at(inputs * layer.size);
        let remembered = if layer.recurrent { layer.size } else { 0 };
        let (back, biases) = rest.split_at(remembered * layer.size);
        Self {
            activation: layer.activation,
            weights: weights.to_vec(),
            back: back.to_vec(),
            biases: biases.to_vec(),
            before: vec![0.0; remembered],
            outputs: vec![0.0; layer.size],
        }
    }

    pub(super) fn start(&mut self) {
        self.before.fill(0.0);
    }

    pub(super) fn evaluate(&mut self, inputs: &[f32]) -> &[f32] {
        self.outputs.copy_from_slice(&self.biases);
        accumulate(&mut self.outputs, inputs, &self.weights);
        accumulate(&mut self.outputs, &self.before, &self.back);
        for output in &mut self.outputs {
            *output = self.activation.of(*output);
        }
        let remembered = self.before.len();
        self.before.copy_from_slice(&self.outputs[..remembered]);
        &self.outputs
    }
}

/// Adds to each sum the inputs times its weights. The inner loop is over the sums, which do not depend on each other,
/// so that it can be vectorised: the order of additions within a sum is that of the inputs in any case.
fn accumulate(sums: &mut [f32], inputs: &[f32], weights: &[f32]) {
    for (&input, weights) in inputs.iter().zip(weights.chunks_exact(sums.len())) {
        for (sum, &weight) in sums.iter_mut().zip(weights) {
            *sum += input * weight;
        }
    }
}
