use domain::ports::{ExperimentStore, Page};
use testkit::builder::{self, note};

use super::*;
use crate::app::{Embedded, EmbeddedSettings};

const TOKEN: &str = "correct horse battery staple";

/// A ledger of its own that holds one experiment; nothing is played.
struct Fixture {
    system: Embedded,
    id: ExperimentId,
    _data: tempfile::TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let settings = EmbeddedSettings::idle(data.path().to_owned());
        let system = Embedded::start(settings).await.unwrap();
        let experiment = builder::experiment(1, 2);
        system.core.store.create(&experiment).await.unwrap();
        Self { system, id: experiment.id, _data: data }
    }

    fn store(&self) -> &dyn ExperimentStore {
        self.system.core.store.as_ref()
    }

    async fn send(&self, verb: &str, message: Value) -> Value {
        self.send_raw(verb, message.to_string().as_bytes()).await
    }

    async fn send_raw(&self, verb: &str, body: &[u8]) -> Value {
        answer(&obey(&self.system.core, &Operator::with_token(TOKEN), verb, body).await)
    }

    async fn status(&self) -> ExperimentStatus {
        self.store().experiment(self.id).await.unwrap().status
    }

    /// Action, actor and detail of every entry after the launch.
    async fn journal(&self) -> Vec<(String, String, String)> {
        let (entries, _) = self.system.core.control.journal(self.id, &Page::default()).await.unwrap();
        let told = |entry: domain::journal::JournalEntry| {
            (entry.action.to_string(), entry.note.actor.to_string(), entry.detail)
        };
        entries.into_iter().skip(1).map(told).collect()
    }
}

#[tokio::test]
async fn an_operator_pauses_resumes_and_shuts_down() {
    let fixture = Fixture::new().await;
    let message = |more: Value| {
        let mut message = json!({ "experiment_id": fixture.id, "reason": "by message", "token": TOKEN });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };

    let paused = fixture.send("pause", message(json!({}))).await;
    assert_eq!(paused, json!({ "ok": true, "experiment_id": fixture.id, "status": "paused" }));
    assert_eq!(fixture.send("resume", message(json!({}))).await["status"], "running");
    assert_eq!(fixture.send("shutdown", message(json!({}))).await["status"], "stopped", "no job is in play");
    let refused = fixture.send("resume", message(json!({}))).await;

    assert_eq!(refused["ok"], false);
    assert!(refused["error"].as_str().unwrap().contains("is stopped"), "{refused}");
    let journal = fixture.journal().await;
    let actions: Vec<_> = journal.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(actions, ["paused", "resumed", "stopped", "refused"]);
    assert!(journal.iter().all(|(_, actor, _)| actor == "operator (nats)"), "{journal:?}");
    assert!(journal[3].2.starts_with("resume: experiment "), "{journal:?}");
    fixture.system.stop().await;
}

#[tokio::test]
async fn who_has_no_token_changes_nothing_and_learns_nothing() {
    let fixture = Fixture::new().await;
    let nobody = ExperimentId(uuid::Uuid::nil());
    let mut answers = Vec::new();

    for experiment in [fixture.id.to_string(), nobody.to_string(), "contract".to_owned()] {
        for token in [json!(null), json!(""), json!("wrong"), json!(TOKEN[..TOKEN.len() - 1])] {
            let message = json!({ "experiment_id": experiment, "reason": "let me", "token": token });
            answers.push(fixture.send("shutdown", message).await);
        }
    }

    let expected = json!({ "ok": false, "error": NO_OPERATOR });
    assert!(answers.iter().all(|answer| *answer == expected), "{answers:#?}");
    assert_eq!(fixture.status().await, ExperimentStatus::Running);
    let refused = ("refused".to_owned(), "nats".to_owned(), format!("shutdown: {NO_OPERATOR}"));
    assert_eq!(fixture.journal().await, [refused], "once, however often it is tried");
    fixture.system.stop().await;
}

#[tokio::test]
async fn what_cannot_be_obeyed_is_answered_and_noted_where_there_is_an_experiment() {
    let fixture = Fixture::new().await;
    let message = |experiment: &str, more: Value| {
        let mut message = json!({ "experiment_id": experiment, "token": TOKEN });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let id = fixture.id.to_string();
    let long = "x".repeat(5000);

    for (verb, message, part) in [
        ("pause", message("nobody", json!({})), "there is no experiment `nobody`"),
        ("stop", message(&id, json!({})), "pause, resume and shutdown"),
        ("shutdown", message(&id, json!({ "mode": "gently" })), "`mode` is `drain` or `now`"),
        ("pause", message(&id, json!({ "reason": long })), "`reason` is 5000 bytes long"),
        ("pause", message(&id, json!({ "reason": 5 })), "`reason` is not a text"),
    ] {
        let answer = fixture.send(verb, message).await;
        let error = answer["error"].as_str().unwrap();
        assert!(answer["ok"] == false && error.contains(part) && !error.contains(TOKEN), "{answer}");
    }
    assert_eq!(fixture.send_raw("pause", b"\xff{").await["ok"], false);

    assert_eq!(fixture.status().await, ExperimentStatus::Running);
    let details: Vec<_> = fixture.journal().await.into_iter().map(|(_, _, detail)| detail).collect();
    assert_eq!(details.len(), 3, "{details:?}");
    assert!(details[0].starts_with("stop: ") && details[1].starts_with("shutdown: "), "{details:?}");
    fixture.store().set_status(fixture.id, ExperimentStatus::Paused, &note("")).await.unwrap();
    let named = fixture.send("resume", message("contract", json!({}))).await;
    assert_eq!(named["ok"], true, "a name will do, as everywhere");
    fixture.system.stop().await;
}
