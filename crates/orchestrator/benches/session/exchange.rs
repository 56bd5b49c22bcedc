//! The messages of a tick, and two ways to exchange them: a bare tonic echo, and a session as episodes use it. Shared by
//! the bench and by the test that counts allocations.

use std::path::PathBuf;

use domain::agent::{AgentSpec, SessionSetup};
use domain::game::{Entity, Frame, GameState};
use domain::genome::Genome;
use domain::ids::AgentId;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use orchestrator::play::episode::{Assigned, Decider as _};
use orchestrator::play::session::Agent;
use proto::agent::v1::agent_message::Payload as Heard;
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::agent::v1::agent_service_server::{AgentService, AgentServiceServer};
use proto::agent::v1::orchestrator_message::Payload as Said;
use proto::agent::v1::{
    Action, AgentMessage, AgentObservation, BatchEvaluateResponse, GetActionRequest, GetActionResponse,
    ObserveAgentRequest, OrchestratorMessage,
};
use runtime::grpc::{Address, ClientConfig, Listener, channel};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
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
            Ok(AgentMessage { payload: Some(Heard::Action(action(state.tick))) })
        });
        Ok(Response::new(answers.boxed()))
    }
}

/// An action as large as those of a session.
pub(crate) fn action(tick: i32) -> Action {
    Action {
        action_id: tick,
        buttons: vec![true, false, true],
        tick,
        level: "L0".to_owned(),
        decided_by: "random".to_owned(),
        confidence: 0.125,
        latency_us: 1,
        ..Action::default()
    }
}

pub(crate) fn state(entities: usize, screen: bool) -> GameState {
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
        spec: AgentSpec::new("random", Genome::default()),
        scenario: "defend_the_line".into(),
        buttons: ["TURN_LEFT", "TURN_RIGHT", "ATTACK"].map(String::from).to_vec(),
        variables: ["HEALTH", "AMMO2"].map(String::from).to_vec(),
        frame_skip: 1,
        knowledge: Default::default(),
    }
}

/// The next message of a raw stream.
pub(crate) fn said(state: &GameState, tick: u64) -> OrchestratorMessage {
    let state = proto::agent::v1::GameState { tick: tick as i32, ..state.into() };
    OrchestratorMessage { payload: Some(Said::State(state)) }
}

/// A raw stream.
pub(crate) struct Echoed {
    sender: mpsc::Sender<OrchestratorMessage>,
    inbound: Streaming<AgentMessage>,
}

impl Echoed {
    pub(crate) async fn open(socket: PathBuf) -> Self {
        let channel = channel(&Address::Unix(socket), &ClientConfig::default()).unwrap();
        let (sender, outbox) = mpsc::channel(8);
        let inbound = AgentServiceClient::new(channel).live_session(ReceiverStream::new(outbox)).await.unwrap();
        Self { sender, inbound: inbound.into_inner() }
    }

    pub(crate) async fn tick(&mut self, state: &GameState, tick: u64) {
        self.sender.send(said(state, tick)).await.unwrap();
        self.inbound.message().await.unwrap().unwrap();
    }
}

/// Serves raw streams on this thread.
pub(crate) fn echo(socket: &PathBuf) -> JoinHandle<Result<(), tonic::transport::Error>> {
    let incoming = UnixListenerStream::new(tokio::net::UnixListener::bind(socket).unwrap());
    tokio::spawn(
        tonic::transport::Server::builder()
            .max_frame_size(256 * 1024)
            .add_service(AgentServiceServer::new(Echo))
            .serve_with_incoming(incoming),
    )
}

/// Serves sessions on this thread until the token is cancelled.
pub(crate) async fn serve(socket: PathBuf) -> (CancellationToken, JoinHandle<()>) {
    let stop = CancellationToken::new();
    let listener = Listener::bind(&Address::Unix(socket)).await.unwrap();
    let serving = agent::serve_on(listener, agent::Settings::default(), stop.clone());
    let serving = tokio::task::spawn_local(async move {
        serving.await.unwrap();
    });
    (stop, serving)
}

/// A session in play.
pub(crate) async fn play(socket: PathBuf) -> Agent {
    let mut agent = ready(socket).await;
    let (doom_seed, agent_seed) = (domain::ids::DoomSeed(1), 1);
    let assigned = Assigned { name: "bench", doom_seed, agent_seed, frame_skip: 4, traceparent: None };
    agent.start(&assigned).await.unwrap();
    agent
}

/// A session that is ready to play.
pub(crate) async fn ready(socket: PathBuf) -> Agent {
    let mut agent = Agent::dial(&Address::Unix(socket), &ClientConfig::default()).await.unwrap();
    agent.configure(&setup(), std::time::Duration::from_secs(5), false).await.unwrap();
    agent
}
