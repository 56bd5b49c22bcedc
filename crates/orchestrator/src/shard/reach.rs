//! The way from a slot to an agent, one of several where there are several.

use std::sync::Arc;
use std::time::Duration;

use runtime::grpc::{Address, ClientConfig};
use runtime::outage::Outage;
use runtime::retry::{Backoff, Waits};
use tokio::time::Instant;

use crate::play::AttemptError;
use crate::play::session::Agent;
use crate::shard::Endpoints;

/// Waits between attempts to reach an agent.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), factor: 2.0, cap: Duration::from_secs(3) };

/// How long agents may be away before a job is given back: for less than an attempt may stand still.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a slot finds agents.
pub(super) struct Way {
    /// Never empty; the one in front is dialled.
    endpoints: Vec<Address>,
    channel: Arc<ClientConfig>,
    outage: Outage,
}

impl Way {
    /// The way to one of these agents, which slots share evenly by their number.
    pub(super) fn new(agents: &Endpoints, slot: usize) -> Self {
        let mut endpoints = agents.addresses.clone();
        let front = slot % endpoints.len().max(1);
        endpoints.rotate_left(front);
        Self { endpoints, channel: agents.channel.clone(), outage: Outage::new("the agent") }
    }

    /// Dials the agent, then the next one, and so on until one is there; the job in hand waits for that.
    ///
    /// # Errors
    /// `Away` if none is there for too long; otherwise as [`Agent::dial`].
    pub(super) async fn reach(&mut self) -> Result<Agent, AttemptError> {
        let deadline = Instant::now() + PATIENCE;
        let mut waits = Waits::new(BACKOFF);
        loop {
            let error = match Agent::dial(&self.endpoints[0], &self.channel).await {
                Ok(agent) => {
                    self.outage.up();
                    return Ok(agent);
                }
                Err(error) if error.is_absence() => error,
                Err(error) => return Err(error),
            };
            let reason = format!("{}: {error}", self.endpoints[0]);
            self.outage.down(&reason);
            if !waits.pause_before(deadline).await {
                return Err(AttemptError::Away(reason));
            }
            self.endpoints.rotate_left(1);
        }
    }
}
