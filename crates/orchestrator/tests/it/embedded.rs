//! The embedded default with the real engine: same seed, same digest.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{folder, json, orchestrator, succeed};

fn demo(seed: &str, engines: &str, more: &[&str]) -> Value {
    let data = folder();
    let mut command = orchestrator();
    command.args(["demo", "-o", "json", "--population", "4", "--generations", "2", "--episodes", "2"]);
    command.args(["--seed", seed, "--engines", engines]).args(more).arg("--data").arg(data.path());
    json(&mut command)
}

#[test]
fn a_demo_repeats_bit_for_bit_on_any_number_of_engines() {
    let one = demo("7", "1", &[]);
    let two = demo("7", "2", &[]);
    let unpinned = demo("7", "3", &["--pin", "off"]);
    let other = demo("8", "2", &[]);

    assert_eq!(one["digest"], two["digest"]);
    assert_eq!(one["digest"], unpinned["digest"]);
    assert_ne!(one["digest"], other["digest"]);
    assert_eq!(one["generations"].as_array().map(Vec::len), Some(2));
    assert_eq!(one["episodes_played"], 4 * 2 * 2 + 2 * 30);
    assert_eq!(one["confirmation"]["seeds"], 30);
    assert!(one["engine_tics"].as_u64() > Some(0));
    assert_eq!(one["champion"]["genome"], two["champion"]["genome"]);
}

#[test]
fn an_embedded_experiment_can_be_looked_at_afterwards_and_goes_on_where_it_stands() {
    let data = folder();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let file = data.path().join("compare.toml");
    let text = "name = \"compare\"\nseed = 3\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"random\"\n\
                [seeds]\nepisodes = 3\n[record]\nticks = true\n\
                [[design.factors]]\nparameter = \"agent.policy\"\nlevels = [\"random\", \"attack_only\"]\n";
    std::fs::write(&file, text).unwrap();

    let launched = json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));
    assert_eq!((&launched["status"], &launched["episodes_scored"]), (&"completed".into(), &6.into()));
    let again = json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));
    assert_eq!(again["id"], launched["id"]);

    let shown = json(orchestrator().args(["show", "compare", "-o", "json"]).args(place));
    assert_eq!(shown["digest"], launched["digest"]);
    assert_eq!(shown["conditions"], launched["conditions"]);
    assert_eq!(shown["conditions"][1]["agent"], "policy-attack_only");
    assert_eq!(shown["conditions"][1]["levels"], serde_json::json!({ "policy": "attack_only" }));
    assert!(shown["conditions"][1]["mean"].is_number() && shown["conditions"][1]["interval"].is_array(), "{shown:#}");
    let table = succeed(orchestrator().args(["show", "compare"]).args(place));
    let table = String::from_utf8_lossy(&table.stdout);
    assert!(table.lines().any(|line| line.contains(" policy-attack_only ") && line.contains(" 3/3 ")), "{table}");
    let digest = succeed(orchestrator().args(["digest", "compare"]).args(place));
    assert_eq!(String::from_utf8_lossy(&digest.stdout).trim(), launched["digest"].as_str().unwrap());
    let scores = json(orchestrator().args(["scores", "compare", "-o", "json"]).args(place));
    let rows = scores.as_array().unwrap();
    assert_eq!(rows.len(), 6);
    // Common random numbers: both conditions play the same seeds.
    let seeds =
        |position| rows.iter().filter(|r| r["position"] == position).map(|r| &r["doom_seed"]).collect::<Vec<_>>();
    assert_eq!(seeds(0), seeds(1));
    let csv = succeed(orchestrator().args(["scores", "compare", "-o", "csv"]).args(place));
    assert_eq!(String::from_utf8_lossy(&csv.stdout).lines().count(), 7);
    let new = json(orchestrator().arg("launch").arg(&file).args(["--new", "-o", "json"]).args(place));
    assert_ne!(new["id"], launched["id"]);
    assert_eq!(new["digest"], launched["digest"]);
}

/// Processes that a process has started and that still run.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Whether a process runs; one that has ended and waits for its parent does not.
fn is_running(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

fn kill(pid: u32) {
    let _ = Command::new("kill").arg("-KILL").arg(pid.to_string()).stderr(Stdio::null()).status();
}

/// Shared memory of engines that this process owns.
fn shared_memory_of(pid: u32) -> Vec<String> {
    let names = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    let mine = format!("x{pid:x}x");
    names
        .filter_map(|name| name.file_name().into_string().ok())
        .filter(|name| name.starts_with("ViZDoom") && name.contains(&mine))
        .collect()
}

fn evolution(data: &std::path::Path) -> Command {
    let mut command = orchestrator();
    command.args(["demo", "-o", "json", "--population", "4", "--generations", "2", "--episodes", "4", "--seed", "5"]);
    command.arg("--data").arg(data).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

#[test]
fn killed_engines_change_nothing() {
    let (calm, harried) = (folder(), folder());
    let expected = json(&mut evolution(calm.path()));

    let running = evolution(harried.path()).spawn().unwrap();
    let mut killed = 0;
    for _ in 0..6 {
        std::thread::sleep(Duration::from_millis(700));
        if let Some(&engine) = children(running.id()).first() {
            kill(engine);
            killed += 1;
        }
    }
    let output = running.wait_with_output().unwrap();

    assert!(output.status.success() && killed > 0, "{killed} killed, {:?}", output.status);
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["digest"], expected["digest"]);
}

#[test]
fn a_killed_orchestrator_leaves_nothing_and_its_successor_goes_on_to_the_same_digest() {
    let (calm, harried) = (folder(), folder());
    let expected = json(&mut evolution(calm.path()));

    let mut running = evolution(harried.path()).spawn().unwrap();
    while children(running.id()).is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(2000));
    let engines = children(running.id());
    running.kill().unwrap();
    running.wait().unwrap();
    std::thread::sleep(Duration::from_millis(1000));

    assert!(!engines.is_empty());
    for engine in engines {
        assert!(!is_running(engine), "engine {engine} outlived its owner");
    }
    assert_eq!(shared_memory_of(running.id()), Vec::<String>::new());
    let result = json(&mut evolution(harried.path()));
    assert_eq!(result["digest"], expected["digest"]);
}

#[test]
fn a_map_that_ends_is_measured_to_its_last_tic() {
    let data = folder();
    let file = data.path().join("basic.toml");
    let text = "name = \"basic\"\nseed = 1\n[scenario]\nname = \"basic\"\n[agent]\npolicy = \"aim\"\n[seeds]\nepisodes = 3\n\
                [[design.factors]]\nparameter = \"scenario.skill\"\nlevels = [1, 5]\n";
    fs::write(&file, text).unwrap();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];

    let launched = json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));

    assert_eq!(launched["status"], "completed");
    let scores = json(orchestrator().args(["scores", "basic", "-o", "json"]).args(place));
    let rows = scores.as_array().unwrap();
    assert!(rows.iter().any(|row| row["end"] == "map_end"), "{rows:#?}");
    for row in rows {
        let (tics, ticks) = (row["tics"].as_u64().unwrap(), row["ticks"].as_u64().unwrap());
        assert!(tics <= 4 * ticks && tics > 4 * (ticks - 1), "{tics} tics in {ticks} ticks");
    }
}
