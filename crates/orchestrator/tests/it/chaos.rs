//! `orchestrator chaos`: the results are the same whatever is killed, and a broken rule is noticed.
//!
//! Each run starts PostgreSQL, NATS and RabbitMQ of its own and kills only processes that it started.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use orchestrator::chaos::supervisor::proc;
use serde_json::Value;
use testkit::postgres::TestDatabase;

use crate::daemons::{Forgotten, base};
use crate::support::{engine_dir, folder, orchestrator};

/// Short episodes and several generations: many plans and closings to be killed in. The scenario is a user's own, so that
/// workers fetch it.
const EXPERIMENT: &str = "name = \"chaos\"\nseed = 5\n[scenario]\nconfig = \"maps/own.cfg\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 24\n[limits]\njob_episodes = 12\n\
                          [evolution]\npopulation = 4\ngenerations = 3\nconfirmation = 12\n";

/// `chaos` with these arguments; the experiment file and what is kept are below `data`.
fn chaos(data: &Path, args: &[&str]) -> Command {
    let file = data.join("chaos.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    own_scenario(&data.join("maps"));
    let mut command = orchestrator();
    command.arg("chaos").arg(&file).args(["-o", "json", "--keep"]).arg(data.join("kept")).args(args);
    command
}

/// A copy of a shipped scenario under other names.
fn own_scenario(folder: &Path) {
    let shipped = engine_dir().join("vizdoom/scenarios");
    let config = std::fs::read_to_string(shipped.join("basic.cfg")).unwrap();
    assert!(config.contains("basic.wad"));
    std::fs::create_dir(folder).unwrap();
    std::fs::write(folder.join("own.cfg"), config.replace("basic.wad", "own.wad")).unwrap();
    std::fs::copy(shipped.join("basic.wad"), folder.join("own.wad")).unwrap();
}

/// The certificate of a run that was content with what it found.
fn certificate(args: &[&str]) -> Value {
    let data = folder();
    let output = chaos(data.path(), args).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let told =
        || format!("{text}\n{}\n{}", String::from_utf8_lossy(&output.stderr), logs(&data.path().join("kept/logs")));
    assert!(output.status.success(), "{}", told());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {}", told()))
}

/// The end of every log.
fn logs(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let end = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<_> = text.lines().rev().take(40).collect();
        let lines: Vec<_> = lines.into_iter().rev().collect();
        format!("== {}\n{}\n", path.display(), lines.join("\n"))
    };
    entries.map(|entry| end(&entry.path())).collect()
}

/// Claims that do not hold.
fn failed(certificate: &Value) -> Vec<&str> {
    let checks = certificate["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["holds"] == false).map(|check| check["claim"].as_str().unwrap()).collect()
}

fn takeovers(certificate: &Value) -> u64 {
    certificate["rows"]["takeovers"].as_u64().unwrap() + certificate["terms"]["takeovers"].as_u64().unwrap()
}

fn refused(certificate: &Value) -> u64 {
    certificate["rows"]["refused"].as_u64().unwrap() + certificate["terms"]["refused"].as_u64().unwrap()
}

#[test]
fn twenty_kills_and_a_death_at_every_embedded_point_change_nothing() {
    let certificate = certificate(&["--kills", "20", "--seed", "3", "--points", "embedded"]);

    assert_eq!(failed(&certificate), Vec::<&str>::new());
    assert!(takeovers(&certificate) > 0 && refused(&certificate) > 0, "{certificate:#}");
    let faults = certificate["faults"].as_array().unwrap();
    let killed = |kind: &str| faults.iter().filter(|done| done["fault"] == "kill" && done["kind"] == kind).count();
    for kind in ["engine", "agent", "worker", "leader", "standby", "postgres", "nats", "rabbitmq"] {
        assert!(killed(kind) > 0, "no {kind} was killed: {faults:#?}");
    }
    assert!(killed("rabbitmq") <= 2);
}

#[test]
fn daemons_that_die_at_every_point_change_nothing() {
    // Small generations, because some points are visited once in each.
    let small = ["--set", "seeds.episodes=8", "--set", "limits.job_episodes=4"];
    let certificate = certificate(&[&["--kills", "0", "--points", "services"], &small[..]].concat());

    assert_eq!(failed(&certificate), Vec::<&str>::new());
    assert!(certificate["points"].as_array().unwrap().iter().all(|point| point["hit"] == true), "{certificate:#}");
}

#[test]
fn services_that_are_away_for_seconds_change_nothing() {
    let certificate = certificate(&["--kills", "0", "--points", "none", "--outage", "4"]);

    assert_eq!(failed(&certificate), Vec::<&str>::new());
    assert_eq!(certificate["outages"].as_object().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_two_and_eight_workers_give_one_digest() {
    let mut digests = Vec::new();
    for workers in ["1", "2", "8"] {
        let database = TestDatabase::create().await;
        let unique = format!("test-{}", uuid::Uuid::new_v4().simple());
        let nats = base("CLAUDOOM_TEST_NATS", "nats://127.0.0.1:4222");
        let amqp = base("CLAUDOOM_TEST_AMQP", "amqp://guest:guest@127.0.0.1:5672");
        let _forgotten = Forgotten([nats.clone(), unique.clone(), amqp.clone(), unique.clone()]);
        let queue = format!("{unique}.jobs");
        let services = ["--database-url", &database.url(), "--nats-url", &nats, "--amqp-url", &amqp].map(str::to_owned);
        let names = ["--nats-subject-prefix", &unique, "--nats-stream", &unique, "--amqp-exchange", &unique];
        let mut args = vec!["--kills", "0", "--points", "none", "--services", "given", "--workers", workers];
        args.extend(services.iter().map(String::as_str));
        args.extend(names);
        args.extend(["--amqp-queue", &queue]);

        let certificate = certificate(&args);

        assert_eq!(failed(&certificate), Vec::<&str>::new());
        digests.push(certificate["calm"]["digest"].clone());
        digests.extend(certificate["laps"].as_array().unwrap().iter().map(|lap| lap["digest"].clone()));
    }
    assert!(
        digests.len() >= 6 && digests.iter().all(|digest| digest.is_string() && *digest == digests[0]),
        "{digests:?}"
    );
}

/// Whether a run under a broken rule notices that this claim does not hold.
fn is_noticed(control: &str, claim: &str) {
    let certificate = certificate(&["--kills", "0", "--points", "none", "--limit", "60", "--control", control]);
    assert!(failed(&certificate).contains(&claim), "{control}: {certificate:#}");
}

#[test]
fn values_that_were_not_measured_are_noticed() {
    is_noticed("other-value", "every digest is that of the calm run");
}

#[test]
#[ignore = "takes minutes, as every run under a broken rule"]
fn scores_that_are_there_twice_and_events_that_were_not_published_are_noticed() {
    is_noticed("no-key", "no score is there twice");
    is_noticed("no-outbox", "the stream has every event of the ledger");
}

#[test]
fn nothing_survives_a_chaos_that_is_killed_itself() {
    let data = folder();
    let kept = data.path().join("kept");
    let mut command = chaos(data.path(), &["--kills", "1000", "--points", "none"]);
    let mut chaos = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    // PostgreSQL, NATS, RabbitMQ with its name server, two orchestrators, two agents, three workers.
    while proc::below(&kept).len() < 11 {
        assert!(Instant::now() < deadline && chaos.try_wait().unwrap().is_none(), "{}", logs(&kept.join("logs")));
        std::thread::sleep(Duration::from_millis(100));
    }

    chaos.kill().unwrap();
    chaos.wait().unwrap();

    let deadline = Instant::now() + Duration::from_secs(20);
    while !proc::below(&kept).is_empty() {
        assert!(Instant::now() < deadline, "still there: {:?}", proc::below(&kept));
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
#[ignore = "takes a quarter of an hour"]
fn two_hundred_kills_change_nothing() {
    let certificate = certificate(&["--kills", "200", "--seed", "7", "--outage", "20"]);

    assert_eq!(failed(&certificate), Vec::<&str>::new());
    assert!(takeovers(&certificate) >= 30 && refused(&certificate) > 0, "{certificate:#}");
}

#[test]
#[ignore = "takes minutes, because late writes have to be waited for"]
fn a_missing_fence_is_noticed() {
    let certificate = certificate(&["--kinds", "worker", "--kills", "10", "--points", "none", "--control", "no-fence"]);

    for claim in ["no two claims of a job have the same fence", "what holders wrote after their time was refused"] {
        assert!(failed(&certificate).contains(&claim), "{claim}: {certificate:#}");
    }
}
