"""Small ONNX networks for the tests of `decision`, with the outputs that onnxruntime gives.

Run from the root, with tools/decision/requirements.txt installed:
python3 tools/decision/onnx_networks.py crates/decision/tests/networks
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

ROWS = 8


class Weights:
    """Random constants; `raw` says whether their bytes or their numbers are stored."""

    def __init__(self, seed, raw):
        self.random, self.raw, self.tensors = np.random.RandomState(seed), raw, []

    def add(self, name, *sizes):
        values = self.random.uniform(-1.5, 1.5, sizes).astype(np.float32)
        if self.raw:
            tensor = numpy_helper.from_array(values, name)
        else:
            tensor = helper.make_tensor(name, TensorProto.FLOAT, sizes, values.flatten().tolist())
        self.tensors.append(tensor)
        return name


def model(nodes, weights, inputs, outputs):
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("observation", TensorProto.FLOAT, inputs)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, outputs)],
        weights.tensors,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    return made


def gemm():
    """As PyTorch exports `Linear`, `Tanh`, `Linear`: transposed weights, any number of rows."""
    weights = Weights(1, raw=True)
    nodes = [
        helper.make_node("Gemm", ["observation", weights.add("fc1.weight", 16, 20), weights.add("fc1.bias", 16)], ["h"], transB=1),
        helper.make_node("Tanh", ["h"], ["a"]),
        helper.make_node("Gemm", ["a", weights.add("fc2.weight", 7, 16), weights.add("fc2.bias", 7)], ["scores"], transB=1),
    ]
    return model(nodes, weights, ["batch", 20], ["batch", 7])


def matmul():
    """As Keras and scikit-learn are exported: products and sums apart, weights as numbers."""
    weights = Weights(2, raw=False)
    nodes = [
        helper.make_node("MatMul", ["observation", weights.add("w1", 6, 10)], ["p1"]),
        helper.make_node("Add", ["p1", weights.add("b1", 10)], ["s1"]),
        helper.make_node("Relu", ["s1"], ["a1"]),
        helper.make_node("MatMul", ["a1", weights.add("w2", 10, 5)], ["p2"]),
        helper.make_node("Add", [weights.add("b2", 1, 5), "p2"], ["s2"]),
        helper.make_node("Sigmoid", ["s2"], ["scores"]),
    ]
    return model(nodes, weights, [1, 6], [1, 5])


def flattened():
    """The rest: more dimensions, factors, one bias for all, no bias, nodes that do nothing."""
    weights = Weights(3, raw=True)
    nodes = [
        helper.make_node("Flatten", ["observation"], ["flat"], axis=1),
        helper.make_node("Gemm", ["flat", weights.add("w1", 6, 4), weights.add("b1")], ["h"], alpha=0.5, beta=2.0),
        helper.make_node("Identity", ["h"], ["i"]),
        helper.make_node("Tanh", ["i"], ["a"]),
        helper.make_node("Gemm", ["a", weights.add("w2", 4, 3)], ["scores"]),
    ]
    return model(nodes, weights, ["batch", 2, 3], ["batch", 3])


def evaluated(made, random):
    """One row at a time: a file may be for single rows."""
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    sizes = [1] + session.get_inputs()[0].shape[1:]
    inputs = [random.uniform(-1, 1, sizes).astype(np.float32) for _ in range(ROWS)]
    outputs = [session.run(None, {"observation": row})[0] for row in inputs]
    flat = lambda rows: [row.flatten().astype(float).tolist() for row in rows]
    return {"inputs": flat(inputs), "outputs": flat(outputs)}


def main(folder):
    random, expected = np.random.RandomState(0), {}
    for make in [gemm, matmul, flattened]:
        made = make()
        (folder / f"{make.__name__}.onnx").write_bytes(made.SerializeToString(deterministic=True))
        expected[make.__name__] = evaluated(made, random)
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
