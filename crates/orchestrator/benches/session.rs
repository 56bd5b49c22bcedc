//! Round trip of one tick over a Unix socket, both ends on one thread and processor: a bare tonic echo of the same
//! messages as the baseline, then the session as episodes use it.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use criterion::{Bencher, Criterion, criterion_group, criterion_main};
use domain::agent::{AgentSpec, SessionSetup};
use domain::game::{Entity, Frame, GameState};
use domain::genome::Genome;
use domain::ids::{AgentId, TickNo};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use orchestrator::play::episode::Decider as _;
use orchestrator::play::session::Agent;
use orchestrator::shard::{allowed_cpus, pin_current_thread};
use proto::agent::v1::agent_message::Payload as Heard;
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::agent::v1::agent_service_server::{AgentService, AgentServiceServer};
use proto::agent::v1::orchestrator_message::Payload as Said;
use proto::agent::v1::{
    Action, AgentMessage, AgentObservation, BatchEvaluateResponse, GetActionRequest, GetActionResponse,
    ObserveAgentRequest, OrchestratorMessage,
};
use runtime::grpc::{Address, ClientConfig, Listener, channel};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, UnixListenerStream};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

/// Answers every message with one action, as thinly as tonic allows.
struct Echo;

#[tonic::async_trait]
impl AgentService for Echo {
    async fn get_action(&self, _: Request<GetActionRequest>) -> Result<Response<GetActionResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    type ObserveAgentStream = BoxStream<'static, Result<AgentObservation, Status>>;

    async fn observe_agent(
        &self,
        _: Request<ObserveAgentRequest>,
    ) -> Result<Response<Self::ObserveAgentStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn batch_evaluate(
        &self,
        _: Request<Streaming<proto::agent::v1::GameState>>,
    ) -> Result<Response<BatchEvaluateResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    type LiveSessionStream = BoxStream<'static, Result<AgentMessage, Status>>;

    async fn live_session(
        &self,
        request: Request<Streaming<OrchestratorMessage>>,
    ) -> Result<Response<Self::LiveSessionStream>, Status> {
        let answers = request.into_inner().map(|heard| {
            let Some(Said::State(state)) = heard?.payload else { return Ok(AgentMessage::default()) };
            let action = Action { buttons: vec![true, false, true], tick: state.tick, ..Action::default() };
            Ok(AgentMessage { payload: Some(Heard::Action(action)) })
        });
        Ok(Response::new(answers.boxed()))
    }
}

fn state(entities: usize, screen: bool) -> GameState {
    let entity = |id| Entity {
        id,
        name: "Zombieman".into(),
        category: "Monster".into(),
        bearing: 12.5,
        distance: 300.0,
        position: [1.0, 2.0, 3.0],
        ..Entity::default()
    };
    let frame = Frame { width: 160, height: 120, screen: vec![7; 160 * 120 * 3], ..Frame::default() };
    GameState {
        health: 100.0,
        ammo: 50,
        tic: 77,
        position: [10.0, 20.0, 0.0],
        angle: 90.0,
        reward: 1.0,
        variables: vec![100.0, 50.0],
        entities: (0..entities as u32).map(entity).collect(),
        frame: screen.then_some(frame),
        ..GameState::default()
    }
}

fn setup() -> SessionSetup {
    SessionSetup {
        agent: AgentId::slug("bench"),
        experiment: String::new(),
        generation: 0,
        spec: AgentSpec { policy: "random".into(), genome: Genome::default() },
        scenario: "defend_the_line".into(),
        buttons: ["TURN_LEFT", "TURN_RIGHT", "ATTACK"].map(String::from).to_vec(),
        variables: ["HEALTH", "AMMO2"].map(String::from).to_vec(),
        frame_skip: 1,
    }
}

/// Round trips through raw streams.
async fn echoed(socket: PathBuf, state: GameState, count: u64) -> Duration {
    let incoming = UnixListenerStream::new(tokio::net::UnixListener::bind(&socket).unwrap());
    let serving = tokio::spawn(
        tonic::transport::Server::builder()
            .max_frame_size(256 * 1024)
            .add_service(AgentServiceServer::new(Echo))
            .serve_with_incoming(incoming),
    );
    let channel = channel(&Address::Unix(socket), &ClientConfig::default()).unwrap();
    let (sender, outbox) = mpsc::channel(8);
    let mut client = AgentServiceClient::new(channel);
    let mut inbound = client.live_session(ReceiverStream::new(outbox)).await.unwrap().into_inner();
    let begun = Instant::now();
    for tick in 0..count {
        let said = proto::agent::v1::GameState { tick: tick as i32, ..(&state).into() };
        sender.send(OrchestratorMessage { payload: Some(Said::State(said)) }).await.unwrap();
        inbound.message().await.unwrap().unwrap();
    }
    let took = begun.elapsed();
    serving.abort();
    took
}

/// Round trips through a session with an agent.
async fn decided(socket: PathBuf, mut state: GameState, count: u64) -> Duration {
    let stop = CancellationToken::new();
    let listener = Listener::bind(&Address::Unix(socket)).await.unwrap();
    let address = listener.address().unwrap();
    let serving = tokio::task::spawn_local(agent::serve_on(listener, agent::Settings::default(), stop.clone()));
    let mut agent = Agent::dial(&address, &ClientConfig::default()).await.unwrap();
    agent.configure(&setup(), Duration::from_secs(5)).await.unwrap();
    agent.start("bench", 1).await.unwrap();
    let begun = Instant::now();
    for tick in 0..count {
        state.tick = TickNo(tick as u32);
        agent.decide(&state).await.unwrap();
    }
    let took = begun.elapsed();
    agent.finish(&GameState { tick: TickNo(count as u32), finished: true, ..state }).await.unwrap();
    agent.close().await;
    stop.cancel();
    serving.await.unwrap().unwrap();
    took
}

/// Gives `measure` a socket and a runtime of one thread.
fn timed<F>(bencher: &mut Bencher<'_>, measure: impl Fn(PathBuf, u64) -> F)
where
    F: Future<Output = Duration> + 'static,
{
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut round = 0;
    bencher.iter_custom(|count| {
        round += 1;
        let socket = dir.path().join(format!("{round}.sock"));
        let measured = measure(socket, count);
        runtime.block_on(async { tokio::task::spawn_local(measured).await.unwrap() })
    });
}

fn session(criterion: &mut Criterion) {
    pin_current_thread(allowed_cpus()[0]).unwrap();
    for (name, state) in [("variables", state(0, false)), ("entities", state(15, false)), ("screen", state(0, true))] {
        let mut group = criterion.benchmark_group(name);
        group.bench_function("tonic echo", |bencher| {
            timed(bencher, |socket, count| echoed(socket, state.clone(), count));
        });
        group.bench_function("session", |bencher| {
            timed(bencher, |socket, count| decided(socket, state.clone(), count));
        });
        group.finish();
    }
}

criterion_group!(benches, session);
criterion_main!(benches);
