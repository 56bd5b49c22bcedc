//! The system over PostgreSQL, NATS and RabbitMQ.

use std::path::PathBuf;
use std::sync::Arc;

use blobs::{ObjectBlobs, S3Config};
use domain::ports::{BlobStore, CountsMessages, EventPublisher, ExperimentStore, MetricsPublisher, PortResult};
use messaging::jetstream::{JetStreamPublisher, NatsConfig};
use messaging::rabbit::{AmqpConfig, RabbitJobQueue};
use messaging::relay::{OutboxRelay, RelaySettings};
use proto::events::Encoder;
use store::{Keeper, SqlStore, StoreConfig};
use tokio::sync::Notify;

use super::trace;
use crate::core::Core;
use crate::events::EventPorts;
use crate::events::processor::{Processor, ProcessorSettings};
use crate::games::Games;
use crate::metrics::observe_relay;
use crate::research::Research;
use crate::user_files::{FileCache, UserFiles};

/// Where the services are.
#[derive(Clone)]
pub struct Dependencies {
    /// PostgreSQL (or SQLite for a single process).
    pub store: StoreConfig,
    /// NATS with JetStream.
    pub nats: NatsConfig,
    /// RabbitMQ.
    pub amqp: AmqpConfig,
    /// Where files of users' own are kept.
    pub blobs: BlobPlace,
}

/// Where files of users' own are kept.
#[derive(Clone)]
pub enum BlobPlace {
    /// In the ledger, where every back-up finds them.
    Ledger,
    /// In a folder that all processes share.
    Folder(PathBuf),
    /// In a bucket.
    S3(S3Config),
}

impl BlobPlace {
    fn open(self, ledger: &Arc<SqlStore>, limit: u64) -> PortResult<Arc<dyn BlobStore>> {
        Ok(match self {
            Self::Ledger => ledger.clone(),
            Self::Folder(root) => Arc::new(ObjectBlobs::folder(root, limit)?),
            Self::S3(config) => Arc::new(ObjectBlobs::s3(config, limit)?),
        })
    }
}

/// The use cases over the real services.
pub struct Remote {
    /// The use cases.
    pub core: Core,
    /// The tokens of callers.
    pub tokens: Arc<SqlStore>,
    /// Where metrics go.
    pub metrics: Arc<dyn MetricsPublisher>,
    /// Counts the messages of the queue.
    pub counts: Arc<dyn CountsMessages>,
    /// Publishes what waits, once it is run.
    pub relay: OutboxRelay,
    /// Events, and what is made of them.
    pub events: EventPorts,
    /// Makes summaries of events, once it is run.
    pub processor: Processor,
    /// Reaches the database and looks after it, once it is run. Without it nothing can be stored.
    pub keeper: Keeper,
}

impl Remote {
    /// Gets ready to use the services, under the name `name` in claims on what waits to be published. None of them has to
    /// be there: each is used as soon as it is. Files of users' own are brought to this machine by way of `cache`.
    ///
    /// # Errors
    /// If settings cannot be used, or a SQLite file cannot be opened.
    pub async fn connect(
        dependencies: Dependencies,
        games: Arc<dyn Games>,
        cache: FileCache,
        name: &str,
    ) -> anyhow::Result<Self> {
        let Dependencies { store, nats, amqp, blobs } = dependencies;
        let store = StoreConfig { trace: trace(), ..store };
        let amqp = AmqpConfig { trace: trace(), ..amqp };
        let (ledger, keeper) = store::open_lazily(&store, Arc::new(Encoder)).await?;
        let ledger = Arc::new(ledger);
        let blobs = blobs.open(&ledger, store.max_blob_bytes)?;
        let (files, tokens) = (UserFiles::new(blobs, cache), ledger.clone());
        let store: Arc<dyn ExperimentStore> = ledger.clone();
        let jetstream = JetStreamPublisher::connect(&nats).await?;
        let metrics = Arc::new(jetstream.metrics());
        let source = Arc::new(jetstream.source());
        let events = EventPorts::of(ledger.clone()).with_stream(source.clone(), Arc::new(jetstream.history()));
        let processing = ProcessorSettings::new(nats.stream);
        let processor = Processor::new(source, ledger.clone(), ledger.clone(), processing);
        let publisher: Arc<dyn EventPublisher> = Arc::new(jetstream);
        let queue = Arc::new(RabbitJobQueue::lazily(&amqp)?);
        let relay = OutboxRelay::new(store.clone(), publisher.clone(), RelaySettings::new(name));
        observe_relay(relay.counters());
        let core = Core {
            store,
            leadership: ledger.clone(),
            projection: ledger.clone(),
            jobs: ledger.clone(),
            dispatch: ledger.clone(),
            control: ledger.clone(),
            research: Research::new(ledger),
            retrospection: None,
            queue: queue.clone(),
            dead: queue.clone(),
            publisher,
            games,
            files,
            events: relay.wake(),
            progress: Arc::new(Notify::new()),
        };
        Ok(Self { core, tokens, metrics, counts: queue, relay, events, processor, keeper })
    }
}
