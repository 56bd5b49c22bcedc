//! Health, reflection and the end.

use std::time::Duration;

use agent::Settings;
use agent::service::SERVICE_NAME;
use proto::agent::v1::agent_message::Payload as Heard;
use proto::agent::v1::agent_status::Phase;
use proto::session::SessionError;
use runtime::grpc::{Listener, Stopped};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

use crate::harness::{Daemon, defined, state};

const SOON: Duration = Duration::from_secs(5);

async fn services(daemon: &Daemon) -> Result<ServerReflectionResponse, tonic::Status> {
    let message_request = Some(MessageRequest::ListServices(String::new()));
    let request = ServerReflectionRequest { host: String::new(), message_request };
    let mut client = ServerReflectionClient::new(daemon.channel.clone());
    let mut answers = client.server_reflection_info(tokio_stream::iter([request])).await?.into_inner();
    Ok(answers.message().await?.unwrap())
}

#[tokio::test]
async fn health_answers_for_the_service_and_the_whole() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut client = HealthClient::new(daemon.channel.clone());
    for service in [SERVICE_NAME, ""] {
        let answer = client.check(HealthCheckRequest { service: service.into() }).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
}

#[tokio::test]
async fn reflection_is_served_only_when_asked_for() {
    let daemon = Daemon::start(Settings { reflection: true, ..Settings::default() }).await;
    let answer = services(&daemon).await.unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        panic!("expected a list of services")
    };
    let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, [SERVICE_NAME, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]);

    let closed = Daemon::start(Settings::default()).await;
    assert_eq!(services(&closed).await.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn drain_lets_the_episode_end_and_then_closes() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.configured().await;
    session.start("e", 1).await.unwrap();
    session.decide(state(0)).await.unwrap();

    daemon.shutdown.cancel();

    let heard = session.receive().await.unwrap();
    assert!(matches!(heard, Heard::Status(status) if status.phase() == Phase::Draining));
    assert_eq!(session.draining(), Some(Settings::default().drain_limit));
    session.decide(state(1)).await.unwrap();
    session.finish(state(2)).await.unwrap();
    assert!(matches!(session.receive().await, Ok(Heard::Status(status)) if status.phase() == Phase::Stopped));
    assert!(matches!(session.receive().await, Ok(Heard::Metrics(metrics)) if metrics.decisions == 2));
    assert!(matches!(session.receive().await, Err(SessionError::Status(s)) if s.code() == Code::Unavailable));
    assert_eq!(timeout(SOON, daemon.serving).await.unwrap().unwrap().unwrap(), Stopped::Drained);
}

#[tokio::test]
async fn idle_sessions_do_not_hold_up_the_end() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut waiting = daemon.session().await;
    let mut ready = daemon.configured().await;

    daemon.shutdown.cancel();

    for session in [&mut waiting, &mut ready] {
        let mut phases = Vec::new();
        while let Ok(heard) = session.receive().await {
            if let Heard::Status(status) = heard {
                phases.push(status.phase());
            }
        }
        assert_eq!(phases, [Phase::Draining, Phase::Stopped]);
    }
    assert_eq!(timeout(SOON, daemon.serving).await.unwrap().unwrap().unwrap(), Stopped::Drained);
}

#[tokio::test]
async fn an_episode_that_does_not_end_is_ended_at_the_deadline() {
    let settings = Settings { drain_limit: Duration::from_millis(100), ..Settings::default() };
    let daemon = Daemon::start(settings).await;
    let mut session = daemon.configured().await;
    session.start("e", 1).await.unwrap();
    session.decide(state(0)).await.unwrap();

    daemon.shutdown.cancel();

    let code = loop {
        match session.receive().await {
            Ok(_) => {}
            Err(SessionError::Status(status)) => break status.code(),
            Err(other) => panic!("expected a status, got {other}"),
        }
    };
    assert_eq!(code, Code::Unavailable);
    assert!(timeout(SOON, daemon.serving).await.unwrap().unwrap().is_ok());
}

#[tokio::test]
async fn sessions_work_over_tcp_on_a_single_thread() {
    let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.address().unwrap();
    tokio::spawn(agent::serve_on(listener, Settings::default(), CancellationToken::new()));
    let channel = runtime::grpc::channel(&address, &runtime::grpc::ClientConfig::default()).unwrap();
    let mut client = proto::agent::v1::agent_service_client::AgentServiceClient::new(channel);

    let mut session = proto::session::Session::open(&mut client).await.unwrap();
    session.configure(crate::harness::config()).await.unwrap();
    session.start("e", 1).await.unwrap();

    assert!(!session.decide(state(0)).await.unwrap().exceeds(3));
}

#[tokio::test]
async fn a_wrong_definition_is_refused_before_anything_is_served() {
    let definition = Some(defined("policy = \"oracle\""));
    let daemon = Daemon::start(Settings { definition, ..Settings::default() }).await;

    let error = timeout(SOON, daemon.serving).await.unwrap().unwrap().unwrap_err();

    assert!(error.to_string().contains("unknown policy `oracle`"), "{error}");
}

#[tokio::test]
async fn health_is_asked_for_on_the_command_line() {
    let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.address().unwrap().to_string();
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(agent::serve_on(listener, Settings::default(), shutdown.clone()));
    let health =
        || tokio::process::Command::new(env!("CARGO_BIN_EXE_agent")).args(["health", "--addr", &address]).output();

    let output = timeout(SOON, health()).await.unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("SERVING {address}\n"));

    shutdown.cancel();
    timeout(SOON, serving).await.unwrap().unwrap().unwrap();
    let output = timeout(SOON, health()).await.unwrap().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains(&address), "{output:?}");
}
