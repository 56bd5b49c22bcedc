//! BatchEvaluate on the wire.

use agent::Settings;
use proto::agent::v1::GameState;
use proto::status::violations;
use tonic::Code;

use crate::harness::{Daemon, state};

fn recorded(tick: i32) -> GameState {
    GameState { agent_id: "a".into(), episode_id: "e".into(), ..state(tick) }
}

#[tokio::test]
async fn a_recorded_episode_is_scored() {
    let daemon = Daemon::start(Settings::default()).await;
    let last = GameState { episode_finished: true, kill_count: 3, ..recorded(1000) };
    let states = tokio_stream::iter((0..1000).map(recorded).chain([last]));

    let answer = daemon.client().batch_evaluate(states).await.unwrap().into_inner();

    let [score] = answer.scores.as_slice() else { panic!("{answer:?}") };
    assert_eq!((score.agent_id.as_str(), score.kills, score.episodes), ("a", 3, 1));
    assert!(score.evaluated_at > 0);
}

#[tokio::test]
async fn missing_data_is_invalid_and_named_while_the_caller_still_sends() {
    let daemon = Daemon::start(Settings::default()).await;
    let states = tokio_stream::iter((0..).map(|tick| match tick {
        2 => state(2),
        _ => recorded(tick),
    }));

    let status = daemon.client().batch_evaluate(states).await.unwrap_err();

    assert_eq!((status.code(), violations(&status)[0].path.as_str()), (Code::InvalidArgument, "states[2].agent_id"));
}
