//! The real code of each process, put together as `app` does it, over simulated ports.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ids::{ExperimentId, JobId};
use domain::ports::{
    DeadLetter, DeadLetters, EpisodeFilter, EpisodeRecord, JobDetail, JobFilter, JobLedger, JobRecord, MemberScores,
    Page, PortError, PortResult, ResearchRecord, ResearchStore, TickRow,
};
use domain::score::EpisodeKey;
use messaging::relay::{OutboxRelay, RelaySettings};
use orchestrator::core::Core;
use orchestrator::research::Research;
use orchestrator::user_files::{FileCache, UserFiles};
use orchestrator::{leader, worker};
use runtime::retry::Jitter;
use testkit::blobs::MemoryBlobs;
use testkit::projection::MemoryProjection;
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use crate::games::SimGames;
use crate::link::{Link, Service};
use crate::process::Process;
use crate::queue::SimQueue;
use crate::slot::SimSlot;
use crate::store::SimStore;
use crate::stream::{Manner, SimPublisher};
use crate::world::World;

/// How long a process leads without renewing its lease, as in operation.
const LEADER_LEASE: Duration = Duration::from_secs(3);

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Plans, and plays on this many slots.
    Serve(usize),
    /// Plays on this many slots.
    Worker(usize),
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Serve(_) => "serve",
            Self::Worker(_) => "worker",
        }
    }

    fn slots(self) -> usize {
        match self {
            Self::Serve(slots) | Self::Worker(slots) => slots,
        }
    }
}

/// The use cases of a process, and the relay that belongs to them.
pub(crate) fn core(world: &Arc<World>, process: &Arc<Process>) -> (Core, OutboxRelay) {
    let link = |service| Link { world: Arc::clone(world), process: Arc::clone(process), service };
    let publisher = |manner| SimPublisher { link: link(Service::Stream), manner };
    let direct = world.sabotage.no_outbox.then(|| publisher(Manner::Direct));
    let store = Arc::new(SimStore::new(link(Service::Store), direct));
    let publisher = Arc::new(publisher(if world.sabotage.rash_mark { Manner::Rash } else { Manner::Honest }));
    let settings =
        RelaySettings { jitter: Jitter::seeded(world.dice.bits()), ..RelaySettings::new(process.name.clone()) };
    let relay = OutboxRelay::new(store.clone(), publisher.clone(), settings);
    let core = Core {
        leadership: store.clone(),
        dispatch: store.clone(),
        control: store.clone(),
        projection: Arc::new(MemoryProjection::default()),
        jobs: Arc::new(Unasked),
        research: Research::new(Arc::new(Unasked)),
        retrospection: None,
        dead: Arc::new(Unasked),
        store,
        queue: Arc::new(SimQueue::new(link(Service::Queue), world.sabotage.rash_ack)),
        publisher,
        games: Arc::new(SimGames),
        files: UserFiles::new(Arc::new(MemoryBlobs::new(0)), FileCache::new("unused", 0)),
        events: relay.wake(),
        progress: Arc::new(Notify::new()),
    };
    (core, relay)
}

/// Starts the tasks of a process.
pub(crate) fn run(world: &Arc<World>, process: &Arc<Process>, role: Role) {
    let (core, relay) = core(world, process);
    let stop = process.stop.clone();
    let own = |task: tokio::task::JoinHandle<()>| process.owns(task.abort_handle());
    own(tokio::spawn(relay.run(stop.clone().cancelled_owned())));
    if matches!(role, Role::Serve(_)) {
        let settings = leader::Settings::new(process.name.clone(), LEADER_LEASE);
        own(tokio::spawn(leader::run(core.clone(), settings, stop.clone())));
    }
    if role.slots() == 0 {
        return;
    }
    let (slots, orders): (Vec<_>, Vec<_>) = (0..role.slots()).map(|_| mpsc::channel(1)).unzip();
    for orders in orders {
        let slot = SimSlot { world: Arc::clone(world), process: Arc::clone(process) };
        own(tokio::spawn(slot.run(orders)));
    }
    own(tokio::spawn(worker::run(core, worker::Settings::new(process.name.clone()), slots, stop)));
}

/// What only people ask, and nobody does here.
struct Unasked;

fn unasked<T>() -> PortResult<T> {
    Err(PortError::new(ErrorKind::Unavailable, "nobody looks at jobs in a simulation"))
}

#[async_trait]
impl JobLedger for Unasked {
    async fn jobs(&self, _: ExperimentId, _: &JobFilter, _: &Page) -> PortResult<(Vec<JobRecord>, Option<String>)> {
        unasked()
    }

    async fn job(&self, _: JobId) -> PortResult<JobDetail> {
        unasked()
    }

    async fn episodes(
        &self,
        _: ExperimentId,
        _: &EpisodeFilter,
        _: &Page,
    ) -> PortResult<(Vec<EpisodeRecord>, Option<String>)> {
        unasked()
    }

    async fn members(&self, _: ExperimentId, _: u32, _: u32, _: u32) -> PortResult<Vec<MemberScores>> {
        unasked()
    }

    async fn ticks(&self, _: ExperimentId, _: EpisodeKey) -> PortResult<Vec<TickRow>> {
        unasked()
    }
}

#[async_trait]
impl ResearchStore for Unasked {
    async fn open(&self, _: Uuid, _: &str) -> PortResult<ResearchRecord> {
        unasked()
    }

    async fn use_session(&self, _: Uuid, _: Duration) -> PortResult<ResearchRecord> {
        unasked()
    }

    async fn replace(&self, _: Uuid, _: i64, _: &str) -> PortResult<bool> {
        unasked()
    }

    async fn close(&self, _: Uuid) -> PortResult<bool> {
        unasked()
    }
}

#[async_trait]
impl DeadLetters for Unasked {
    async fn dead_letters(&self, _: usize) -> PortResult<Vec<DeadLetter>> {
        unasked()
    }

    async fn redrive(&self, _: usize) -> PortResult<usize> {
        unasked()
    }
}
