use proptest::prelude::*;

use super::message::{Attribute, Kind, Node, OperatorSet, Size, Tensor, TensorKind, TensorShape, Value};
use super::*;

const FLOAT: i32 = 1;

fn value(name: &str, sizes: &[Option<i64>]) -> Value {
    let sizes = sizes.iter().map(|&number| Size { number }).collect();
    let tensor = TensorKind { element: FLOAT, shape: Some(TensorShape { sizes }) };
    Value { name: name.into(), kind: Some(Kind { tensor: Some(tensor) }) }
}

fn tensor(name: &str, sizes: &[i64], floats: &[f32]) -> Tensor {
    Tensor { name: name.into(), sizes: sizes.to_vec(), element: FLOAT, floats: floats.to_vec(), ..Tensor::default() }
}

fn node(operator: &str, inputs: &[&str], output: &str) -> Node {
    Node {
        operator: operator.into(),
        inputs: inputs.iter().map(|&name| name.into()).collect(),
        outputs: vec![output.into()],
        ..Node::default()
    }
}

fn with(mut node: Node, name: &str, int: i64) -> Node {
    node.attributes.push(Attribute { name: name.into(), int, float: int as f32 });
    node
}

/// A graph from `x`, a row of two values, to `y`, with the weights `w` (2 x 2) and `b` (2).
fn graph(nodes: Vec<Node>) -> Graph {
    Graph {
        nodes,
        constants: vec![tensor("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]), tensor("b", &[2], &[0.5, -0.5])],
        inputs: vec![value("x", &[None, Some(2)])],
        outputs: vec![value("y", &[None, Some(2)])],
    }
}

fn encoded(graph: Graph, version: i64) -> Vec<u8> {
    let operators = vec![OperatorSet { domain: String::new(), version }];
    Model { graph: Some(graph), operators }.encode_to_vec()
}

fn made(graph: Graph) -> Result<Network, String> {
    read(&encoded(graph, 13)).map_err(|error| error.to_string())
}

fn refused(graph: Graph) -> String {
    made(graph).err().unwrap()
}

fn outputs(nodes: Vec<Node>, inputs: [f32; 2]) -> Vec<f32> {
    let mut network = made(graph(nodes)).unwrap();
    network.inputs().copy_from_slice(&inputs);
    network.evaluate().to_vec()
}

#[test]
fn every_operator_does_what_its_name_says() {
    let of = |nodes| outputs(nodes, [1.0, 10.0]);
    assert_eq!(of(vec![node("MatMul", &["x", "w"], "y")]), [31.0, 42.0]);
    assert_eq!(of(vec![node("MatMul", &["x", "w"], "h"), node("Add", &["b", "h"], "y")]), [31.5, 41.5]);
    assert_eq!(of(vec![node("Gemm", &["x", "w", "b"], "y")]), [31.5, 41.5]);
    assert_eq!(of(vec![with(node("Gemm", &["x", "w"], "y"), "transB", 1)]), [21.0, 43.0]);
    let scaled = with(with(node("Gemm", &["x", "w", "b"], "y"), "alpha", 2), "beta", 4);
    assert_eq!(of(vec![scaled]), [64.0, 82.0]);
    let around = vec![
        with(node("Flatten", &["x"], "f"), "axis", -1),
        node("Gemm", &["f", "w", ""], "h"),
        node("Sigmoid", &["h"], "s"),
        node("Identity", &["s"], "y"),
    ];
    assert_eq!(of(around), [1.0, 1.0]);
}

#[test]
fn an_operator_that_is_not_understood_is_named() {
    let softmax = refused(graph(vec![node("MatMul", &["x", "w"], "h"), node("Softmax", &["h"], "y")]));
    assert!(softmax.starts_with("node 2 of the graph, Softmax `y`: this operator is not understood"), "{softmax}");
    let foreign = Node { domain: "com.microsoft".into(), ..node("Gemm", &["x", "w"], "y") };
    assert!(refused(graph(vec![foreign])).contains("operators of `com.microsoft` are not understood"));
    let attribute = with(node("Gemm", &["x", "w"], "y"), "transA", 1);
    assert!(refused(graph(vec![attribute])).contains("the attribute `transA` = 1 is not understood"));
}

#[test]
fn what_is_no_chain_is_refused() {
    let branch = vec![node("MatMul", &["x", "w"], "h"), node("Add", &["h", "x"], "y")];
    assert!(refused(graph(branch)).ends_with("its input `x` has to be a constant"));
    let jump = vec![node("MatMul", &["x", "w"], "h"), node("MatMul", &["x", "w"], "y")];
    assert!(refused(graph(jump)).ends_with("it takes in `x`; in a chain it has to take in `h`"));
    let bare = vec![node("Tanh", &["x"], "y")];
    assert!(refused(graph(bare)).ends_with("it has to come right behind a Gemm or a MatMul"));
    let twice = vec![node("MatMul", &["x", "w"], "h"), node("Tanh", &["h"], "t"), node("Tanh", &["t"], "y")];
    assert!(refused(graph(twice)).ends_with("it has to come right behind a Gemm or a MatMul"));
    let short = vec![node("MatMul", &["x", "w"], "h")];
    assert_eq!(refused(graph(short)), "the graph: its output `y` is not what the last node gives");
    assert_eq!(refused(graph(vec![])), "the graph: its output `y` is not what the last node gives");
    assert!(refused(graph(vec![node("MatMul", &["x"], "y")])).ends_with("its input 2 is missing"));
}

#[test]
fn sizes_that_are_not_fixed_or_do_not_fit_are_refused() {
    let product = || vec![node("MatMul", &["x", "w"], "y")];
    let taking = |sizes: &[Option<i64>]| Graph { inputs: vec![value("x", sizes)], ..graph(product()) };
    assert!(refused(taking(&[])).contains("has no shape"));
    assert!(refused(taking(&[None, None])).contains("of a size that is not fixed"));
    assert!(refused(taking(&[Some(8), Some(2)])).contains("of 8 rows at once"));
    assert!(refused(taking(&[Some(1), Some(1), Some(2)])).contains("put a Flatten before it"));
    assert!(refused(taking(&[Some(1), Some(3)])).ends_with("its weights are for 2 values, but it takes in 3"));
    assert!(refused(taking(&[None, Some(i64::MAX), Some(i64::MAX)])).contains("of a size that is not fixed"));
    assert!(made(taking(&[Some(2)])).is_ok());
    assert!(refused(Graph { inputs: vec![], ..graph(product()) }).contains("one input"));
    assert!(refused(Graph { outputs: vec![], ..graph(product()) }).contains("one output"));
}

#[test]
fn constants_that_cannot_be_read_are_named() {
    let told = |constant: Tensor| {
        refused(Graph { constants: vec![constant], ..graph(vec![node("MatMul", &["x", "w"], "y")]) })
    };
    let good = || tensor("w", &[2, 2], &[1.0; 4]);
    assert!(told(Tensor { element: 11, ..good() }).ends_with("`w` has elements of double; float is needed"));
    assert!(told(Tensor { location: 1, ..good() }).contains("`w` is in another file"));
    assert!(told(Tensor { sizes: vec![2, -2], ..good() }).contains("or a negative size"));
    assert!(told(Tensor { sizes: vec![1 << 40, 1 << 40], ..good() }).contains("more than 1048576 numbers"));
    assert!(told(Tensor { sizes: vec![2, 3], ..good() }).ends_with("has 4 numbers, its shape [2, 3] has 6"));
    assert!(told(Tensor { raw: vec![0; 15], ..good() }).ends_with("has 3 numbers, its shape [2, 2] has 4"));
    assert!(told(Tensor { sizes: vec![4], ..good() }).ends_with("have 1 dimensions; a matrix is needed"));
    assert!(told(tensor("w", &[2, 0], &[])).starts_with("layer 1 of the network has 0 values"));
    assert!(told(tensor("w", &[2, 2], &[f32::INFINITY; 4])).contains("not a finite number"));
    let column = Graph {
        constants: vec![good(), tensor("b", &[2, 1], &[1.0; 2])],
        ..graph(vec![node("Gemm", &["x", "w", "b"], "y")])
    };
    assert!(refused(column).ends_with("the constant `b` of shape [2, 1] is added to a row of 2 values"));
}

#[test]
fn other_files_are_refused() {
    let told = |bytes: &[u8]| read(bytes).err().unwrap().to_string();
    assert!(told(b"\x7fELF").starts_with("this is no ONNX model, or a damaged one: "));
    assert_eq!(told(b""), "this is no ONNX model, or a damaged one: it has no graph");
    assert!(told(&encoded(graph(vec![]), 6)).starts_with("the model uses version 6 of the ONNX operators; 7 or later"));
    assert!(told(&vec![0; MAX_BYTES + 1]).starts_with("the file has 10485761 bytes"));
}

proptest! {
    #[test]
    fn any_graph_is_read_or_refused_without_a_panic(
        choices in prop::collection::vec((0usize..9, 0usize..4, 0usize..4, -3i64..4), 0..6),
        sizes in prop::collection::vec(prop::option::of(-1i64..4), 0..4),
        constants in prop::collection::vec(prop::collection::vec(-1i64..4, 0..4), 2),
    ) {
        let names = ["x", "w", "b", "h"];
        let operators = ["Add", "Flatten", "Gemm", "Identity", "MatMul", "Relu", "Sigmoid", "Tanh", "Conv"];
        let nodes = choices.into_iter().map(|(operator, one, other, number)| {
            let node = node(operators[operator], &[names[one], names[other], "b"], "x");
            with(node, if operator == 1 { "axis" } else { "transB" }, number)
        });
        let filled = |name, sizes: &[i64]| {
            let count = sizes.iter().product::<i64>().max(0) as usize;
            tensor(name, sizes, &vec![1.0; count])
        };
        let graph = Graph {
            nodes: nodes.collect(),
            constants: vec![filled("w", &constants[0]), filled("b", &constants[1])],
            inputs: vec![value("x", &sizes)],
            outputs: vec![value("x", &[])],
        };
        if let Ok(mut network) = made(graph) {
            prop_assert!(network.evaluate().iter().all(|output| output.is_finite()));
        }
    }
}
