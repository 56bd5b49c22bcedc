use proto::agent::v1::{GameState, MapBounds};
use proto::status::violations;
use tonic::Code;

use super::*;

fn state(agent: &str, episode: &str, tick: i32) -> GameState {
    GameState {
        agent_id: agent.into(),
        episode_id: episode.into(),
        tick,
        tic: 4 * tick.unsigned_abs(),
        health: 100.0,
        ammo: 50,
        ..GameState::default()
    }
}

fn last(agent: &str, episode: &str, tick: i32) -> GameState {
    GameState { episode_finished: true, ..state(agent, episode, tick) }
}

fn scores(states: impl IntoIterator<Item = GameState>) -> Result<Vec<AgentScore>, Status> {
    let mut evaluation = Evaluation::default();
    for state in states {
        evaluation.take(state)?;
    }
    evaluation.scores(UNIX_EPOCH)
}

fn complaint(states: impl IntoIterator<Item = GameState>) -> (String, String) {
    let status = scores(states).unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let Violation { path, message, .. } = violations(&status).swap_remove(0);
    (path, message)
}

#[test]
fn interleaved_episodes_are_measured_each_and_summed_by_agent() {
    let bounds = Some(MapBounds { min_x: 0.0, min_y: 0.0, max_x: 256.0, max_y: 64.0 });
    let states = [
        GameState { map_bounds: bounds, ..state("a", "1", 0) },
        state("b", "1", 0),
        state("a", "2", 0),
        GameState { ammo: 48, pos_x: 64.0, reward: 1.0, ..state("a", "1", 1) },
        GameState { kill_count: 2, hits: 1, ammo: 46, health: -5.0, reward: 1.5, death_count: 1, ..last("a", "1", 2) },
        GameState { kill_count: 1, health: 35.0, ..last("a", "2", 1) },
        GameState { generation_id: 1, ..state("a", "1", 0) },
        last("b", "1", 1),
        GameState { generation_id: 1, ..last("a", "1", 1) },
    ];

    let scores = scores(states).unwrap();

    let named: Vec<_> = scores.iter().map(|s| (s.agent_id.as_str(), s.generation_id, s.episodes)).collect();
    assert_eq!(named, [("a", 0, 2), ("a", 1, 1), ("b", 0, 1)]);
    let a = &scores[0];
    assert_eq!((a.kills, a.deaths, a.health_remaining, a.fitness_score), (3, 1, 15.0, 1.25));
    assert_eq!((a.ammo_efficiency, a.exploration_coverage), (0.25, 0.5));
}

#[test]
fn what_is_missing_or_does_not_follow_is_told_with_its_place() {
    let nothing = complaint([]);
    let no_agent = complaint([state("", "1", 0)]);
    let no_episode = complaint([state("a", "1", 0), state("a", "", 0)]);
    let begun_late = complaint([state("a", "1", 3)]);
    let gap = complaint([state("a", "1", 0), state("a", "1", 2)]);
    let no_number = complaint([GameState { pos_x: f32::NAN, ..state("a", "1", 0) }]);
    let far = complaint([GameState { pos_y: 40_000.0, ..state("a", "1", 0) }]);
    let flat = complaint([GameState { map_bounds: Some(MapBounds::default()), ..state("a", "1", 0) }]);
    let open = complaint([state("a", "1", 0), state("a", "1", 1)]);

    assert_eq!(nothing.0, "states");
    assert_eq!(no_agent, ("states[0].agent_id".into(), "is missing".into()));
    assert_eq!(no_episode, ("states[1].episode_id".into(), "is missing".into()));
    assert_eq!(begun_late, ("states[0].tick".into(), "is 3, episode `1` of agent `a` goes on with tick 0".into()));
    assert_eq!(gap, ("states[1].tick".into(), "is 2, episode `1` of agent `a` goes on with tick 1".into()));
    assert_eq!((no_number.0.as_str(), far.0.as_str()), ("states[0].pos_x", "states[0].pos_y"));
    assert_eq!(flat.0, "states[0].map_bounds");
    let no_end = "episode `1` of agent `a` has no end: its last state is that of tick 1";
    assert_eq!(open, ("states.episode_finished".into(), no_end.into()));
}

#[test]
fn what_is_kept_has_a_limit() {
    let many = (0..=MAX_OPEN).map(|number| state("a", &number.to_string(), 0));
    assert_eq!(scores(many).unwrap_err().code(), Code::ResourceExhausted);

    let finished = (0..3 * MAX_OPEN).flat_map(|number| {
        let name = number.to_string();
        [state("a", &name, 0), last("a", &name, 1)]
    });
    let done = scores(finished).unwrap();
    assert_eq!(done[0].episodes as usize, 3 * MAX_OPEN);

    let wanderer = (0..).map(|tick| {
        let cell = |index: i32| (index - 512) as f32 * 64.0;
        GameState { pos_x: cell(tick % 1024), pos_y: cell(tick / 1024 % 1024), ..state("a", "1", tick) }
    });
    let mut wanderers = wanderer.take(MAX_CELLS).chain([state("a", "2", 0)]).chain([state("a", "2", 1)]);
    let mut evaluation = Evaluation::default();
    let refused = wanderers.find_map(|state| evaluation.take(state).err()).unwrap();
    assert_eq!(refused.code(), Code::ResourceExhausted);
}

#[test]
fn numbers_that_no_game_has_do_not_break_the_sums() {
    let states = [
        GameState { kill_count: i32::MIN, ammo: i32::MAX, tic: u32::MAX, health: f32::MAX, ..state("a", "1", 0) },
        GameState { kill_count: i32::MAX, ammo: i32::MIN, tic: 0, health: f32::MIN, ..last("a", "1", 1) },
    ];
    assert_eq!(scores(states).unwrap()[0].kills, i32::MAX);
}
