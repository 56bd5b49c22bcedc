use std::sync::Arc;

use domain::action::Level;
use domain::agent::{AgentSpec, SessionSetup};
use domain::game::Entity;
use domain::genome::Genome;
use domain::ids::{AgentId, TickNo};

use super::*;
use crate::controls::tests::names;
use crate::documents::{Document, Library, Life, Provenance, Tags};
use crate::experience::{Experience, Tally, Trial};
use crate::rules::{ResponseSpec, RuleSet};
use crate::situation::Vector;
use crate::{By, build_with};

const ATTACK: Buttons = Buttons(0b100);

fn setup(policy: &str, genes: &[(&str, f64)]) -> SessionSetup {
    let genome = Genome(genes.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
    SessionSetup {
        agent: AgentId::slug("a"),
        experiment: String::new(),
        generation: 3,
        spec: AgentSpec::new(policy, genome),
        scenario: "any".into(),
        buttons: names(&[
            "TURN_LEFT",
            "TURN_RIGHT",
            "ATTACK",
            "MOVE_LEFT",
            "MOVE_RIGHT",
            "MOVE_FORWARD",
            "MOVE_BACKWARD",
        ]),
        variables: vec![],
        frame_skip: 4,
        knowledge: Default::default(),
    }
}

fn imp(bearing: f32, distance: f32) -> GameState {
    let (name, category) = ("DoomImp".to_owned(), "Monster".to_owned());
    let entity = Entity { id: 1, name, category, bearing, distance, ..Entity::default() };
    GameState { health: 100.0, ammo: 50, entities: vec![entity], ..GameState::default() }
}

fn seen(state: &GameState) -> (u32, Vector) {
    let situation = Observer::new(4, &setup("cascade", &[]).buttons).observe(state);
    (grid::cell(&situation), situation.vector())
}

fn document(id: &str, situation: Vector, response: ResponseSpec) -> Document {
    Document {
        id: id.into(),
        situation,
        tags: Tags::NONE,
        response,
        tally: Tally { trials: 100, successes: 90 },
        provenance: Provenance::default(),
        life: Life::Active,
        last_used: 3,
    }
}

/// Knowledge that says something about one state: experience says to wait, a document to step left.
fn knowledge(state: &GameState) -> Knowledge {
    let (cell, situation) = seen(state);
    let trial = Trial { cell, tactic: Tactic::Wait, success: true };
    let response = ResponseSpec::Buttons(vec!["MOVE_LEFT".into()]);
    Knowledge {
        rules: None,
        experience: Arc::new(Experience::default().fold([trial; 50])),
        documents: Arc::new(Library::new(vec![document("step", situation, response)]).unwrap()),
        network: None,
    }
}

fn first(genes: &[(&str, f64)], knowledge: &Knowledge, state: &GameState) -> (Decision, Option<String>) {
    let mut policy = build_with(&setup("cascade", genes), knowledge).ok().unwrap();
    policy.start(1);
    let decision = policy.decide(state);
    (decision, policy.decided_by().map(str::to_owned))
}

#[test]
fn every_level_decides_when_those_before_it_pass() {
    let state = imp(2.0, 500.0);
    let known = knowledge(&state);
    let bitten = GameState {
        entities: vec![Entity { name: "Demon".into(), distance: 60.0, ..imp(0.0, 0.0).entities.remove(0) }],
        ..imp(0.0, 0.0)
    };

    let (rule, name) = first(&[], &known, &bitten);
    assert_eq!((rule.level, rule.rule, name.as_deref()), (Level::L0, "rule", Some("shoot_what_bites")));
    let (experience, name) = first(&[], &known, &state);
    assert_eq!((experience.level, experience.rule, name), (Level::L1, "experience", None));
    assert_eq!(experience.buttons, Buttons::NONE);
    let (document, name) = first(&[("l1", 0.0)], &known, &state);
    assert_eq!((document.level, document.rule, name.as_deref()), (Level::L2, "document", Some("step")));
    assert_eq!(document.buttons, Buttons(0b1000));
    let (fallback, name) = first(&[("l1", 0.0), ("l2", 0.0)], &known, &state);
    assert_eq!((fallback.level, fallback.rule, name), (Level::L0, "fallback", None));
    assert_eq!(fallback.buttons.0 & ATTACK.0, ATTACK.0);
}

#[test]
fn thresholds_decide_whether_a_level_is_sure_enough() {
    let state = imp(2.0, 500.0);
    let known = knowledge(&state);
    let rule = |genes: &[(&str, f64)]| first(genes, &known, &state).0.rule;
    assert_eq!(rule(&[("l1_confidence", 0.95)]), "document");
    assert_eq!(rule(&[("l1_trials", 51.0)]), "document");
    assert_eq!(rule(&[("l1", 0.0), ("l2_score", 0.99)]), "fallback");
    let far = [("l1", 0.0), ("l2_score", 0.6), ("l2_radius", 0.05)];
    assert_eq!(first(&far, &known, &imp(25.0, 500.0)).0.rule, "fallback");
}

#[test]
fn without_levels_it_plays_as_aim_does() {
    let none = [("l0", 0.0), ("l1", 0.0), ("l2", 0.0), ("strafe_share", 0.6), ("lead", 2.0)];
    let known = knowledge(&imp(2.0, 500.0));
    let mut cascade = build_with(&setup("cascade", &none), &known).ok().unwrap();
    let mut aim = build_with(&setup("aim", &none[3..]), &known).ok().unwrap();
    for episode in 0..3 {
        cascade.start(episode);
        aim.start(episode);
        for tick in 0..200u32 {
            let bearing = 30.0 * libm::sinf(0.3 * tick as f32);
            let mut state = GameState { tick: TickNo(tick), ..imp(bearing, 900.0 - 4.0 * tick as f32) };
            if tick % 50 > 40 {
                state.entities.clear();
            }
            let (ours, theirs) = (cascade.decide(&state), aim.decide(&state));
            assert_eq!((ours.buttons, ours.confidence), (theirs.buttons, theirs.confidence), "tick {tick}");
        }
    }
}

#[test]
fn walls_are_asked_for_by_rules_that_look_at_them() {
    let text = "[[rules]]\nname = \"turn\"\nwhen = { feature = \"wall_ahead\", below = 64 }\ndo = [\"TURN_LEFT\"]";
    let known = Knowledge { rules: Some(Arc::new(RuleSet::parse(text).unwrap())), ..Knowledge::default() };
    let build = |genes: &[(&str, f64)], known| build_with(&setup("cascade", genes), known).ok().unwrap();
    let mut policy = build(&[], &known);
    assert_eq!(policy.observation(), ObservationSpec { walls: true, ..OBSERVATION });
    assert_eq!(build(&[("l0", 0.0)], &known).observation(), OBSERVATION, "no rule is asked");
    assert_eq!(build(&[], &Knowledge::default()).observation(), OBSERVATION);

    let near = GameState { walls: Some([2048.0, 90.0, 60.0, 40.0, 2048.0]), ..GameState::default() };
    let told = policy.explain(&near).unwrap();
    assert_eq!((told.situation["wall_ahead"], told.situation["wall_ahead_right"]), (60.0, 40.0));
    assert_eq!(policy.decide(&near).buttons, Buttons(0b1));
    assert_ne!(policy.decide(&GameState::default()).rule, "rule");
}

#[test]
fn what_the_scenario_has_no_buttons_for_is_not_done() {
    let state = imp(2.0, 500.0);
    let known = knowledge(&state);
    let buttons = names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"]);
    let mut policy = build_with(&SessionSetup { buttons, ..setup("cascade", &[("l1", 0.0)]) }, &known).ok().unwrap();
    assert_eq!(policy.decide(&state).rule, "fallback", "the document wants a step to the left");
}

#[test]
fn without_a_weapon_it_steps_aside_and_collects() {
    let play = |buttons: &[&str], entity: Entity| {
        let setup = SessionSetup { buttons: names(buttons), ..setup("cascade", &[]) };
        let mut policy = build_with(&setup, &Knowledge::default()).ok().unwrap();
        let state = GameState { health: 100.0, entities: vec![entity], ..GameState::default() };
        let decision = policy.decide(&state);
        (decision.buttons.0, policy.decided_by().map(str::to_owned))
    };
    let thing = |name: &str, category: &str, bearing| {
        let (name, category) = (name.to_owned(), category.to_owned());
        Entity { id: 1, name, category, bearing, distance: 200.0, ..Entity::default() }
    };
    let covering = ["MOVE_LEFT", "MOVE_RIGHT"];
    let ball = |bearing| thing("DoomImpBall", "Projectile", bearing);
    assert_eq!(play(&covering, ball(-5.0)), (0b01, Some("step_left".into())));
    assert_eq!(play(&covering, ball(5.0)), (0b10, Some("step_right".into())));
    let gathering = ["TURN_LEFT", "TURN_RIGHT", "MOVE_FORWARD"];
    assert_eq!(play(&gathering, thing("Medikit", "Health", 0.0)), (0b100, None));
    let refused = |buttons: &[&str]| {
        build_with(&SessionSetup { buttons: names(buttons), ..setup("cascade", &[]) }, &Knowledge::default()).is_err()
    };
    assert!(refused(&["USE"]) && !refused(&["ATTACK"]));
}

#[test]
fn wrong_rules_are_refused_with_their_places() {
    let text = "[[rules]]\nname = \"a\"\nwhen = { feature = \"health\", below = \"nerve\" }\ndo = \"aim\"\n";
    let rules = Some(Arc::new(RuleSet::parse(text).unwrap()));
    let found = build_with(&setup("cascade", &[]), &Knowledge { rules, ..Knowledge::default() }).err().unwrap();
    assert_eq!(found[0].path, "rules[0].when.below");
    assert!(found[0].help.as_ref().unwrap().contains("near"), "{found:?}");
}

#[test]
fn an_explanation_says_what_the_decision_will_be_and_changes_nothing() {
    let known = knowledge(&imp(2.0, 500.0));
    let build = || build_with(&setup("cascade", &[("l1_confidence", 0.95)]), &known).ok().unwrap();
    let (mut asked, mut left_alone) = (build(), build());
    for tick in 0..60u32 {
        let state = GameState { tick: TickNo(tick), ..imp(2.0 + (tick % 7) as f32, 500.0 - 8.0 * tick as f32) };
        let explanation = asked.explain(&state).unwrap();
        let decision = asked.decide(&state);
        assert_eq!(decision, left_alone.decide(&state));
        assert_eq!(Some(explanation.trace), asked.trace());
        assert_eq!(explanation.trace.buttons, decision.buttons);
        let deciding = explanation.levels.iter().find(|level| level.decides).map(|level| level.level);
        match explanation.trace.by {
            By::Fallback => assert_eq!(deciding, None),
            by => assert_eq!(deciding, Some(by.level())),
        }
    }
}

#[test]
fn an_explanation_tells_people_why() {
    let state = imp(2.0, 500.0);
    let policy = build_with(&setup("cascade", &[("l1_confidence", 0.95)]), &knowledge(&state)).ok().unwrap();
    let told = serde_json::to_value(policy.explain(&state).unwrap()).unwrap();
    assert_eq!((&told["name"], &told["trace"]["by"]), (&"step".into(), &"document".into()));
    assert_eq!(told["buttons"], serde_json::json!(["MOVE_LEFT"]));
    assert_eq!(told["levels"][0]["reason"], "none of 6 rules holds");
    assert!(told["levels"][1]["reason"].as_str().unwrap().starts_with("the best is `wait` with a lower bound of 0.9"));
    assert_eq!(told["documents"][0]["similarity"], 1.0);
    assert_eq!(told["experience"]["tactics"][0]["trials"], 50);
    assert_eq!(told["situation"]["enemy_distance"], 500.0);
}
