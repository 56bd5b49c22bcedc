//! What tests of several processes share: daemons on services of their own, and the ledger below them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::ExperimentId;
use proto::events::Encoder;
use store::{SqlStore, StoreConfig};
use tempfile::TempDir;
use testkit::postgres::TestDatabase;
use tokio::time::sleep;

use crate::daemons::{Forgotten, Process, base, free_port, wait_until_ready};
use crate::support::{folder, json, orchestrator};

/// Opens the ledger that daemons use, with its tables.
pub(crate) async fn connect(database: &TestDatabase) -> Arc<SqlStore> {
    let config = StoreConfig::new(database.url()).with_migrations();
    Arc::new(store::connect(&config, Arc::new(Encoder)).await.unwrap())
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

/// Longer than anything takes that is not measured.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Daemons on services of their own.
pub(crate) struct Daemons {
    pub(crate) database: TestDatabase,
    data: TempDir,
    names: Forgotten,
}

impl Daemons {
    /// Names and a database that nobody else uses.
    pub(crate) async fn new() -> Self {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let nats = base("CLAUDOOM_TEST_NATS", "nats://127.0.0.1:4222");
        let amqp = base("CLAUDOOM_TEST_AMQP", "amqp://guest:guest@127.0.0.1:5672");
        let names = Forgotten([nats, format!("TEST_{unique}"), amqp, format!("test-{unique}")]);
        Self { database: TestDatabase::create().await, data: folder(), names }
    }

    fn on_services(&self, command: &mut Command) {
        let [nats, stream, amqp, prefix] = &self.names.0;
        command.args(["--database-url", &self.database.url()]);
        command.args(["--nats-url", nats, "--nats-stream", stream, "--nats-subject-prefix", prefix]);
        command.args(["--amqp-url", amqp, "--amqp-exchange", prefix, "--amqp-queue", &format!("{prefix}.jobs")]);
    }

    /// Starts a worker; it logs to the file that is named as well.
    pub(crate) fn worker(&self, name: &str, more: &[&str]) -> Process {
        let mut worker = orchestrator();
        worker.args(["worker", "--name", name]).args(more);
        self.on_services(&mut worker);
        Process::start(worker, &self.log(&format!("{name}.log")))
    }

    /// Starts an orchestrator and waits until it is ready; it logs to the file that is named as well.
    pub(crate) fn serve(&self, log: &Path) -> (Process, String) {
        let address = format!("127.0.0.1:{}", free_port());
        let mut serve = orchestrator();
        serve.args(["serve", "--grpc-addr", &address]);
        self.on_services(&mut serve);
        let process = Process::start(serve, log);
        let server = format!("http://{address}");
        wait_until_ready(&server);
        (process, server)
    }

    /// Where a process logs to.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Launches an experiment.
    pub(crate) fn launch(&self, server: &str, experiment: &str) -> ExperimentId {
        let file = self.data.path().join("experiment.toml");
        std::fs::write(&file, experiment).unwrap();
        let launched = json(orchestrator().arg("launch").arg(&file).args(["-o", "json", "--server", server]));
        launched["id"].as_str().unwrap().parse().unwrap()
    }
}
