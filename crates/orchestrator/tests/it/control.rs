//! People at work: stops that drain and stops at once, the journal, and control over NATS, on the real services.

use std::time::Duration;

use domain::ids::ExperimentId;
use domain::journal::{Actor, Note};
use domain::ports::{Claim, ExperimentStore};
use domain::status::ExperimentStatus;
use orchestrator::leader::{self, Settings};
use serde_json::{Value, json};
use testkit::builder;
use tokio_util::sync::CancellationToken;

use crate::support::succeed;
use crate::system::{PATIENCE, System, core, eventually};

/// Jobs of a second or more, and enough of them to be stopped in the middle.
const LONG: &str = "name = \"long\"\nseed = 2\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                    [seeds]\nepisodes = 400\n[limits]\njob_episodes = 20\n\
                    [[design.factors]]\nparameter = \"agent.policy\"\nlevels = [\"aim\", \"attack_only\"]\n";
const SHORT: &str = "name = \"short\"\nseed = 3\n[scenario]\nname = \"basic\"\n[agent]\npolicy = \"random\"\n\
                     [seeds]\nepisodes = 2\n[[design.factors]]\nparameter = \"scenario.skill\"\nlevels = [1, 5]\n";
const TOKEN: &str = "correct horse battery staple";

/// Jobs that are open, running and done, and attempts that have not ended.
async fn jobs(system: &System) -> [i64; 4] {
    let counts = "SELECT count(*) FILTER (WHERE status = 'open'), count(*) FILTER (WHERE status = 'running'),
                  count(*) FILTER (WHERE status = 'done'), (SELECT count(*) FROM attempts WHERE ended_at_ms IS NULL)
                  FROM jobs";
    system.database.numbers(counts).await.try_into().unwrap()
}

fn stdout(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_the_workers_finish_what_they_play() {
    let system = System::new().await;
    let store = system.store().await;
    let served = system.serve(&[]);
    let worker = system.work();
    let id = served.launch(&system.data, LONG);
    let key: ExperimentId = id.parse().unwrap();
    eventually("games are played", PATIENCE, async || store.experiment(key).await.unwrap().episodes_scored > 0).await;

    let told = stdout(&served.run("stop", &[&id, "--reason", "the machine is needed"]));

    assert!(told.contains("is stopping") && told.contains("orchestrator watch"), "{told}");
    let shown = served.json("show", &id);
    assert_eq!((&shown["status"], &shown["reason"]), (&"stopping".into(), &"the machine is needed".into()));
    let watched = served.client("watch").arg(&id).output().unwrap();
    assert_eq!(watched.status.code(), Some(5), "{watched:?}");
    let [open, running, done, attempts] = jobs(&system).await;
    assert!(open > 0 && done > 0, "{open} open, {done} done");
    assert_eq!((running, attempts), (0, 0), "whatever was begun was finished");
    let record = store.experiment(key).await.unwrap();
    assert_eq!((record.status, record.episodes_scored), (ExperimentStatus::Stopped, 20 * done.unsigned_abs()));
    let journal = served.json("journal", &id);
    let told: Vec<_> = journal.as_array().unwrap().iter().map(|e| (&e["action"], &e["actor"], &e["reason"])).collect();
    let [(launched, ada, _), (stopping, other, reason), (stopped, itself, same)] = told[..] else { panic!("{told:?}") };
    assert_eq!((launched, stopping, stopped), (&"launched".into(), &"stopping".into(), &"stopped".into()));
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let named = format!("ada@{} (grpc 127.0.0.1:", host.trim());
    assert!(ada.as_str().unwrap().starts_with(&named) && other.as_str().unwrap().starts_with(&named), "{told:?}");
    assert_eq!((itself, reason, same), (&"orchestrator".into(), &shown["reason"], reason));
    assert_eq!(worker.stop(), Some(0), "{}", system.logged("worker"));
    assert_eq!(served.process.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_now_is_heard_by_the_workers_within_seconds() {
    let system = System::new().await;
    let store = system.store().await;
    let served = system.serve(&[]);
    let worker = system.work();
    let id = served.launch(&system.data, LONG);
    let key: ExperimentId = id.parse().unwrap();
    eventually("games are played", PATIENCE, async || store.experiment(key).await.unwrap().episodes_scored > 0).await;

    let told = stdout(&served.run("stop", &[&id, "--now", "--reason", "wrong file"]));

    assert!(told.contains("is stopped"), "{told}");
    let record = store.experiment(key).await.unwrap();
    let heard = eventually("the workers leave", PATIENCE, async || jobs(&system).await[3] == 0).await;
    println!("the workers left after {heard:?}");
    assert!(heard < Duration::from_secs(10), "{heard:?}");
    assert_eq!(jobs(&system).await[1], 0, "every job was given back");
    assert_eq!(store.experiment(key).await.unwrap(), record, "nothing is scored after the end");
    // The same worker goes on with something else.
    let short = served.launch(&system.data, SHORT);
    assert!(served.client("watch").arg(&short).output().unwrap().status.success(), "{}", system.logged("worker"));
    let log = system.logged("worker");
    assert!(log.matches("the job is left").count() >= 1 && !log.contains("interrupted"), "{log}");
    assert_eq!(worker.stop(), Some(0), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_worker_does_not_hold_up_a_stop() {
    let system = System::new().await;
    let store = system.store().await;
    let new = builder::experiment(1, 4);
    store.create(&new).await.unwrap();
    let lease = Duration::from_secs(3);
    let claim = store.claim(new.first.jobs[0].id, "dead", lease).await.unwrap();
    assert!(matches!(claim, Claim::Granted(_)));
    let core = core(&store, store.clone());
    let stop = CancellationToken::new();
    let led = tokio::spawn(leader::run(core.clone(), Settings::new("test", lease), stop.clone()));

    core.set_status(new.id, ExperimentStatus::Stopping, &builder::note("enough")).await.unwrap();
    assert_eq!(store.experiment(new.id).await.unwrap().status, ExperimentStatus::Stopping);

    let status = async || store.experiment(new.id).await.unwrap().status;
    eventually("it is stopped", PATIENCE, async || status().await == ExperimentStatus::Stopped).await;
    // Whoever did not know that it is dead changes nothing any more.
    let late = core.set_status(new.id, ExperimentStatus::Failed, &Note::new(Actor::worker("dead"), "late")).await;
    assert!(late.is_err() && status().await == ExperimentStatus::Stopped);
    stop.cancel();
    led.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_controls_over_nats_by_any_client() {
    let system = System::new().await;
    let store = system.store().await;
    let file = system.data.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let served = system.serve(&["--nats-control", "--nats-control-token-file", file.to_str().unwrap()]);
    let id = served.launch(&system.data, SHORT);
    let message = |more: Value| {
        let mut message = json!({ "experiment_id": id, "token": TOKEN, "reason": "from a script" });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message.to_string()
    };

    // Our own client.
    let client = async_nats::connect(system.nats()).await.unwrap();
    let subject = format!("{}.control.pause", system.prefix());
    let answer = client.request(subject.clone(), message(json!({})).into()).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
    assert_eq!(answer, json!({ "ok": true, "experiment_id": id, "status": "paused" }));
    // A flood of what is not understood, without a reply subject: nothing happens.
    for _ in 0..500 {
        client.publish(subject.clone(), vec![0xff; 2000].into()).await.unwrap();
    }
    client.flush().await.unwrap();

    // Another client.
    let silent = format!("!{}", message(json!({})));
    let answers = system.send(&[
        ("resume", &message(json!({}))),
        ("resume", "no JSON"),
        ("resume", &message(json!({ "token": "wrong" }))),
        ("resume", &message(json!({ "experiment_id": uuid::Uuid::nil() }))),
        ("shutdown", &message(json!({ "mode": "sometime" }))),
        ("pause", &silent),
        ("shutdown", &message(json!({ "mode": "drain" }))),
        ("pause", &message(json!({}))),
    ]);

    let ok: Vec<_> = answers.iter().map(|answer| answer["ok"].as_bool()).collect();
    let expected = [Some(true), Some(false), Some(false), Some(false), Some(false), None, Some(true), Some(false)];
    assert_eq!(ok, expected, "{answers:#?}");
    assert_eq!(answers[6]["status"], "stopped", "no job is in play");
    let journal = served.json("journal", &id);
    let told: Vec<_> = journal.as_array().unwrap().iter().skip(1).map(|e| (&e["action"], &e["actor"])).collect();
    let by = |actions: &[&str]| actions.iter().map(|action| Value::from(*action)).collect::<Vec<_>>();
    let actions: Vec<_> = told.iter().map(|(action, _)| (*action).clone()).collect();
    assert_eq!(
        actions,
        by(&["paused", "resumed", "refused", "refused", "paused", "stopped", "refused"]),
        "{journal:#}"
    );
    assert_eq!((told[0].1, told[2].1), (&"operator (nats)".into(), &"nats".into()));
    let record = store.experiment(id.parse().unwrap()).await.unwrap();
    assert_eq!((record.status, record.reason.as_deref()), (ExperimentStatus::Stopped, Some("from a script")));
    let log = system.logged("serve");
    assert!(log.contains("control message refused") && !log.contains(TOKEN) && !log.contains("wrong"), "{log}");
    assert_eq!(served.process.stop(), Some(0), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_obeyed_over_nats_unless_it_is_asked_for() {
    let system = System::new().await;
    for (flags, told) in [
        (&["--nats-control"][..], "needs an operator token"),
        (&["--nats-control", "--nats-control-token", " "], "needs an operator token"),
        (&["--nats-control", "--nats-control-token-file", "/nowhere/token"], "/nowhere/token"),
    ] {
        let refused = system.command("serve").args(flags).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(told), "{refused:?}");
    }
    let shown = succeed(system.command("serve").args(["--print-config", "--nats-control-token", TOKEN]));
    let shown = stdout(&shown);
    assert!(shown.contains("nats-control-token") && !shown.contains(TOKEN), "{shown}");

    let served = system.serve(&["--nats-control-token", TOKEN]);
    let client = async_nats::connect(system.nats()).await.unwrap();
    let asked = client.request(format!("{}.control.pause", system.prefix()), "{}".into()).await;

    assert!(asked.is_err(), "nobody listens: {asked:?}");
    let id = served.launch(&system.data, SHORT);
    let refused = served.client("resume").arg(&id).args(["--reason", &"x".repeat(3000)]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}
