//! Inflicts faults: finds out who holds a job and who leads, and hits those.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use domain::seed::{Address, Draws};
use rustix::process::Signal;
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::fleet::Fleet;
use super::moment::{Moment, Phase};
use super::schedule::{Fault, Frozen, Kind, Step};
use super::services::PrivateServices;
use super::supervisor::proc::{self, ChildHandle};
use super::supervisor::{Supervisor, Then};
use super::witness::Witness;

/// Pause between two looks for a victim.
const LOOK: Duration = Duration::from_millis(20);
/// How long a victim may be missing: a worker without an engine, a time without a leader.
const PATIENCE: Duration = Duration::from_secs(90);
/// What a freeze lasts beyond the lease, so that the takeover happens meanwhile.
const BEYOND: Duration = Duration::from_millis(1500);

/// A fault that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// What was done: `kill`, `freeze`.
    pub fault: &'static str,
    /// To what kind.
    pub kind: &'static str,
    /// To whom.
    pub target: String,
    /// How far the experiment was.
    pub phase: Phase,
    /// Its generation.
    pub generation: u32,
    /// Milliseconds since the first lap was launched.
    pub at_ms: u64,
}

/// The one who does it.
pub struct Faults {
    /// The owner of the processes.
    pub supervisor: Arc<Supervisor>,
    /// The processes.
    pub fleet: Arc<Fleet>,
    /// Services that may be killed.
    pub services: Option<Arc<PrivateServices>>,
    /// The ledger.
    pub witness: Arc<Witness>,
    now: watch::Receiver<Option<Moment>>,
    draws: Draws,
    begun: Instant,
    done: Vec<Done>,
    thawing: JoinSet<String>,
    frozen: Vec<String>,
}

impl Faults {
    /// Faults that draw their victims below `seed`, while `now` tells of an experiment.
    #[must_use]
    pub fn new(
        supervisor: Arc<Supervisor>,
        fleet: Arc<Fleet>,
        services: Option<Arc<PrivateServices>>,
        witness: Arc<Witness>,
        now: watch::Receiver<Option<Moment>>,
        seed: u64,
    ) -> Self {
        let draws = Address::new(seed, "chaos-victims/v1").stream();
        let (begun, thawing) = (Instant::now(), JoinSet::new());
        Self { supervisor, fleet, services, witness, now, draws, begun, done: vec![], thawing, frozen: vec![] }
    }

    /// Inflicts all faults of a schedule, and waits until the last freeze is over.
    ///
    /// # Errors
    /// If a victim is missing for too long, or a service does not come back.
    pub async fn inflict(&mut self, steps: &[Step]) -> anyhow::Result<()> {
        for (index, step) in steps.iter().enumerate() {
            sleep(step.wait).await;
            self.one(step.fault).await?;
            let next_is_double = steps.get(index + 1).is_some_and(|next| next.wait.is_zero());
            if !next_is_double {
                self.wait_for_services().await?;
            }
        }
        while self.thawing.join_next().await.is_some() {}
        Ok(())
    }

    /// What was done, also if not everything could be done.
    #[must_use]
    pub fn done(self) -> Vec<Done> {
        self.done
    }

    async fn one(&mut self, fault: Fault) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            self.forget_thawed();
            let moment = self.playing().await?;
            if let Some((kind, target)) = self.try_once(fault).await {
                let at_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                let fault = if matches!(fault, Fault::Kill(_)) { "kill" } else { "freeze" };
                let Moment { phase, generation, .. } = moment;
                tracing::info!(fault, kind, target, %phase, generation, "inflicted");
                self.done.push(Done { fault, kind, target, phase, generation, at_ms });
                return Ok(());
            }
            if Instant::now() > until {
                bail!("there was no victim for {fault:?} within {} s", PATIENCE.as_secs());
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until an experiment is played: a fault between two experiments would prove nothing.
    async fn playing(&mut self) -> anyhow::Result<Moment> {
        let now = self.now.wait_for(Option::is_some).await.context("the laps have ended before the faults")?;
        now.context("an experiment is played")
    }

    /// Hits a victim, if there is one now.
    async fn try_once(&mut self, fault: Fault) -> Option<(&'static str, String)> {
        let (kind, victim) = match fault {
            Fault::Kill(Kind::Engine) => return self.kill_engine().await,
            Fault::Kill(kind) => (kind.name(), self.victim(kind).await?),
            Fault::Freeze(frozen) => (frozen.name(), self.holder_or_leader(frozen).await?),
        };
        // Who has ended by itself in between was no victim.
        match fault {
            Fault::Kill(kind) => self.supervisor.kill(&victim, Then::StartAgain, kind.service().is_some()).await?,
            Fault::Freeze(frozen) => self.freeze(&victim, frozen).await?,
        };
        Some((kind, victim))
    }

    async fn victim(&mut self, kind: Kind) -> Option<String> {
        match kind {
            Kind::Engine => None,
            Kind::Agent => self.any(self.fleet.agents.clone()).await,
            Kind::Worker => match self.holder().await {
                Some(holder) => Some(holder),
                None => self.any(self.fleet.workers.clone()).await,
            },
            Kind::Leader => self.leader().await,
            Kind::Standby => self.standby().await,
            Kind::Postgres | Kind::Nats | Kind::RabbitMq => {
                let service = kind.service()?;
                let services = self.services.clone()?;
                // One that is still coming back would be killed to no end.
                services.is_ready(service).await.then(|| service.name().to_owned())
            }
        }
    }

    async fn holder_or_leader(&mut self, frozen: Frozen) -> Option<String> {
        match frozen {
            Frozen::Holder => self.holder().await,
            Frozen::Leader => self.leader().await,
        }
    }

    /// A worker that holds a job, by what the ledger says.
    async fn holder(&mut self) -> Option<String> {
        let held = self.witness.audit.held_jobs().await.ok()?;
        let pids: Vec<_> = held.iter().filter_map(|job| process(&job.worker)).collect();
        // A lease outlives its holder, whose successor does not hold it.
        let running = self.supervisor.pids().await;
        let holders = running.into_iter().filter(|(_, pid)| pids.contains(pid)).map(|(name, _)| name);
        self.any(holders.collect()).await
    }

    /// The orchestrator that leads, by what the ledger says.
    pub async fn leader(&self) -> Option<String> {
        leader(&self.supervisor, &self.fleet, &self.witness).await.filter(|name| !self.frozen.contains(name))
    }

    async fn standby(&mut self) -> Option<String> {
        let leader = self.leader().await?;
        let others = self.fleet.serves.iter().map(|(name, _)| name.clone()).filter(|name| *name != leader).collect();
        self.any(others).await
    }

    /// One of these that runs and is not frozen.
    async fn any(&mut self, names: Vec<String>) -> Option<String> {
        let running = self.supervisor.pids().await;
        let mut names: Vec<_> =
            names.into_iter().filter(|name| running.contains_key(name) && !self.frozen.contains(name)).collect();
        names.sort();
        names.dedup();
        let index = self.draws.below(names.len() as u64) as usize;
        names.into_iter().nth(index)
    }

    async fn kill_engine(&mut self) -> Option<(&'static str, String)> {
        let worker = self.any(self.fleet.workers.clone()).await?;
        let engine = engine_of(&self.supervisor, &worker).await?;
        engine.signal(Signal::KILL).then_some((Kind::Engine.name(), worker))
    }

    async fn freeze(&mut self, victim: &str, frozen: Frozen) -> Option<u32> {
        let leases = self.fleet.plan().leases;
        let lease = if frozen == Frozen::Holder { leases.job } else { leases.leader };
        let pid = self.supervisor.freeze(victim).await?;
        self.frozen.push(victim.to_owned());
        let (supervisor, name) = (self.supervisor.clone(), victim.to_owned());
        self.thawing.spawn(async move {
            sleep(lease + BEYOND).await;
            supervisor.thaw(&name).await;
            name
        });
        Some(pid)
    }

    fn forget_thawed(&mut self) {
        while let Some(thawed) = self.thawing.try_join_next() {
            let name = thawed.unwrap_or_default();
            self.frozen.retain(|frozen| *frozen != name);
        }
    }

    async fn wait_for_services(&self) -> anyhow::Result<()> {
        let Some(services) = &self.services else { return Ok(()) };
        for service in super::services::Service::ALL {
            services.wait_until_ready(service).await?;
        }
        Ok(())
    }
}

/// The process in a name that is made of host and process id, as those of claims and terms are.
pub(super) fn process(name: &str) -> Option<u32> {
    name.rsplit_once('-')?.1.parse().ok()
}

/// The orchestrator that leads, by what the ledger says.
pub(super) async fn leader(supervisor: &Supervisor, fleet: &Fleet, witness: &Witness) -> Option<String> {
    let pid = witness.leader_pid().await?;
    let running = supervisor.pids().await;
    let leads = |(name, _): &&(String, _)| running.get(name.as_str()) == Some(&pid);
    fleet.serves.iter().find(leads).map(|(name, _)| name.clone())
}

/// An engine of a worker, if it has one now.
pub(super) async fn engine_of(supervisor: &Supervisor, worker: &str) -> Option<ChildHandle> {
    let pid = supervisor.pid(worker).await?;
    proc::children(pid).into_iter().find_map(|child| ChildHandle::of(pid, child))
}
