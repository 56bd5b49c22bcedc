//! The orchestrator's side of a LiveSession: one call per step of the protocol.
//!
//! The order is that of `AgentService.LiveSession` in `agent.proto`. Nothing here waits with a limit of its own:
//! callers put a timeout around each call and drop the session when it is over.

use std::time::Duration;

use bytes::Bytes;
use domain::ErrorKind;
use domain::action::Buttons;
use domain::game::ObservationSpec;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::{Body as HttpBody, StdError};
use tonic::{Status, Streaming};

use crate::agent::v1::agent_message::Payload as Heard;
use crate::agent::v1::agent_service_client::AgentServiceClient;
use crate::agent::v1::agent_status::Phase;
use crate::agent::v1::episode_control::Command;
use crate::agent::v1::orchestrator_message::Payload as Said;
use crate::agent::v1::{
    Action, AgentError, AgentMessage, AgentMetrics, AgentStatus, ConfigUpdate, EpisodeControl, GameState,
    OrchestratorMessage,
};
use crate::convert::action::ButtonMap;
use crate::convert::{BadMessage, action};

/// Lowest version of the session protocol that is spoken.
pub const PROTOCOL_MIN: u32 = 1;

/// Highest version of the session protocol that is spoken.
pub const PROTOCOL_MAX: u32 = 1;

/// Messages that may wait to be sent. The protocol is a conversation, so one or two is what there ever are.
const OUTBOX: usize = 8;

/// Why a session cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The stream failed.
    #[error("{}: {}", .0.code(), .0.message())]
    Status(#[from] Box<Status>),
    /// The agent said why it ends the session.
    #[error("the agent ends the session: {}", .0.message)]
    Agent(AgentError),
    /// The agent closed the stream without saying why.
    #[error("the agent closed the session")]
    Closed,
    /// The agent speaks other versions of the protocol.
    #[error("the agent speaks protocol versions {0} to {1}, this side {PROTOCOL_MIN} to {PROTOCOL_MAX}")]
    Version(u32, u32),
    /// The agent said something that does not fit.
    #[error("expected {expected}, got {got}")]
    Unexpected {
        /// What had to come.
        expected: &'static str,
        /// What came.
        got: String,
    },
    /// The agent's message cannot be understood.
    #[error(transparent)]
    BadMessage(#[from] BadMessage),
    /// An agent that has dialled in breaks the episode off and is ready for the next.
    #[error("the agent breaks the episode off")]
    Again(Box<AgentStatus>),
}

impl SessionError {
    /// What callers can act on.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Status(status) => crate::status::kind(status.code()),
            Self::Agent(error) => crate::status::kind(error.code.into()),
            Self::Closed => ErrorKind::Unavailable,
            Self::Version(..) => ErrorKind::FailedPrecondition,
            Self::Unexpected { .. } | Self::BadMessage(_) | Self::Again(_) => ErrorKind::Internal,
        }
    }
}

impl SessionError {
    /// Whether the agent is not there, or the way to it broke: that says nothing about what was played.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        match self {
            // A status that this side made of a failed transport has that failure as its source.
            Self::Status(status) => {
                status.code() == tonic::Code::Unavailable || std::error::Error::source(&**status).is_some()
            }
            Self::Closed => true,
            _ => false,
        }
    }
}

impl From<Status> for SessionError {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

/// What an agent is told of an episode that begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EpisodeStart {
    /// Its name.
    pub episode_id: String,
    /// Seed of the agent's own draws.
    pub agent_seed: u64,
    /// What the engine is seeded with, if the agent is to know.
    pub doom_seed: Option<u32>,
    /// Its trace context, if somebody traces it.
    pub traceparent: Option<String>,
}

/// An open session with an agent.
#[derive(Debug)]
pub struct Session {
    outbound: mpsc::Sender<OrchestratorMessage>,
    inbound: Streaming<AgentMessage>,
    hello: AgentStatus,
    buttons: ButtonMap,
    draining: Option<Duration>,
    /// Whether the agent has dialled, so that it may break episodes off.
    dialled_in: bool,
}

impl Session {
    /// Opens a session and waits for the agent's HELLO.
    ///
    /// # Errors
    /// If the agent cannot be reached or shares no protocol version.
    pub async fn open<T>(client: &mut AgentServiceClient<T>) -> Result<Self, SessionError>
    where
        T: GrpcService<Body>,
        T::Error: Into<StdError>,
        T::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
        <T::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
    {
        let (outbound, outbox) = mpsc::channel(OUTBOX);
        let inbound = client.live_session(ReceiverStream::new(outbox)).await?.into_inner();
        Self::greet(inbound, outbound, false).await
    }

    /// Takes a session over that an agent has dialled, and waits for its HELLO.
    ///
    /// # Errors
    /// If it says something else, or shares no protocol version.
    pub async fn accept(
        inbound: Streaming<AgentMessage>,
        outbound: mpsc::Sender<OrchestratorMessage>,
    ) -> Result<Self, SessionError> {
        Self::greet(inbound, outbound, true).await
    }

    async fn greet(
        inbound: Streaming<AgentMessage>,
        outbound: mpsc::Sender<OrchestratorMessage>,
        dialled_in: bool,
    ) -> Result<Self, SessionError> {
        let hello = AgentStatus::default();
        let mut session = Self { outbound, inbound, hello, buttons: ButtonMap::default(), draining: None, dialled_in };
        session.hello = session.status(Phase::Hello).await?;
        let (min, max) = (session.hello.protocol_min, session.hello.protocol_max);
        if max < PROTOCOL_MIN || min > PROTOCOL_MAX {
            return Err(SessionError::Version(min, max));
        }
        Ok(session)
    }

    /// What the agent said of itself at the beginning.
    #[must_use]
    pub fn hello(&self) -> &AgentStatus {
        &self.hello
    }

    /// How long the present episode may still go on, once the agent has said that it is about to leave.
    #[must_use]
    pub fn draining(&self) -> Option<Duration> {
        self.draining
    }

    /// Says what the agent is to be for the episodes that follow; returns what it wants to be shown.
    ///
    /// # Errors
    /// [`SessionError::Agent`] with the violations if the agent cannot be that.
    pub async fn configure(&mut self, config: ConfigUpdate) -> Result<ObservationSpec, SessionError> {
        Ok(self.configure_status(config).await?.observation.unwrap_or_default().into())
    }

    /// The same; returns all that the agent says with READY.
    ///
    /// # Errors
    /// As [`Session::configure`].
    pub async fn configure_status(&mut self, config: ConfigUpdate) -> Result<AgentStatus, SessionError> {
        self.buttons = ButtonMap::new(&config.buttons);
        self.send(Said::Config(config)).await?;
        self.ready().await
    }

    /// Waits until the agent says READY.
    ///
    /// # Errors
    /// If the stream is lost or the agent ends the session.
    pub async fn ready(&mut self) -> Result<AgentStatus, SessionError> {
        self.status(Phase::Ready).await
    }

    /// Begins an episode; its tick 0 comes next.
    ///
    /// # Errors
    /// If the stream is lost.
    pub async fn start(&mut self, episode_id: impl Into<String>, agent_seed: u64) -> Result<(), SessionError> {
        let episode_id = episode_id.into();
        self.start_with(EpisodeStart { episode_id, agent_seed, ..EpisodeStart::default() }).await
    }

    /// The same, with more for the agent's records.
    ///
    /// # Errors
    /// If the stream is lost.
    pub async fn start_with(&mut self, start: EpisodeStart) -> Result<(), SessionError> {
        let EpisodeStart { episode_id, agent_seed, doom_seed, traceparent } = start;
        let control = EpisodeControl {
            command: Command::Start.into(),
            episode_id,
            agent_seed: Some(agent_seed),
            doom_seed,
            traceparent,
            ..EpisodeControl::default()
        };
        self.send(Said::Control(control)).await
    }

    /// Sends a state and waits for the buttons that answer its tick.
    ///
    /// # Errors
    /// If the stream is lost, the agent ends the session or answers another tick.
    pub async fn decide(&mut self, state: impl Into<GameState>) -> Result<Buttons, SessionError> {
        let action = self.act(state).await?;
        Ok(self.buttons.buttons(&action)?)
    }

    /// The same; what the decision rests on is added to `record`, as far as the agent tells it.
    ///
    /// # Errors
    /// As [`Session::decide`].
    pub async fn decide_on_record(
        &mut self,
        state: impl Into<GameState>,
        record: &mut Vec<u8>,
    ) -> Result<Buttons, SessionError> {
        let action = self.act(state).await?;
        record.extend_from_slice(&action.trace);
        Ok(self.buttons.buttons(&action)?)
    }

    /// Sends a state and waits for the action that answers its tick.
    ///
    /// # Errors
    /// If the stream is lost, the agent ends the session or answers another tick.
    pub async fn act(&mut self, state: impl Into<GameState>) -> Result<Action, SessionError> {
        let state = state.into();
        let tick = state.tick;
        self.send(Said::State(state)).await?;
        loop {
            match self.receive().await? {
                Heard::Action(action) if action.tick == tick => return Ok(action),
                Heard::Action(action) => {
                    let got = action::tick(&action).map_or_else(|e| e.to_string(), |tick| format!("tick {tick}"));
                    return Err(SessionError::Unexpected { expected: "the action of the tick that was sent", got });
                }
                Heard::Status(status) if self.dialled_in && status.phase() == Phase::Ready => {
                    return Err(SessionError::Again(Box::new(status)));
                }
                Heard::Status(_) | Heard::Metrics(_) => {}
                Heard::Error(error) => return Err(SessionError::Agent(error)),
            }
        }
    }

    /// Shows the last state of an episode, which no action answers.
    ///
    /// # Errors
    /// If the stream is lost.
    pub async fn finish(&mut self, state: impl Into<GameState>) -> Result<(), SessionError> {
        self.send(Said::State(GameState { episode_finished: true, ..state.into() })).await
    }

    /// Breaks the present episode off; returns what the agent has counted so far.
    ///
    /// # Errors
    /// If the stream is lost.
    pub async fn abandon(&mut self, reason: impl Into<String>) -> Result<AgentMetrics, SessionError> {
        self.command(Command::Stop, reason).await?;
        self.metrics(false).await
    }

    /// Ends the session between episodes; returns what the agent has counted.
    ///
    /// # Errors
    /// If the stream is lost before the final metrics.
    pub async fn close(mut self, reason: impl Into<String>) -> Result<AgentMetrics, SessionError> {
        self.command(Command::Stop, reason).await?;
        self.metrics(true).await
    }

    /// Sends a command that needs no more than a reason.
    ///
    /// # Errors
    /// If the stream is lost.
    pub async fn command(&mut self, command: Command, reason: impl Into<String>) -> Result<(), SessionError> {
        let control = EpisodeControl { command: command.into(), reason: reason.into(), ..EpisodeControl::default() };
        self.send(Said::Control(control)).await
    }

    /// Sends any message.
    ///
    /// # Errors
    /// Why the stream ended, if it has.
    pub async fn send(&mut self, payload: Said) -> Result<(), SessionError> {
        let message = OrchestratorMessage { payload: Some(payload) };
        if self.outbound.send(message).await.is_ok() {
            return Ok(());
        }
        loop {
            if let Heard::Error(error) = self.receive().await? {
                return Err(SessionError::Agent(error));
            }
        }
    }

    /// The agent's next message.
    ///
    /// # Errors
    /// If the stream fails or ends.
    pub async fn receive(&mut self) -> Result<Heard, SessionError> {
        let message = self.inbound.message().await?.ok_or(SessionError::Closed)?;
        let empty = || SessionError::Unexpected { expected: "a payload", got: "nothing".into() };
        let payload = message.payload.ok_or_else(empty)?;
        if let Heard::Status(status) = &payload
            && status.phase() == Phase::Draining
        {
            self.draining = Some(Duration::from_millis(status.drain_deadline_ms));
        }
        Ok(payload)
    }

    /// Waits for a status of this phase.
    async fn status(&mut self, phase: Phase) -> Result<AgentStatus, SessionError> {
        loop {
            match self.receive().await? {
                Heard::Status(status) if status.phase() == phase => return Ok(status),
                Heard::Status(_) | Heard::Metrics(_) => {}
                Heard::Error(error) => return Err(SessionError::Agent(error)),
                Heard::Action(_) => {
                    return Err(SessionError::Unexpected { expected: phase.as_str_name(), got: "an action".into() });
                }
            }
        }
    }

    /// Waits for metrics, past actions that were on their way.
    async fn metrics(&mut self, last: bool) -> Result<AgentMetrics, SessionError> {
        loop {
            match self.receive().await? {
                Heard::Metrics(metrics) if metrics.is_final || !last => return Ok(metrics),
                Heard::Error(error) => return Err(SessionError::Agent(error)),
                Heard::Metrics(_) | Heard::Status(_) | Heard::Action(_) => {}
            }
        }
    }
}
