//! Leadership: one leader at a time, and nothing planned by those of the past.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ids::Epoch;
use domain::ports::{Candidate, Election};
use domain::status::{ExperimentStatus, GenerationStatus};
use futures::future::join_all;

use super::generations::summary;
use super::{LAPSED, LEASE, Store, created, elected, kind_of, kinds, play_generation};
use crate::builder;

async fn epoch(store: &Store, candidate: &Candidate, lease: Duration) -> Epoch {
    match store.stand(candidate, lease).await.unwrap() {
        Election::Elected(epoch) => epoch,
        Election::Led(leader) => panic!("{leader:?} leads"),
    }
}

pub async fn one_candidate_leads_and_others_are_told_who(store: Store) {
    let (one, other) = (Candidate::new("one"), Candidate::new("other"));
    assert_eq!(store.leader().await.unwrap(), None);

    let first = epoch(&store, &one, LEASE).await;

    let Election::Led(leader) = store.stand(&other, LEASE).await.unwrap() else { panic!("two lead") };
    assert_eq!((leader.name.as_str(), leader.epoch), ("one", first));
    assert!(!leader.lease_left.is_zero() && leader.lease_left <= LEASE, "{leader:?}");
    let known = store.leader().await.unwrap().unwrap();
    assert_eq!((known.name, known.epoch, known.since_ms), (leader.name, leader.epoch, leader.since_ms));
}

pub async fn a_leader_prolongs_its_lease_in_the_same_term(store: Store) {
    let one = Candidate::new("one");
    let first = epoch(&store, &one, LAPSED).await;

    // Run out, but nobody has taken over.
    assert_eq!(epoch(&store, &one, LEASE).await, first);
    assert_eq!(epoch(&store, &one, LEASE).await, first);

    assert!(matches!(store.stand(&Candidate::new("other"), LEASE).await.unwrap(), Election::Led(_)));
    assert_eq!(store.terms(10).await.unwrap().len(), 1);
}

pub async fn a_lapsed_lease_begins_a_later_term(store: Store) {
    let (one, other) = (Candidate::new("one"), Candidate::new("other"));
    let first = epoch(&store, &one, LAPSED).await;

    let second = epoch(&store, &other, LEASE).await;

    assert!(second > first);
    assert!(matches!(store.stand(&one, LEASE).await.unwrap(), Election::Led(leader) if leader.epoch == second));
    let terms = store.terms(10).await.unwrap();
    let names: Vec<_> = terms.iter().map(|term| (term.leader.as_str(), term.epoch)).collect();
    assert_eq!(names, [("other", second), ("one", first)]);
    assert!(terms[1].ended_at_ms.is_some_and(|ended| ended >= terms[1].began_at_ms), "{terms:?}");
    assert_eq!((terms[0].ended_at_ms, terms[0].fenced_writes), (None, 0));
    assert_eq!(store.terms(1).await.unwrap().len(), 1);
}

pub async fn a_candidate_of_the_same_name_is_another(store: Store) {
    let before = epoch(&store, &Candidate::new("same"), LAPSED).await;

    let after = epoch(&store, &Candidate::new("same"), LEASE).await;

    assert!(after > before, "a process that was started anew does not go on with the term of the one before");
}

pub async fn who_resigns_is_followed_at_once(store: Store) {
    let (one, other) = (Candidate::new("one"), Candidate::new("other"));
    let new = created(&store, 1, 2).await;
    play_generation(&store, &new.first).await;
    let first = epoch(&store, &one, LEASE).await;
    store.resign(&other).await.unwrap();
    assert!(matches!(store.stand(&other, LEASE).await.unwrap(), Election::Led(_)), "nobody resigns for another");

    store.resign(&one).await.unwrap();
    store.resign(&one).await.unwrap();

    assert!(store.leader().await.unwrap().is_none_or(|leader| leader.lease_left.is_zero()));
    assert_eq!(kind_of(store.close_generation(first, new.id, 0, &summary(), None).await), ErrorKind::Fenced);
    let second = epoch(&store, &other, LEASE).await;
    assert!(second > first);
    store.resign(&one).await.unwrap();
    store.close_generation(second, new.id, 0, &summary(), None).await.unwrap();
}

pub async fn racing_candidates_elect_one(store: Store) {
    let race = |number: u32| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.stand(&Candidate::new(number.to_string()), LEASE).await.unwrap() })
    };

    let elections: Vec<_> = join_all((0..8).map(race)).await.into_iter().map(Result::unwrap).collect();

    assert_eq!(elections.iter().filter(|election| matches!(election, Election::Elected(_))).count(), 1);
    assert_eq!(store.terms(10).await.unwrap().len(), 1);
}

pub async fn a_leader_of_the_past_plans_nothing_and_is_counted(store: Store) {
    let new = created(&store, 1, 2).await;
    let next = builder::plan(new.id, &new.spec, 1, 1);
    play_generation(&store, &new.first).await;
    let past = epoch(&store, &Candidate::new("past"), LAPSED).await;
    let present = elected(&store).await;

    let closed = store.close_generation(past, new.id, 0, &summary(), Some(&next)).await;
    assert_eq!(kind_of(closed), ErrorKind::Fenced);
    assert_eq!(store.generation(new.id, 0).await.unwrap().status, GenerationStatus::Running);
    assert_eq!(store.experiment(new.id).await.unwrap().generation, 0);
    store.close_generation(present, new.id, 0, &summary(), None).await.unwrap();
    assert_eq!(kind_of(store.complete(past, new.id, "c0ffee").await), ErrorKind::Fenced);
    assert_eq!(store.experiment(new.id).await.unwrap().status, ExperimentStatus::Running);
    let never = Epoch(present.0 + 1);
    assert_eq!(kind_of(store.complete(never, new.id, "c0ffee").await), ErrorKind::Fenced);
    store.complete(present, new.id, "c0ffee").await.unwrap();

    let fenced: Vec<_> = store.terms(10).await.unwrap().iter().map(|t| (t.epoch, t.fenced_writes)).collect();
    assert_eq!(fenced, [(present, 0), (past, 2)]);
    let counts = store.fence_counts().await.unwrap();
    assert_eq!((counts.leader_takeovers, counts.fenced_plans), (1, 2));
    assert_eq!(kinds(&store, new.id).await[2..], ["evaluated", "completed", "completed"]);
}
