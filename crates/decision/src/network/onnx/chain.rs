//! From a chain of operators to layers.

use std::collections::BTreeMap;

use super::message::{Node, Tensor, Value};
use super::tensor::{self, Matrix};
use crate::network::{Activation, Layer, Network, NetworkError, Shape};

/// The operators that are understood.
const KNOWN: &str = "Add, Flatten, Gemm, Identity, MatMul, Relu, Sigmoid, Tanh";

type Constants<'a> = BTreeMap<&'a str, &'a Tensor>;

/// The layers up to some value of the graph.
pub(super) struct Chain<'a> {
    constants: &'a Constants<'a>,
    /// The name of the value that has been reached.
    value: &'a str,
    /// How many dimensions it has, and how many values a row of it.
    dimensions: usize,
    width: usize,
    inputs: usize,
    layers: Vec<Linear>,
}

/// A layer in the making.
struct Linear {
    weights: Vec<f32>,
    biases: Vec<f32>,
    activation: Option<Activation>,
}

impl<'a> Chain<'a> {
    /// The chain that begins with the graph's input.
    pub(super) fn new(input: &'a Value, constants: &'a Constants<'a>) -> Result<Self, String> {
        let (dimensions, width) = tensor::input(input)?;
        Ok(Self { constants, value: &input.name, dimensions, width, inputs: width, layers: Vec::new() })
    }

    pub(super) fn value(&self) -> &str {
        self.value
    }

    /// Takes in the next node.
    pub(super) fn extend(&mut self, node: &'a Node) -> Result<(), String> {
        let standard = if node.domain == "ai.onnx" { "" } else { node.domain.as_str() };
        match (standard, node.operator.as_str()) {
            ("", "Gemm") => self.gemm(node),
            ("", "MatMul") => self.product(node),
            ("", "Add") => self.sum(node),
            ("", "Relu") => self.activate(node, Activation::Relu),
            ("", "Tanh") => self.activate(node, Activation::Tanh),
            ("", "Sigmoid") => self.activate(node, Activation::Sigmoid),
            ("", "Flatten") => self.flatten(node),
            ("", "Identity") => self.takes(node, 0),
            ("", _) => Err(format!("this operator is not understood; {KNOWN} are")),
            (domain, _) => Err(format!("operators of `{domain}` are not understood; {KNOWN} of the standard are")),
        }?;
        let [output] = &node.outputs[..] else { return Err("it has to have one output".to_owned()) };
        self.value = output;
        Ok(())
    }

    /// The network of all layers.
    pub(super) fn network(self) -> Result<Network, NetworkError> {
        let layer = |linear: &Linear| Layer {
            size: linear.biases.len(),
            activation: linear.activation.unwrap_or(Activation::Identity),
            recurrent: false,
        };
        let shape = Shape::new(self.inputs, self.layers.iter().map(layer).collect())?;
        let weights: Vec<_> = self.layers.into_iter().flat_map(|layer| [layer.weights, layer.biases]).collect();
        Network::new(shape, &weights.concat())
    }

    /// `alpha * x * W + beta * C`.
    fn gemm(&mut self, node: &Node) -> Result<(), String> {
        self.takes(node, 0)?;
        let mut transposed = false;
        let (mut alpha, mut beta) = (1.0, 1.0);
        for attribute in &node.attributes {
            match attribute.name.as_str() {
                "alpha" => alpha = attribute.float,
                "beta" => beta = attribute.float,
                "transB" => transposed = attribute.int != 0,
                "transA" if attribute.int == 0 => {}
                other => return Err(format!("the attribute `{other}` = {} is not understood", attribute.int)),
            }
        }
        let matrix = Matrix::of(self.constant(node, 1)?)?;
        let mut matrix = if transposed { matrix.transposed() } else { matrix };
        matrix.values.iter_mut().for_each(|weight| *weight *= alpha);
        let size = matrix.columns;
        self.push(matrix)?;
        if node.inputs.get(2).is_some_and(|name| !name.is_empty()) {
            let constant = tensor::row(self.constant(node, 2)?, size)?;
            self.add(constant.into_iter().map(|bias| beta * bias));
        }
        Ok(())
    }

    /// `x * W`.
    fn product(&mut self, node: &Node) -> Result<(), String> {
        self.takes(node, 0)?;
        self.push(Matrix::of(self.constant(node, 1)?)?)
    }

    /// `x + b` or `b + x`.
    fn sum(&mut self, node: &Node) -> Result<(), String> {
        let place = usize::from(node.inputs.first().is_some_and(|first| self.constants.contains_key(first.as_str())));
        self.takes(node, place)?;
        self.open()?;
        let constant = tensor::row(self.constant(node, 1 - place)?, self.width)?;
        self.add(constant.into_iter());
        Ok(())
    }

    fn activate(&mut self, node: &Node, activation: Activation) -> Result<(), String> {
        self.takes(node, 0)?;
        self.open()?.activation = Some(activation);
        Ok(())
    }

    fn flatten(&mut self, node: &Node) -> Result<(), String> {
        self.takes(node, 0)?;
        let axis = node.attributes.iter().find(|attribute| attribute.name == "axis").map_or(1, |axis| axis.int);
        let from_start = if axis < 0 { axis.saturating_add(self.dimensions as i64) } else { axis };
        if from_start != 1 || self.dimensions < 2 {
            return Err(format!("axis {axis} of {} dimensions does not keep rows apart", self.dimensions));
        }
        self.dimensions = 2;
        Ok(())
    }

    /// Checks that the node's input at `place` is the value that has been reached.
    fn takes(&self, node: &Node, place: usize) -> Result<(), String> {
        match node.inputs.get(place) {
            Some(name) if name == self.value => Ok(()),
            Some(name) => Err(format!("it takes in `{name}`; in a chain it has to take in `{}`", self.value)),
            None => Err(format!("its input {} is missing", place + 1)),
        }
    }

    fn constant(&self, node: &Node, place: usize) -> Result<&'a Tensor, String> {
        let name = node.inputs.get(place).ok_or_else(|| format!("its input {} is missing", place + 1))?;
        self.constants.get(name.as_str()).copied().ok_or_else(|| format!("its input `{name}` has to be a constant"))
    }

    fn push(&mut self, matrix: Matrix) -> Result<(), String> {
        if self.dimensions > 2 {
            return Err(format!("it takes in {} dimensions; put a Flatten before it", self.dimensions));
        }
        if matrix.rows != self.width {
            return Err(format!("its weights are for {} values, but it takes in {}", matrix.rows, self.width));
        }
        self.width = matrix.columns;
        let biases = vec![0.0; matrix.columns];
        self.layers.push(Linear { weights: matrix.values, biases, activation: None });
        Ok(())
    }

    /// The layer that has been reached, if it has no activation yet.
    fn open(&mut self) -> Result<&mut Linear, String> {
        let open = self.layers.last_mut().filter(|layer| layer.activation.is_none());
        open.ok_or_else(|| "it has to come right behind a Gemm or a MatMul".to_owned())
    }

    fn add(&mut self, constant: impl Iterator<Item = f32>) {
        let biases = self.layers.last_mut().map(|layer| &mut layer.biases);
        biases.into_iter().flatten().zip(constant).for_each(|(bias, more)| *bias += more);
    }
}
