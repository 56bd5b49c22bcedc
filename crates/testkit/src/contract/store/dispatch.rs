//! Dispatch: every job that waits is in the queue, and none is put there again and again.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::time::Duration;

use domain::ids::{ExperimentId, Fence, JobId};
use domain::ports::{Claim, DueJob};
use domain::status::ExperimentStatus::{Paused, Running, Stopped};

use super::{ALIVE, LAPSED, LEASE, Store, created, granted, play};
use crate::builder::note;

async fn due(store: &Store, id: ExperimentId) -> Vec<DueJob> {
    store.due_jobs(id, 100).await.unwrap()
}

/// Queues what is due and returns which jobs that was.
async fn queue(store: &Store, id: ExperimentId) -> Vec<JobId> {
    let due = due(store, id).await;
    store.mark_queued(&due).await.unwrap();
    due.into_iter().map(|due| due.job).collect()
}

pub async fn planned_jobs_are_due_until_they_are_queued(store: Store) {
    let new = created(&store, 2, 4).await;
    let planned: Vec<_> = new.first.jobs.iter().map(|job| DueJob { job: job.id, fence: Fence(0) }).collect();

    assert_eq!(due(&store, new.id).await, planned);
    assert_eq!(store.due_jobs(new.id, 3).await.unwrap(), planned[..3]);
    store.mark_queued(&planned[..3]).await.unwrap();
    assert_eq!(due(&store, new.id).await, planned[3..]);
    store.mark_queued(&planned[3..]).await.unwrap();

    assert_eq!(due(&store, new.id).await, []);
    store.mark_queued(&[]).await.unwrap();
    for job in &new.first.jobs {
        let assignment = granted(&store, job.id, LEASE).await;
        assert_eq!(due(&store, new.id).await, [], "it is held");
        store.finish(job.id, assignment.fence, &play(&assignment)).await.unwrap();
    }
    assert_eq!(due(&store, new.id).await, [], "it is done");
}

pub async fn a_job_that_comes_back_is_due_again(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    queue(&store, new.id).await;

    for error in ["", "engine died"] {
        let assignment = granted(&store, job, LEASE).await;
        store.release(job, assignment.fence, error).await.unwrap();
        assert_eq!(due(&store, new.id).await, [DueJob { job, fence: assignment.fence }]);
        assert_eq!(queue(&store, new.id).await, [job]);
        assert_eq!(due(&store, new.id).await, []);
    }
    store.set_status(new.id, Stopped, &note("")).await.unwrap();
    assert_eq!(due(&store, new.id).await, []);
}

pub async fn a_lapsed_lease_is_noticed_once(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    queue(&store, new.id).await;
    let assignment = granted(&store, job, Duration::from_millis(20)).await;

    tokio::time::sleep(Duration::from_millis(40)).await;
    assert_eq!(due(&store, new.id).await, [DueJob { job, fence: assignment.fence }]);
    queue(&store, new.id).await;
    assert_eq!(due(&store, new.id).await, [], "nobody has taken it yet, but it is queued");

    // The worker was only slow, and is lost later.
    store.renew(job, assignment.fence, &ALIVE).await.unwrap();
    assert_eq!(due(&store, new.id).await, []);
    let again = super::Renewal { lease: Duration::from_millis(20), ticks: 2, ..ALIVE };
    store.renew(job, assignment.fence, &again).await.unwrap();
    tokio::time::sleep(Duration::from_millis(40)).await;
    assert_eq!(queue(&store, new.id).await, [job]);
    assert_eq!(due(&store, new.id).await, []);
}

pub async fn a_claim_in_between_keeps_its_job_due(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    let published = due(&store, new.id).await;

    // The queue has it, it is played and comes back before that is noted.
    let assignment = granted(&store, job, LEASE).await;
    store.release(job, assignment.fence, "engine died").await.unwrap();
    store.mark_queued(&published).await.unwrap();

    assert_eq!(due(&store, new.id).await, [DueJob { job, fence: assignment.fence }]);
}

pub async fn what_was_dropped_in_a_pause_is_due_after_it(store: Store) {
    let new = created(&store, 1, 4).await;
    let [dropped, kept] = [new.first.jobs[0].id, new.first.jobs[1].id];
    assert_eq!(queue(&store, new.id).await, [dropped, kept]);

    store.set_status(new.id, Paused, &note("")).await.unwrap();
    assert!(matches!(store.claim(dropped, "worker", LEASE).await.unwrap(), Claim::Paused));
    assert_eq!(due(&store, new.id).await, []);
    store.set_status(new.id, Running, &note("")).await.unwrap();

    assert_eq!(queue(&store, new.id).await, [dropped], "the message of the other one is still there");
}

pub async fn what_the_queue_has_lost_is_found_by_its_age(store: Store) {
    let new = created(&store, 1, 8).await;
    let [open, lapsed, held, done] = [0, 1, 2, 3].map(|index| new.first.jobs[index].id);
    let overdue = async |age| {
        let overdue = store.overdue_jobs(new.id, age, 100).await.unwrap();
        overdue.into_iter().map(|due| due.job).collect::<Vec<_>>()
    };
    assert_eq!(overdue(Duration::ZERO).await, [], "never queued is not lost");
    queue(&store, new.id).await;
    granted(&store, lapsed, LAPSED).await;
    granted(&store, held, LEASE).await;
    let assignment = granted(&store, done, LEASE).await;
    store.finish(done, assignment.fence, &play(&assignment)).await.unwrap();

    assert_eq!(overdue(LEASE).await, []);
    assert_eq!(overdue(Duration::ZERO).await, [open, lapsed]);
    assert_eq!(store.overdue_jobs(new.id, Duration::ZERO, 1).await.unwrap().len(), 1);
    store.set_status(new.id, Paused, &note("")).await.unwrap();
    assert_eq!(overdue(Duration::ZERO).await, []);
}
