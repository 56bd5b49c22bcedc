use domain::action::Buttons;
use domain::agent::AgentSpec;
use domain::file::ContentHash;
use domain::game::Entity;
use domain::genome::{Genome, Parameter};
use domain::ids::{AgentId, TickNo};
use domain::seed::Draws;
use proptest::prelude::*;

use super::*;
use crate::build_with;
use crate::network::{Activation, Layer, Shape};

const TURNING: [&str; 3] = ["TURN_LEFT", "TURN_RIGHT", "ATTACK"];
const BUTTONS: [&str; 7] =
    ["MOVE_LEFT", "MOVE_RIGHT", "ATTACK", "MOVE_FORWARD", "MOVE_BACKWARD", "TURN_LEFT", "TURN_RIGHT"];

fn setup(buttons: &[&str], genes: &[(&str, f64)]) -> SessionSetup {
    let genome = Genome(genes.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
    SessionSetup {
        agent: AgentId::slug("a"),
        experiment: String::new(),
        generation: 0,
        spec: AgentSpec::new("neural", genome),
        scenario: "any".into(),
        buttons: buttons.iter().map(|&name| name.into()).collect(),
        variables: vec![],
        frame_skip: 4,
        knowledge: Default::default(),
    }
}

fn neural(buttons: &[&str], genes: &[(&str, f64)]) -> Box<dyn Policy> {
    crate::build(&setup(buttons, genes)).ok().unwrap()
}

/// A state with an imp at this bearing, in degrees to the left.
fn imp(bearing: f32) -> GameState {
    let (name, category) = ("DoomImp".to_owned(), "Monster".to_owned());
    let entity = Entity { id: 1, name, category, bearing, distance: 500.0, ..Entity::default() };
    GameState { health: 100.0, ammo: 50, entities: vec![entity], ..GameState::default() }
}

/// Turns to the nearest enemy and fires when it is in line.
const AIMING: [(&str, f64); 6] = [
    ("input_enemy_bearing_0", 4.0),
    ("output_turn_left_0", 2.0),
    ("output_turn_right_0", -2.0),
    ("input_in_line_1", 4.0),
    ("output_fire_1", 4.0),
    ("bias_fire", -1.0),
];

#[test]
fn a_genome_of_zeros_waits() {
    let decision = neural(&TURNING, &[]).decide(&imp(20.0));
    assert_eq!((decision.buttons, decision.rule), (Buttons::NONE, "wait"));
    assert!((decision.confidence - 1.0 / 6.0).abs() < 1e-6);
}

#[test]
fn weights_can_make_it_turn_to_an_enemy_and_fire() {
    let mut policy = neural(&TURNING, &AIMING);
    let played = [20.0, -20.0, 0.0].map(|bearing| policy.decide(&imp(bearing)));
    assert_eq!(played.map(|decision| decision.buttons.0), [0b001, 0b010, 0b100]);
    assert_eq!(played.map(|decision| decision.rule), ["move", "move", "fire"]);
}

#[test]
fn it_is_surer_of_what_is_clearer() {
    let sure = |bearing| neural(&TURNING, &AIMING).decide(&imp(bearing)).confidence;
    assert!(sure(30.0) > sure(10.0), "{} {}", sure(30.0), sure(10.0));
}

#[test]
fn a_recurrent_network_remembers_until_the_next_episode() {
    let genes = [
        ("recurrent", 1.0),
        ("input_enemy_bearing_0", 4.0),
        ("memory_0_0", 4.0),
        ("output_turn_left_0", 1.0),
        ("output_turn_right_0", -1.0),
    ];
    let played = |recurrent| {
        let mut genes = genes;
        genes[0].1 = recurrent;
        let mut policy = neural(&TURNING, &genes);
        policy.start(1);
        let seen = [imp(30.0), GameState::default()].map(|state| policy.decide(&state).buttons.0);
        policy.start(2);
        [seen[0], seen[1], policy.decide(&GameState::default()).buttons.0]
    };
    assert_eq!(played(1.0), [0b001, 0b001, 0]);
    assert_eq!(played(0.0), [0b001, 0, 0]);
}

#[test]
fn a_scenario_without_a_button_that_it_knows_is_refused() {
    let violations = crate::build(&setup(&["USE"], &[])).err().unwrap();
    assert_eq!(violations.iter().map(|violation| violation.path.as_str()).collect::<Vec<_>>(), ["scenario.buttons"]);
}

/// A genome of the policy drawn at random, with a memory or without.
fn drawn(recurrent: bool, draws: &mut Draws) -> Vec<(&'static str, f64)> {
    let gene = |parameter: &Parameter<'static>| {
        let (low, high) = parameter.domain.bounds();
        (parameter.name, parameter.domain.nearest(low + draws.unit() * (high - low)))
    };
    let mut genes: Vec<_> = genes::PARAMETERS.iter().map(gene).collect();
    genes[1] = ("recurrent", f64::from(u8::from(recurrent)));
    genes.retain(|(name, _)| recurrent || !name.starts_with("memory_"));
    genes
}

/// The digest holds on every machine; one that changes means that `BEHAVIOUR` has to be raised.
#[test]
fn genomes_play_as_they_always_have() {
    let mut draws = Draws::new(8);
    let mut played = Vec::new();
    for recurrent in [false, true] {
        let mut policy = neural(&BUTTONS, &drawn(recurrent, &mut draws));
        policy.start(1);
        for _ in 0..200 {
            let decision = policy.decide(&imp((80.0 * draws.unit() - 40.0) as f32));
            played.extend(decision.buttons.0.to_le_bytes());
            played.extend(decision.confidence.to_le_bytes());
        }
    }
    assert_eq!(ContentHash::of(&played).to_string()[..16], *"71332002df1f1ca4");
}

fn of_size(inputs: usize, outputs: usize) -> Network {
    let output = Layer { size: outputs, activation: Activation::Identity, recurrent: false };
    let shape = Shape::new(inputs, vec![output]).unwrap();
    let weights = shape.draw(&mut Draws::new(1));
    Network::new(shape, &weights).unwrap()
}

fn with_network(network: Network) -> Knowledge {
    Knowledge { network: Some(network.into()), ..Knowledge::default() }
}

#[test]
fn a_network_of_ones_own_has_to_have_the_inputs_and_outputs() {
    let refused = |inputs, outputs, button| {
        let given = with_network(of_size(inputs, outputs));
        let violations = build_with(&setup(&[button], &[]), &given).err().unwrap_or_default();
        violations.into_iter().map(|violation| violation.path).collect::<Vec<_>>()
    };
    assert_eq!(refused(20, 7, "ATTACK"), Vec::<String>::new());
    assert_eq!(refused(SIZE, 7, "ATTACK"), Vec::<String>::new());
    for inputs in [19, 24, 26, SIZE - 1, SIZE + 4, SIZE + 6] {
        assert_eq!(refused(inputs, 7, "ATTACK"), ["network"], "{inputs}");
    }
    assert_eq!(refused(19, 6, "USE"), ["network", "network", "scenario.buttons"]);
}

#[test]
fn genes_beside_a_network_of_ones_own_are_refused() {
    let found = build_with(&setup(&TURNING, &[("bias_fire", 1.0)]), &with_network(of_size(20, 7))).err().unwrap();
    assert_eq!((found.len(), found[0].path.as_str()), (1, "agent.genome.bias_fire"), "{found:?}");
}

#[test]
fn a_network_of_ones_own_sees_what_a_genomes_sees() {
    let mut weights = vec![0.0; 20 * 7 + 7];
    (weights[0], weights[1]) = (1.0, -1.0);
    let output = Layer { size: 7, activation: Activation::Identity, recurrent: false };
    let network = Network::new(Shape::new(20, vec![output]).unwrap(), &weights).unwrap();
    let mut policy = build_with(&setup(&TURNING, &[]), &with_network(network)).ok().unwrap();
    assert_eq!([20.0, -20.0].map(|bearing| policy.decide(&imp(bearing)).buttons.0), [0b001, 0b010]);
}

#[test]
fn a_network_with_so_many_more_inputs_sees_walls() {
    for inputs in [20, SIZE] {
        // To the left where the way ahead is free, to the right where a wall is nearer than half of how far one looks.
        let ahead = inputs + 2;
        let mut weights = vec![0.0; (inputs + 5) * 7 + 7];
        (weights[ahead * 7], weights[ahead * 7 + 1]) = (1.0, -1.0);
        let biases = (inputs + 5) * 7;
        (weights[biases], weights[biases + 1]) = (-0.5, 0.5);
        let output = Layer { size: 7, activation: Activation::Identity, recurrent: false };
        let network = Network::new(Shape::new(inputs + 5, vec![output]).unwrap(), &weights).unwrap();
        let mut policy = build_with(&setup(&TURNING, &[]), &with_network(network)).ok().unwrap();
        assert_eq!(policy.observation(), ObservationSpec { walls: true, ..OBSERVATION });
        let seen = [2048.0, 1000.0].map(|ahead| GameState { walls: Some([0.0, 0.0, ahead, 0.0, 0.0]), ..imp(0.0) });
        assert_eq!(seen.map(|state| policy.decide(&state).buttons.0), [0b001, 0b010], "{inputs}");
        let plain = build_with(&setup(&TURNING, &[]), &with_network(of_size(inputs, 7))).ok().unwrap();
        assert_eq!(plain.observation(), OBSERVATION);
    }
}

proptest! {
    #[test]
    fn any_genome_answers_any_bearing_and_repeats_itself(
        key: u64,
        recurrent: bool,
        seen in prop::collection::vec(prop::option::of(-60.0f32..60.0), 1..20),
    ) {
        let mut policy = neural(&TURNING, &drawn(recurrent, &mut Draws::new(key)));
        let states: Vec<_> = (0..).zip(&seen).map(|(tick, bearing)| {
            GameState { tick: TickNo(tick), ..bearing.map_or_else(GameState::default, imp) }
        }).collect();
        let mut play = |seed| {
            policy.start(seed);
            states.iter().map(|state| policy.decide(state)).collect::<Vec<_>>()
        };
        let played = play(1);
        prop_assert_eq!(&play(2), &played);
        for decision in played {
            prop_assert!(!decision.buttons.exceeds(TURNING.len()));
            prop_assert!(decision.confidence > 0.01 && decision.confidence <= 1.0);
        }
    }
}
