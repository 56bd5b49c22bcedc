use std::collections::BTreeSet;

use domain::action::Buttons;
use domain::game::{Entity, GameState};
use proptest::prelude::*;

use super::*;

fn named(situation: &Situation, name: &str) -> f32 {
    situation.get(Feature::find(name).unwrap())
}

fn entity(id: u32, name: &str, category: &str, bearing: f32, distance: f32) -> Entity {
    Entity { id, name: name.into(), category: category.into(), bearing, distance, ..Entity::default() }
}

fn buttons() -> Vec<String> {
    ["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_FORWARD"].map(String::from).to_vec()
}

fn observed(states: &[GameState]) -> Vec<Situation> {
    let mut observer = Observer::new(4, &buttons());
    states.iter().map(|state| observer.observe(state)).collect()
}

#[test]
fn the_list_of_components_is_well_formed() {
    let names: BTreeSet<_> = Feature::all().map(|feature| feature.component().name).collect();
    assert_eq!((names.len(), SIZE % 8), (SIZE + WALLS.len(), 0));
    for component in COMPONENTS.iter().chain(&WALLS) {
        assert!(component.low == 0.0 || component.low == -component.high, "{}", component.name);
        assert!((component.low..=component.high).contains(&component.absent), "{}", component.name);
        assert!(!component.about.is_empty() && !component.unit.is_empty());
    }
    for (place, name) in [
        (component::at::HITSCAN_COUNT, "hitscan_count"),
        (component::at::ENEMY_BEARING, "enemy_bearing"),
        (component::at::HEALTH_PICKUP_BEARING, "health_pickup_bearing"),
        (component::at::HEALTH, "health"),
        (component::at::UNSEEN, "unseen"),
    ] {
        assert_eq!(COMPONENTS[place].name, name);
    }
    assert!(Feature::all().all(|feature| Feature::find(feature.component().name) == Some(feature)));
    assert!(Feature::components().all(|feature| !feature.is_wall()));
}

#[test]
fn every_component_is_in_the_document_as_it_is() {
    let document = include_str!("../../../../docs/decision-engine.md");
    for Component { name, about, unit, low, high, absent, .. } in COMPONENTS.iter().chain(&WALLS) {
        let row = format!("| `{name}` | {about} | {unit} | {low} to {high} | {absent} |");
        assert!(document.contains(&row), "{row}");
    }
}

#[test]
fn the_nearest_of_every_group_is_told_in_natural_units() {
    let entities = vec![
        entity(1, "Zombieman", "Monster", 10.0, 500.0),
        entity(2, "Zombieman", "Monster", -20.0, 300.0),
        entity(3, "Demon", "Monster", 1.0, 100.0),
        entity(4, "DoomImpBall", "Explosive", 3.0, 250.0),
        entity(5, "Medikit", "Health", -30.0, 400.0),
    ];
    let state = GameState { health: 55.0, ammo: 20, attack_ready: true, entities, ..GameState::default() };
    let situation = observed(&[state]).remove(0);

    let expected = [
        ("hitscan_bearing", -20.0),
        ("hitscan_distance", 300.0),
        ("hitscan_count", 2.0),
        ("melee_distance", 100.0),
        ("shooter_distance", 2048.0),
        ("projectile_bearing", 3.0),
        ("enemy_distance", 100.0),
        ("in_line", 1.0),
        ("left_count", 2.0),
        ("right_count", 1.0),
        ("health_pickup_bearing", -30.0),
        ("health_pickup_distance", 400.0),
        ("weapon_pickup_distance", 2048.0),
        ("health", 55.0),
        ("ammo", 20.0),
        ("ready", 1.0),
    ];
    for (name, value) in expected {
        assert_eq!(named(&situation, name), value, "{name}");
    }
    assert_eq!(Observer::pickup(&situation, Group::Health), Some((-30.0, 400.0)));
    assert_eq!(Observer::pickup(&situation, Group::Weapon), None);
}

#[test]
fn walls_are_far_unless_they_are_shown_and_no_part_of_the_vector() {
    let shown = GameState { walls: Some([64.0, f32::NAN, 12.5, -3.0, 1e9]), ..GameState::default() };
    let seen = observed(&[GameState::default(), shown]);

    let walls = |situation: &Situation| WALLS.map(|wall| named(situation, wall.name));
    assert_eq!(walls(&seen[0]), [2048.0; 5]);
    assert_eq!(walls(&seen[1]), [64.0, 2048.0, 12.5, 0.0, 2048.0]);
    assert_eq!(seen[1].with(Feature::find("unseen").unwrap(), 4.0).vector(), seen[0].vector());
}

#[test]
fn approach_is_measured_on_the_same_thing_only() {
    let at = |id, distance| GameState {
        entities: vec![entity(id, "Demon", "Monster", 0.0, distance)],
        ..GameState::default()
    };
    let seen = observed(&[at(1, 400.0), at(1, 380.0), at(2, 300.0), at(2, 304.0)]);
    let closing: Vec<_> = seen.iter().map(|situation| named(situation, "melee_closing")).collect();
    assert_eq!(closing, [0.0, 5.0, 0.0, -1.0]);
}

#[test]
fn a_player_who_is_told_to_move_and_does_not_is_blocked() {
    let mut observer = Observer::new(4, &buttons());
    let mut tick = |velocity, pressed| {
        let state = GameState { velocity: [velocity, 0.0, 0.0], ..GameState::default() };
        let situation = observer.observe(&state);
        observer.commit(pressed);
        named(&situation, "blocked")
    };
    let (forward, turn) = (Buttons(0b1000), Buttons(0b0001));
    let seen = [
        tick(0.0, forward),
        tick(0.0, forward),
        tick(0.1, forward),
        tick(9.0, forward),
        tick(0.0, turn),
        tick(0.0, turn),
    ];
    assert_eq!(seen, [0.0, 4.0, 8.0, 0.0, 4.0, 0.0]);
}

#[test]
fn turning_and_speed_are_told_from_the_players_view() {
    let at = |angle, velocity| GameState { angle, velocity, ..GameState::default() };
    let seen = observed(&[at(350.0, [0.0; 3]), at(6.0, [0.0; 3]), at(90.0, [-3.0, 5.0, 0.0])]);
    assert_eq!(named(&seen[1], "turn_rate"), 4.0);
    assert!((named(&seen[2], "speed_ahead") - 5.0).abs() < 1e-6);
    assert!((named(&seen[2], "speed_left") - 3.0).abs() < 1e-6);
}

#[test]
fn nothing_in_sight_is_counted_in_tics() {
    let monster = GameState { entities: vec![entity(1, "Demon", "Monster", 0.0, 9.0)], ..GameState::default() };
    let seen = observed(&[GameState::default(), GameState::default(), monster, GameState::default()]);
    let unseen: Vec<_> = seen.iter().map(|situation| named(situation, "unseen")).collect();
    assert_eq!(unseen, [4.0, 8.0, 0.0, 4.0]);
}

#[test]
fn values_are_clamped_and_normalised_by_their_range() {
    let mut values = [f32::NAN; SIZE];
    values[Feature::find("health").unwrap().index()] = 1e9;
    values[Feature::find("enemy_bearing").unwrap().index()] = -30.0;
    let situation = Situation::of(values);
    let vector = situation.vector();
    assert_eq!(named(&situation, "health"), 200.0);
    assert_eq!(named(&situation, "enemy_distance"), 2048.0);
    assert_eq!(vector[Feature::find("enemy_bearing").unwrap().index()], -0.5);
    assert_eq!(vector[Feature::find("health").unwrap().index()], 1.0);
}

/// Any bit pattern but signalling NaN.
fn odd() -> impl Strategy<Value = f32> {
    prop::num::f32::ANY
}

fn odd_entity() -> impl Strategy<Value = Entity> {
    let named = prop::sample::select(vec![
        ("DoomImp", "Monster"),
        ("Zombieman", "Monster"),
        ("Demon", "Monster"),
        ("DoomImpBall", "Explosive"),
        ("Medikit", "Health"),
        ("Clip", "Ammo"),
        ("", ""),
    ]);
    let place = prop_oneof![3 => (-60f32..60.0, 1f32..1500.0), 1 => (odd(), odd())];
    (0u32..6, named, place)
        .prop_map(|(id, (name, category), (bearing, distance))| entity(id, name, category, bearing, distance))
}

fn odd_state() -> impl Strategy<Value = GameState> {
    let own = ([odd(), odd(), odd()], [odd(), odd(), odd()], [any::<i32>(), any::<i32>(), any::<i32>(), any::<i32>()]);
    (own, any::<bool>(), prop::collection::vec(odd_entity(), 0..20)).prop_map(
        |(([health, armor, angle], velocity, [ammo, weapon, hits, kills]), attack_ready, entities)| GameState {
            health,
            armor,
            ammo,
            selected_weapon: weapon,
            attack_ready,
            kills,
            hits,
            angle,
            velocity,
            entities,
            ..GameState::default()
        },
    )
}

proptest! {
    #[test]
    fn every_component_is_finite_and_in_its_range_whatever_the_state(
        states in prop::collection::vec((odd_state(), any::<u64>()), 1..30),
        frame_skip in 0u32..200,
    ) {
        let mut observer = Observer::new(frame_skip, &buttons());
        for (state, pressed) in &states {
            let situation = observer.observe(state);
            observer.commit(Buttons(*pressed));
            for (index, component) in COMPONENTS.iter().enumerate() {
                let (value, normal) = (situation.values()[index], situation.vector()[index]);
                prop_assert!(value.is_finite(), "{}: {value}", component.name);
                prop_assert!((component.low..=component.high).contains(&value), "{}: {value}", component.name);
                prop_assert!((-1.0..=1.0).contains(&normal), "{}: {normal}", component.name);
                prop_assert!(normal >= 0.0 || component.low < 0.0, "{}: {normal}", component.name);
                prop_assert!(!component.whole || value.fract() == 0.0, "{}: {value}", component.name);
            }
        }
    }
}
