//! GetAction on the wire.

use std::time::Duration;

use agent::Settings;
use proto::agent::v1::{GameState, GetActionRequest, GetActionResponse};
use proto::status::violations;
use tonic::{Code, Status};

use crate::harness::{Daemon, defined, state};

fn settings() -> Settings {
    let text = "policy = \"random\"\nagent = \"d\"\nbuttons = [\"ATTACK\", \"TURN_LEFT\"]\nseed = 5";
    Settings { definition: Some(defined(text)), ..Settings::default() }
}

async fn ask(daemon: &Daemon, agent_id: &str, state: GameState) -> Result<GetActionResponse, Status> {
    let state = Some(GameState { agent_id: agent_id.into(), ..state });
    daemon.client().get_action(GetActionRequest { state }).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn defined_agent_answers_with_its_true_confidence() {
    let daemon = Daemon::start(settings()).await;

    let answer = ask(&daemon, "d", state(0)).await.unwrap();
    let again = ask(&daemon, "d", state(0)).await.unwrap();

    let action = answer.action.unwrap();
    assert_eq!((action.tick, action.buttons.len()), (0, 2));
    assert_eq!(answer.confidence, action.confidence);
    assert!(answer.confidence > 0.0 && answer.confidence < 1.0);
    assert_eq!(again.action.unwrap().buttons, action.buttons, "tick 0 begins the same episode again");
}

#[tokio::test]
async fn agent_of_an_earlier_session_is_remembered() {
    let daemon = Daemon::start(settings()).await;
    assert_eq!(ask(&daemon, "a", state(0)).await.unwrap_err().code(), Code::NotFound);

    let session = daemon.configured().await;
    session.close("").await.unwrap();

    assert_eq!(ask(&daemon, "a", state(0)).await.unwrap().action.unwrap().buttons.len(), 3);
}

#[tokio::test]
async fn bad_states_are_invalid_and_name_the_field() {
    let daemon = Daemon::start(settings()).await;

    let status = ask(&daemon, "d", GameState { health: f32::NAN, ..state(0) }).await.unwrap_err();
    let missing = daemon.client().get_action(GetActionRequest { state: None }).await.unwrap_err();

    assert_eq!((status.code(), violations(&status)[0].path.as_str()), (Code::InvalidArgument, "state.health"));
    assert_eq!((missing.code(), violations(&missing)[0].path.as_str()), (Code::InvalidArgument, "state"));
}

#[tokio::test]
async fn a_late_decision_is_no_decision() {
    let daemon = Daemon::start(Settings { budget: Duration::ZERO, ..settings() }).await;

    assert_eq!(ask(&daemon, "d", state(0)).await.unwrap_err().code(), Code::DeadlineExceeded);
}
