//! `jobs`: what the ledger and the queue know about the work, and how it is put into the queue again.

use std::collections::BTreeSet;

use domain::ports::{DeadLetters as _, JobQueue as _};
use messaging::rabbit::RabbitJobQueue;
use serde_json::Value;

use crate::support::{folder, json, orchestrator, succeed};
use crate::system::{Served, System};

const EXPERIMENT: &str = "name = \"worked\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 3\n[[design.factors]]\nparameter = \"agent.policy\"\n\
                          levels = [\"aim\", \"attack_only\"]\n";

#[test]
fn the_ledger_of_a_finished_run_tells_of_every_attempt() {
    let data = folder();
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));

    let jobs = json(orchestrator().args(["jobs", "list", "worked", "-o", "json"]).args(place));
    let jobs = jobs.as_array().unwrap();
    assert!(jobs.len() >= 2 && jobs.iter().all(|job| job["status"] == "done"), "{jobs:?}");
    let planned: u64 = jobs.iter().map(|job| job["episodes_planned"].as_u64().unwrap()).sum();
    let scored: u64 = jobs.iter().map(|job| job["episodes_scored"].as_u64().unwrap()).sum();
    assert_eq!((planned, scored), (6, 6));
    let csv = succeed(orchestrator().args(["jobs", "list", "worked", "-o", "csv"]).args(place));
    let mut csv = csv::Reader::from_reader(csv.stdout.as_slice());
    let heads: Vec<_> = csv.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        heads.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        jobs[0].as_object().unwrap().keys().map(String::as_str).collect()
    );
    let ids: Vec<_> = csv.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(ids, jobs.iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>());
    let open = json(orchestrator().args(["jobs", "list", "worked", "--status", "open", "-o", "json"]).args(place));
    assert_eq!(open, Value::Array(vec![]));

    let id = jobs[0]["id"].as_str().unwrap();
    let shown = json(orchestrator().args(["jobs", "show", id, "-o", "json"]).args(place));
    assert_eq!(shown["attempts"][0]["fence"], 1);
    assert!(shown["attempts"][0]["ended_at_ms"].is_number() && shown["attempts"][0]["error"].is_null(), "{shown}");
    assert!(shown["episodes"].as_array().unwrap().iter().all(|episode| episode["scored_by"] == 1), "{shown}");
    let table = succeed(orchestrator().args(["jobs", "show", id]).args(place));
    assert!(String::from_utf8(table.stdout).unwrap().contains("attempt 1"));

    let done = orchestrator().args(["jobs", "redrive", id]).args(place).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("it is done"));
    let nobody = id.replace(|c: char| c.is_ascii_digit(), "0");
    let nobody = orchestrator().args(["jobs", "show", &nobody]).args(place).output().unwrap();
    assert_eq!(nobody.status.code(), Some(3));
    let none = orchestrator().args(["jobs", "show", "first"]).args(place).output().unwrap();
    assert_eq!(none.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_queue_put_aside_goes_back_to_work() {
    let system = System::new().await;
    let served = system.serve(&[]);
    served.launch(&system.data, EXPERIMENT);
    let Served { process: serve, server } = served;

    let queue = RabbitJobQueue::connect(&system.amqp()).await.unwrap();
    let mut consumer = queue.consume(1).await.unwrap();
    let rejected = consumer.next().await.unwrap();
    let job = rejected.message().job.to_string();
    rejected.reject().await.unwrap();
    drop(consumer);
    while queue.dead_letters(5).await.unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }

    let dead = json(orchestrator().args(["jobs", "list", "--dead", "-o", "json", "--server", &server]));
    assert_eq!((&dead[0]["job"], &dead[0]["reason"]), (&job.as_str().into(), &"rejected".into()), "{dead}");
    let told = String::from_utf8(system.command("doctor").output().unwrap().stdout).unwrap();
    assert!(told.contains("FAIL  dead letters") && told.contains("jobs redrive --dead"), "{told}");

    let driven = json(orchestrator().args(["jobs", "redrive", "--dead", "-o", "json", "--server", &server]));
    assert_eq!((&driven["jobs"], &driven["dead_letters"]), (&0.into(), &1.into()));
    let driven = json(orchestrator().args(["jobs", "redrive", &job, "-o", "json", "--server", &server]));
    assert_eq!((&driven["jobs"], &driven["dead_letters"]), (&1.into(), &0.into()));
    let open = ["jobs", "list", "worked", "--status", "open,running", "-o", "json", "--server", &server];
    assert!(json(orchestrator().args(open)).as_array().unwrap().iter().any(|listed| listed["id"] == job));
    assert!(queue.dead_letters(5).await.unwrap().is_empty());
    assert_eq!(serve.stop(), Some(0));
}
