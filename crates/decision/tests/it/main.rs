//! What every policy promises, for arbitrary states and buttons.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cascade;
mod golden;
mod onnx;
mod played;
mod states;

use domain::action::{Buttons, Decision};
use domain::agent::{AgentSpec, SessionSetup};
use domain::game::GameState;
use domain::genome::Genome;
use domain::ids::AgentId;
use proptest::prelude::*;

use decision::{POLICIES, Policy, PolicyInfo, build};

fn setup(policy: &PolicyInfo, genes: &[f64], buttons: &[String], frame_skip: u32) -> SessionSetup {
    let genome = policy.parameters.iter().zip(genes).map(|(parameter, share)| {
        let (low, high) = parameter.domain.bounds();
        (parameter.name.to_owned(), parameter.domain.nearest(low + share * (high - low)))
    });
    SessionSetup {
        agent: AgentId::slug("a"),
        experiment: String::new(),
        generation: 0,
        spec: AgentSpec::new(policy.name, Genome(genome.collect())),
        scenario: "any".into(),
        buttons: buttons.to_vec(),
        variables: vec![],
        frame_skip,
        knowledge: Default::default(),
    }
}

fn play(policy: &mut dyn Policy, seed: u64, states: &[GameState]) -> Vec<Decision> {
    policy.start(seed);
    states.iter().map(|state| policy.decide(state)).collect()
}

proptest! {
    #[test]
    fn any_state_is_answered_with_the_scenarios_buttons_and_repeatably(
        states in prop::collection::vec(states::any_state(), 1..40),
        buttons in states::any_buttons(),
        genes in prop::collection::vec(0.0..=1.0f64, 40),
        frame_skip in 0u32..40,
        seed: u64,
    ) {
        for info in POLICIES {
            let setup = setup(info, &genes, &buttons, frame_skip);
            let Ok(mut policy) = build(&setup) else { continue };
            let played = play(&mut *policy, seed, &states);

            for decision in &played {
                prop_assert!(!decision.buttons.exceeds(buttons.len()), "{}: {:?}", info.name, decision);
                prop_assert!(decision.confidence > 0.0 && decision.confidence <= 1.0, "{}", info.name);
                prop_assert!(!decision.rule.is_empty());
            }
            prop_assert_eq!(&play(&mut *policy, seed, &states), &played, "{}: a second episode", info.name);
            let mut other = build(&setup).ok().unwrap();
            prop_assert_eq!(&play(&mut *other, seed, &states), &played, "{}: a second policy", info.name);
        }
    }
}

#[test]
fn another_seed_changes_what_is_drawn_at_random() {
    let buttons = states::names(&["MOVE_LEFT", "MOVE_RIGHT", "ATTACK", "TURN_LEFT", "TURN_RIGHT"]);
    let states = states::episode(200);
    for name in ["random", "burst", "aim", "cascade"] {
        let setup = setup(decision::find(name).unwrap(), &[], &buttons, 4);
        let mut policy = build(&setup).ok().unwrap();
        let pressed = |decisions: Vec<Decision>| decisions.into_iter().map(|d| d.buttons).collect::<Vec<Buttons>>();
        assert_ne!(pressed(play(&mut *policy, 1, &states)), pressed(play(&mut *policy, 2, &states)), "{name}");
    }
}
