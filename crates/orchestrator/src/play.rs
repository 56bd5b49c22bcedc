//! Playing episodes: the game on one side, an agent's session on the other, the rules of the domain between them.

pub mod episode;
pub mod session;
mod view;

use domain::ports::EnvironmentError;

/// What an agent says first.
const HELLO: &str = "its HELLO";

/// Why an attempt at an episode ended without a score.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The game failed.
    #[error("the game failed: {0}")]
    Game(#[from] EnvironmentError),
    /// The session with the agent failed.
    #[error("the session with the agent failed: {0}")]
    Session(#[from] proto::session::SessionError),
    /// The agent's address cannot be dialled.
    #[error("the agent's address cannot be dialled: {0}")]
    Address(#[source] runtime::grpc::ChannelError),
    /// The agent was silent for too long.
    #[error("the agent did not send {awaited} within {:.1} s", limit.as_secs_f64())]
    Late {
        /// What was waited for.
        awaited: &'static str,
        /// The limit.
        limit: std::time::Duration,
    },
    /// Game and agent do not fit together.
    #[error("out of turn: {0}")]
    OutOfTurn(#[from] domain::episode::OutOfTurn),
    /// The scenario is not what it was when the experiment was launched.
    #[error("the scenario cannot be played here: {0}")]
    Scenario(String),
    /// A fault of our own.
    #[error("the slot panicked: {0}")]
    Panicked(String),
    /// What the results depend on is not what it was when the experiment was launched.
    #[error("{0} is not what it was when the experiment was launched")]
    Provenance(String),
    /// No agent is there to play with.
    #[error("no agent is there: {0}")]
    Away(String),
    /// The worker is being shut down.
    #[error("the worker is shutting down")]
    Cancelled,
}

impl AttemptError {
    /// Whether the agent is not there, or was lost on the way: another attempt is due, and this one says nothing about
    /// the job.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        match self {
            Self::Away(_) => true,
            Self::Session(error) => error.is_absence(),
            Self::Late { awaited, .. } => *awaited == HELLO,
            _ => false,
        }
    }

    /// The error for a scenario that this worker cannot play.
    #[must_use]
    pub fn scenario(found: &[domain::Violation]) -> Self {
        Self::Scenario(domain::Violation::in_one_line(found))
    }
}
