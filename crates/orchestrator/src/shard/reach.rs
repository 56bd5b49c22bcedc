//! The way from a slot to an agent of the pool.

use std::time::Duration;

use runtime::outage::Outage;
use runtime::retry::{Backoff, Waits};
use tokio::time::Instant;

use crate::play::AttemptError;
use crate::play::session::Agent;
use crate::pool::{Place, Pool};

/// Waits between attempts to reach an agent.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), factor: 2.0, cap: Duration::from_secs(3) };

/// How long agents may be away before a job is given back: for less than an attempt may stand still.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a slot finds agents.
pub(super) struct Way {
    pool: Pool,
    /// The agent that was played with last: it may still know what it was told.
    last: Option<String>,
    outage: Outage,
}

/// An agent that was reached, and the slot's place with it.
pub(super) struct Reached {
    pub(super) agent: Agent,
    _place: Place,
}

impl Way {
    /// The way to the agents of a pool.
    pub(super) fn new(pool: Pool) -> Self {
        Self { pool, last: None, outage: Outage::new("the agent") }
    }

    /// Dials an agent, then another one, and so on until one is there; the job in hand waits for that.
    ///
    /// # Errors
    /// `Away` if none is there for too long; otherwise as [`Agent::dial`].
    pub(super) async fn reach(&mut self) -> Result<Reached, AttemptError> {
        let deadline = Instant::now() + PATIENCE;
        let mut waits = Waits::new(BACKOFF);
        loop {
            let reason = match self.pool.place(self.last.as_deref()) {
                None => "no agent takes a game for now".to_owned(),
                Some(place) => match Agent::dial(&place.address, &place.channel).await {
                    Ok(agent) => {
                        place.worked();
                        self.outage.up();
                        self.last = Some(place.id().to_owned());
                        return Ok(Reached { agent, _place: place });
                    }
                    Err(error) if error.is_absence() => {
                        place.failed(&error.to_string());
                        format!("{}: {error}", place.address)
                    }
                    Err(error) => return Err(error),
                },
            };
            self.outage.down(&reason);
            if !waits.pause_before(deadline).await {
                return Err(AttemptError::Away(reason));
            }
        }
    }
}
