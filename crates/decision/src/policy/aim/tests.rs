use domain::game::Entity;
use domain::genome::Genome;
use domain::ids::TickNo;

use super::*;
use crate::controls::tests::names;

const LEFT: Buttons = Buttons(0b001);
const RIGHT: Buttons = Buttons(0b010);
const ATTACK: Buttons = Buttons(0b100);

fn aim(buttons: &[&str], genes: &[(&str, f64)]) -> Aim {
    let genome = Genome(genes.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
    assert_eq!(genome.violations(genes::PARAMETERS, ""), []);
    Aim::new(Genes::new(&genome), Controls::new(&names(buttons)), 4)
}

fn turning(genes: &[(&str, f64)]) -> Aim {
    aim(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"], genes)
}

fn imp(bearing: f32, distance: f32) -> GameState {
    let (name, category) = ("DoomImp".to_owned(), "Monster".to_owned());
    let entity = Entity { id: 1, name, category, bearing, distance, ..Entity::default() };
    GameState { health: 100.0, ammo: 50, entities: vec![entity], ..GameState::default() }
}

#[test]
fn it_turns_to_the_target_and_fires_when_aligned() {
    let mut policy = turning(&[]);
    let played = [30.0, -30.0, 1.0].map(|bearing| policy.decide(&imp(bearing, 500.0)));
    assert_eq!(played.map(|decision| decision.buttons), [LEFT, RIGHT, ATTACK]);
    assert_eq!(played.map(|decision| decision.rule), ["aim", "aim", "fire"]);
}

#[test]
fn it_fires_while_turning_when_the_turn_will_bring_it_into_line() {
    let bearing = 4.0 * 320.0 * 360.0 / 65536.0;
    let fired = |anticipation| {
        let mut policy = turning(&[("anticipation", anticipation), ("lead", 0.0)]);
        policy.decide(&imp(bearing, 500.0)).buttons
    };
    assert_eq!(fired(1.0), Buttons(LEFT.0 | ATTACK.0));
    assert_eq!(fired(0.0), LEFT);
}

#[test]
fn it_aims_beside_the_target_as_far_as_it_was_told() {
    let rule = |offset| turning(&[("offset", offset), ("dead_zone", 0.0)]).decide(&imp(-10.0, 500.0)).buttons;
    assert_eq!([rule(0.0), rule(10.0), rule(15.0)].map(|buttons| buttons.0 & 0b011), [RIGHT.0, 0, LEFT.0]);
}

#[test]
fn tolerance_grows_with_the_apparent_size() {
    let rule = |distance| turning(&[("dead_zone", 4.0)]).decide(&imp(5.0, distance)).rule;
    assert_eq!((rule(1000.0), rule(200.0)), ("aim", "fire"));
}

#[test]
fn it_neither_fires_without_ammunition_nor_at_nothing() {
    let mut state = imp(0.0, 300.0);
    state.ammo = 0;
    assert_eq!(turning(&[]).decide(&state).rule, "hold_fire");
    state.ammo = 9;
    state.entities[0].category = "Gore".into();
    state.entities[0].name = "DeadDoomImp".into();
    assert_eq!(turning(&[]).decide(&state).rule, "search");
}

#[test]
fn it_searches_first_where_the_target_went_and_then_wider_on_the_other_side() {
    let mut policy = turning(&[("search", 8.0)]);
    policy.decide(&imp(-20.0, 500.0));
    let played: Vec<_> = (0..8).map(|_| policy.decide(&GameState::default()).buttons).collect();
    assert_eq!(played, [RIGHT, RIGHT, LEFT, LEFT, LEFT, LEFT, RIGHT, RIGHT]);
}

#[test]
fn without_turning_it_aims_by_stepping_sideways() {
    let buttons = ["MOVE_LEFT", "MOVE_RIGHT", "ATTACK"];
    assert_eq!(aim(&buttons, &[]).decide(&imp(20.0, 300.0)).buttons, LEFT);
    assert_eq!(aim(&buttons, &[]).decide(&imp(-20.0, 300.0)).buttons, RIGHT);
    let mut drifting = imp(4.0, 300.0);
    drifting.velocity = [0.0, 4.0, 0.0];
    assert_eq!(aim(&buttons, &[]).decide(&drifting).buttons.0 & LEFT.0, 0, "it will coast far enough");
}

#[test]
fn footwork_uses_the_buttons_there_are() {
    let buttons = ["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_FORWARD", "MOVE_BACKWARD", "MOVE_LEFT", "MOVE_RIGHT"];
    let (forward, backward, sideways) = (0b000_1000, 0b001_0000, 0b110_0000);
    let pressed = |genes: &[(&str, f64)], state: &GameState| aim(&buttons, genes).decide(state).buttons.0;
    assert_eq!(pressed(&[("advance", 400.0), ("strafe_share", 0.0)], &imp(0.0, 500.0)), forward | ATTACK.0);
    let mut weak = imp(0.0, 200.0);
    weak.health = 10.0;
    let evading = pressed(&[("strafe_share", 0.0)], &weak);
    assert_eq!(evading & backward, backward);
    assert_eq!((evading & sideways).count_ones(), 1);
}

#[test]
fn a_new_episode_remembers_nothing() {
    let mut used = turning(&[]);
    used.start(5);
    for tick in 0..50 {
        used.decide(&GameState { tick: TickNo(tick), ..imp(-40.0 + tick as f32, 400.0) });
    }
    used.start(5);
    let mut fresh = turning(&[]);
    fresh.start(5);
    for tick in 0..50 {
        let state = GameState { tick: TickNo(tick), ..imp(30.0 - tick as f32, 400.0) };
        assert_eq!(used.decide(&state), fresh.decide(&state));
    }
}
