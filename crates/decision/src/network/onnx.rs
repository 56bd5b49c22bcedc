//! Reads small networks from ONNX files (Open Neural Network Exchange, <https://onnx.ai/onnx/repo-docs/IR.html>).
//!
//! Read are chains of `Gemm`, `MatMul`, `Add`, `Relu`, `Tanh`, `Sigmoid`, `Flatten` and `Identity` with constant
//! weights in 32-bit floats. Everything else is refused by name; nothing is left out in silence. What comes of it is
//! evaluated by [`Network`] like any other, so outputs agree with those of another runtime to rounding, and with
//! themselves on every machine to the last bit.

mod chain;
mod message;
mod tensor;

use std::collections::BTreeMap;

use prost::Message;

use super::{Network, NetworkError};
use chain::Chain;
use message::{Graph, Model};

/// The largest file that is read, in bytes: more than twice of what [`super::MAX_WEIGHTS`] weights take.
pub const MAX_BYTES: usize = 10 << 20;
/// The oldest version of the operators whose rules are followed: in it `Gemm` and `Add` got those of today.
const OLDEST: i64 = 7;

/// Why a file cannot be read as a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OnnxError {
    /// The file is longer than [`MAX_BYTES`].
    #[error("the file has {0} bytes; networks of at most {MAX_BYTES} bytes are read")]
    TooLarge(usize),
    /// The bytes are no model.
    #[error("this is no ONNX model, or a damaged one: {0}")]
    Damaged(String),
    /// The operators had other rules when the model was written.
    #[error("the model uses version {0} of the ONNX operators; {OLDEST} or later is read: export it again")]
    Version(i64),
    /// The model's inputs or outputs are not those of a network.
    #[error("the graph: {0}")]
    Graph(String),
    /// A node of the graph does something that a network does not.
    #[error("node {number} of the graph, {operator} `{name}`: {what}")]
    Node {
        /// Its place in the graph, from 1.
        number: usize,
        /// The operator.
        operator: String,
        /// Its name, or that of its output.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// What was read is no possible network.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// The network that an ONNX file holds: one row of inputs in, one row of outputs out.
///
/// # Errors
/// What is not understood, and where: see [`OnnxError`].
pub fn read(bytes: &[u8]) -> Result<Network, OnnxError> {
    if bytes.len() > MAX_BYTES {
        return Err(OnnxError::TooLarge(bytes.len()));
    }
    let model = Model::decode(bytes).map_err(|error| OnnxError::Damaged(error.to_string()))?;
    let graph = model.graph.as_ref().ok_or_else(|| OnnxError::Damaged("it has no graph".to_owned()))?;
    let is_standard = |domain: &str| domain.is_empty() || domain == "ai.onnx";
    let version = model.operators.iter().find(|set| is_standard(&set.domain)).map_or(0, |set| set.version);
    if version < OLDEST {
        return Err(OnnxError::Version(version));
    }
    network(graph)
}

fn network(graph: &Graph) -> Result<Network, OnnxError> {
    let constants: BTreeMap<_, _> = graph.constants.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    // Files of the first versions list constants among the inputs.
    let mut inputs = graph.inputs.iter().filter(|input| !constants.contains_key(input.name.as_str()));
    let (Some(input), None) = (inputs.next(), inputs.next()) else {
        return Err(OnnxError::Graph("it has to have one input".to_owned()));
    };
    let mut chain = Chain::new(input, &constants).map_err(OnnxError::Graph)?;
    for (number, node) in (1..).zip(&graph.nodes) {
        chain.extend(node).map_err(|what| OnnxError::Node {
            number,
            operator: node.operator.clone(),
            name: if node.name.is_empty() { node.outputs.concat() } else { node.name.clone() },
            what,
        })?;
    }
    match graph.outputs.as_slice() {
        [output] if output.name == chain.value() => Ok(chain.network()?),
        [output] => Err(OnnxError::Graph(format!("its output `{}` is not what the last node gives", output.name))),
        _ => Err(OnnxError::Graph("it has to have one output".to_owned())),
    }
}

#[cfg(test)]
mod tests;
