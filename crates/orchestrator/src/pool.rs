//! The agents that games of this process are played with: those that the configuration names, those that a name leads to,
//! and those that were started here.
//!
//! Each is watched through its health service, has a count of the sessions with it, and is left alone for a while when
//! games with it fail one after another. A game goes to the agent that has the fewest, and stays with it.

mod dns;
mod health;
mod member;
mod spawn;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use domain::reason;
use runtime::grpc::{Address, ClientConfig};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use dns::DnsName;
use member::Member;
pub use member::{Info, Origin, State};
pub use spawn::SpawnSettings;

/// Where agents are found.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Those whose addresses are known.
    pub fixed: Vec<Address>,
    /// Names whose addresses are looked up again and again.
    pub dns: Vec<DnsName>,
    /// How agents are started here, if they are.
    pub spawn: Option<SpawnSettings>,
    /// How agents are dialled.
    pub channel: ClientConfig,
}

/// The agents. Clones share them.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    settings: Settings,
    members: Mutex<BTreeMap<String, Member>>,
    /// Counts changes, for those who follow.
    changes: watch::Sender<u64>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A place with an agent, for one session; given back when it is dropped.
pub struct Place {
    pool: Pool,
    /// The agent.
    id: String,
    /// Where it is dialled.
    pub address: Address,
    /// How it is dialled.
    pub channel: ClientConfig,
}

impl Pool {
    /// The agents of these settings. Nobody is dialled, watched or started before [`Pool::start`].
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let member = |address: &Address| (address.to_string(), Member::new(address.clone(), Origin::Fixed));
        let members = settings.fixed.iter().map(member).collect();
        Self(Arc::new(Inner {
            members: Mutex::new(members),
            settings,
            changes: watch::Sender::new(0),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }))
    }

    /// Agents at these addresses, which nobody watches.
    #[must_use]
    pub fn fixed(addresses: Vec<Address>) -> Self {
        Self::new(Settings { fixed: addresses, ..Settings::default() })
    }

    /// Begins to watch, to look names up, and to start agents.
    pub fn start(&self) {
        let ids: Vec<_> = self.lock().keys().cloned().collect();
        for id in ids {
            self.watch_health(&id);
        }
        for name in self.0.settings.dns.clone() {
            self.0.tasks.spawn(dns::follow(self.clone(), name));
        }
        for _ in 0..self.0.settings.spawn.as_ref().map_or(0, |spawn| spawn.size) {
            if let Err(error) = self.spawn() {
                tracing::warn!(%error, "an agent cannot be started");
            }
        }
    }

    /// Ends every watch, and stops the agents that were started here.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// How many agents may be started here.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.0.settings.spawn.as_ref().map_or(0, |spawn| u32::from(spawn.ports))
    }

    /// How every agent stands, in order of their ids.
    #[must_use]
    pub fn list(&self) -> Vec<Info> {
        let now = Instant::now();
        self.lock().iter().map(|(id, member)| member.info(id, now)).collect()
    }

    /// How an agent stands.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn agent(&self, id: &str) -> PortResult<Info> {
        self.lock().get(id).map(|member| member.info(id, Instant::now())).ok_or_else(|| unknown(id))
    }

    /// Becomes different with every change.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// A place with the agent that has the fewest sessions; of equals with the one that is `preferred`, then with the one
    /// that serves. None if there is no agent, or all of them are being stopped or left alone.
    #[must_use]
    pub fn place(&self, preferred: Option<&str>) -> Option<Place> {
        let now = Instant::now();
        let place = {
            let mut members = self.lock();
            let open = members.iter().filter_map(|(id, member)| Some((member.rank(now)?, member, id)));
            let order = |(rank, member, id): &(u8, &Member, &String)| {
                (*rank, member.sessions(), preferred != Some(id.as_str()))
            };
            let id = open.min_by_key(order)?.2.clone();
            let member = members.get_mut(&id)?;
            member.enter(now);
            let channel = member.channel(&self.0.settings.channel);
            Place { pool: self.clone(), address: member.address().clone(), channel, id }
        };
        self.tell();
        Some(place)
    }

    /// Starts one more agent; it serves later.
    ///
    /// # Errors
    /// `FailedPrecondition` if none is started here, `Exhausted` if there are as many as there may be.
    pub fn spawn(&self) -> PortResult<String> {
        let Some(settings) = &self.0.settings.spawn else {
            let text = "no agent is started by this orchestrator: start it with --agent-pool-size";
            return Err(PortError::of(reason::NO_AGENTS_HERE, text));
        };
        if self.0.stop.is_cancelled() {
            return Err(PortError::new(ErrorKind::Unavailable, "the orchestrator stops"));
        }
        let id = {
            let mut members = self.lock();
            members.retain(|_, member| !member.is_over());
            let port = settings.free_port(|address| members.contains_key(&address.to_string())).ok_or_else(|| {
                let ports = settings.ports;
                PortError::of(reason::AGENTS_FULL, format!("all {ports} ports for agents are taken"))
            })?;
            let address = SpawnSettings::address(port);
            let id = address.to_string();
            members.insert(id.clone(), Member::new(address, Origin::Spawned));
            id
        };
        let quit = CancellationToken::new();
        self.change(&id, |member| member.owned(quit.clone()));
        self.0.tasks.spawn(spawn::keep(self.clone(), id.clone(), settings.clone(), quit));
        self.watch_health(&id);
        Ok(id)
    }

    /// Waits until an agent serves, for as long as it may take to start.
    ///
    /// # Errors
    /// `Unavailable` with the reason if it does not.
    pub async fn serving(&self, id: &str) -> PortResult<Info> {
        let limit = self.0.settings.spawn.as_ref().map_or(Duration::ZERO, |spawn| spawn.init_timeout);
        let mut changes = self.changes();
        let serving = async {
            loop {
                let info = self.agent(id)?;
                match info.state {
                    State::Serving => return Ok(info),
                    State::Stopping | State::Stopped => {
                        return Err(PortError::new(ErrorKind::Unavailable, format!("agent {id} was stopped")));
                    }
                    _ => {}
                }
                // The sender lives as long as `self`.
                let _ = changes.changed().await;
            }
        };
        match tokio::time::timeout(limit, serving).await {
            Ok(outcome) => outcome,
            Err(_) => {
                let reason = self.agent(id).map(|info| info.reason).unwrap_or_default();
                let text = format!("agent {id} does not serve within {limit:?}: {reason}");
                Err(PortError::new(ErrorKind::Unavailable, text))
            }
        }
    }

    /// Stops an agent that was started here: what it plays may end first.
    ///
    /// # Errors
    /// `NotFound`; `FailedPrecondition` if it was not started here.
    pub fn stop_agent(&self, id: &str) -> PortResult<Info> {
        let stopped = self.lock().get_mut(id).ok_or_else(|| unknown(id)).map(Member::quit)?;
        if !stopped {
            let text = format!("agent {id} was not started here: stop it where it runs");
            return Err(PortError::new(ErrorKind::FailedPrecondition, text));
        }
        self.tell();
        self.agent(id)
    }

    /// Changes a member, and tells.
    fn change(&self, id: &str, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.lock().get_mut(id) {
            change(member);
        }
        self.tell();
    }

    fn watch_health(&self, id: &str) {
        let settings = &self.0.settings;
        let place = |member: &Member| (member.address().clone(), member.channel(&settings.channel));
        let Some((address, channel)) = self.lock().get(id).map(place) else { return };
        self.0.tasks.spawn(health::follow(self.clone(), id.to_owned(), address, channel));
    }

    fn tell(&self) {
        self.0.changes.send_modify(|changes| *changes += 1);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Member>> {
        self.0.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The agent's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The agent answered.
    pub fn worked(&self) {
        self.pool.change(&self.id, Member::worked);
    }

    /// The agent did not answer.
    pub fn failed(&self, reason: &str) {
        self.pool.change(&self.id, |member| member.failed(reason, Instant::now()));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pool.change(&self.id, Member::leave);
    }
}

fn unknown(id: &str) -> PortError {
    PortError::of(reason::AGENT_NOT_FOUND, format!("there is no agent {id}"))
}

#[cfg(test)]
mod tests;
