//! A session with an agent, with a limit on every wait.

use std::time::Duration;

use domain::action::Buttons;
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::agent::v1::{ConfigUpdate, SessionLimits};
use proto::session::{Session, SessionError};
use runtime::grpc::{self, Address, ClientConfig};
use tokio::time::timeout;

use super::AttemptError;
use super::episode::Decider;

/// How long an agent may take for anything but a decision.
const PATIENCE: Duration = Duration::from_secs(10);

/// An agent that is dialled, configured and ready to play.
pub struct Agent {
    session: Session,
    configured: Option<(SessionSetup, ObservationSpec)>,
    limit: Duration,
}

impl Agent {
    /// Dials an agent and waits for its HELLO.
    ///
    /// # Errors
    /// If it cannot be reached, stays silent or speaks another protocol.
    pub async fn dial(address: &Address) -> Result<Self, AttemptError> {
        let channel = grpc::channel(address, &ClientConfig::default()).map_err(AttemptError::Address)?;
        let mut client = AgentServiceClient::new(channel).max_decoding_message_size(grpc::DEFAULT_MAX_MESSAGE_BYTES);
        let session = within(PATIENCE, "its HELLO", Session::open(&mut client)).await?;
        Ok(Self { session, configured: None, limit: PATIENCE })
    }

    /// Tells the agent what it is, unless it is that already, and learns what it wants to be shown. From now on a
    /// decision may take up to `limit`.
    ///
    /// # Errors
    /// If the agent refuses or fails.
    pub async fn configure(&mut self, setup: &SessionSetup, limit: Duration) -> Result<ObservationSpec, AttemptError> {
        self.limit = limit;
        if let Some((known, observation)) = &self.configured
            && known == setup
        {
            return Ok(*observation);
        }
        let limits = SessionLimits { tick_ms: limit.as_millis() as u64, ..SessionLimits::default() };
        let config = ConfigUpdate { limits: Some(limits), ..ConfigUpdate::from(setup) };
        let observation = within(PATIENCE, "READY", self.session.configure(config)).await?;
        self.configured = Some((setup.clone(), observation));
        Ok(observation)
    }

    /// Whether the agent has said that it is about to leave; another one should play the next episode.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.session.draining().is_some()
    }

    /// Ends the session in order, for a second at most.
    pub async fn close(self) {
        // What the agent counted is its own; a session that does not end in order ends with its stream.
        let _ = timeout(Duration::from_secs(1), self.session.close("no more episodes")).await;
    }
}

impl Decider for Agent {
    async fn start(&mut self, episode: &str, agent_seed: u64) -> Result<(), AttemptError> {
        within(PATIENCE, "the start", self.session.start(episode, agent_seed)).await
    }

    async fn decide(&mut self, state: &GameState) -> Result<Buttons, AttemptError> {
        within(self.limit, "an action", self.session.decide(state)).await
    }

    async fn finish(&mut self, state: &GameState) -> Result<(), AttemptError> {
        within(PATIENCE, "the end", self.session.finish(state)).await
    }
}

async fn within<T>(
    limit: Duration,
    awaited: &'static str,
    call: impl Future<Output = Result<T, SessionError>>,
) -> Result<T, AttemptError> {
    match timeout(limit, call).await {
        Ok(result) => result.map_err(AttemptError::from),
        Err(_) => Err(AttemptError::Late { awaited, limit }),
    }
}
