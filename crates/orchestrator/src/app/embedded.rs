//! The whole system in one process: SQLite, an in-process queue and event bus, local agents, the real engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::ports::{EventPublisher, EventSource, ExperimentStore, PortError};
use messaging::memory::{MemoryEventBus, MemoryJobQueue, MemoryMetrics};
use messaging::relay::{OutboxRelay, RelaySettings};
use proto::events::Encoder;
use store::{SqlStore, StoreConfig};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vizdoom::Install;

use super::{Playing, PlayingSettings, scratch, trace};
use crate::broadcast;
use crate::core::Core;
use crate::events::EventPorts;
use crate::events::processor::{Processor, ProcessorSettings};
use crate::games::Games;
use crate::games::absent::NoGames;
use crate::games::doom::DoomGames;
use crate::leader;
use crate::research::Research;
use crate::retrospection::{self, connected};
use crate::shard::Pin;
use crate::user_files::{FileCache, UserFiles};

/// Name of the database in a data folder.
pub(super) const DATABASE: &str = "claudoom.db";
/// Times a job is delivered before the queue puts it aside; the experiment's own limit of attempts comes first.
const DELIVERIES: u32 = 2000;
/// Name of the consumer that makes summaries of events.
const CONSUMER: &str = "analytics-processor";
/// How long this process leads without renewing its lease. Nobody waits for it, since nobody else can open the database,
/// which ends the lease of the process before when it is opened.
const LEASE: Duration = Duration::from_secs(60);

/// What an embedded system is made of.
#[derive(Debug, Clone)]
pub struct EmbeddedSettings {
    /// Folder for the database.
    pub data: PathBuf,
    /// The engine, and how many games are played side by side (0 for one per processor), if any are. Without an engine
    /// no game is known.
    pub engine: Option<(Install, Option<usize>)>,
    /// Whether shards are pinned to processors.
    pub pin: Pin,
    /// Who looks back on generations where an experiment wants somebody outside, if there is somebody.
    pub retrospection: Option<retrospection::Settings>,
}

impl EmbeddedSettings {
    /// Over a data folder, with nothing that plays.
    #[must_use]
    pub fn idle(data: PathBuf) -> Self {
        Self { data, engine: None, pin: Pin::Off, retrospection: None }
    }
}

/// A running embedded system.
pub struct Embedded {
    /// The use cases.
    pub core: Core,
    /// Every event that is published.
    pub bus: Arc<MemoryEventBus>,
    /// Events, and what is made of them.
    pub events: EventPorts,
    /// How experiments do while they are played.
    pub metrics: Arc<MemoryMetrics>,
    /// The shards, if anything is played.
    pub playing: Option<Playing>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    processing: (CancellationToken, JoinHandle<()>),
    // Sockets and working folders of engines; removed at the end.
    _scratch: tempfile::TempDir,
}

impl Embedded {
    /// Starts the system.
    ///
    /// # Errors
    /// If the database cannot be opened, for instance because another process has it, or a shard cannot be started.
    pub async fn start(settings: EmbeddedSettings) -> anyhow::Result<Self> {
        scratch::clean();
        let scratch = scratch::create()?;
        let ledger = Arc::new(open_store(&settings.data).await?);
        // The ledger is in this process: its files go with it, and are brought out again by the next one.
        let cache = FileCache::new(scratch.path().join("files"), u64::MAX);
        let files = UserFiles::new(ledger.clone(), cache.clone());
        let store: Arc<dyn ExperimentStore> = ledger.clone();
        let (games, engines): (Arc<dyn Games>, _) = match settings.engine {
            None => (Arc::new(NoGames), None),
            Some((install, engines)) => {
                let games = DoomGames::new(install, scratch.path().join("engines")).with_files(cache);
                (Arc::new(games), engines)
            }
        };
        let bus = Arc::new(MemoryEventBus::default());
        let publisher: Arc<dyn EventPublisher> = bus.clone();
        let relay = OutboxRelay::new(store.clone(), publisher.clone(), RelaySettings::new("embedded"));
        let source = Arc::new(bus.source(CONSUMER));
        let events = EventPorts::of(ledger.clone()).with_stream(source.clone(), bus.clone());
        let processing = process(&events, source).await?;
        let retrospection = settings.retrospection.map(|settings| connected(&settings)).transpose()?;
        let queue = Arc::new(MemoryJobQueue::with_delivery_limit(DELIVERIES).with_trace(trace()));
        let core = Core {
            store,
            leadership: ledger.clone(),
            projection: ledger.clone(),
            jobs: ledger.clone(),
            dispatch: ledger.clone(),
            control: ledger.clone(),
            research: Research::new(ledger),
            retrospection,
            queue: queue.clone(),
            dead: queue,
            publisher,
            games: games.clone(),
            files,
            events: relay.wake(),
            progress: Arc::new(Notify::new()),
        };
        let (metrics, stop) = (Arc::new(MemoryMetrics::default()), CancellationToken::new());
        let mut tasks = vec![tokio::spawn(relay.run(stop.clone().cancelled_owned()))];
        let playing = match engines {
            None => None,
            Some(engines) => {
                let leading = leader::Settings::new("embedded", LEASE);
                tasks.push(tokio::spawn(leader::run(core.clone(), leading, stop.clone())));
                tasks.push(tokio::spawn(broadcast::run(core.store.clone(), metrics.clone(), stop.clone())));
                let playing = PlayingSettings::local(engines, settings.pin, scratch.path().to_owned());
                Some(Playing::start(&core, games, playing).await?)
            }
        };
        Ok(Self { core, bus, events, metrics, playing, stop, tasks, processing, _scratch: scratch })
    }

    /// Stops everything in order: play first, so that the last scores are committed and published.
    pub async fn stop(self) {
        if let Some(playing) = self.playing {
            playing.stop().await;
        }
        self.stop.cancel();
        // The relay ends after its last event, and the processor after that.
        let (processed, processor) = self.processing;
        for task in self.tasks {
            ended(task).await;
        }
        processed.cancel();
        ended(processor).await;
    }
}

async fn ended(task: JoinHandle<()>) {
    if let Err(error) = task.await {
        tracing::error!(%error, "a task ended with a panic");
    }
}

/// Makes summaries of events. The stream of the process before ended with it, so what of it had not been processed is
/// published again.
async fn process(
    events: &EventPorts,
    source: Arc<dyn EventSource>,
) -> Result<(CancellationToken, JoinHandle<()>), PortError> {
    // The consumer is there before the first event, so that no event leaves the stream without its answer.
    drop(source.consume().await?);
    events.ledger.unpublish_unprojected().await?;
    let settings = ProcessorSettings::new("memory");
    let processor = Processor::new(source, events.projection.clone(), events.parked.clone(), settings);
    let stop = CancellationToken::new();
    Ok((stop.clone(), tokio::spawn(processor.run(stop))))
}

/// The database in a data folder.
#[must_use]
pub fn embedded_database(data: &Path) -> StoreConfig {
    StoreConfig::new(format!("sqlite:{}", data.join(DATABASE).display()))
}

async fn open_store(data: &Path) -> Result<SqlStore, PortError> {
    let config = embedded_database(data).with_migrations();
    store::connect(&StoreConfig { trace: trace(), ..config }, Arc::new(Encoder)).await
}
