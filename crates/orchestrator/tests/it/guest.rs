//! An agent that dials in, practises and presses nothing.

use proto::agent::v1::agent_message::Payload as Says;
use proto::agent::v1::agent_status::Phase;
use proto::agent::v1::episode_control::Command;
use proto::agent::v1::orchestrator_message::Payload as Hears;
use proto::agent::v1::{Action, AgentMessage, AgentStatus, Practice};
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use proto::session::{PROTOCOL_MAX, PROTOCOL_MIN};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Request;

/// Dials within the trace of `traceparent`, plays two short episodes, and returns their trace contexts.
pub(crate) async fn practise(server: &str, traceparent: &str) -> Vec<String> {
    let (outbound, outbox) = mpsc::channel(4);
    let practice =
        Practice { scenario: "defend_the_line".into(), episodes: 2, timeout: Some(40), ..Practice::default() };
    let hello = AgentStatus {
        protocol_min: PROTOCOL_MIN,
        protocol_max: PROTOCOL_MAX,
        practice: Some(practice.into()),
        ..status(Phase::Hello)
    };
    outbound.send(said(Says::Status(hello))).await.unwrap();
    let mut request = Request::new(ReceiverStream::new(outbox));
    request.metadata_mut().insert("traceparent", traceparent.parse().unwrap());
    let mut client = OrchestratorServiceClient::connect(server.to_owned()).await.unwrap();
    let mut inbound = client.live_session(request).await.unwrap().into_inner();
    let mut contexts = Vec::new();
    while let Some(heard) = inbound.message().await.unwrap() {
        let answer = match heard.payload.unwrap() {
            Hears::Config(_) => Says::Status(status(Phase::Ready)),
            Hears::Control(control) if control.command() == Command::Start => {
                contexts.push(control.traceparent.unwrap());
                continue;
            }
            Hears::Control(_) => break,
            Hears::State(state) if state.episode_finished => Says::Status(status(Phase::Ready)),
            Hears::State(state) => Says::Action(Action { tick: state.tick, ..Action::default() }),
        };
        outbound.send(said(answer)).await.unwrap();
    }
    contexts
}

fn status(phase: Phase) -> AgentStatus {
    AgentStatus { phase: phase.into(), ..AgentStatus::default() }
}

fn said(payload: Says) -> AgentMessage {
    AgentMessage { payload: Some(payload) }
}
