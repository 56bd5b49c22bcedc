//! A daemon on a Unix socket of its own, and what is said to it.

use agent::Settings;
use agent::definition::Defined;
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::agent::v1::{ConfigUpdate, GameState};
use proto::session::Session;
use runtime::grpc::{Address, ClientConfig, Listener, Stopped, channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

/// A running daemon.
pub(crate) struct Daemon {
    pub(crate) channel: Channel,
    pub(crate) shutdown: CancellationToken,
    pub(crate) serving: JoinHandle<Result<Stopped, agent::server::Error>>,
    _dir: tempfile::TempDir,
}

impl Daemon {
    pub(crate) async fn start(settings: Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let address = Address::Unix(dir.path().join("agent.sock"));
        let listener = Listener::bind(&address).await.unwrap();
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(agent::serve_on(listener, settings, shutdown.clone()));
        let channel = channel(&address, &ClientConfig::default()).unwrap();
        Self { channel, shutdown, serving, _dir: dir }
    }

    pub(crate) fn client(&self) -> AgentServiceClient<Channel> {
        AgentServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn session(&self) -> Session {
        Session::open(&mut self.client()).await.unwrap()
    }

    /// A session with an accepted config.
    pub(crate) async fn configured(&self) -> Session {
        let mut session = self.session().await;
        session.configure(config()).await.unwrap();
        session
    }
}

/// A definition that names no files.
pub(crate) fn defined(text: &str) -> Defined {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.toml");
    std::fs::write(&path, text).unwrap();
    Defined::read(&path).unwrap()
}

pub(crate) fn config() -> ConfigUpdate {
    ConfigUpdate {
        protocol_version: 1,
        agent_id: "a".into(),
        policy: "random".into(),
        buttons: ["TURN_LEFT", "TURN_RIGHT", "ATTACK"].map(String::from).to_vec(),
        frame_skip: 4,
        agent_seed: 11,
        ..ConfigUpdate::default()
    }
}

pub(crate) fn state(tick: i32) -> GameState {
    GameState { tick, tic: 4 * tick as u32, health: 100.0, ammo: 50, ..GameState::default() }
}
