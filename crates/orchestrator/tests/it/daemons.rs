//! The daemons over the real PostgreSQL, NATS and RabbitMQ: the same digest as embedded, every event once, and
//! independent clients that can read both.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{folder, json, orchestrator, python, root, succeed};
use crate::system::{Served, System};

pub(crate) const EXPERIMENT: &str = "name = \"daemons\"\nseed = 11\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 2\n[evolution]\npopulation = 4\ngenerations = 2\nconfirmation = 4\n";

/// A process that is ended with the test, however it ends.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(mut command: Command, log: &Path) -> Self {
        let log = std::fs::File::create(log).expect("a log file");
        let errors = log.try_clone().expect("a log file");
        let child = command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn();
        Self(child.expect("the program starts"))
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends a signal, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        succeed(Command::new("kill").arg(format!("-{name}")).arg(self.0.id().to_string()));
    }

    /// Asks the process to stop, as an operator does, and returns its exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        self.signal("TERM");
        self.ended()
    }

    /// Waits for the end of a process that was asked to stop, and returns its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(status) = self.0.try_wait().expect("the process is ours") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Names at the services that are removed with the test, however it ends.
pub(crate) struct Forgotten(pub(crate) [String; 4]);

impl Drop for Forgotten {
    fn drop(&mut self) {
        let removed = script("forget.py").args(&self.0).output();
        // A second panic would hide why the test failed.
        if !std::thread::panicking() {
            let output = removed.expect("Python starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

pub(crate) fn base(variable: &str, default: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| default.to_owned())
}

/// How many subjects and how many ids the stream has of an experiment.
pub(crate) fn events_of(nats: &str, prefix: &str, stream: &str, id: &str) -> (usize, usize) {
    let read = json(script("events.py").args([nats, prefix, stream, id]));
    (read["subjects"].as_array().unwrap().len(), read["message_ids"].as_u64().unwrap() as usize)
}

/// The program `agent`, which is built beside this one.
pub(crate) fn agent() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_orchestrator")).with_file_name("agent");
    assert!(path.exists(), "{} is not built: run `cargo build --bins` first", path.display());
    path
}

pub(crate) fn script(name: &str) -> Command {
    let mut command = Command::new(python());
    command.arg(root().join("crates/orchestrator/tests/it/python").join(name));
    command
}

pub(crate) fn wait_until_ready(server: &str) {
    wait_until_healthy(&["--server", server]);
}

/// Waits until `orchestrator health` with these arguments succeeds.
pub(crate) fn wait_until_healthy(arguments: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !orchestrator().arg("health").args(arguments).output().is_ok_and(|output| output.status.success()) {
        assert!(Instant::now() < deadline, "never healthy: {arguments:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn daemons_give_the_digest_of_the_embedded_run_and_every_event_once() {
    let data = folder();
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let embedded = json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));

    let system = System::new().await;
    let agent_address = format!("127.0.0.1:{}", free_port());
    let Served { process: serve, server } = system.serve(&["--reflection"]);
    let mut agent = Command::new(agent());
    agent.args(["serve", "--reflection", "--grpc-addr", &agent_address]);
    let agent = Process::start(agent, &system.log("agent"));
    let health = succeed(orchestrator().args(["health", "--server", &server]));
    let address = server.trim_start_matches("http://");
    assert_eq!(String::from_utf8_lossy(&health.stdout), format!("SERVING {address}\n"));
    let play = |name| system.work_as(name, &["--engines", "1", "--agent-endpoints", &agent_address]);
    let workers = ["worker-0", "worker-1"].map(play);

    let launched = json(orchestrator().arg("launch").arg(&file).args(["-o", "json", "--server", &server]));
    assert_eq!(launched["id"], embedded["id"]);
    let id = launched["id"].as_str().unwrap();
    let watched = orchestrator().args(["watch", id, "-o", "json", "--server", &server]).output().unwrap();
    let logs = || ["serve", "agent", "worker-0", "worker-1"].map(|name| system.logged(name)).concat();
    assert!(watched.status.success(), "{}\n{}", String::from_utf8_lossy(&watched.stderr), logs());
    let watched: serde_json::Value = serde_json::from_slice(&watched.stdout).unwrap();
    assert_eq!(watched["digest"], embedded["digest"]);

    let read = json(script("events.py").args([system.nats(), system.prefix(), system.stream(), id]));
    let mut subjects: Vec<_> = read["subjects"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let distinct = subjects.len();
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!(subjects.len(), distinct, "an event came twice");
    // Two of the experiment, three generations, four agents in two of them and two in the confirmation.
    assert_eq!(distinct, 2 + 3 * 2 + 4 + 4 + 2, "{subjects:?}");
    assert!(
        subjects.contains(&format!("{}.experiment.{id}.generation.1.agent.g1-0.evaluated", system.prefix()).as_str())
    );
    assert_eq!(read["message_ids"], distinct);

    let orchestrator_service = "claudoom.orchestrator.v1.OrchestratorService";
    let agent_service = "claudoom.agent.v1.AgentService";
    for (address, service) in [(address, orchestrator_service), (&agent_address, agent_service)] {
        let answers = json(script("services.py").args([address, service]));
        assert_eq!(answers["health"], "SERVING");
        assert!(answers["services"].as_array().unwrap().contains(&service.into()), "{answers}");
    }

    for worker in workers {
        assert_eq!(worker.stop(), Some(0), "{}", logs());
    }
    assert_eq!(agent.stop(), Some(0), "{}", logs());
    assert_eq!(serve.stop(), Some(0), "{}", logs());
}
