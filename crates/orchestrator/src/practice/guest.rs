//! An agent that has dialled in, as the one who decides.

use std::time::Duration;

use domain::action::Buttons;
use domain::game::GameState;
use proto::agent::v1::AgentStatus;
use proto::session::{EpisodeStart, Session, SessionError};
use tokio::time::timeout;

use crate::play::AttemptError;
use crate::play::episode::{Assigned, Decider};

/// How long a guest may be silent: it may learn between two decisions.
pub(super) const IDLE: Duration = Duration::from_secs(15 * 60);

/// How long a guest is waited for at the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// See the module.
pub(super) struct Guest {
    session: Session,
    /// The seed of the next episode, if it named one.
    wish: Option<u32>,
    left: bool,
}

impl Guest {
    pub(super) fn new(session: Session, wish: Option<u32>) -> Self {
        Self { session, wish, left: false }
    }

    /// Takes the seed that it wants for the next episode.
    pub(super) fn wish(&mut self) -> Option<u32> {
        self.wish.take()
    }

    /// Waits until it is ready for the next episode.
    pub(super) async fn ready(&mut self) -> Result<(), AttemptError> {
        match within("READY", self.session.ready()).await {
            Ok(status) => self.again(&status),
            Err(AttemptError::Session(SessionError::Closed)) => self.left = true,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// It is ready, as this status says.
    pub(super) fn again(&mut self, status: &AgentStatus) {
        self.wish = status.doom_seed;
    }

    /// Whether it has closed its side between two episodes.
    pub(super) fn has_left(&self) -> bool {
        self.left
    }

    /// Ends the session in order.
    pub(super) async fn close(self, reason: &str) {
        // What a guest counts is its own; one that says nothing has the status of the stream.
        let _ = timeout(FAREWELL, self.session.close(reason)).await;
    }
}

async fn within<T>(
    awaited: &'static str,
    call: impl Future<Output = Result<T, SessionError>>,
) -> Result<T, AttemptError> {
    let late = |_| AttemptError::Late { awaited, limit: IDLE };
    Ok(timeout(IDLE, call).await.map_err(late)??)
}

impl Decider for Guest {
    async fn start(&mut self, assigned: &Assigned<'_>) -> Result<(), AttemptError> {
        let start = EpisodeStart { doom_seed: Some(assigned.doom_seed.0), ..assigned.into() };
        within("the start", self.session.start_with(start)).await
    }

    async fn decide(&mut self, state: &GameState) -> Result<Buttons, AttemptError> {
        within("an action", self.session.decide(state)).await
    }

    async fn finish(&mut self, state: &GameState) -> Result<(), AttemptError> {
        within("the end", self.session.finish(state)).await
    }
}
