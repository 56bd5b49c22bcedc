use domain::action::Buttons;
use domain::agent::AgentSpec;
use domain::genome::Genome;
use domain::ids::{AgentId, TickNo};

use super::*;
use crate::build;
use crate::controls::tests::names;

/// The study's order of five buttons, and the two that it added.
const BUTTONS: [&str; 7] =
    ["TURN_LEFT", "TURN_RIGHT", "MOVE_LEFT", "MOVE_RIGHT", "ATTACK", "MOVE_FORWARD", "MOVE_BACKWARD"];

fn made(name: &str, genes: &[(&str, f64)], buttons: &[&str]) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let genome = Genome(genes.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
    build(&SessionSetup {
        agent: AgentId::slug("a"),
        experiment: String::new(),
        generation: 0,
        spec: AgentSpec::new(name, genome),
        scenario: "any".into(),
        buttons: names(buttons),
        variables: vec![],
        frame_skip: 4,
        knowledge: Default::default(),
    })
}

/// What is pressed, as the study's letters: A, T (either turn), S (either step), F, B, and lower case for both at once.
fn letter(buttons: Buttons) -> char {
    match buttons.0 {
        0b001_0000 => 'A',
        0b000_0001 | 0b000_0010 => 'T',
        0b000_0100 | 0b000_1000 => 'S',
        0b010_0000 => 'F',
        0b100_0000 => 'B',
        0b001_0001 | 0b001_0010 => 't',
        _ => '?',
    }
}

fn state(tick: u32, health: f32, kills: i32) -> GameState {
    GameState { tick: TickNo(tick), health, ammo: 50, kills, ..GameState::default() }
}

fn played(name: &str, genes: &[(&str, f64)], states: impl IntoIterator<Item = GameState>) -> Vec<Decision> {
    let mut policy = made(name, genes, &BUTTONS).ok().unwrap();
    policy.start(7);
    states.into_iter().map(|state| policy.decide(&state)).collect()
}

fn letters(name: &str, genes: &[(&str, f64)], states: impl IntoIterator<Item = GameState>) -> String {
    played(name, genes, states).iter().map(|decision| letter(decision.buttons)).collect()
}

fn healthy(ticks: u32) -> impl Iterator<Item = GameState> {
    (0..ticks).map(|tick| state(tick, 100.0, 0))
}

fn share(name: &str, genes: &[(&str, f64)], wanted: char) -> f64 {
    let played = letters(name, genes, healthy(20_000));
    played.chars().filter(|&letter| letter == wanted).count() as f64 / 20_000.0
}

#[test]
fn cycles_are_those_of_the_study() {
    let cases = [
        ("burst", vec![], "AAATAAATAAAT"),
        ("burst", vec![("burst", 1.0)], "ATATATATATAT"),
        ("burst_threshold", vec![("burst", 5.0)], "AAAAATAAAAAT"),
        ("dodge_burst_3", vec![], "AAASSAAASSAA"),
        ("survival_burst", vec![], "AASSTAASSTAA"),
        ("strafe_burst_3", vec![], "AAASAAASAAAS"),
        ("compound_attack_turn", vec![], "tttttttttttt"),
        ("smart_5", vec![], "AAATTAAATTAA"),
        ("adaptive_5", vec![], "AAATAAATAAAT"),
    ];
    for (name, genes, expected) in cases {
        assert_eq!(letters(name, &genes, healthy(12)), expected, "{name}");
    }
    let advance = letters("burst_advance", &[], healthy(400));
    assert!(advance.as_bytes().chunks(4).all(|four| four.starts_with(b"FFF") && four[3] != b'F'), "{advance}");
    let cycle = letters("cycle", &[("length", 2.0)], healthy(400));
    assert!(cycle.as_bytes().chunks(4).all(|four| four.starts_with(b"AA") && !four[2..].contains(&b'A')), "{cycle}");
}

#[test]
fn a_retreat_does_not_advance_the_cycle() {
    let weak = |tick| if tick == 1 { 19.0 } else { 100.0 };
    let states = || (0..5).map(|tick| state(tick, weak(tick), 0));
    assert_eq!(letters("burst", &[], states()), "ATAAT");
    assert_eq!(letters("strafe_burst_3", &[], states()), "ASAAS");
    assert_eq!(letters("strafe_burst_3", &[("health_threshold", 19.0)], states()), "AAASA");
    let empty = (0..3).map(|tick| GameState { ammo: 0, ..state(tick, 100.0, 0) });
    assert_eq!(letters("burst", &[], empty), "TTT");
    assert_eq!(played("burst", &[], [state(0, 5.0, 0)])[0].confidence, 1.0, "left, without drawing");
    assert_eq!(played("burst_threshold", &[], [state(0, 5.0, 0)])[0].confidence, 0.5);
}

#[test]
fn probabilities_are_kept_and_told() {
    for (name, genes, wanted, expected) in [
        ("attack_ratio", vec![("attack_share", 0.3)], 'A', 0.3),
        ("attack_ratio", vec![("attack_share", 0.3)], 'S', 0.35),
        ("full_agent", vec![], 'A', 0.675),
        ("forward_biased", vec![], 'F', 0.35),
        ("forward_biased", vec![], 'T', 0.15),
        ("strafe_dodge", vec![], 'S', 0.4),
        ("adaptive_aggression", vec![], 'A', 0.3),
    ] {
        let share = share(name, &genes, wanted);
        assert!((share - expected).abs() < 0.015, "{name} {wanted}: {share}");
    }
    let told: Vec<_> = played("attack_ratio", &[("attack_share", 0.2)], healthy(50))
        .iter()
        .map(|decision| (letter(decision.buttons) == 'A', decision.confidence))
        .collect();
    assert!(told.iter().all(|&(_, confidence)| (confidence - 0.2).abs() < 1e-6), "{told:?}");
    let zeros: Vec<_> = ["strafe_weight", "attack_weight", "forward_weight", "backward_weight", "turn_weight"]
        .map(|name| (name, 0.0))
        .to_vec();
    assert!((share("forward_biased", &zeros, 'B') - 0.2).abs() < 0.015);
}

#[test]
fn lost_health_makes_the_full_agent_turn() {
    let lossy = || (0..2000u32).map(|tick| state(tick, 100.0 - 6.0 * (tick % 3) as f32, 0));
    let turns =
        |caution| letters("full_agent", &[("memory", caution), ("strength", 1.0)], lossy()).matches('T').count();
    assert!(2 * turns(1.0) > 3 * turns(0.0), "{} {}", turns(1.0), turns(0.0));
}

#[test]
fn adaptive_kill_turns_when_kills_stay_out() {
    let genes = [("patience", 4.0)];
    assert_eq!(letters("adaptive_kill", &genes, healthy(12)), "AAAATAAAATAA");
    let killing = (0..12).map(|tick| state(tick, 100.0, tick as i32));
    assert_eq!(letters("adaptive_kill", &genes, killing), "AAAAAAAAAAAA");
    let hurt = (0..8).map(|tick| state(tick, 50.0, tick as i32));
    assert_eq!(letters("adaptive_kill", &genes, hurt), "AATAAATA");
}

#[test]
fn scripts_react_to_kills_and_wounds() {
    let kill_in_burst = (0..8).map(|tick| state(tick, 100.0, i32::from(tick >= 2)));
    assert_eq!(letters("smart_5", &[], kill_in_burst), "AAASAAAT");
    let kill = (0..6).map(|tick| state(tick, 100.0, i32::from(tick >= 2)));
    assert_eq!(letters("adaptive_5", &[], kill), "AASATA");
    let wounded = (0..40).map(|tick| state(tick, if tick < 15 { 100.0 } else { 80.0 }, 0));
    let played = letters("adaptive_5", &[("strafe_share", 1.0)], wounded);
    assert_eq!(&played[..26], "AAATAAATAAATAAASSSSSSSSSTA", "{played}");
}

#[test]
fn every_missing_button_is_named_once() {
    let missing = |name, buttons: &[&str]| {
        made(name, &[], buttons).err().unwrap_or_default().into_iter().map(|wrong| wrong.message).collect::<Vec<_>>()
    };
    let three = ["TURN_LEFT", "TURN_RIGHT", "ATTACK"];
    assert_eq!(missing("burst", &three), [""; 0]);
    assert_eq!(missing("full_agent", &["MOVE_LEFT", "MOVE_RIGHT", "ATTACK"]), [""; 0]);
    assert_eq!(missing("smart_5", &three).len(), 2);
    assert!(missing("burst_advance", &three).iter().any(|message| message.contains("MOVE_FORWARD")));
    assert_eq!(missing("forward_biased", &[]).len(), 7);
}

#[test]
fn a_new_episode_begins_anew() {
    for script in list::SCRIPTS {
        let mut policy = made(script.info.name, &[], &BUTTONS).ok().unwrap();
        let mut play = |seed| {
            policy.start(seed);
            let states = (0..60).map(|tick| state(tick, 100.0 - (tick % 9) as f32, tick as i32 / 8));
            states.map(|state| policy.decide(&state)).collect::<Vec<_>>()
        };
        let first = play(1);
        assert_eq!(play(1), first, "{}", script.info.name);
        let draws = first.iter().any(|decision| decision.confidence < 1.0);
        assert_eq!(play(2) != first, draws, "{}", script.info.name);
    }
}
