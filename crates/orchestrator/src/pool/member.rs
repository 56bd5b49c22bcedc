//! One agent as the pool knows it.

use std::time::Duration;

use runtime::grpc::{Address, ClientConfig};
use runtime::retry::Backoff;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::now_ms;

/// Failures one after another after which an agent is left alone.
const PATIENCE: u32 = 3;
/// How long it is left alone: twice as long after each further failure.
const REJECTION: Backoff = Backoff { first: Duration::from_secs(1), factor: 2.0, cap: Duration::from_secs(30) };

/// Where an agent comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Its address is in the configuration.
    Fixed,
    /// Its address was found by a name.
    Dns,
    /// It was started here.
    Spawned,
}

/// Where an agent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has heard of it yet.
    Starting,
    /// It serves.
    Serving,
    /// It does not answer, or says that it does not serve.
    Away,
    /// Games with it failed one after another: it is left alone for a while.
    Rejected,
    /// It ends: what it plays may end first.
    Stopping,
    /// It has ended.
    Stopped,
}

/// How an agent stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Its id: its address.
    pub id: String,
    /// Where it is dialled.
    pub address: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it stands.
    pub state: State,
    /// Why it does not serve.
    pub reason: String,
    /// Sessions that this process has with it.
    pub sessions: u32,
    /// How often it was started again.
    pub restarts: u32,
    /// Milliseconds since 1970 when its state changed.
    pub since_ms: i64,
}

/// See the module.
pub(super) struct Member {
    address: Address,
    /// The host that its certificate names, where that is not the one of its address.
    certified_as: Option<String>,
    origin: Origin,
    state: State,
    reason: String,
    sessions: u32,
    restarts: u32,
    failures: u32,
    rejected_until: Option<Instant>,
    since_ms: i64,
    /// Ends a process that was started here.
    quit: Option<CancellationToken>,
}

impl Member {
    pub(super) fn new(address: Address, origin: Origin) -> Self {
        Self {
            address,
            certified_as: None,
            origin,
            state: State::Starting,
            reason: String::new(),
            sessions: 0,
            restarts: 0,
            failures: 0,
            rejected_until: None,
            since_ms: now_ms(),
            quit: None,
        }
    }

    /// The same, whose certificate names this host.
    pub(super) fn certified_as(self, host: &str) -> Self {
        Self { certified_as: Some(host.to_owned()), ..self }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// How it is dialled, which of all agents is told.
    pub(super) fn channel(&self, of_all: &ClientConfig) -> ClientConfig {
        let mut channel = of_all.clone();
        if let Some(name) = &self.certified_as {
            channel.tls = channel.tls.named(name);
        }
        channel
    }

    pub(super) fn sessions(&self) -> u32 {
        self.sessions
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    pub(super) fn is_over(&self) -> bool {
        self.state == State::Stopped && self.sessions == 0
    }

    pub(super) fn info(&self, id: &str, now: Instant) -> Info {
        let rejected = self.is_rejected(now) && !self.is_leaving();
        Info {
            id: id.to_owned(),
            address: self.address.to_string(),
            origin: self.origin,
            state: if rejected { State::Rejected } else { self.state },
            reason: self.reason.clone(),
            sessions: self.sessions,
            restarts: self.restarts,
            since_ms: self.since_ms,
        }
    }

    /// Who is taken first: lower is better. Whoever is away is tried last, because health may be late. None if it is not
    /// to be taken.
    pub(super) fn rank(&self, now: Instant) -> Option<u8> {
        if self.is_rejected(now) {
            return None;
        }
        match self.state {
            State::Serving => Some(0),
            State::Starting => Some(1),
            State::Away | State::Rejected => Some(2),
            State::Stopping | State::Stopped => None,
        }
    }

    /// One more session. After a time of being left alone it is the only one until it has worked.
    pub(super) fn enter(&mut self, now: Instant) {
        self.sessions += 1;
        if self.failures >= PATIENCE {
            self.rejected_until = Some(now + REJECTION.cap);
        }
    }

    pub(super) fn leave(&mut self) {
        self.sessions = self.sessions.saturating_sub(1);
    }

    pub(super) fn worked(&mut self) {
        self.failures = 0;
        self.rejected_until = None;
        if matches!(self.state, State::Starting | State::Away) {
            self.become_state(State::Serving, "");
        }
    }

    pub(super) fn failed(&mut self, reason: &str, now: Instant) {
        self.failures += 1;
        reason.clone_into(&mut self.reason);
        if let Some(further) = self.failures.checked_sub(PATIENCE) {
            self.rejected_until = Some(now + REJECTION.ceiling(further));
        }
    }

    /// What its health service says, or that it says nothing.
    pub(super) fn heard(&mut self, verdict: Result<(), String>) {
        if self.is_leaving() {
            return;
        }
        match verdict {
            Ok(()) => self.become_state(State::Serving, ""),
            // One that is being started is not away yet, and its process knows more of why.
            Err(reason) if self.state == State::Starting && self.origin == Origin::Spawned => {
                if self.reason.is_empty() {
                    self.reason = reason;
                }
            }
            Err(reason) => self.become_state(State::Away, &reason),
        }
    }

    /// A process was started for it, which this ends.
    pub(super) fn owned(&mut self, quit: CancellationToken) {
        self.quit = Some(quit);
    }

    /// Its process has ended by itself and is started again.
    pub(super) fn restarting(&mut self, reason: &str) {
        self.restarts += 1;
        self.become_state(State::Starting, reason);
    }

    /// Begins to stop it, if it was started here.
    pub(super) fn quit(&mut self) -> bool {
        let Some(quit) = &self.quit else { return false };
        quit.cancel();
        if !self.is_leaving() {
            self.become_state(State::Stopping, "it was asked to stop");
        }
        true
    }

    /// It has ended.
    pub(super) fn gone(&mut self, reason: &str) {
        self.become_state(State::Stopped, reason);
    }

    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.state, State::Stopping | State::Stopped)
    }

    fn is_rejected(&self, now: Instant) -> bool {
        self.rejected_until.is_some_and(|until| now < until)
    }

    fn become_state(&mut self, state: State, reason: &str) {
        if self.state != state {
            self.state = state;
            self.since_ms = now_ms();
        }
        reason.clone_into(&mut self.reason);
    }
}
