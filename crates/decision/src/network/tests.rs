use domain::seed::Draws;
use proptest::prelude::*;

use super::*;

/// The outputs of one evaluation after another by the definition: unit by unit, in a plain double loop.
fn by_definition(shape: &Shape, weights: &[f32], episode: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut before: Vec<Vec<f32>> = shape.layers().iter().map(|layer| vec![0.0; layer.size]).collect();
    episode.iter().map(|inputs| one_by_definition(shape, weights, inputs, &mut before)).collect()
}

fn one_by_definition(shape: &Shape, weights: &[f32], inputs: &[f32], before: &mut [Vec<f32>]) -> Vec<f32> {
    let (mut values, mut at) = (inputs.to_vec(), 0);
    for (layer, before) in shape.layers().iter().zip(before) {
        let mut seen = values.clone();
        if layer.recurrent {
            seen.extend(before.iter());
        }
        let biases = at + seen.len() * layer.size;
        let mut outputs = Vec::new();
        for unit in 0..layer.size {
            let mut sum = weights[biases + unit];
            for (place, value) in seen.iter().enumerate() {
                sum += value * weights[at + place * layer.size + unit];
            }
            outputs.push(layer.activation.of(sum));
        }
        at = biases + layer.size;
        before.clone_from(&outputs);
        values = outputs;
    }
    values
}

fn played(network: &mut Network, episode: &[Vec<f32>]) -> Vec<Vec<f32>> {
    network.start();
    let evaluate = |inputs: &Vec<f32>| {
        network.inputs().copy_from_slice(inputs);
        network.evaluate().to_vec()
    };
    episode.iter().map(evaluate).collect()
}

fn any_layer() -> impl Strategy<Value = Layer> {
    let activation =
        prop::sample::select(vec![Activation::Identity, Activation::Relu, Activation::Tanh, Activation::Sigmoid]);
    (1usize..40, activation, any::<bool>()).prop_map(|(size, activation, recurrent)| Layer {
        size,
        activation,
        recurrent,
    })
}

fn bits(outputs: &[Vec<f32>]) -> Vec<u32> {
    outputs.iter().flatten().map(|output| output.to_bits()).collect()
}

proptest! {
    #[test]
    fn outputs_are_those_of_the_plain_double_loop_bit_for_bit(
        inputs in 1usize..30,
        layers in prop::collection::vec(any_layer(), 1..4),
        key: u64,
    ) {
        let shape = Shape::new(inputs, layers).unwrap();
        let mut draws = Draws::new(key);
        let weights = shape.draw(&mut draws);
        let mut biased = weights;
        biased.iter_mut().filter(|weight| **weight == 0.0).for_each(|weight| *weight = draws.unit() as f32 - 0.5);
        let tick = |_| (0..inputs).map(|_| (4.0 * draws.unit() - 2.0) as f32).collect();
        let episode: Vec<Vec<f32>> = (0..4).map(tick).collect();

        let mut network = Network::new(shape.clone(), &biased).unwrap();
        let outputs = played(&mut network, &episode);
        prop_assert_eq!(bits(&outputs), bits(&by_definition(&shape, &biased, &episode)));
        prop_assert_eq!(bits(&played(&mut network, &episode)), bits(&outputs), "a second episode");
    }

    #[test]
    fn any_weights_are_taken_or_refused_without_a_panic(
        weights in prop::collection::vec(prop::num::f32::ANY, 0..12),
        values in [prop::num::f32::ANY, prop::num::f32::ANY],
    ) {
        let layer = Layer { size: 3, activation: Activation::Sigmoid, recurrent: false };
        let shape = Shape::new(2, vec![layer]).unwrap();
        if let Ok(mut network) = Network::new(shape, &weights) {
            network.inputs().copy_from_slice(&values);
            prop_assert_eq!(network.evaluate().len(), 3);
        } else {
            prop_assert!(weights.len() != 9 || weights.iter().any(|weight| !weight.is_finite()));
        }
    }
}

fn layer(size: usize) -> Layer {
    Layer { size, activation: Activation::Identity, recurrent: false }
}

#[test]
fn weights_stand_in_the_documented_order() {
    let recurrent = Layer { recurrent: true, ..layer(2) };
    let shape = Shape::new(2, vec![recurrent, layer(1)]).unwrap();
    #[rustfmt::skip]
    let weights = [
        // Of the first input to both units, of the second.
        1.0, 10.0, 2.0, 20.0,
        // Of the first unit to both, of the second.
        100.0, 0.0, 0.0, 1000.0,
        // Biases, then the output.
        0.5, 0.25, 1.0, 1.0, 0.0,
    ];
    let mut network = Network::new(shape, &weights).unwrap();
    let outputs = played(&mut network, &[vec![1.0, 0.0], vec![0.0, 0.0], vec![0.0, 1.0]]);
    let first = [1.5, 10.25];
    let second = [100.0 * first[0] + 0.5, 1000.0 * first[1] + 0.25];
    let third = [2.0 + 100.0 * second[0] + 0.5, 20.0 + 1000.0 * second[1] + 0.25];
    assert_eq!(outputs.concat(), [first, second, third].map(|units| units[0] + units[1]));
}

#[test]
fn first_weights_have_the_documented_scale() {
    let relu = Layer { activation: Activation::Relu, ..layer(50) };
    let shape = Shape::new(100, vec![relu, layer(150)]).unwrap();
    let weights = shape.draw(&mut Draws::new(3));
    let variance = |weights: &[f32]| weights.iter().map(|w| f64::from(w * w)).sum::<f64>() / weights.len() as f64;
    let (first, second) = weights.split_at(100 * 50 + 50);
    assert!((variance(&first[..5000]) * 50.0 - 1.0).abs() < 0.1);
    assert!((variance(&second[..7500]) * 100.0 - 1.0).abs() < 0.1);
    assert!(first[5000..].iter().chain(&second[7500..]).all(|&bias| bias == 0.0));
}

#[test]
fn impossible_shapes_are_refused_with_what_is_wrong() {
    let told = |inputs, layers| Shape::new(inputs, layers).unwrap_err().to_string();
    assert_eq!(told(3, vec![]), "the network has 0 layers; 1 to 16 are possible");
    assert_eq!(told(3, vec![layer(1); 17]), "the network has 17 layers; 1 to 16 are possible");
    assert_eq!(told(0, vec![layer(1)]), "the input of the network has 0 values; 1 to 1024 are possible");
    assert_eq!(told(1, vec![layer(1), layer(1025)]), "layer 2 of the network has 1025 values; 1 to 1024 are possible");
    assert!(told(1024, vec![layer(1024), layer(1024)]).starts_with("the network has 2099200 weights; at most 1048576"));
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let made = |weights: &[f32]| Network::new(Shape::new(1, vec![layer(1)]).unwrap(), weights).err().unwrap();
    assert_eq!(made(&[1.0]).to_string(), "1 weights are given for a network that has 2");
    assert_eq!(made(&[1.0, f32::NAN]).to_string(), "weight 1 of the network is NaN, which is not a finite number");
}
