//! Walls in the real game: where the map has them, where the player stops, the same in every run.

use vizdoom::{Button, Engine, GameConfig, GameVariable, Refresh, Walls};

use crate::support;
use crate::trace::Actions;

const BEARINGS: [f64; 5] = [90.0, 30.0, 0.0, -30.0, -90.0];
const REACH: f64 = 2048.0;

fn walled(scenario: &str) -> GameConfig {
    let mut config = support::scenario(scenario);
    config.buffers.sectors = true;
    config
}

fn start(config: &GameConfig) -> (tempfile::TempDir, Engine) {
    let (dir, options) = support::options();
    (dir, Engine::start(&support::install(), config, &options).unwrap())
}

fn pose(engine: &Engine) -> [f64; 3] {
    [GameVariable::PositionX, GameVariable::PositionY, GameVariable::Angle].map(|v| engine.state().variable(v))
}

#[test]
fn distances_are_those_of_the_maps_geometry() {
    // A rectangle whose lines all have one side.
    let config = walled("basic");
    let (_, lines) = Engine::map_lines(&support::install(), &config).unwrap();
    let [west, south, east, north] = lines.iter().flat_map(|line| [line.from, line.to]).fold(
        [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
        |[west, south, east, north], [x, y]| [west.min(x), south.min(y), east.max(x), north.max(y)],
    );
    let (_dir, mut engine) = start(&config);
    engine.new_episode(3).unwrap();
    let [x, y, angle] = pose(&engine);
    assert_eq!((lines.len(), angle), (4, 0.0));

    let found = Walls::default().distances(engine.state(), BEARINGS, REACH);

    let slanted = |aside: f64| ((east - x) / 30f64.to_radians().cos()).min(aside / 30f64.to_radians().sin());
    let expected = [north - y, slanted(north - y), east - x, slanted(y - south), y - south];
    for (found, expected) in found.into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-9, "{found} for {expected}, player at {x}, {y}, west {west}");
    }
}

#[test]
fn a_player_is_stopped_where_the_wall_is_near() {
    let mut config = walled("basic");
    config.buttons = vec![Button::MoveLeft];
    let (_dir, mut engine) = start(&config);
    engine.new_episode(3).unwrap();
    let mut walls = Walls::default();
    let mut left = |engine: &Engine| walls.distances(engine.state(), [90.0], REACH)[0];
    let mut places = Vec::new();
    for _ in 0..100 {
        places.push((pose(&engine)[1], left(&engine)));
        engine.step(&[1.0], 1, Refresh::Full).unwrap();
    }
    for pair in places.windows(2) {
        let [walked, nearer] = [pair[1].0 - pair[0].0, pair[0].1 - pair[1].1];
        assert!((walked - nearer).abs() < 1e-9, "{pair:?}");
    }
    let (begun, stopped) = (places[0], places[99]);
    assert!(begun.1 > 100.0 && places[90..].iter().all(|&place| place == stopped), "{places:?}");
    // The player's body goes 16 units to each side.
    assert!((16.0..17.0).contains(&stopped.1), "{stopped:?}");
}

/// Everything that is seen of an episode with these settings, and how far the way was free.
fn play(config: &GameConfig) -> (Vec<u64>, Vec<u64>) {
    let (_dir, mut engine) = start(config);
    engine.new_episode(11).unwrap();
    let (mut actions, mut walls) = (Actions::new(config), Walls::default());
    let (mut seen, mut free) = (Vec::new(), Vec::new());
    while engine.finished().is_none() && seen.len() < 40_000 {
        let state = engine.state();
        seen.extend(GameVariable::ALL.iter().map(|&variable| state.variable(variable).to_bits()));
        seen.extend(state.screen().iter().step_by(997).map(|&byte| u64::from(byte)));
        free.extend(walls.distances(state, BEARINGS, REACH).map(f64::to_bits));
        engine.step(actions.next(), 4, Refresh::Full).unwrap();
    }
    (seen, free)
}

#[test]
fn the_same_run_has_the_same_walls_and_plays_as_without_them() {
    let config = walled("my_way_home");
    let (seen, free) = play(&config);
    assert_eq!(play(&config), (seen.clone(), free.clone()));
    let distances: Vec<_> = free.iter().map(|&bits| f64::from_bits(bits)).collect();
    assert!(distances.iter().all(|distance| (0.0..=REACH).contains(distance)));
    assert!(distances.iter().any(|&distance| distance < 40.0) && distances.iter().any(|&distance| distance > 300.0));

    let without = play(&support::scenario("my_way_home"));
    assert_eq!(without.0, seen);
    assert!(without.1.iter().all(|&bits| bits == REACH.to_bits()), "nothing stops anybody without sectors");
}
