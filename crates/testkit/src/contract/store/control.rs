//! What people ask for: stops, pauses and the journal that keeps who asked.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::sync::Arc;

use domain::ErrorKind;
use domain::ids::ExperimentId;
use domain::journal::{Action, JournalEntry};
use domain::ports::{Assignment, Claim, Page};
use domain::status::ExperimentStatus::{self, Completed, Failed, Paused, Running, Stopped, Stopping};
use futures::future::join_all;
use uuid::Uuid;

use super::{ALIVE, LAPSED, LEASE, Store, created, granted, kind_of, kinds, play};
use crate::builder::note;

async fn journal(store: &Store, id: ExperimentId) -> Vec<JournalEntry> {
    store.journal(id, &Page::default()).await.unwrap().0
}

/// Actions and reasons, in order.
async fn told(store: &Store, id: ExperimentId) -> Vec<(Action, String)> {
    journal(store, id).await.into_iter().map(|entry| (entry.action, entry.note.reason)).collect()
}

pub async fn a_stop_lets_jobs_in_play_finish(store: Store) {
    let new = created(&store, 1, 8).await;
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|job| new.first.jobs[job].id);
    let finished = granted(&store, first, LEASE).await;
    let given_back = granted(&store, second, LEASE).await;
    granted(&store, third, LAPSED).await;

    store.set_status(new.id, Stopping, &note("enough")).await.unwrap();

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, stored.reason.as_deref(), stored.ended_at_ms), (Stopping, Some("enough"), None));
    assert_eq!(store.open_jobs(new.id).await.unwrap(), []);
    assert!(matches!(store.claim(fourth, "worker", LEASE).await.unwrap(), Claim::Settled));
    assert_eq!(store.settle(new.id).await.unwrap(), Stopping, "two jobs are in play");
    for status in [Running, Paused] {
        assert_eq!(kind_of(store.set_status(new.id, status, &note("")).await), ErrorKind::FailedPrecondition);
    }
    store.renew(first, finished.fence, &ALIVE).await.unwrap();
    assert!(store.finish(first, finished.fence, &play(&finished)).await.unwrap().job_done);
    assert_eq!(store.settle(new.id).await.unwrap(), Stopping, "one job is in play");
    store.release(second, given_back.fence, "").await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.settle(new.id).await.unwrap(), Stopped);
    }

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, stored.reason.as_deref(), stored.episodes_scored), (Stopped, Some("enough"), 2));
    assert!(stored.ended_at_ms.is_some());
    assert_eq!(kinds(&store, new.id).await[2..], ["stopped"]);
}

pub async fn a_stop_without_a_job_in_play_is_done_at_once(store: Store) {
    let new = created(&store, 1, 4).await;
    granted(&store, new.first.jobs[0].id, LAPSED).await;

    for _ in 0..2 {
        store.set_status(new.id, Stopping, &note("enough")).await.unwrap();
        assert_eq!(store.experiment(new.id).await.unwrap().status, Stopped);
    }

    let expected = [(Action::Launched, String::new()), (Action::Stopped, "enough".to_owned())];
    assert_eq!(told(&store, new.id).await, expected);
    let running = created(&store, 1, 4).await;
    assert_eq!(store.settle(running.id).await.unwrap(), Running, "nobody asked for an end");
    assert_eq!(kind_of(store.settle(ExperimentId(Uuid::nil())).await), ErrorKind::NotFound);
}

pub async fn a_stop_now_ends_what_is_in_play(store: Store) {
    let new = created(&store, 1, 4).await;
    let job = new.first.jobs[0].id;
    let in_play = granted(&store, job, LEASE).await;

    // Whoever loses patience with a stop that drains may still ask for the other one.
    store.set_status(new.id, Stopping, &note("enough")).await.unwrap();
    store.set_status(new.id, Stopped, &note("now")).await.unwrap();

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, stored.reason.as_deref()), (Stopped, Some("now")));
    assert_eq!(kind_of(store.renew(job, in_play.fence, &ALIVE).await), ErrorKind::FailedPrecondition);
    assert_eq!(kind_of(store.finish(job, in_play.fence, &play(&in_play)).await), ErrorKind::FailedPrecondition);
    store.release(job, in_play.fence, "").await.unwrap();
    assert!(matches!(store.claim(job, "worker", LEASE).await.unwrap(), Claim::Settled));
    assert_eq!(store.experiment(new.id).await.unwrap().episodes_scored, 0);
}

pub async fn whatever_was_claimed_before_a_stop_may_finish(store: Store) {
    for _ in 0..10 {
        let (new, claims) = claims_against(&store, Stopping).await;
        let played: Vec<_> = claims.into_iter().filter_map(granted_of).collect();
        for assignment in &played {
            let finished = store.finish(assignment.job, assignment.fence, &play(assignment)).await.unwrap();
            assert!(finished.job_done);
        }
        assert_eq!(store.settle(new).await.unwrap(), Stopped);
        assert_eq!(store.experiment(new).await.unwrap().episodes_scored, 2 * played.len() as u64);
    }
}

pub async fn no_job_begins_once_a_pause_has_returned(store: Store) {
    for _ in 0..10 {
        let (new, claims) = claims_against(&store, Paused).await;
        let in_play = claims.into_iter().filter_map(granted_of).count();
        let open = 6 - in_play;
        store.set_status(new, Running, &note("")).await.unwrap();
        assert_eq!(store.open_jobs(new).await.unwrap().len(), open, "what was not granted is open");
    }
}

/// An experiment of six jobs, all of them claimed while its status is changed.
async fn claims_against(store: &Store, status: ExperimentStatus) -> (ExperimentId, Vec<Claim>) {
    let new = created(store, 2, 6).await;
    let id = new.id;
    let claims = new.first.jobs.into_iter().map(|job| {
        let store = Arc::clone(store);
        tokio::spawn(async move { store.claim(job.id, "worker", LEASE).await.unwrap() })
    });
    let claims: Vec<_> = claims.collect();
    store.set_status(id, status, &note("race")).await.unwrap();
    (id, join_all(claims).await.into_iter().map(Result::unwrap).collect())
}

fn granted_of(claim: Claim) -> Option<Assignment> {
    match claim {
        Claim::Granted(assignment) => Some(*assignment),
        _ => None,
    }
}

pub async fn the_journal_says_who_did_what_and_why(store: Store) {
    let new = created(&store, 1, 2).await;
    let id = new.id;
    store.create(&new).await.unwrap();
    store.set_status(id, Paused, &note("lunch")).await.unwrap();
    store.set_status(id, Paused, &note("again")).await.unwrap();
    store.set_status(id, Running, &note("back")).await.unwrap();
    assert_eq!(kind_of(store.set_status(id, Completed, &note("")).await), ErrorKind::FailedPrecondition);
    store.set_status(id, Stopped, &note("two\nlines, \"quoted\"")).await.unwrap();

    let entries = journal(&store, id).await;

    let actions: Vec<_> = entries.iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [Action::Launched, Action::Paused, Action::Resumed, Action::Stopped]);
    assert!(entries.iter().all(|entry| entry.note.actor.as_str() == "ada"), "{entries:?}");
    let reasons: Vec<_> = entries.iter().map(|entry| entry.note.reason.as_str()).collect();
    assert_eq!(reasons, ["", "lunch", "back", "two\nlines, \"quoted\""]);
    assert!(entries.windows(2).all(|pair| pair[0].id < pair[1].id && pair[0].at_ms <= pair[1].at_ms));
    let mut page = Page { after: None, size: 3 };
    let mut parts = Vec::new();
    loop {
        let (part, next) = store.journal(id, &page).await.unwrap();
        parts.push(part);
        page.after = next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!((parts.len(), parts.concat()), (2, entries));
    let bad = Page { after: Some("no token".to_owned()), size: 2 };
    assert_eq!(kind_of(store.journal(id, &bad).await), ErrorKind::Invalid);
    let nobody = ExperimentId(Uuid::nil());
    assert_eq!(kind_of(store.journal(nobody, &Page::default()).await), ErrorKind::NotFound);
}

pub async fn failures_and_divergences_are_in_the_journal(store: Store) {
    let failed = created(&store, 1, 2).await.id;
    store.set_status(failed, Failed, &note("no engine")).await.unwrap();
    let new = created(&store, 1, 4).await;
    let job = new.first.jobs[0].id;
    let assignment = granted(&store, job, LEASE).await;
    let scores = play(&assignment);
    store.finish(job, assignment.fence, &scores[..1]).await.unwrap();
    let mut other = scores[0].clone();
    other.measures.kills += 1;

    assert_eq!(kind_of(store.finish(job, assignment.fence, &[other]).await), ErrorKind::Divergence);

    let expected = [(Action::Launched, String::new()), (Action::Failed, "no engine".to_owned())];
    assert_eq!(told(&store, failed).await, expected);
    let entries = journal(&store, new.id).await;
    let [_, diverged, failed] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((diverged.action, diverged.note.actor.as_str()), (Action::Diverged, "worker worker"));
    assert_eq!((failed.action, failed.note.actor.as_str()), (Action::Failed, "orchestrator"));
    assert!(failed.note.reason.contains("divergence") && diverged.note.reason == failed.note.reason, "{failed:?}");
}

pub async fn a_refusal_is_noted_once(store: Store) {
    let id = created(&store, 1, 1).await.id;

    for _ in 0..3 {
        store.record(id, Action::Refused, &note("why not"), "pause").await.unwrap();
    }
    store.record(id, Action::Refused, &note("why not"), "stop").await.unwrap();

    let refused: Vec<_> = journal(&store, id).await.into_iter().skip(1).map(|entry| entry.detail).collect();
    assert_eq!(refused, ["pause", "stop"]);
    let nobody = store.record(ExperimentId(Uuid::nil()), Action::Refused, &note(""), "").await;
    assert_eq!(kind_of(nobody), ErrorKind::NotFound);
}
