//! What a cascade with knowledge promises.

use std::sync::{Arc, LazyLock};

use decision::documents::{PlainScan, Ranking, Tags, Weights};
use decision::rules::RuleSet;
use decision::{By, Knowledge, build_with};
use domain::action::Decision;
use domain::agent::{AgentSpec, SessionSetup};
use domain::game::GameState;
use domain::genome::Genome;
use domain::ids::AgentId;
use proptest::prelude::*;

use crate::{played, states};

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| played::knowledge(500));

fn setup(genes: &[f64], buttons: &[String]) -> SessionSetup {
    let parameters = decision::find("cascade").unwrap().parameters;
    let genome = parameters.iter().zip(genes).map(|(parameter, share)| {
        let (low, high) = parameter.domain.bounds();
        (parameter.name.to_owned(), parameter.domain.nearest(low + share * (high - low)))
    });
    SessionSetup {
        agent: AgentId::slug("a"),
        experiment: String::new(),
        generation: 5,
        spec: AgentSpec::new("cascade", Genome(genome.collect())),
        scenario: "any".into(),
        buttons: buttons.to_vec(),
        variables: vec![],
        frame_skip: 4,
        knowledge: Default::default(),
    }
}

fn play(setup: &SessionSetup, knowledge: &Knowledge, seed: u64, states: &[GameState]) -> Option<Vec<(Decision, By)>> {
    let mut policy = build_with(setup, knowledge).ok()?;
    policy.start(seed);
    Some(states.iter().map(|state| (policy.decide(state), policy.trace().unwrap().by)).collect())
}

proptest! {
    #[test]
    fn any_state_and_genome_is_answered_with_the_scenarios_buttons_and_repeatably(
        odd in prop::collection::vec(states::any_state(), 0..10),
        episode in 0u64..1000,
        buttons in states::any_buttons(),
        genes in prop::collection::vec(0.0..=1.0f64, 40),
        seed: u64,
    ) {
        let mut states = played::states(episode, 1);
        states.extend(odd);
        let setup = setup(&genes, &buttons);
        if let Some(first) = play(&setup, &KNOWLEDGE, seed, &states) {
            for (decision, by) in &first {
                prop_assert!(!decision.buttons.exceeds(buttons.len()));
                prop_assert!(decision.confidence > 0.0 && decision.confidence <= 1.0);
                prop_assert_eq!((decision.level, decision.rule), (by.level(), by.name()));
            }
            prop_assert_eq!(play(&setup, &KNOWLEDGE, seed, &states).unwrap(), first);
        }
    }
}

#[test]
fn every_level_gets_its_say_with_the_built_in_rules() {
    let buttons = states::names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_LEFT", "MOVE_RIGHT", "MOVE_FORWARD"]);
    let setup = SessionSetup {
        spec: AgentSpec::new("cascade", Genome([("l2_score".into(), 0.7)].into())),
        ..setup(&[], &buttons)
    };
    let played = play(&setup, &KNOWLEDGE, 1, &played::states(77, 40)).unwrap();
    for by in By::ALL {
        assert!(played.iter().any(|(_, decider)| *decider == by), "{by:?} never decided");
    }
}

/// The published rules cover every state, so nothing below them was ever asked. Here that is allowed, and told.
#[test]
fn rules_that_cover_everything_leave_nothing_to_the_levels_below() {
    let text = r#"
        [[rules]]
        name = "attack_visible_enemy"
        when = { feature = "enemy_distance", below = 2048 }
        do = "fire"
        [[rules]]
        name = "reposition_no_enemies"
        when = { feature = "enemy_distance", at_least = 2048 }
        do = "turn_left"
    "#;
    let rules = RuleSet::parse(text).unwrap();
    let buttons = states::names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"]);
    let parameters = decision::find("cascade").unwrap().parameters;
    let warnings = rules.check(&decision::rules::Terms { parameters, buttons: &buttons }).warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");

    let knowledge = Knowledge { rules: Some(Arc::new(rules)), ..KNOWLEDGE.clone() };
    let setup = SessionSetup { spec: AgentSpec::new("cascade", Genome::default()), ..setup(&[], &buttons) };
    let played = play(&setup, &knowledge, 1, &played::states(77, 10)).unwrap();
    assert!(played.iter().all(|(_, by)| *by == By::Rule));
}

#[test]
fn the_search_agrees_with_a_plain_scan_on_situations_of_play_and_others() {
    let weights = Weights { similarity: 0.4, confidence: 0.4, recency: 0.2, radius: 0.5, half_life: 10.0 };
    let situations = played::situations(&played::states(99, 4));
    for library in [played::library(3_000), played::uniform(1_200)] {
        let library = Arc::new(library);
        let plain = PlainScan::new(&library, &weights, 20, |_| true);
        let mut ranking = Ranking::new(library, &weights, 20, |_| true);
        for situation in &situations {
            let (query, present) = (situation.vector(), Tags::of(situation));
            for limit in [1, 8] {
                assert_eq!(ranking.search(&query, present, limit), plain.search(&query, present, limit));
            }
        }
    }
}
