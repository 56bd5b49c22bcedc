//! Game states: arbitrary ones for properties, and an episode that looks like `defend_the_line`.

use domain::game::{Entity, GameState};
use domain::ids::TickNo;
use domain::seed::Draws;
use proptest::prelude::*;

pub(crate) fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Lists of buttons, most with `ATTACK`, some with buttons that no policy knows.
pub(crate) fn any_buttons() -> impl Strategy<Value = Vec<String>> {
    let known = [
        "ATTACK",
        "TURN_LEFT",
        "TURN_RIGHT",
        "MOVE_LEFT",
        "MOVE_RIGHT",
        "MOVE_FORWARD",
        "MOVE_BACKWARD",
        "USE",
        "TURN_LEFT_RIGHT_DELTA",
    ];
    prop::sample::subsequence(known.map(String::from).to_vec(), 0..=known.len()).prop_shuffle()
}

/// Any state, NaN and infinities included.
pub(crate) fn any_state() -> impl Strategy<Value = GameState> {
    let own = (any::<u32>(), number(), any::<i32>(), [number(), number(), number()], number());
    (own, prop::collection::vec(any_entity(), 0..25)).prop_map(|((tick, health, ammo, velocity, angle), entities)| {
        GameState { tick: TickNo(tick), health, ammo, velocity, angle, entities, ..GameState::default() }
    })
}

/// Any bit pattern but signalling NaN.
fn number() -> impl Strategy<Value = f32> {
    prop::num::f32::ANY
}

fn any_entity() -> impl Strategy<Value = Entity> {
    let named = prop::sample::select(vec![
        ("DoomImp", "Monster"),
        ("Demon", "Monster"),
        ("DoomImpBall", "Explosive"),
        ("DeadDemon", "Gore"),
        ("DoomPlayer", "Self"),
        ("", ""),
    ]);
    let place = prop_oneof![
        4 => (-60f32..60.0, 1f32..1500.0),
        1 => (number(), number()),
    ];
    (0u32..12, named, place).prop_map(|(id, (name, category), (bearing, distance))| Entity {
        id,
        name: name.into(),
        category: category.into(),
        bearing,
        distance,
        ..Entity::default()
    })
}

/// Ticks with a dozen monsters that walk towards the player, a fireball, a corpse and the player.
pub(crate) fn episode(ticks: u32) -> Vec<GameState> {
    (0..ticks).map(|tick| GameState { tick: TickNo(tick), tic: 4 * tick, ..line(tick) }).collect()
}

fn line(tick: u32) -> GameState {
    let mut draws = Draws::new(1);
    let monster = |id: u32| {
        let (name, category) = match id {
            0..6 => ("DoomImp", "Monster"),
            6..12 => ("Demon", "Monster"),
            12 => ("DoomImpBall", "Explosive"),
            13 => ("DeadDemon", "Gore"),
            _ => ("DoomPlayer", "Self"),
        };
        let bearing = 80.0 * draws.unit() as f32 - 40.0 + 5.0 * libm::sinf(0.1 * tick as f32);
        let distance = 500.0 + 300.0 * draws.unit() as f32 - 2.0 * (tick % 150) as f32;
        Entity { id, name: name.into(), category: category.into(), bearing, distance, ..Entity::default() }
    };
    let entities = (0..15).map(monster).collect();
    GameState { health: 80.0, ammo: 50, entities, ..GameState::default() }
}
