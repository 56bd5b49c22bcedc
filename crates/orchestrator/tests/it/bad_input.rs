//! Bad input: a clear message, the documented exit code, nothing left behind.

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use crate::support::{fail, folder, json, orchestrator};

const GOOD: &str = "name = \"t\"\nseed = 1\n[scenario]\nname = \"basic\"\n[agent]\npolicy = \"random\"\n\
                    [[design.factors]]\nparameter = \"scenario.skill\"\nlevels = [1, 2]\n";

/// Launches a file's content embedded; the experiment must be refused and not be stored.
fn refused(content: &[u8]) -> String {
    let data = folder();
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, content).unwrap();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let told = fail(orchestrator().arg("launch").arg(&file).args(place), 2);
    assert_eq!(json(orchestrator().args(["list", "-o", "json"]).args(place)), serde_json::json!([]));
    told
}

#[test]
fn faults_of_a_file_are_told_with_their_places() {
    let unknown = refused(GOOD.replace("\"basic\"", "\"basics\"").as_bytes());
    assert!(unknown.contains("unknown scenario") && unknown.contains("defend_the_line"), "{unknown}");
    assert!(unknown.contains("did you mean `basic`?"), "{unknown}");
    let negative = refused(format!("{GOOD}[seeds]\nepisodes = -3\n").as_bytes());
    assert!(negative.contains("seeds.episodes: -3 is not a whole number from 1 to 1000000"), "{negative}");
    assert!(
        negative.contains("experiment.toml:11:12]") && negative.contains("claudoom::experiment_invalid"),
        "{negative}"
    );
    let level = refused(GOOD.replace("[1, 2]", "[1, 9]").as_bytes());
    let told = "design.factors[0].levels[1]: scenario.skill: 9 is not a whole number from 1 to 5";
    assert!(level.contains(told) && level.contains("experiment.toml:9:14]"), "{level}");
    let factor = "[[design.factors]]\nparameter = \"scenario.skill\"\nlevels = [1, 2]\n";
    let duplicate = refused(format!("{GOOD}{factor}").as_bytes());
    assert!(duplicate.contains("duplicate factor"), "{duplicate}");
    let button = refused(GOOD.replace("[agent]", "buttons = [\"ATACK\"]\n[agent]").as_bytes());
    assert!(button.contains("ATACK"), "{button}");
}

#[test]
fn faults_of_a_file_can_be_read_by_programs() {
    let data = folder();
    let file = data.path().join("experiment.toml");
    let validate = || {
        let mut command = orchestrator();
        command.args(["validate", "-o", "json"]).arg(&file);
        command
    };
    std::fs::write(&file, GOOD).unwrap();
    let good = json(&mut validate());
    assert_eq!((&good["valid"], &good["violations"]), (&true.into(), &serde_json::json!([])));
    std::fs::write(&file, GOOD.replace("\"random\"", "5")).unwrap();

    let Output { status, stdout, .. } = validate().output().unwrap();

    let bad: serde_json::Value = serde_json::from_slice(&stdout).unwrap();
    assert_eq!((status.code(), &bad["valid"]), (Some(2), &false.into()));
    let expected = serde_json::json!([
        { "path": "agent.policy", "message": "5 is not a text", "help": null, "line": 6, "column": 10 },
    ]);
    assert_eq!(bad["violations"], expected);
}

#[test]
fn giants_and_garbage_are_refused() {
    assert!(refused(&vec![b'#'; 10 << 20]).contains("more than"));
    let garbage: Vec<u8> = (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(refused(&garbage).contains("not UTF-8"));
    assert!(refused(b"").contains("is missing"));
}

#[test]
fn a_demo_that_is_refused_leaves_nothing_behind() {
    let home = folder();
    for given in [["--population", "1"], ["--generations", "0"], ["--episodes", "0"], ["--engines", "100000"]] {
        let mut demo = orchestrator();
        let told = fail(demo.arg("demo").args(given).env("XDG_DATA_HOME", home.path()), 2);
        assert!(told.contains(given[0]) && told.contains("..="), "{told}");
    }
    // Each number is possible, but not all of them together.
    let mut demo = orchestrator();
    let many = ["--population", "10000", "--generations", "10000", "--episodes", "1000000"];
    let told = fail(demo.arg("demo").args(many).env("XDG_DATA_HOME", home.path()), 2);
    assert!(told.contains("plans more than 100000000 episodes"), "{told}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_not_there_is_not_found() {
    let told = fail(orchestrator().args(["validate", "no/such/file.toml"]), 3);
    assert!(told.contains("no/such/file.toml"), "{told}");
}

#[test]
fn a_missing_engine_says_how_to_get_it() {
    let data = folder();
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, GOOD).unwrap();
    let mut command = orchestrator();
    command.env("CLAUDOOM_ENGINE_DIR", data.path().join("none")).arg("validate").arg(&file);
    assert!(fail(&mut command, 4).contains("engine install"));
}

#[test]
fn a_busy_port_and_an_absent_daemon_are_told() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let services = ["--nats-url", "nats://127.0.0.1:1", "--amqp-url", "amqp://127.0.0.1:1"];
    let database = ["--database-url", "postgres://nobody@127.0.0.1:1/none"];
    let told = fail(orchestrator().args(["serve", "--grpc-addr", &address]).args(services).args(database), 4);
    assert!(told.contains(&address), "{told}");
    let told = fail(orchestrator().args(["list", "--server", "http://127.0.0.1:1"]), 4);
    assert!(!told.is_empty());
    fail(orchestrator().args(["serve", "--grpc-addr", "127.0.0.1:0"]), 2);
}

#[test]
fn a_database_without_tables_says_how_to_make_them() {
    let data = folder();
    let database = format!("sqlite:{}", data.path().join("ledger.db").display());
    let services =
        ["--database-url", &database, "--nats-url", "nats://127.0.0.1:1", "--amqp-url", "amqp://127.0.0.1:1"];
    for daemon in [&["serve", "--grpc-addr", "127.0.0.1:0"][..], &["worker"]] {
        let told = fail(orchestrator().args(daemon).args(services), 4);
        assert!(told.contains("run `orchestrator migrate`"), "{told}");
    }
}

#[test]
fn a_database_that_is_none_is_told() {
    let data = folder();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    std::fs::write(data.path().join("claudoom.db"), vec![b'x'; 8192]).unwrap();
    let output = orchestrator().args(["list"]).args(place).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("not a database") && !told.contains("panicked"), "{told}");
}

#[test]
fn a_database_that_another_process_uses_is_told() {
    let data = folder();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let mut demo = orchestrator().args(["demo", "--engines", "1"]).args(["--data", place[2]]).spawn().unwrap();
    while !Path::new(place[2]).join("claudoom.db").exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let told = fail(orchestrator().args(["list"]).args(place), 1);
    demo.kill().unwrap();
    demo.wait().unwrap();
    assert!(told.contains("another process"), "{told}");
    // What was killed goes on when it is asked for again, and can be looked at.
    json(orchestrator().args(["list", "-o", "json"]).args(place));
}

#[test]
fn an_unknown_experiment_is_not_found() {
    let data = folder();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let told = fail(orchestrator().args(["show", "nothing"]).args(place), 3);
    assert!(told.contains("nothing"), "{told}");
}
