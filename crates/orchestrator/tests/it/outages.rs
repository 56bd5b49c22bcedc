//! Daemons over services that are not there at first, are killed in mid-run, and come back: the run ends by itself with
//! the digest of the embedded one.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use domain::ports::JobQueue as _;
use messaging::rabbit::{AmqpConfig, RabbitJobQueue};
use serde_json::Value;
use testkit::services::Service;

use crate::daemons::{Process, agent, events_of, free_port, wait_until_ready};
use crate::support::{folder, json, orchestrator, succeed};

/// An experiment with so many episodes for each agent: games go on while NATS or RabbitMQ is away, so that a run has to be
/// longer than its outages.
fn experiment(episodes: u32) -> String {
    format!(
        "name = \"outages\"\nseed = 23\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n[seeds]\n\
         episodes = {episodes}\n[evolution]\npopulation = 6\ngenerations = 4\nconfirmation = 4\n"
    )
}

/// Lines that a daemon may write in one run with all its outages. Trying again at every line would be thousands.
const MOST_LINES: usize = 150;

/// The services of one test.
struct Services {
    postgres: Service,
    nats: Service,
    rabbitmq: Service,
}

impl Services {
    fn new() -> Self {
        Self { postgres: Service::postgres(None), nats: Service::nats(&[]), rabbitmq: Service::rabbitmq(None) }
    }

    fn all(&mut self) -> [&mut Service; 3] {
        [&mut self.postgres, &mut self.nats, &mut self.rabbitmq]
    }

    fn database(&self) -> String {
        format!("{}/postgres", self.postgres.url())
    }

    fn arguments(&self, command: &mut Command) {
        command.args(["--database-url", &self.database()]);
        command.args(["--nats-url", &self.nats.url(), "--amqp-url", &self.rabbitmq.url()]);
    }
}

/// What a daemon has logged.
fn log(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The experiment, as soon as the daemon can tell.
fn shown(server: &str, id: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let output = orchestrator().args(["show", id, "-o", "json", "--server", server]).output().unwrap();
        if output.status.success() {
            return serde_json::from_slice(&output.stdout).unwrap();
        }
        assert!(Instant::now() < deadline, "{}", String::from_utf8_lossy(&output.stderr));
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// Waits until this many episodes are scored.
fn wait_until_scored(server: &str, id: &str, episodes: u64) {
    let deadline = Instant::now() + Duration::from_secs(240);
    loop {
        let experiment = shown(server, id);
        if experiment["episodes_scored"].as_u64().unwrap() >= episodes {
            assert_eq!(experiment["status"], "running", "the outage must come in mid-run");
            return;
        }
        assert!(Instant::now() < deadline, "the run stands still: {experiment}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn run_with_outages(outage: Duration, episodes: u32) {
    let data = folder();
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, experiment(episodes)).unwrap();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let embedded = json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));

    let mut services = Services::new();
    services.all().into_iter().for_each(Service::stop);
    let agent_address = format!("127.0.0.1:{}", free_port());
    let address = format!("127.0.0.1:{}", free_port());
    let server = format!("http://{address}");
    let (serve_log, worker_log) = (data.path().join("serve.log"), data.path().join("worker.log"));
    let logs = || format!("serve:\n{}\nworker:\n{}", log(&serve_log), log(&worker_log));
    let mut serve = orchestrator();
    serve.args(["serve", "--grpc-addr", &address]);
    services.arguments(&mut serve);
    let serve = Process::start(serve, &serve_log);
    let mut worker = orchestrator();
    worker.args(["worker", "--engines", "1", "--agent-endpoints", &agent_address]);
    services.arguments(&mut worker);
    let worker = Process::start(worker, &worker_log);

    says_what_is_away(&server, &services);

    services.all().into_iter().for_each(Service::start);
    succeed(orchestrator().args(["migrate", "--database-url", &services.database()]));
    wait_until_ready(&server);
    let launched = json(orchestrator().arg("launch").arg(&file).args(["-o", "json", "--server", &server]));
    let id = launched["id"].as_str().unwrap();
    assert_eq!(launched["id"], embedded["id"]);
    let mut watch = orchestrator();
    watch.args(["watch", id, "-o", "json", "--server", &server]);
    let watched = std::thread::spawn(move || watch.output().unwrap());
    // The agent is away too, until there is work for it.
    std::thread::sleep(outage);
    let start_agent = |name: &str| {
        let mut command = Command::new(agent());
        command.args(["serve", "--grpc-addr", &agent_address]);
        Process::start(command, &data.path().join(name))
    };
    let first_agent = start_agent("agent-0.log");

    let planned = launched["episodes_planned"].as_u64().unwrap();
    for (fifth, index) in (1..).zip(0..3) {
        wait_until_scored(&server, id, planned * fifth / 5);
        services.all()[index].kill();
        std::thread::sleep(outage);
        services.all()[index].start();
    }
    wait_until_scored(&server, id, planned * 4 / 5);
    drop(first_agent);
    std::thread::sleep(outage);
    let second_agent = start_agent("agent-1.log");

    let watched = watched.join().unwrap();
    assert!(watched.status.success(), "{}\n{}", String::from_utf8_lossy(&watched.stderr), logs());
    let ended: Value = serde_json::from_slice(&watched.stdout).unwrap();
    assert_eq!(ended["digest"], embedded["digest"], "{}", logs());
    wait_until_ready(&server);

    // Every event is in the stream, and none twice.
    let nats = services.nats.url();
    let deadline = Instant::now() + Duration::from_secs(60);
    let expected = 2 + 5 * 2 + 4 * 6 + 2;
    while events_of(&nats, "clau-doom", "EXPERIMENTS", id) != (expected, expected) {
        let seen = events_of(&nats, "clau-doom", "EXPERIMENTS", id);
        assert!(Instant::now() < deadline, "{seen:?} events and ids instead of {expected}\n{}", logs());
        std::thread::sleep(Duration::from_millis(300));
    }

    assert_eq!((worker.stop(), serve.stop(), second_agent.stop()), (Some(0), Some(0), Some(0)), "{}", logs());
    for path in [&serve_log, &worker_log] {
        let lines = log(path).lines().count();
        assert!(lines <= MOST_LINES, "{lines} lines in {}:\n{}", path.display(), log(path));
    }
    for what in ["the database", "the consumer of events"] {
        assert!(log(&serve_log).contains(&format!("{what} is there again")), "{}", logs());
    }
    // What is left behind is nothing, or `doctor` would tell.
    let mut doctor = orchestrator();
    doctor.arg("doctor");
    services.arguments(&mut doctor);
    let told = String::from_utf8(succeed(&mut doctor).stdout).unwrap();
    for words in ["every event is published", "0 jobs wait in claudoom.jobs", "dead letters   none", "no TLS"] {
        assert!(told.contains(words), "{told}");
    }
}

/// Without any of its services the daemon is there, and says what is not.
fn says_what_is_away(server: &str, services: &Services) {
    let health = || orchestrator().args(["health", "--server", server]).output().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !String::from_utf8_lossy(&health().stderr).contains("not ready: store, queue, events") {
        assert!(Instant::now() < deadline, "{}", String::from_utf8_lossy(&health().stderr));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(health().status.code(), Some(4));

    let begun = Instant::now();
    let listed = orchestrator().args(["list", "--server", server]).output().unwrap();
    assert_eq!(listed.status.code(), Some(4));
    let told = String::from_utf8_lossy(&listed.stderr).into_owned();
    assert!(told.contains("cannot list experiments") && told.contains("refused"), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());

    let mut doctor = orchestrator();
    doctor.arg("doctor");
    services.arguments(&mut doctor);
    let output = doctor.output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    for what in ["FAIL  database", "FAIL  NATS", "FAIL  RabbitMQ"] {
        assert!(told.contains(what), "{told}");
    }
}

#[test]
fn a_run_survives_the_absence_of_everything_for_seconds() {
    run_with_outages(Duration::from_secs(3), 6);
}

#[test]
#[ignore = "takes minutes"]
fn a_run_survives_the_absence_of_everything_for_twenty_seconds() {
    run_with_outages(Duration::from_secs(20), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_did_not_survive_its_broker_is_made_anew_and_filled() {
    let mut services = Services::new();
    // RabbitMQ 3.10 does not find a queue again that was a moment old when it was killed.
    let queue = RabbitJobQueue::lazily(&AmqpConfig::new(services.rabbitmq.url())).unwrap();
    queue.ping().await.unwrap();
    services.rabbitmq.kill();
    services.rabbitmq.start();
    let data = folder();
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, experiment(6).replace("population = 6\ngenerations = 4", "population = 4\ngenerations = 1"))
        .unwrap();
    succeed(orchestrator().args(["migrate", "--database-url", &services.database()]));
    let address = format!("127.0.0.1:{}", free_port());
    let server = format!("http://{address}");
    let log_file = data.path().join("serve.log");
    let mut serve = orchestrator();
    serve.args(["serve", "--grpc-addr", &address, "--workers", "1", "--amqp-rebuild-after-ms", "5000"]);
    services.arguments(&mut serve);
    let serve = Process::start(serve, &log_file);
    wait_until_ready(&server);

    let mut launch = orchestrator();
    launch.arg("launch").arg(&file).args(["--watch", "-o", "json", "--server", &server]);
    let ended = tokio::task::spawn_blocking(move || json(&mut launch)).await.unwrap();

    assert_eq!(ended["status"], "completed", "{}", log(&log_file));
    assert!(log(&log_file).contains("making it anew"), "{}", log(&log_file));
    assert_eq!(serve.stop(), Some(0));
}

#[test]
fn settings_that_cannot_work_end_the_daemon_at_once() {
    let nats = ["--nats-url", "nats://127.0.0.1:9"];
    let amqp = ["--amqp-url", "amqp://127.0.0.1:9"];
    let database = ["--database-url", "postgres://127.0.0.1:9/x"];
    let wrong: [(&[&str], &str); 5] = [
        (&["--database-url", "mysql://db/x"], "postgres://"),
        (&["--amqp-url", "http://broker"], "not an AMQP address"),
        (&["--db-tls-ca", "/nowhere/ca.pem"], "/nowhere/ca.pem"),
        (&["--amqp-tls-ca", "/nowhere/ca.pem"], "amqps://"),
        (&["--db-pool-max-size", "1"], "2..=1000"),
    ];
    for (arguments, words) in wrong {
        let mut serve = orchestrator();
        serve.args(["serve", "--grpc-addr", "127.0.0.1:0"]).args(arguments);
        for given in [database, nats, amqp].iter().filter(|given| !arguments.contains(&given[0])) {
            serve.args(given);
        }
        let output = serve.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
}
