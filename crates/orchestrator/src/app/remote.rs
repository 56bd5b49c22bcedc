//! The system over PostgreSQL, NATS and RabbitMQ.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{CountsMessages, EventPublisher, ExperimentStore, JobQueue, MetricsPublisher};
use messaging::jetstream::{JetStreamPublisher, NatsConfig};
use messaging::rabbit::{AmqpConfig, RabbitJobQueue};
use messaging::relay::{OutboxRelay, RelaySettings};
use proto::events::Encoder;
use runtime::health::Readiness;
use store::StoreConfig;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::trace;
use crate::core::Core;
use crate::games::Games;
use crate::metrics::observe_relay;
use crate::user_files::{FileCache, UserFiles};

/// Where the services are.
#[derive(Debug, Clone)]
pub struct Dependencies {
    /// PostgreSQL (or SQLite for a single process).
    pub store: StoreConfig,
    /// NATS with JetStream.
    pub nats: NatsConfig,
    /// RabbitMQ.
    pub amqp: AmqpConfig,
}

/// The use cases over the real services.
pub struct Remote {
    /// The use cases.
    pub core: Core,
    /// Where metrics go.
    pub metrics: Arc<dyn MetricsPublisher>,
    /// Counts the messages of the queue.
    pub counts: Arc<dyn CountsMessages>,
    /// Publishes what waits, once it is run.
    pub relay: OutboxRelay,
}

impl Remote {
    /// Connects to the services, under the name `name` in claims on what waits to be published. Files of users' own are
    /// brought to this machine by way of `cache`.
    ///
    /// # Errors
    /// If the database cannot be used. NATS and RabbitMQ may be away: they are connected to when they are there.
    pub async fn connect(
        dependencies: Dependencies,
        games: Arc<dyn Games>,
        cache: FileCache,
        name: &str,
    ) -> anyhow::Result<Self> {
        let Dependencies { store, nats, amqp } = dependencies;
        let store = StoreConfig { trace: trace(), ..store };
        let amqp = AmqpConfig { trace: trace(), ..amqp };
        let ledger = Arc::new(store::connect(&store, Arc::new(Encoder)).await?);
        let files = UserFiles::new(ledger.clone(), cache);
        let store: Arc<dyn ExperimentStore> = ledger.clone();
        let jetstream = JetStreamPublisher::connect(&nats).await?;
        let metrics = Arc::new(jetstream.metrics());
        let publisher: Arc<dyn EventPublisher> = Arc::new(jetstream);
        let rabbit = Arc::new(RabbitJobQueue::connect(&amqp).await?);
        let (counts, queue): (Arc<dyn CountsMessages>, Arc<dyn JobQueue>) = (rabbit.clone(), rabbit);
        let relay = OutboxRelay::new(store.clone(), publisher.clone(), RelaySettings::new(name));
        observe_relay(relay.counters());
        let events = relay.wake();
        let progress = Arc::new(Notify::new());
        let (leadership, dispatch, control) = (ledger.clone(), ledger.clone(), ledger);
        let core = Core { store, leadership, dispatch, control, queue, publisher, games, files, events, progress };
        Ok(Self { core, metrics, counts, relay })
    }

    /// Watches the services and tells the health service what is there, until `stop`.
    pub async fn watch(core: Core, readiness: Readiness, stop: CancellationToken) {
        loop {
            let said = |result: Result<(), domain::ports::PortError>| result.map_err(|error| error.to_string());
            readiness.set("store", said(core.store.ping().await));
            readiness.set("queue", said(core.queue.ping().await));
            readiness.set("events", said(core.publisher.ping().await));
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(2)) => {}
            }
        }
    }
}
