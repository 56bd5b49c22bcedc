//! Generations and experiments as a whole: closed once, completed once.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use domain::ErrorKind;
use domain::experiment::FitnessSpec;
use domain::file::ContentHash;
use domain::ids::{AgentId, ExperimentId};
use domain::measures::Response;
use domain::ports::{GenerationSummary, KeptCheckpoint};
use domain::status::{ExperimentStatus, GenerationStatus};
use uuid::Uuid;

use super::{LEASE, Store, created, elected, granted, kind_of, kinds, play, play_generation};
use crate::builder::{self, note};

pub(super) fn summary() -> GenerationSummary {
    GenerationSummary { best_agent: AgentId::slug("agent-1"), best_fitness: 1.5, mean_fitness: 1.0 }
}

pub async fn a_generation_is_closed_once_and_plans_the_next(store: Store) {
    let new = created(&store, 2, 2).await;
    let next = builder::plan(new.id, &new.spec, 1, 3);
    let epoch = elected(&store).await;
    play_generation(&store, &new.first).await;

    for _ in 0..2 {
        store.close_generation(epoch, new.id, 0, &summary(), Some(&next)).await.unwrap();
    }

    assert_eq!(store.generation(new.id, 0).await.unwrap().status, GenerationStatus::Completed);
    let second = store.generation(new.id, 1).await.unwrap();
    assert_eq!((second.status, second.members.len()), (GenerationStatus::Running, 3));
    assert_eq!(store.experiment(new.id).await.unwrap().generation, 1);
    let jobs: Vec<_> = next.jobs.iter().map(|job| job.id).collect();
    assert_eq!(store.open_jobs(new.id).await.unwrap(), jobs);
    let told = ["started", "started", "evaluated", "evaluated", "completed", "started"];
    assert_eq!(kinds(&store, new.id).await, told);
}

pub async fn a_generation_with_missing_episodes_stays_open(store: Store) {
    let new = created(&store, 1, 2).await;
    let epoch = elected(&store).await;

    let closed = store.close_generation(epoch, new.id, 0, &summary(), None).await;

    assert_eq!(kind_of(closed), ErrorKind::FailedPrecondition);
    assert_eq!(kind_of(store.complete(epoch, new.id, "00").await), ErrorKind::FailedPrecondition);
    assert_eq!(store.generation(new.id, 0).await.unwrap().status, GenerationStatus::Running);
    play_generation(&store, &new.first).await;
    store.set_status(new.id, ExperimentStatus::Stopped, &note("")).await.unwrap();
    assert_eq!(
        kind_of(store.close_generation(epoch, new.id, 0, &summary(), None).await),
        ErrorKind::FailedPrecondition
    );
}

pub async fn an_experiment_is_completed_once_with_one_digest(store: Store) {
    let new = created(&store, 1, 2).await;
    let epoch = elected(&store).await;
    play_generation(&store, &new.first).await;
    store.close_generation(epoch, new.id, 0, &summary(), None).await.unwrap();

    store.complete(epoch, new.id, "c0ffee").await.unwrap();
    store.complete(epoch, new.id, "c0ffee").await.unwrap();

    assert_eq!(kind_of(store.complete(epoch, new.id, "decade").await), ErrorKind::Divergence);
    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, stored.digest.as_deref()), (ExperimentStatus::Completed, Some("c0ffee")));
    assert!(stored.ended_at_ms.is_some() && stored.reason.is_none());
    assert_eq!(kinds(&store, new.id).await[2..], ["evaluated", "completed", "completed"]);
}

pub async fn progress_is_told_with_means_of_what_is_scored(store: Store) {
    let mut new = builder::experiment(2, 3);
    let weights = [(Response::Kills, 2.0), (Response::Reward, -1.0), (Response::AmmoEfficiency, 5.0)];
    new.spec.fitness = FitnessSpec::Weights(weights.into());
    store.create(&new).await.unwrap();
    let assignment = granted(&store, new.first.jobs[0].id, LEASE).await;
    let scores = play(&assignment);
    store.finish(assignment.job, assignment.fence, &scores).await.unwrap();

    let progress = store.progress(new.id, 0).await.unwrap();

    let [one, other] = progress.as_slice() else { panic!("{progress:?}") };
    assert_eq!((one.agent.as_str(), one.position), ("agent-0", 0));
    assert_eq!((one.episodes_scored, one.episodes_planned), (2, 3));
    assert_eq!((one.ticks, one.kills), (2 * 13, Some(0.5)));
    let fitness = scores.iter().map(|score| new.spec.fitness.of(&score.measures)).sum::<f64>() / 2.0;
    assert!((one.fitness.unwrap() - fitness).abs() < 1e-12, "{:?} is not {fitness}", one.fitness);
    assert_eq!((other.episodes_scored, other.ticks, other.fitness, other.kills), (0, 0, None, None));
    assert_eq!(kind_of(store.progress(ExperimentId(Uuid::nil()), 0).await), ErrorKind::NotFound);
}

pub async fn a_large_plan_is_stored(store: Store) {
    let mut new = builder::experiment(40, 500);
    new.spec.limits.job_episodes = Some(5);
    new.first = builder::plan(new.id, &new.spec, 0, 40);

    store.create(&new).await.unwrap();

    assert_eq!(store.open_jobs(new.id).await.unwrap().len(), 4_000);
    let last = new.first.jobs.last().unwrap();
    assert_eq!(granted(&store, last.id, LEASE).await.episodes, last.episodes);
}

pub async fn the_first_answer_about_a_generation_stays(store: Store) {
    let new = created(&store, 1, 1).await;
    let [one, other] = [&b"one"[..], b"other"].map(ContentHash::of);
    assert_eq!(store.answer(new.id, 0).await.unwrap(), None);
    assert_eq!(store.keep_answer(new.id, 0, &one).await.unwrap(), one);
    assert_eq!(store.keep_answer(new.id, 0, &other).await.unwrap(), one);
    assert_eq!(store.answer(new.id, 0).await.unwrap(), Some(one));
    assert_eq!(store.answer(new.id, 1).await.unwrap(), None);
    assert!(store.keep_answer(new.id, 1, &one).await.is_err(), "there is no such generation");
}

pub async fn checkpoints_are_kept_once_for_a_generation(store: Store) {
    let new = created(&store, 1, 1).await;
    let hashes = [&b"one"[..], b"other"].map(ContentHash::of);
    assert_eq!(store.checkpoints(new.id).await.unwrap(), []);
    let first = store.keep_checkpoint(new.id, 0, &hashes[0], 3).await.unwrap();
    assert_eq!((first.generation, first.blake3, first.size), (0, hashes[0], 3));
    assert_eq!(store.checkpoints(new.id).await.unwrap(), [first]);

    assert_eq!(store.keep_checkpoint(new.id, 0, &hashes[0], 3).await.unwrap(), first);
    assert_eq!(store.checkpoints(new.id).await.unwrap(), [first]);

    let replaced = store.keep_checkpoint(new.id, 0, &hashes[1], 5).await.unwrap();
    assert_eq!(replaced, KeptCheckpoint { blake3: hashes[1], size: 5, ..first });
    assert_eq!(store.checkpoints(new.id).await.unwrap(), [replaced]);
    assert!(store.keep_checkpoint(new.id, 1, &hashes[1], 5).await.is_err(), "there is no such generation");
}
