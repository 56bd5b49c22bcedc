//! Experiments: created once, listed, and moved from status to status.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::ErrorKind;
use domain::ids::{ExperimentId, Fence, JobId};
use domain::ports::{Claim, Created, ExperimentFilter, Page, ScoreFilter};
use domain::status::ExperimentStatus::{Completed, Failed, Paused, Running, Stopped};
use futures::future::join_all;
use uuid::Uuid;

use super::{ALIVE, LEASE, Store, created, elected, events, kind_of, kinds};
use crate::builder::{self, note};

pub async fn an_experiment_is_created_once_and_reads_back_exactly(store: Store) {
    let new = builder::experiment(3, 5);

    assert_eq!(store.create(&new).await.unwrap(), Created::New);
    assert_eq!(store.create(&new).await.unwrap(), Created::Existing(Running));

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((&stored.spec, &stored.provenance), (&new.spec, &new.provenance));
    assert_eq!(stored.spec.canonical(), new.spec.canonical());
    assert_eq!((stored.status, stored.episodes_planned, stored.episodes_scored), (Running, 15, 0));
    assert_eq!((stored.generation, stored.digest, stored.reason, stored.ended_at_ms), (0, None, None, None));
    assert!(stored.created_at_ms > 1_600_000_000_000, "milliseconds since 1970: {}", stored.created_at_ms);
    let generation = store.generation(new.id, 0).await.unwrap();
    let members: Vec<_> = generation.members.into_iter().map(|one| one.member).collect();
    assert_eq!((generation.purpose, generation.episodes_per_member), (new.first.purpose, 5));
    assert_eq!(members, new.first.members);
    let planned: Vec<_> = new.first.jobs.iter().map(|job| job.id).collect();
    assert_eq!(store.open_jobs(new.id).await.unwrap(), planned);
    assert_eq!(kinds(&store, new.id).await, ["started", "started"]);
}

pub async fn another_provenance_is_refused_by_name(store: Store) {
    let new = created(&store, 1, 1).await;
    let mut other = new.clone();
    other.provenance.behaviour = "behaviour-2".to_owned();
    other.provenance.files.insert("basic.wad".to_owned(), "beef".to_owned());

    let error = store.create(&other).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::FailedPrecondition);
    for part in ["behaviour-1", "behaviour-2", "basic.wad"] {
        assert!(error.message.contains(part), "{}", error.message);
    }
    assert_eq!(store.experiment(new.id).await.unwrap().provenance, new.provenance);
}

pub async fn concurrent_creations_make_one_experiment(store: Store) {
    let new = Arc::new(builder::experiment(2, 4));
    let create = |_| {
        let (store, new) = (Arc::clone(&store), Arc::clone(&new));
        tokio::spawn(async move { store.create(&new).await.unwrap() })
    };

    let results: Vec<_> = join_all((0..6).map(create)).await.into_iter().map(Result::unwrap).collect();

    assert_eq!(results.iter().filter(|result| **result == Created::New).count(), 1);
    assert_eq!(events(&store, new.id).await.len(), 2);
}

pub async fn a_status_changes_only_along_its_machine(store: Store) {
    let id = created(&store, 1, 1).await.id;

    store.set_status(id, Running, &note("already")).await.unwrap();
    assert_eq!(kind_of(store.set_status(id, Completed, &note("by hand")).await), ErrorKind::FailedPrecondition);
    store.set_status(id, Stopped, &note("enough")).await.unwrap();
    store.set_status(id, Stopped, &note("again")).await.unwrap();
    for status in [Running, Paused, Failed, Completed] {
        assert_eq!(kind_of(store.set_status(id, status, &note("")).await), ErrorKind::FailedPrecondition, "{status}");
    }

    let stored = store.experiment(id).await.unwrap();
    assert_eq!((stored.status, stored.reason.as_deref()), (Stopped, Some("enough")));
    assert!(stored.ended_at_ms.is_some_and(|ended| ended >= stored.created_at_ms));
    assert_eq!(kinds(&store, id).await, ["started", "started", "stopped"]);
}

pub async fn pauses_and_resumes_are_told_each_time(store: Store) {
    let id = created(&store, 1, 1).await.id;

    for _ in 0..2 {
        store.set_status(id, Paused, &note("lunch")).await.unwrap();
        assert_eq!(store.experiment(id).await.unwrap().reason.as_deref(), Some("lunch"));
        store.set_status(id, Running, &note("back")).await.unwrap();
        assert_eq!(store.experiment(id).await.unwrap().reason, None);
    }

    assert_eq!(kinds(&store, id).await[2..], ["paused", "resumed", "paused", "resumed"]);
    let ids: BTreeSet<_> = events(&store, id).await.into_iter().map(|event| event.record.id).collect();
    assert_eq!(ids.len(), 6, "every event has an id of its own");
}

pub async fn experiments_are_listed_newest_first_without_gaps(store: Store) {
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.push(created(&store, 1, 1).await.id);
    }
    let mut listed = Vec::new();
    let mut page = Page { after: None, size: 2 };

    loop {
        let (part, next) = store.experiments(&ExperimentFilter::default(), &page).await.unwrap();
        assert!(part.len() <= 2);
        listed.extend(part);
        page.after = next;
        if page.after.is_none() {
            break;
        }
    }

    assert!(listed.windows(2).all(|pair| pair[0].created_at_ms >= pair[1].created_at_ms));
    let ids: BTreeSet<_> = listed.iter().map(|record| record.id.0).collect();
    assert_eq!((listed.len(), ids), (5, expected.iter().map(|id| id.0).collect()));
    let bad = Page { after: Some("no token".to_owned()), size: 2 };
    assert_eq!(kind_of(store.experiments(&ExperimentFilter::default(), &bad).await), ErrorKind::Invalid);
}

pub async fn filters_take_names_literally(store: Store) {
    for name in ["Burst 100%", "burst_3", "burst13"] {
        let mut new = builder::experiment(1, 1);
        new.spec.name = name.to_owned();
        store.create(&new).await.unwrap();
    }
    let found = async |name: Option<&str>, statuses: &[_]| {
        let filter = ExperimentFilter { statuses: statuses.to_vec(), name: name.map(str::to_owned) };
        let (found, next) = store.experiments(&filter, &Page::default()).await.unwrap();
        assert_eq!(next, None);
        found.into_iter().map(|record| record.spec.name).collect::<BTreeSet<_>>()
    };

    assert_eq!(found(Some("burst"), &[]).await.len(), 3);
    assert_eq!(found(Some("100%"), &[]).await, BTreeSet::from(["Burst 100%".to_owned()]));
    assert_eq!(found(Some("t_3"), &[Running]).await, BTreeSet::from(["burst_3".to_owned()]));
    assert_eq!(found(None, &[Paused, Failed]).await.len(), 0);
}

pub async fn what_does_not_exist_is_not_found(store: Store) {
    let (id, job) = (ExperimentId(Uuid::nil()), JobId(Uuid::nil()));

    assert_eq!(kind_of(store.experiment(id).await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.generation(id, 0).await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.set_status(id, Paused, &note("")).await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.complete(elected(&store).await, id, "00").await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.open_jobs(id).await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.due_jobs(id, 1).await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.scores(id, &ScoreFilter::default(), &Page::default()).await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.renew(job, Fence(1), &ALIVE).await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.release(job, Fence(1), "").await), ErrorKind::NotFound);
    assert_eq!(kind_of(store.finish(job, Fence(1), &[]).await), ErrorKind::NotFound);
    assert!(matches!(store.claim(job, "worker", LEASE).await.unwrap(), Claim::Unknown));
    assert_eq!(events(&store, id).await, []);
}

pub async fn a_store_answers_a_ping(store: Store) {
    store.ping().await.unwrap();
}
