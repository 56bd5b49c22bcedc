//! ONNX files written by the `onnx` package, beside the outputs of onnxruntime (`tools/decision/onnx_networks.py`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use decision::network::Network;
use decision::network::onnx::read;
use proptest::prelude::*;
use serde_json::Value;

const NAMES: [&str; 3] = ["flattened", "gemm", "matmul"];

fn file(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks")).join(name)).unwrap()
}

fn rows(value: &Value) -> Vec<Vec<f32>> {
    let row = |row: &Value| row.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

fn evaluated(network: &mut Network, inputs: &[f32]) -> Vec<f32> {
    network.inputs().copy_from_slice(inputs);
    network.evaluate().to_vec()
}

#[test]
fn outputs_are_those_of_onnxruntime() {
    let expected: BTreeMap<String, Value> = serde_json::from_slice(&file("expected.json")).unwrap();
    assert_eq!(expected.keys().collect::<Vec<_>>(), NAMES);
    for (name, expected) in expected {
        let mut network = read(&file(&format!("{name}.onnx"))).unwrap();
        let (inputs, outputs) = (rows(&expected["inputs"]), rows(&expected["outputs"]));
        assert!(inputs.len() > 5 && inputs.len() == outputs.len());
        for (inputs, expected) in inputs.iter().zip(outputs) {
            let outputs = evaluated(&mut network, inputs);
            assert_eq!(outputs.len(), expected.len());
            let is_close = |(one, other): (&f32, &f32)| (one - other).abs() < 1e-5;
            assert!(outputs.iter().zip(&expected).all(is_close), "{name}: {outputs:?}, {expected:?}");
        }
    }
}

proptest! {
    #[test]
    fn damaged_files_are_read_or_refused_without_a_panic(
        name in prop::sample::select(NAMES.to_vec()),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        length in any::<prop::sample::Index>(),
        is_cut: bool,
    ) {
        let mut bytes = file(&format!("{name}.onnx"));
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(if is_cut { length.index(bytes.len()) } else { bytes.len() });
        if let Ok(mut network) = read(&bytes) {
            network.evaluate();
        }
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes).is_err());
    }
}
