//! The processes under test: orchestrators, workers and agents on one set of services.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use runtime::grpc::{self, Address, ClientConfig};
use servers::{PATH, Program, free_port};
use tokio::time::{Instant, sleep};

use super::services::Urls;
use super::supervisor::Supervisor;

/// Name of the service in health checks.
const SERVICE: &str = "claudoom.orchestrator.v1.OrchestratorService";
/// How long an orchestrator may take to serve.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the processes may take to end in order.
const GRACE: Duration = Duration::from_secs(20);

/// Under which names the processes meet at the services.
#[derive(Debug, Clone)]
pub struct Names {
    /// First token of every subject.
    pub prefix: String,
    /// The event stream.
    pub stream: String,
    /// The exchange.
    pub exchange: String,
    /// The queue of jobs.
    pub queue: String,
}

impl Default for Names {
    /// The documented names.
    fn default() -> Self {
        let [prefix, stream, exchange, queue] =
            ["clau-doom", "EXPERIMENTS", "claudoom", "claudoom.jobs"].map(Into::into);
        Self { prefix, stream, exchange, queue }
    }
}

/// What programs are started from, and where they keep what they write.
#[derive(Debug, Clone)]
pub struct Home {
    /// The program `orchestrator`.
    pub orchestrator: PathBuf,
    /// The program `agent`.
    pub agent: PathBuf,
    /// Folder of the engine.
    pub engine: PathBuf,
    /// Everything that the processes leave is below this folder.
    pub folder: PathBuf,
}

/// A system of daemons.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it is started from.
    pub home: Home,
    /// Where the services are.
    pub urls: Urls,
    /// Names at the services.
    pub names: Names,
    /// How many orchestrators, workers and agents.
    pub counts: Counts,
    /// How long a job and the leadership are held without a sign of life.
    pub leases: Leases,
}

/// How many processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Orchestrators: one leads, the others stand by.
    pub serves: u16,
    /// Workers with one engine each.
    pub workers: u16,
    /// Agent daemons; with none, agents run in the workers.
    pub agents: u16,
}

/// Short leases, so that a takeover does not take long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leases {
    /// Of a job.
    pub job: Duration,
    /// Of the leader.
    pub leader: Duration,
}

/// The running processes.
#[derive(Debug)]
pub struct Fleet {
    plan: Plan,
    /// Orchestrators and their addresses.
    pub serves: Vec<(String, Address)>,
    /// Workers.
    pub workers: Vec<String>,
    /// Agents.
    pub agents: Vec<String>,
}

impl Home {
    /// Where the processes keep what lives as long as they do.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// Where their logs are.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// The cache of users' files that a process has for itself, as on a machine of its own.
    #[must_use]
    pub fn files(&self, name: &str) -> PathBuf {
        self.folder.join("files").join(name)
    }

    /// Makes the folders.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn create(&self) -> std::io::Result<()> {
        fs::create_dir_all(self.logs())?;
        fs::create_dir_all(self.scratch())
    }

    /// A program of this project with nothing of the user's own configuration.
    #[must_use]
    pub fn program(&self, name: &str, path: &Path) -> Program {
        Program::new(name, path, &self.folder, &self.logs())
            .env("PATH", PATH)
            .env("HOME", &self.folder)
            // Also the mark by which a process that got lost is recognised as one of this run.
            .env("TMPDIR", self.scratch())
    }
}

impl Plan {
    /// An orchestrator's command on the services. Addresses may hold passwords, which arguments would show to all.
    fn connected(&self, name: &str, command: &str) -> Program {
        let Names { prefix, stream, exchange, queue } = &self.names;
        self.home
            .program(name, &self.home.orchestrator)
            .args([command, "--nats-subject-prefix", prefix, "--nats-stream", stream])
            .args(["--amqp-exchange", exchange, "--amqp-queue", queue, "--engine-dir"])
            .args([&self.home.engine])
            .args(["--file-cache"])
            .args([self.home.files(name)])
            .env("DATABASE_URL", &self.urls.database)
            .env("NATS_URL", &self.urls.nats)
            .env("AMQP_URL", &self.urls.amqp)
    }

    fn serve(&self, name: &str, address: &str) -> Program {
        let lease = self.leases.leader.as_millis().to_string();
        self.connected(name, "serve").args(["--grpc-addr", address, "--leader-lease-ms", &lease])
    }

    fn worker(&self, name: &str, agents: &[String]) -> Program {
        let lease = self.leases.job.as_millis().to_string();
        let worker = self.connected(name, "worker").args(["--engines", "1", "--pin", "off"]);
        let worker = worker.args(["--amqp-prefetch", "1", "--job-lease-ms", &lease]);
        if agents.is_empty() { worker } else { worker.args(["--agent-endpoints", &agents.join(",")]) }
    }
}

impl Fleet {
    /// Starts all processes and waits until the orchestrators serve.
    ///
    /// # Errors
    /// If a program is not there or an orchestrator does not come up.
    pub async fn start(supervisor: &Supervisor, plan: Plan) -> anyhow::Result<Self> {
        plan.home.create()?;
        let Counts { serves, workers, agents } = plan.counts;
        let mut fleet = Self { plan, serves: vec![], workers: vec![], agents: vec![] };
        let mut endpoints = Vec::new();
        for index in 0..agents {
            let (name, address) = (format!("agent-{index}"), local_address()?);
            let agent = fleet.plan.home.program(&name, &fleet.plan.home.agent).args(["serve", "--grpc-addr", &address]);
            fleet.launch(supervisor, agent).await?;
            fleet.agents.push(name);
            endpoints.push(address);
        }
        for index in 0..serves {
            let (name, address) = (format!("serve-{index}"), local_address()?);
            fleet.launch(supervisor, fleet.plan.serve(&name, &address)).await?;
            fleet.serves.push((name, address.parse()?));
        }
        for index in 0..workers {
            let name = format!("worker-{index}");
            // Each starts with another agent.
            let count = endpoints.len().max(1);
            endpoints.rotate_left(usize::from(index) % count);
            fleet.launch(supervisor, fleet.plan.worker(&name, &endpoints)).await?;
            fleet.workers.push(name);
        }
        for (name, _) in &fleet.serves {
            fleet.wait_until_serving(name).await?;
        }
        Ok(fleet)
    }

    async fn launch(&self, supervisor: &Supervisor, program: Program) -> anyhow::Result<()> {
        let path = program.path.display().to_string();
        supervisor.start(program).await.with_context(|| format!("cannot start {path}"))?;
        Ok(())
    }

    /// Whether an orchestrator serves.
    pub async fn is_serving(&self, name: &str) -> bool {
        let address = self.serves.iter().find(|(other, _)| other == name).map(|(_, address)| address);
        match address {
            Some(address) => grpc::ready(address, &ClientConfig::default(), SERVICE).await.is_ok(),
            None => false,
        }
    }

    /// Waits until an orchestrator serves.
    ///
    /// # Errors
    /// If it does not for a minute.
    pub async fn wait_until_serving(&self, name: &str) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        while !self.is_serving(name).await {
            anyhow::ensure!(
                Instant::now() < until,
                "{name} does not serve after {} s; {} says why",
                PATIENCE.as_secs(),
                self.plan.home.logs().join(format!("{name}.log")).display()
            );
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Ends all processes in order: workers give back what they hold before orchestrators leave. Returns who had to be
    /// killed.
    pub async fn stop(&self, supervisor: &Supervisor) -> Vec<String> {
        let serves = self.serves.iter().map(|(name, _)| name.clone()).collect();
        let mut killed = supervisor.remove(self.workers.clone(), GRACE).await;
        killed.extend(supervisor.remove(serves, GRACE).await);
        killed.extend(supervisor.remove(self.agents.clone(), GRACE).await);
        killed
    }

    /// What the processes were started from.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// Arguments that have a process kill or stop itself.
#[must_use]
pub fn harm(flag: &str, visit: runtime::crash::Visit) -> Vec<OsString> {
    vec![flag.into(), visit.to_string().into()]
}

fn local_address() -> anyhow::Result<String> {
    Ok(format!("127.0.0.1:{}", free_port()?))
}
