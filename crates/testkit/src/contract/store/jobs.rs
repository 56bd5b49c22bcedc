//! Jobs: leases and fences.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ids::Fence;
use domain::ports::{Claim, FenceCounts, Renewal, Renewed};
use domain::status::ExperimentStatus::{Paused, Running, Stopped};
use futures::future::join_all;

use super::{ALIVE, LAPSED, LEASE, Store, created, events, granted, kind_of, kinds, play};
use crate::builder::note;

pub async fn a_job_is_granted_to_one_worker_with_all_it_needs(store: Store) {
    let new = created(&store, 2, 4).await;
    let plan = &new.first.jobs[3];

    let assignment = granted(&store, plan.id, LEASE).await;

    assert_eq!((assignment.job, assignment.experiment, assignment.generation), (plan.id, new.id, 0));
    assert_eq!((&assignment.spec, &assignment.provenance), (&new.spec, &new.provenance));
    assert_eq!((&assignment.member, &assignment.episodes), (&new.first.members[1], &plan.episodes));
    assert_eq!((assignment.fence, assignment.failed_attempts), (Fence(1), 0));
    for worker in ["worker", "other"] {
        assert!(matches!(store.claim(plan.id, worker, LEASE).await.unwrap(), Claim::Held));
    }
    assert_eq!(store.open_jobs(new.id).await.unwrap().len(), 3);
}

pub async fn a_lapsed_lease_is_taken_over_and_late_results_are_refused(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    let late = granted(&store, job, LAPSED).await;
    assert_eq!(store.open_jobs(new.id).await.unwrap(), [job]);

    let taken_over = granted(&store, job, LEASE).await;

    assert!(taken_over.fence > late.fence, "also for the same worker");
    assert_eq!(taken_over.failed_attempts, 0, "a worker that was lost says nothing about the job");
    assert_eq!(kind_of(store.finish(job, late.fence, &play(&late)).await), ErrorKind::Fenced);
    assert_eq!(kind_of(store.renew(job, late.fence, &ALIVE).await), ErrorKind::Fenced);
    assert_eq!(kind_of(store.release(job, late.fence, "late").await), ErrorKind::Fenced);
    assert_eq!(store.experiment(new.id).await.unwrap().episodes_scored, 0);
    assert!(store.finish(job, taken_over.fence, &play(&taken_over)).await.unwrap().job_done);
}

pub async fn a_renewed_lease_is_kept(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    let assignment = granted(&store, job, LAPSED).await;

    assert_eq!(store.renew(job, assignment.fence, &ALIVE).await.unwrap(), Renewed::Prolonged);

    assert!(matches!(store.claim(job, "other", LEASE).await.unwrap(), Claim::Held));
    store.finish(job, assignment.fence, &play(&assignment)).await.unwrap();
    assert_eq!(store.renew(job, assignment.fence, &ALIVE).await.unwrap(), Renewed::Prolonged);
    assert!(matches!(store.claim(job, "other", LEASE).await.unwrap(), Claim::Settled));
}

pub async fn a_job_whose_attempt_stands_still_is_given_to_another(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    let stuck = granted(&store, job, LEASE).await;
    let alive = |ticks| Renewal { ticks, ..ALIVE };
    let impatient = |ticks| Renewal { patience: Duration::ZERO, ..alive(ticks) };

    // It gets on, then it does not for less than is allowed, then it has no more time.
    assert_eq!(store.renew(job, stuck.fence, &impatient(5)).await.unwrap(), Renewed::Prolonged);
    assert_eq!(store.renew(job, stuck.fence, &alive(5)).await.unwrap(), Renewed::Prolonged);
    assert_eq!(store.renew(job, stuck.fence, &impatient(6)).await.unwrap(), Renewed::Prolonged);
    assert_eq!(store.renew(job, stuck.fence, &impatient(6)).await.unwrap(), Renewed::Stuck);

    assert_eq!(kind_of(store.renew(job, stuck.fence, &alive(7)).await), ErrorKind::Fenced);
    assert_eq!(kind_of(store.finish(job, stuck.fence, &play(&stuck)).await), ErrorKind::Fenced);
    assert_eq!(store.open_jobs(new.id).await.unwrap(), [job]);
    let next = granted(&store, job, LEASE).await;
    assert!(next.fence > stuck.fence);
    assert_eq!(next.failed_attempts, 1, "it may be the job's own fault");
    assert_eq!(kinds(&store, new.id).await, ["started", "started", "error"]);
    assert!(events(&store, new.id).await[2].record.body.contains("no progress"));
    // The count begins anew with every attempt.
    assert_eq!(store.renew(job, next.fence, &impatient(1)).await.unwrap(), Renewed::Prolonged);
    assert!(store.finish(job, next.fence, &play(&next)).await.unwrap().job_done);
    assert_eq!(store.renew(job, next.fence, &impatient(1)).await.unwrap(), Renewed::Prolonged, "it is done");
}

pub async fn what_comes_too_late_is_counted(store: Store) {
    let job = created(&store, 1, 2).await.first.jobs[0].id;
    let late = granted(&store, job, LAPSED).await;
    let taken_over = granted(&store, job, LEASE).await;
    assert_eq!(store.fence_counts().await.unwrap(), FenceCounts { job_takeovers: 1, ..FenceCounts::default() });

    assert_eq!(kind_of(store.finish(job, late.fence, &play(&late)).await), ErrorKind::Fenced);
    assert_eq!(kind_of(store.renew(job, late.fence, &ALIVE).await), ErrorKind::Fenced);
    assert_eq!(kind_of(store.release(job, late.fence, "").await), ErrorKind::Fenced);
    store.finish(job, taken_over.fence, &play(&taken_over)).await.unwrap();

    let expected = FenceCounts { job_takeovers: 1, fenced_writes: 3, late_results: 2, ..FenceCounts::default() };
    assert_eq!(store.fence_counts().await.unwrap(), expected);
}

pub async fn a_released_job_is_open_again_and_its_errors_are_told(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;

    for attempt in 0..2 {
        let assignment = granted(&store, job, LEASE).await;
        assert_eq!(assignment.failed_attempts, attempt);
        store.release(job, assignment.fence, "engine died").await.unwrap();
        store.release(job, assignment.fence, "engine died").await.unwrap();
        assert_eq!(kind_of(store.finish(job, assignment.fence, &play(&assignment)).await), ErrorKind::Fenced);
    }
    let quiet = granted(&store, job, LEASE).await;
    store.release(job, quiet.fence, "").await.unwrap();

    assert_eq!(store.open_jobs(new.id).await.unwrap(), [job]);
    assert_eq!(kinds(&store, new.id).await, ["started", "started", "error", "error"]);
    let events = events(&store, new.id).await;
    assert_ne!(events[2].record.id, events[3].record.id);
    assert!(events[3].record.body.contains("engine died"));
}

pub async fn paused_and_ended_experiments_give_no_jobs(store: Store) {
    let new = created(&store, 1, 4).await;
    let [first, second] = [new.first.jobs[0].id, new.first.jobs[1].id];
    let in_flight = granted(&store, first, LEASE).await;

    store.set_status(new.id, Paused, &note("")).await.unwrap();
    assert!(matches!(store.claim(second, "worker", LEASE).await.unwrap(), Claim::Paused));
    assert_eq!(store.open_jobs(new.id).await.unwrap(), []);
    assert!(store.finish(first, in_flight.fence, &play(&in_flight)).await.unwrap().job_done);
    store.set_status(new.id, Running, &note("")).await.unwrap();
    assert_eq!(store.open_jobs(new.id).await.unwrap(), [second]);
    store.set_status(new.id, Stopped, &note("")).await.unwrap();

    assert!(matches!(store.claim(second, "worker", LEASE).await.unwrap(), Claim::Settled));
    assert_eq!(store.open_jobs(new.id).await.unwrap(), []);
}

pub async fn racing_workers_never_share_a_job(store: Store) {
    let job = created(&store, 1, 2).await.first.jobs[0].id;
    let race = |number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.claim(job, &format!("worker-{number}"), LEASE).await.unwrap() })
    };

    let claims: Vec<_> = join_all((0..8).map(race)).await.into_iter().map(Result::unwrap).collect();

    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Granted(_))).count(), 1);
    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Held)).count(), 7);
}
