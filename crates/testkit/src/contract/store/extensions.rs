//! Extensions: more of an experiment, while the specification stays what was launched.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::ErrorKind;
use domain::course::Stage;
use domain::experiment::EvolutionSpec;
use domain::extension::{Extension, Extent};
use domain::ids::{DoomSeed, ExperimentId};
use domain::journal::Action;
use domain::plan::added_replicates;
use domain::ports::{Created, ExperimentRecord, Extended, NewExperiment, NewExtension, Page};
use domain::status::ExperimentStatus::{Completed, Failed, Paused, Running, Stopped, Stopping};
use domain::status::GenerationStatus;

use super::generations::summary;
use super::{LEASE, Store, created, elected, events, granted, kind_of, kinds, play, play_generation};
use crate::builder::{self, note};

const DIGEST: &str = "c0ffee";

/// More replicates for an experiment of `members` members, as it is planned from how it stands.
pub(super) fn replicates(record: &ExperimentRecord, members: u32, total: u32) -> NewExtension {
    let mut spec = record.spec.clone();
    spec.seeds.episodes = total;
    let from = record.course().replicates();
    NewExtension {
        experiment: record.id,
        extent: Extent::Replicates(total),
        from: Extent::Replicates(from),
        generation: record.generation,
        jobs: added_replicates(record.id, &spec, members, from, DoomSeed),
        episodes_planned: u64::from(members) * u64::from(total),
        episodes_before: record.episodes_planned,
        note: note("more power"),
    }
}

/// More generations of two members with `episodes` episodes each.
fn generations(record: &ExperimentRecord, total: u32, episodes_planned: u64) -> NewExtension {
    NewExtension {
        experiment: record.id,
        extent: Extent::Generations(total),
        from: record.course().extent(),
        generation: record.generation,
        jobs: vec![],
        episodes_planned,
        episodes_before: record.episodes_planned,
        note: note("it still improves"),
    }
}

/// A population of two, two episodes each.
async fn evolution(store: &Store, generations: u32, confirmation: u32) -> NewExperiment {
    let mut spec = builder::spec(2);
    spec.evolution = Some(EvolutionSpec { population: 2, generations, confirmation, ..EvolutionSpec::default() });
    let mut new = builder::experiment_of(spec, 2);
    new.episodes_planned = u64::from(4 * generations + 2 * confirmation);
    store.create(&new).await.unwrap();
    new
}

async fn play_open_jobs(store: &Store, id: ExperimentId) {
    for job in store.open_jobs(id).await.unwrap() {
        let assignment = granted(store, job, LEASE).await;
        store.finish(job, assignment.fence, &play(&assignment)).await.unwrap();
    }
}

pub async fn more_replicates_open_a_completed_design_again(store: Store) {
    let epoch = elected(&store).await;
    let new = created(&store, 2, 3).await;
    play_generation(&store, &new.first).await;
    store.close_generation(epoch, new.id, 0, &summary(), None).await.unwrap();
    store.complete(epoch, new.id, DIGEST).await.unwrap();
    let before = store.experiment(new.id).await.unwrap();
    let more = replicates(&before, 2, 8);

    assert_eq!(store.extend(&more).await.unwrap(), Extended::Done);

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, &stored.digest, stored.ended_at_ms), (Running, &None, None));
    assert_eq!((stored.episodes_planned, stored.episodes_scored), (16, 6));
    assert_eq!((&stored.spec, stored.course().replicates()), (&new.spec, 8));
    assert_eq!(stored.extensions, [Extension { extent: Extent::Replicates(8), generation: 0 }]);
    let listed = store.experiments(&Default::default(), &Page::default()).await.unwrap().0;
    assert_eq!(listed.iter().find(|record| record.id == new.id), Some(&stored));
    assert_eq!(store.create(&new).await.unwrap(), Created::Existing(Running), "launching it again goes on");
    let generation = store.generation(new.id, 0).await.unwrap();
    assert_eq!((generation.status, generation.episodes_per_member), (GenerationStatus::Running, 8));
    let jobs: Vec<_> = more.jobs.iter().map(|job| job.id).collect();
    assert_eq!(store.open_jobs(new.id).await.unwrap(), jobs);
    assert_eq!(kind_of(store.complete(epoch, new.id, DIGEST).await), ErrorKind::FailedPrecondition);

    play_open_jobs(&store, new.id).await;
    assert_eq!(
        kind_of(store.complete(epoch, new.id, DIGEST).await),
        ErrorKind::FailedPrecondition,
        "the digest is too old"
    );
    store.close_generation(epoch, new.id, 0, &summary(), None).await.unwrap();
    store.complete(epoch, new.id, "decade").await.unwrap();

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, stored.digest.as_deref()), (Completed, Some("decade")));
    let first = ["evaluated", "evaluated", "completed", "completed"];
    let expected: Vec<_> = first.into_iter().chain(["extended"]).chain(first).collect();
    assert_eq!(kinds(&store, new.id).await[2..], expected);
    let ids: BTreeSet<_> = events(&store, new.id).await.into_iter().map(|event| event.record.id).collect();
    assert_eq!(ids.len(), 2 + expected.len(), "every event has an id of its own");
    let (journal, _) = store.journal(new.id, &Page::default()).await.unwrap();
    let extended = journal.iter().find(|entry| entry.action == Action::Extended).unwrap();
    assert_eq!((extended.detail.as_str(), &extended.note), ("from 3 to 8 replicates", &note("more power")));
    let told: Vec<_> = journal.iter().filter(|entry| entry.action == Action::Completed).collect();
    assert_eq!(told.iter().map(|entry| entry.detail.as_str()).collect::<Vec<_>>(), ["digest c0ffee", "digest decade"]);
}

pub async fn a_running_design_is_extended_before_its_end(store: Store) {
    let new = created(&store, 1, 4).await;
    let in_play = granted(&store, new.first.jobs[0].id, LEASE).await;
    let record = store.experiment(new.id).await.unwrap();

    assert_eq!(store.extend(&replicates(&record, 1, 5)).await.unwrap(), Extended::Done);
    let record = store.experiment(new.id).await.unwrap();
    assert_eq!(store.extend(&replicates(&record, 1, 8)).await.unwrap(), Extended::Done);

    store.finish(in_play.job, in_play.fence, &play(&in_play)).await.unwrap();
    play_open_jobs(&store, new.id).await;
    let generation = store.generation(new.id, 0).await.unwrap();
    let played: Vec<_> = generation.members[0].scores.iter().map(|score| score.key.replicate).collect();
    assert_eq!(played, (0..8).collect::<Vec<_>>());
    let progress = store.progress(new.id, 0).await.unwrap();
    assert_eq!((progress[0].episodes_planned, progress[0].episodes_scored), (8, 8));
    assert_eq!(kinds(&store, new.id).await[2..], ["extended", "extended", "evaluated"]);
}

pub async fn a_paused_experiment_is_extended_and_stays_paused(store: Store) {
    let new = created(&store, 1, 2).await;
    store.set_status(new.id, Paused, &note("lunch")).await.unwrap();
    let record = store.experiment(new.id).await.unwrap();

    assert_eq!(store.extend(&replicates(&record, 1, 4)).await.unwrap(), Extended::Done);

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, stored.reason.as_deref()), (Paused, Some("lunch")));
    assert_eq!((stored.episodes_planned, store.open_jobs(new.id).await.unwrap()), (4, vec![]));
    store.set_status(new.id, Running, &note("")).await.unwrap();
    assert_eq!(store.open_jobs(new.id).await.unwrap().len(), 2);
}

pub async fn what_failed_or_was_stopped_is_not_extended(store: Store) {
    for status in [Failed, Stopped, Stopping] {
        let new = created(&store, 1, 2).await;
        granted(&store, new.first.jobs[0].id, LEASE).await;
        let record = store.experiment(new.id).await.unwrap();
        store.set_status(new.id, status, &note("")).await.unwrap();

        let error = store.extend(&replicates(&record, 1, 4)).await.unwrap_err();

        assert_eq!(error.kind, ErrorKind::FailedPrecondition, "{status}");
        assert!(error.message.contains(status.name()), "{}", error.message);
        let stored = store.experiment(new.id).await.unwrap();
        assert_eq!((stored.status, stored.episodes_planned, stored.extensions), (status, 2, vec![]));
        assert_eq!(store.progress(new.id, 0).await.unwrap()[0].episodes_planned, 2);
    }
    let mut unknown = replicates(&store.experiment(created(&store, 1, 2).await.id).await.unwrap(), 1, 4);
    unknown.experiment = ExperimentId(uuid::Uuid::nil());
    assert_eq!(kind_of(store.extend(&unknown).await), ErrorKind::NotFound);
}

pub async fn an_extension_is_stored_once_however_often_it_is_asked_for(store: Store) {
    let new = created(&store, 3, 2).await;
    let record = store.experiment(new.id).await.unwrap();
    let extend = |total| {
        let (store, more) = (Arc::clone(&store), replicates(&record, 3, total));
        tokio::spawn(async move { store.extend(&more).await.unwrap() })
    };

    let (a, b, other) = tokio::join!(extend(4), extend(4), extend(6));
    let outcomes = [a.unwrap(), b.unwrap(), other.unwrap()];

    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Extended::Done).count(), 1, "{outcomes:?}");
    let stored = store.experiment(new.id).await.unwrap();
    let total = stored.course().replicates();
    assert_eq!((stored.extensions.len(), stored.episodes_planned), (1, 3 * u64::from(total)));
    assert_eq!(store.extend(&replicates(&record, 3, total)).await.unwrap(), Extended::Already);
    let outdated = if total == 4 { 6 } else { 4 };
    assert_eq!(store.extend(&replicates(&record, 3, outdated)).await.unwrap(), Extended::Outdated);
    assert_eq!(store.open_jobs(new.id).await.unwrap().len() as u32, 3 * total / 2);
}

pub async fn what_was_planned_before_an_extension_is_refused(store: Store) {
    let epoch = elected(&store).await;
    let new = evolution(&store, 1, 3).await;
    let record = store.experiment(new.id).await.unwrap();
    play_generation(&store, &new.first).await;
    let confirmation = builder::stage(new.id, &new.spec, 1, Stage::confirmation(0), 2);
    let second = builder::plan(new.id, &new.spec, 1, 2);
    assert_eq!(store.extend(&generations(&record, 2, 14)).await.unwrap(), Extended::Done);

    let late = store.close_generation(epoch, new.id, 0, &summary(), Some(&confirmation)).await;

    assert_eq!(kind_of(late), ErrorKind::FailedPrecondition);
    assert_eq!(store.generation(new.id, 0).await.unwrap().status, GenerationStatus::Running);
    store.close_generation(epoch, new.id, 0, &summary(), Some(&second)).await.unwrap();
    let late = store.extend(&generations(&record, 3, 18)).await.unwrap();
    assert_eq!(late, Extended::Outdated, "it was planned when generation 0 was the latest");
    play_generation(&store, &second).await;
    let confirmation = builder::stage(new.id, &new.spec, 2, Stage::confirmation(0), 2);
    store.close_generation(epoch, new.id, 1, &summary(), Some(&confirmation)).await.unwrap();
}

pub async fn an_extended_evolution_goes_on_after_its_end(store: Store) {
    let epoch = elected(&store).await;
    let new = evolution(&store, 1, 0).await;
    play_generation(&store, &new.first).await;
    store.close_generation(epoch, new.id, 0, &summary(), None).await.unwrap();
    store.complete(epoch, new.id, DIGEST).await.unwrap();
    let record = store.experiment(new.id).await.unwrap();

    assert_eq!(store.extend(&generations(&record, 2, 8)).await.unwrap(), Extended::Done);

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, stored.generation, &stored.digest), (Running, 0, &None));
    assert_eq!(kind_of(store.complete(epoch, new.id, DIGEST).await), ErrorKind::FailedPrecondition);
    let second = builder::plan(new.id, &new.spec, 1, 2);
    for _ in 0..2 {
        store.close_generation(epoch, new.id, 0, &summary(), Some(&second)).await.unwrap();
    }
    play_generation(&store, &second).await;
    store.close_generation(epoch, new.id, 1, &summary(), None).await.unwrap();
    store.complete(epoch, new.id, "decade").await.unwrap();
    let told = kinds(&store, new.id).await;
    let expected = ["extended", "started", "evaluated", "evaluated", "completed", "completed"];
    assert_eq!(told[6..], expected, "{told:?}");
}

pub async fn extensions_race_with_the_last_scores(store: Store) {
    let epoch = elected(&store).await;
    let new = created(&store, 3, 4).await;
    let record = store.experiment(new.id).await.unwrap();
    let finish = new.first.jobs.iter().map(|job| {
        let (store, job) = (Arc::clone(&store), job.id);
        tokio::spawn(async move {
            let assignment = granted(&store, job, LEASE).await;
            store.finish(job, assignment.fence, &play(&assignment)).await.unwrap();
        })
    });
    let finish: Vec<_> = finish.collect();

    assert_eq!(store.extend(&replicates(&record, 3, 6)).await.unwrap(), Extended::Done);
    futures::future::join_all(finish).await.into_iter().for_each(|ended| ended.unwrap());
    play_open_jobs(&store, new.id).await;

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.episodes_planned, stored.episodes_scored), (18, 18));
    let progress = store.progress(new.id, 0).await.unwrap();
    assert!(progress.iter().all(|member| (member.episodes_planned, member.episodes_scored) == (6, 6)), "{progress:?}");
    store.close_generation(epoch, new.id, 0, &summary(), None).await.unwrap();
    store.complete(epoch, new.id, DIGEST).await.unwrap();
}
