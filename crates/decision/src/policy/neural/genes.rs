//! The genome of `neural`: what the network looks like, and its weights.
//!
//! A weight's name says what it connects: `input_NAME_UNIT` an input with a hidden unit, `memory_FROM_UNIT` a hidden
//! unit one tick ago with a hidden unit, `output_NAME_UNIT` a hidden unit with an output; `bias_UNIT` and `bias_NAME`
//! are the biases of hidden units and outputs. Units are counted from 0. A weight that is left out is 0, so an input
//! whose weights are left out is not looked at.

use domain::genome::{Domain, Genome, Parameter};

use super::name::Name;
use crate::network::{Activation, Layer, Network, NetworkError, Shape};

/// What the network looks at: components of the [situation](crate::situation), each in [0, 1] or [-1, 1].
pub const INPUTS: [&str; 20] = [
    "enemy_bearing",
    "enemy_distance",
    "enemy_offset",
    "in_line",
    "left_count",
    "right_count",
    "melee_distance",
    "projectile_bearing",
    "projectile_distance",
    "health_pickup_bearing",
    "health_pickup_distance",
    "armor_pickup_bearing",
    "armor_pickup_distance",
    "health",
    "ready",
    "speed_ahead",
    "speed_left",
    "turn_rate",
    "blocked",
    "unseen",
];

/// What the network scores: buttons by what they do.
pub const OUTPUTS: [&str; 7] =
    ["turn_left", "turn_right", "strafe_left", "strafe_right", "forward", "backward", "fire"];

/// The most hidden units.
const UNITS: usize = 8;
const NUMBERS: [&str; UNITS] = ["0", "1", "2", "3", "4", "5", "6", "7"];

const HIDDEN: Parameter = Parameter {
    name: "hidden",
    about: "how many hidden units there are; the weights of others have no effect",
    domain: Domain::Integer { low: 1, high: UNITS as i32 },
    default: UNITS as f64,
    ..Parameter::PLAIN
};
const RECURRENT: Parameter = Parameter {
    name: "recurrent",
    about: "whether the hidden units see what they gave out one tick ago; if not, memory weights have no effect",
    domain: Domain::Flag,
    default: 0.0,
    ..Parameter::PLAIN
};

const fn weight(name: &'static str, about: &'static str) -> Parameter<'static> {
    Parameter { name, about, domain: Domain::Real { low: -4.0, high: 4.0 }, default: 0.0, ..Parameter::PLAIN }
}

/// Rows of weights with one weight for each hidden unit: inputs, memory, biases, outputs.
const ROWS: usize = OUTPUT_ROWS + OUTPUTS.len();
const MEMORY_ROWS: usize = INPUTS.len();
const BIAS_ROW: usize = MEMORY_ROWS + UNITS;
const OUTPUT_ROWS: usize = BIAS_ROW + 1;
/// All weights: the rows, then the biases of the outputs.
const WEIGHTS: usize = ROWS * UNITS + OUTPUTS.len();

/// Where the weights begin in the list of parameters.
const FIRST: usize = 2;

static NAMES: [Name; WEIGHTS] = names();
static ALL: [Parameter; FIRST + WEIGHTS] = parameters(&NAMES);

/// Every parameter of the policy.
pub(super) const PARAMETERS: &[Parameter] = &ALL;

/// The network of a genome.
///
/// # Errors
/// If a weight is not finite, which no genome that was checked has.
pub(super) fn network(genome: &Genome) -> Result<Network, NetworkError> {
    let size = (genome.get(&HIDDEN) as usize).clamp(1, UNITS);
    let recurrent = genome.get(&RECURRENT) == 1.0;
    let hidden = Layer { size, activation: Activation::Tanh, recurrent };
    let output = Layer { size: OUTPUTS.len(), activation: Activation::Identity, recurrent: false };
    let shape = Shape::new(INPUTS.len(), vec![hidden, output])?;

    let memory = MEMORY_ROWS..MEMORY_ROWS + if recurrent { size } else { 0 };
    let hidden_rows = (0..MEMORY_ROWS).chain(memory).chain([BIAS_ROW]);
    let to_hidden = hidden_rows.flat_map(|row| (0..size).map(move |unit| row * UNITS + unit));
    let to_outputs = (0..size).flat_map(|unit| (OUTPUT_ROWS..ROWS).map(move |row| row * UNITS + unit));
    let places = to_hidden.chain(to_outputs).chain(ROWS * UNITS..WEIGHTS);
    let weights: Vec<_> = places.map(|place| genome.get(&PARAMETERS[FIRST + place]) as f32).collect();
    Network::new(shape, &weights)
}

/// What the names of a row's weights begin with, and what they are.
const fn row(row: usize) -> ([&'static str; 2], &'static str) {
    if row < MEMORY_ROWS {
        (["input_", INPUTS[row]], "weight of this component of the situation in the hidden unit of this number")
    } else if row < BIAS_ROW {
        (
            ["memory_", NUMBERS[row - MEMORY_ROWS]],
            "weight of the hidden unit of the first number, one tick ago, in that of the second",
        )
    } else if row == BIAS_ROW {
        (["bias", ""], "what the hidden unit of this number adds to its inputs")
    } else {
        (["output_", OUTPUTS[row - OUTPUT_ROWS]], "weight of the hidden unit of this number in the score of doing this")
    }
}

const fn names() -> [Name; WEIGHTS] {
    let mut names = [Name::EMPTY; WEIGHTS];
    let mut place = 0;
    while place < WEIGHTS {
        names[place] = if place < ROWS * UNITS {
            let ([kind, what], _) = row(place / UNITS);
            Name::of([kind, what, "_", NUMBERS[place % UNITS]])
        } else {
            Name::of(["bias_", OUTPUTS[place - ROWS * UNITS], "", ""])
        };
        place += 1;
    }
    names
}

const fn parameters(names: &'static [Name; WEIGHTS]) -> [Parameter<'static>; FIRST + WEIGHTS] {
    let mut parameters = [RECURRENT; FIRST + WEIGHTS];
    parameters[0] = HIDDEN;
    let mut place = 0;
    while place < WEIGHTS {
        let about = if place < ROWS * UNITS {
            row(place / UNITS).1
        } else {
            "the score of doing this before any hidden unit has a say; that of doing nothing is 0"
        };
        parameters[FIRST + place] = weight(names[place].text(), about);
        place += 1;
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::Feature;

    #[test]
    fn every_input_is_a_component_of_the_situation() {
        assert_eq!(INPUTS.into_iter().find(|name| Feature::find(name).is_none()), None);
    }

    #[test]
    fn names_say_what_is_connected() {
        let named = |name: &str| PARAMETERS.iter().position(|parameter| parameter.name == name);
        assert_eq!(PARAMETERS.len(), 2 + 20 * 8 + 8 * 8 + 8 + 7 * 8 + 7);
        assert_eq!((named("hidden"), named("recurrent")), (Some(0), Some(1)));
        assert_eq!((named("input_enemy_bearing_0"), named("input_enemy_bearing_7")), (Some(2), Some(9)));
        for name in ["input_unseen_7", "memory_0_7", "memory_7_0", "bias_3", "output_fire_7", "bias_turn_left"] {
            assert!(named(name).is_some(), "{name}");
        }
        assert_eq!(named("bias_fire"), Some(PARAMETERS.len() - 1));
    }

    #[test]
    fn every_weight_goes_where_its_name_says() {
        let at = |name: &str, inputs: [f32; 20]| {
            let genes = [(name, 0.5), ("bias_turn_left", 0.0), ("output_fire_2", 1.0), ("hidden", 3.0)];
            let genome = Genome(genes.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
            let mut network = network(&genome).unwrap();
            network.inputs().copy_from_slice(&inputs);
            network.evaluate().to_vec()
        };
        let mut inputs = [0.0; 20];
        inputs[3] = 1.0;
        let fire = |score| [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, score];
        assert_eq!(at("input_in_line_2", inputs), fire(libm::tanhf(0.5)));
        assert_eq!(at("input_in_line_1", inputs), fire(0.0));
        assert_eq!(at("input_in_line_7", inputs), fire(0.0));
        assert_eq!(at("bias_2", inputs), fire(libm::tanhf(0.5)));
        assert_eq!(at("bias_forward", inputs), [0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn memory_counts_only_where_it_is_asked_for() {
        let after = |recurrent| {
            let genes = [("recurrent", recurrent), ("bias_0", 1.0), ("memory_0_1", 2.0), ("output_fire_1", 1.0)];
            let genome = Genome(genes.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
            let mut network = network(&genome).unwrap();
            [0, 1].map(|_| network.evaluate()[6])
        };
        assert_eq!(after(0.0), [0.0, 0.0]);
        assert_eq!(after(1.0), [0.0, libm::tanhf(2.0 * libm::tanhf(1.0))]);
    }
}
