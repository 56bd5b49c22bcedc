//! ObserveAgent on the wire.

use std::time::Duration;

use agent::Settings;
use proto::agent::v1::{AgentObservation, GameState, GetActionRequest, ObserveAgentRequest};
use tokio::time::timeout;
use tonic::{Code, Streaming};

use crate::harness::{Daemon, config, state};

async fn observe(daemon: &Daemon, include_frames: bool) -> Streaming<AgentObservation> {
    let request = ObserveAgentRequest { agent_id: "a".into(), include_frames };
    daemon.client().observe_agent(request).await.unwrap().into_inner()
}

/// A state with an image of one pixel.
fn shown(tick: i32) -> GameState {
    GameState { screen_width: 1, screen_height: 1, screen_buffer: vec![1, 2, 3].into(), reward: 0.5, ..state(tick) }
}

async fn next(stream: &mut Streaming<AgentObservation>) -> AgentObservation {
    timeout(Duration::from_secs(10), stream.message()).await.unwrap().unwrap().unwrap()
}

#[tokio::test]
async fn observers_see_what_an_agent_sees_does_and_is_rewarded_with() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.configured().await;
    let mut plain = observe(&daemon, false).await;
    let mut full = observe(&daemon, true).await;

    session.start("episode-7", 3).await.unwrap();
    let pressed = session.decide(shown(0)).await.unwrap();
    session.finish(GameState { episode_finished: true, ..shown(1) }).await.unwrap();

    let first = next(&mut plain).await;
    let seen = first.state.unwrap();
    assert_eq!((seen.agent_id.as_str(), seen.episode_id.as_str(), seen.tick), ("a", "episode-7", 0));
    assert_eq!((first.reward, first.dropped, seen.screen_buffer.len()), (0.5, 0, 0));
    let action = first.action_taken.unwrap();
    let held = (0..).zip(&action.buttons).filter(|(_, held)| **held).map(|(button, _)| 1u64 << button).sum::<u64>();
    assert_eq!(held, pressed.0);
    let end = next(&mut plain).await;
    assert!(end.state.unwrap().episode_finished && end.action_taken.is_none());
    assert_eq!(next(&mut full).await.state.unwrap().screen_buffer.len(), 3);
}

#[tokio::test]
async fn a_reader_that_does_not_read_slows_nobody_and_is_told_what_it_missed() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.configured().await;
    let mut slow = observe(&daemon, true).await;
    let large = |tick| GameState {
        screen_width: 320,
        screen_height: 240,
        screen_buffer: vec![7; 320 * 240 * 3].into(),
        ..state(tick)
    };

    session.start("e", 3).await.unwrap();
    for tick in 0..200 {
        timeout(Duration::from_secs(10), session.decide(large(tick))).await.unwrap().unwrap();
    }
    session.finish(GameState { episode_finished: true, ..state(200) }).await.unwrap();

    let (mut read, mut dropped) = (0, 0);
    loop {
        let observation = next(&mut slow).await;
        read += 1;
        dropped += observation.dropped;
        if observation.state.unwrap().episode_finished {
            break;
        }
    }
    assert!(dropped > 100, "{read} read, {dropped} dropped");
    assert_eq!(read + dropped, 201);
}

#[tokio::test]
async fn single_decisions_are_observed_too_and_unknown_agents_are_not_found() {
    let daemon = Daemon::start(Settings::default()).await;
    let unknown = ObserveAgentRequest { agent_id: "a".into(), include_frames: false };
    assert_eq!(daemon.client().observe_agent(unknown).await.unwrap_err().code(), Code::NotFound);
    daemon.configured().await.close("").await.unwrap();

    let mut watching = observe(&daemon, false).await;
    let asked = GameState { agent_id: "a".into(), ..state(5) };
    daemon.client().get_action(GetActionRequest { state: Some(asked) }).await.unwrap();

    let seen = next(&mut watching).await;
    assert_eq!((seen.state.unwrap().tick, seen.action_taken.unwrap().tick), (5, 5));
}

#[tokio::test]
async fn observers_are_told_when_the_daemon_stops_and_do_not_hold_it_up() {
    let daemon = Daemon::start(Settings { drain_limit: Duration::from_secs(30), ..Settings::default() }).await;
    let mut session = daemon.session().await;
    session.configure(config()).await.unwrap();
    let mut watching = observe(&daemon, false).await;

    daemon.shutdown.cancel();
    let status = timeout(Duration::from_secs(10), watching.message()).await.unwrap().unwrap_err();
    drop(session);
    let stopped = timeout(Duration::from_secs(10), daemon.serving).await.unwrap().unwrap().unwrap();

    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(stopped, runtime::grpc::Stopped::Drained);
}
