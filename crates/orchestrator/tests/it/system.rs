//! What tests of several processes share: daemons on services of their own, and the ledger below them.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ports::Leadership;
use messaging::memory::{MemoryEventBus, MemoryJobQueue};
use messaging::rabbit::AmqpConfig;
use orchestrator::core::Core;
use orchestrator::games::absent::NoGames;
use orchestrator::research::Research;
use orchestrator::user_files::{FileCache, UserFiles};
use proto::events::Encoder;
use serde_json::Value;
use store::{SqlStore, StoreConfig};
use tempfile::TempDir;
use testkit::postgres::TestDatabase;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::daemons::{Forgotten, Process, base, free_port, script, wait_until_ready};
use crate::support::{folder, json, orchestrator, succeed};

/// Longer than anything takes that is not measured.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Opens the ledger that daemons use, with its tables.
pub(crate) async fn connect(database: &TestDatabase) -> Arc<SqlStore> {
    let config = StoreConfig::new(database.url()).with_migrations();
    Arc::new(store::connect(&config, Arc::new(Encoder)).await.unwrap())
}

/// Everything of an orchestrator but games.
pub(crate) fn core(store: &Arc<SqlStore>, leadership: Arc<dyn Leadership>) -> Core {
    let queue = Arc::new(MemoryJobQueue::default());
    Core {
        store: store.clone(),
        leadership,
        projection: store.clone(),
        jobs: store.clone(),
        dispatch: store.clone(),
        control: store.clone(),
        research: Research::new(store.clone()),
        retrospection: None,
        queue: queue.clone(),
        dead: queue,
        publisher: Arc::new(MemoryEventBus::default()),
        games: Arc::new(NoGames),
        files: UserFiles::new(store.clone(), FileCache::new("unused", 0)),
        events: Arc::new(Notify::new()),
        progress: Arc::new(Notify::new()),
    }
}

/// Waits until something holds, and says how long that took.
pub(crate) async fn eventually(what: &str, limit: Duration, mut holds: impl AsyncFnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < limit, "{what}: not within {limit:?}");
        sleep(Duration::from_millis(50)).await;
    }
    begun.elapsed()
}

/// A database with its tables and names of their own at the services, all removed with the test.
pub(crate) struct System {
    pub(crate) database: TestDatabase,
    pub(crate) data: TempDir,
    names: Forgotten,
}

/// A running orchestrator.
pub(crate) struct Served {
    pub(crate) process: Process,
    pub(crate) server: String,
}

impl System {
    pub(crate) async fn new() -> Self {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let nats = base("CLAUDOOM_TEST_NATS", "nats://127.0.0.1:4222");
        let amqp = base("CLAUDOOM_TEST_AMQP", "amqp://guest:guest@127.0.0.1:5672");
        let names = Forgotten([nats, format!("TEST_{unique}"), amqp, format!("test-{unique}")]);
        let database = TestDatabase::create().await;
        store::migrate(&StoreConfig::new(database.url())).await.unwrap();
        Self { database, data: folder(), names }
    }

    pub(crate) async fn store(&self) -> Arc<SqlStore> {
        connect(&self.database).await
    }

    pub(crate) fn nats(&self) -> &str {
        &self.names.0[0]
    }

    pub(crate) fn stream(&self) -> &str {
        &self.names.0[1]
    }

    /// How we find RabbitMQ.
    pub(crate) fn amqp(&self) -> AmqpConfig {
        let [_, _, amqp, prefix] = &self.names.0;
        AmqpConfig { exchange: prefix.clone(), queue: format!("{prefix}.jobs"), ..AmqpConfig::new(amqp) }
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.names.0[3]
    }

    /// The command `name` with the flags of the services.
    pub(crate) fn command(&self, name: &str) -> Command {
        let [nats, stream, amqp, prefix] = &self.names.0;
        let mut command = orchestrator();
        command.args([name, "--database-url", &self.database.url()]);
        command.args(["--nats-url", nats, "--nats-stream", stream, "--nats-subject-prefix", prefix]);
        command.args(["--amqp-url", amqp, "--amqp-exchange", prefix, "--amqp-queue", &format!("{prefix}.jobs")]);
        command
    }

    /// Starts an orchestrator with `more` flags and waits until it is ready.
    pub(crate) fn serve(&self, more: &[&str]) -> Served {
        self.serve_as("serve", more)
    }

    /// As [`System::serve`], logging under a name of its own.
    pub(crate) fn serve_as(&self, name: &str, more: &[&str]) -> Served {
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = self.command("serve");
        command.args(["--grpc-addr", &address]).args(more);
        let process = Process::start(command, &self.log(name));
        let server = format!("http://{address}");
        wait_until_ready(&server);
        Served { process, server }
    }

    /// Starts a worker with two games.
    pub(crate) fn work(&self) -> Process {
        self.work_as("worker", &["--engines", "2", "--pin", "off"])
    }

    /// Starts a worker of this name with `more` flags.
    pub(crate) fn work_as(&self, name: &str, more: &[&str]) -> Process {
        let mut command = self.command("worker");
        command.args(["--name", name]).args(more);
        Process::start(command, &self.log(name))
    }

    /// Where a process of this name logs to.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.data.path().join(format!("{name}.log"))
    }

    /// What a process of this name has logged.
    pub(crate) fn logged(&self, name: &str) -> String {
        std::fs::read_to_string(self.log(name)).unwrap_or_default()
    }

    /// Sends control messages by another client than ours; what is sent with `!` is not answered.
    pub(crate) fn send(&self, messages: &[(&str, &str)]) -> Vec<Value> {
        let mut command = script("control.py");
        command.args([self.nats(), self.prefix()]);
        messages.iter().for_each(|(verb, body)| {
            command.args([verb, body]);
        });
        json(&mut command).as_array().unwrap().clone()
    }
}

impl Served {
    /// Launches an experiment and returns its id.
    pub(crate) fn launch(&self, data: &TempDir, text: &str) -> String {
        let file = data.path().join("experiment.toml");
        std::fs::write(&file, text).unwrap();
        let launched = json(self.client("launch").arg(&file).args(["-o", "json"]));
        launched["id"].as_str().unwrap().to_owned()
    }

    /// A command for this orchestrator.
    pub(crate) fn client(&self, name: &str) -> Command {
        let mut command = orchestrator();
        command.args([name, "--server", &self.server]).env("USER", "ada");
        command
    }

    /// Runs a command for an experiment; it must succeed.
    pub(crate) fn run(&self, name: &str, args: &[&str]) -> Output {
        succeed(self.client(name).args(args))
    }

    /// What a command for an experiment prints as JSON.
    pub(crate) fn json(&self, name: &str, experiment: &str) -> Value {
        json(self.client(name).args([experiment, "-o", "json"]))
    }
}
