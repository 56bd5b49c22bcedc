use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn real() -> impl Strategy<Value = f32> {
    -1e6f32..1e6
}

fn reals() -> impl Strategy<Value = [f32; 3]> {
    [real(), real(), real()]
}

prop_compose! {
    fn entity_strategy()(
        id: u32,
        name in "[A-Za-z]{1,9}",
        category in "[A-Z]{0,4}",
        (bearing, distance) in (real(), real()),
        [x, y, width, height] in any::<[u32; 4]>(),
        position in reals(),
        velocity in reals(),
    ) -> Entity {
        let screen_box = ScreenBox { x, y, width, height };
        Entity { id, name, category, bearing, distance, screen_box, position, velocity }
    }
}

fn frame() -> impl Strategy<Value = Option<Frame>> {
    proptest::option::of((1u32..6, 1u32..6, any::<[bool; 3]>(), any::<u8>()).prop_map(|(width, height, has, byte)| {
        let image = |has: bool, bytes: u32| if has { vec![byte; (width * height * bytes) as usize] } else { vec![] };
        let (screen, depth) = (image(true, 3), image(has[0], 1));
        Frame { width, height, screen, depth, labels: image(has[1], 1), automap: image(has[2], 3) }
    }))
}

prop_compose! {
    fn state()(
        (tick, tic) in (0..i32::MAX as u32, any::<u32>()),
        (health, armor, angle, reward) in (real(), real(), real(), real()),
        counts: [i32; 10],
        (attack_ready, finished) in any::<(bool, bool)>(),
        end in proptest::option::of(proptest::sample::select(vec![End::Death, End::MapEnd, End::Timeout])),
        (position, velocity) in (reals(), reals()),
        entities in vec(entity_strategy(), 0..4),
        variables in vec(-1e9f64..1e9, 0..4),
        frame in frame(),
        walls in proptest::option::of([0f32..2048.0, 0f32..2048.0, 0f32..2048.0, 0f32..2048.0, 0f32..2048.0]),
    ) -> GameState {
        let [ammo, selected_weapon, kills, deaths, hits, hits_taken, damage_dealt, damage_taken, shots_fired, _] =
            counts;
        GameState {
            tick: TickNo(tick), tic, health, armor, ammo, selected_weapon, attack_ready, kills, deaths, hits,
            hits_taken, damage_dealt, damage_taken, shots_fired, position, angle, velocity, reward, finished,
            end, entities, variables, frame, walls,
        }
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("V{index}")).collect()
}

proptest! {
    #[test]
    fn states_read_back_whatever_the_buffer_held(before in state(), original in state()) {
        let names = names(original.variables.len());
        let mut read = before;

        fill(v1::GameState::from(&original), &names, &mut read).unwrap();

        prop_assert_eq!(read, original);
    }

    #[test]
    fn states_survive_the_wire(original in state()) {
        use prost::Message as _;
        let bytes = v1::GameState::from(&original).encode_to_vec();
        let mut read = GameState::default();

        let message = v1::GameState::decode(bytes.as_slice()).unwrap();
        fill(message, &names(original.variables.len()), &mut read).unwrap();

        prop_assert_eq!(read, original);
    }
}

fn path_of(message: v1::GameState) -> String {
    let error = fill(message, &names(1), &mut GameState::default()).unwrap_err();
    error.0[0].path.clone()
}

#[test]
fn bad_states_name_the_field() {
    let empty = v1::GameState::default;
    let entity = v1::Entity { bearing: f32::INFINITY, ..v1::Entity::default() };
    assert_eq!(path_of(v1::GameState { tick: -1, ..empty() }), "state.tick");
    assert_eq!(path_of(v1::GameState { angle: f32::NAN, ..empty() }), "state.angle");
    assert_eq!(path_of(v1::GameState { variables: vec![1.0, 2.0], ..empty() }), "state.variables");
    assert_eq!(path_of(v1::GameState { variables: vec![f64::NAN], ..empty() }), "state.variables");
    assert_eq!(path_of(v1::GameState { wall_left: Some(f32::NAN), ..empty() }), "state.wall_ahead");
    assert_eq!(path_of(v1::GameState { entities: vec![entity], ..empty() }), "state.entities[0]");
    assert_eq!(path_of(v1::GameState { depth: vec![0; 3].into(), screen_width: 2, ..empty() }), "state.depth");
    let huge = v1::GameState { screen_width: u32::MAX, screen_height: u32::MAX, ..empty() };
    assert_eq!(path_of(v1::GameState { automap: vec![0].into(), ..huge }), "state.automap");
}

#[test]
fn walls_are_far_where_only_others_are_told() {
    let mut state = GameState::default();

    fill(v1::GameState { wall_ahead: Some(0.0), ..Default::default() }, &[], &mut state).unwrap();
    assert_eq!(state.walls, Some([2048.0, 2048.0, 0.0, 2048.0, 2048.0]));

    fill(v1::GameState::default(), &[], &mut state).unwrap();
    assert_eq!(state.walls, None);
}

#[test]
fn variables_by_name_come_in_the_order_of_the_config() {
    let game_variables = [("V1".to_owned(), 1.0), ("V2".to_owned(), 2.0)].into();
    let mut state = GameState { variables: vec![9.0], ..GameState::default() };

    fill(v1::GameState { game_variables, ..Default::default() }, &["V2".into(), "V0".into()], &mut state).unwrap();

    assert_eq!(state.variables, [2.0, 0.0]);
}
