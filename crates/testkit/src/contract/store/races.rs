//! Races: a generation that is played look by look, and whose members come to different numbers of episodes.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::sync::Arc;

use domain::ErrorKind;
use domain::course::Stage;
use domain::experiment::{EvolutionSpec, ExperimentSpec, RacingSpec};
use domain::extension::Extent;
use domain::ids::DoomSeed;
use domain::plan::race_replicates;
use domain::ports::{Candidate, Election, Extended, NewExperiment, NewExtension, RaceLook};
use domain::status::ExperimentStatus::Stopped;
use domain::status::GenerationStatus;

use super::generations::summary;
use super::{LAPSED, LEASE, Store, elected, events, granted, kind_of, kinds, play, play_generation};
use crate::builder::{self, note};

/// Episodes of a member before the first look, and at most.
const FIRST: u32 = 2;
const MOST: u32 = 5;

fn spec() -> ExperimentSpec {
    let mut spec = builder::spec(MOST);
    let racing = Some(RacingSpec { first: FIRST, ..RacingSpec::default() });
    spec.evolution = Some(EvolutionSpec { population: 3, confirmation: 0, racing, ..EvolutionSpec::default() });
    spec
}

/// Three members, of which each has played as much as before the first look.
async fn at_the_first_look(store: &Store) -> NewExperiment {
    let new = builder::experiment_of(spec(), 3);
    store.create(&new).await.unwrap();
    play_generation(store, &new.first).await;
    new
}

/// The members at these positions play on, up to this replicate.
fn on(new: &NewExperiment, out: &[u32], positions: &[u32], replicates: std::ops::Range<u32>) -> RaceLook {
    let generation = (0, Stage::evolution(0));
    let jobs = race_replicates(new.id, &new.spec, generation, positions, replicates, DoomSeed);
    RaceLook { out: out.to_vec(), jobs, ..RaceLook::default() }
}

/// The race is over, and these have not played all seeds.
fn over(fitness: &[(u32, f64)]) -> RaceLook {
    let out = fitness.iter().map(|(position, _)| *position).collect();
    RaceLook { out, fitness: fitness.iter().copied().collect(), ..RaceLook::default() }
}

async fn play_look(store: &Store, look: &RaceLook) {
    for job in &look.jobs {
        let assignment = granted(store, job.id, LEASE).await;
        store.finish(job.id, assignment.fence, &play(&assignment)).await.unwrap();
    }
}

/// Episodes of the experiment: planned, with a job, and scored.
async fn counts(store: &Store, new: &NewExperiment) -> [u64; 3] {
    let record = store.experiment(new.id).await.unwrap();
    [record.episodes_planned, record.episodes_due, record.episodes_scored]
}

/// Episodes that are planned of each member, as told in both ways.
async fn planned(store: &Store, new: &NewExperiment) -> Vec<u32> {
    let generation = store.generation(new.id, 0).await.unwrap();
    let members: Vec<_> = generation.members.iter().map(|member| member.episodes_planned).collect();
    let progress = store.progress(new.id, 0).await.unwrap();
    assert!(progress.iter().map(|member| member.episodes_planned).eq(members.iter().map(|&count| u64::from(count))));
    members
}

pub async fn a_race_goes_on_with_those_that_are_left(store: Store) {
    let epoch = elected(&store).await;
    let new = at_the_first_look(&store).await;
    assert_eq!((counts(&store, &new).await, planned(&store, &new).await), ([15, 6, 6], vec![5, 5, 5]));
    assert_eq!(store.generation(new.id, 0).await.unwrap().episodes_per_member, MOST);
    let look = on(&new, &[1], &[0, 2], FIRST..3);

    for _ in 0..2 {
        store.advance_race(epoch, new.id, 0, &look).await.unwrap();
    }

    assert_eq!((counts(&store, &new).await, planned(&store, &new).await), ([12, 8, 6], vec![5, 2, 5]));
    let jobs: Vec<_> = look.jobs.iter().map(|job| job.id).collect();
    assert_eq!(store.open_jobs(new.id).await.unwrap(), jobs);
    let early = store.close_generation(epoch, new.id, 0, &summary(), None).await;
    assert_eq!(kind_of(early), ErrorKind::FailedPrecondition);
    assert_eq!(kinds(&store, new.id).await, ["started", "started"], "nobody is evaluated before the race is over");

    play_look(&store, &look).await;
    let over = over(&[(0, 1.5), (1, 0.1 + 0.2), (2, 1.25)]);
    for _ in 0..2 {
        store.advance_race(epoch, new.id, 0, &over).await.unwrap();
    }

    assert_eq!((counts(&store, &new).await, planned(&store, &new).await), ([8, 8, 8], vec![3, 2, 3]));
    assert_eq!(kinds(&store, new.id).await[2..], ["evaluated"; 3]);
    let told: Vec<_> = events(&store, new.id).await.into_iter().skip(2).map(|event| event.record).collect();
    assert!(told[1].subject.ends_with("agent-1.evaluated"), "{}", told[1].subject);
    // Two episodes with 0 kills and 1.
    for part in ["0.30000000000000004", "kills: 0.5", "episodes: 2"] {
        assert!(told[1].body.contains(part), "{}", told[1].body);
    }
    for _ in 0..2 {
        store.close_generation(epoch, new.id, 0, &summary(), None).await.unwrap();
        store.advance_race(epoch, new.id, 0, &over).await.unwrap();
    }
    let generation = store.generation(new.id, 0).await.unwrap();
    let played: Vec<_> = generation.members.iter().map(|member| member.scores.len()).collect();
    assert_eq!((generation.status, played), (GenerationStatus::Completed, vec![3, 2, 3]));
    store.complete(epoch, new.id, "c0ffee").await.unwrap();
}

pub async fn who_plays_to_the_end_is_evaluated_with_the_last_score(store: Store) {
    let epoch = elected(&store).await;
    let new = at_the_first_look(&store).await;
    let look = on(&new, &[0, 2], &[1], FIRST..MOST);
    store.advance_race(epoch, new.id, 0, &look).await.unwrap();

    play_look(&store, &look).await;
    assert_eq!(kinds(&store, new.id).await[2..], ["evaluated"]);
    store.advance_race(epoch, new.id, 0, &over(&[(0, 1.0), (2, 0.5)])).await.unwrap();

    let subjects: Vec<_> = events(&store, new.id).await.into_iter().map(|event| event.record.subject).collect();
    let agents = subjects[2..].iter().map(|subject| subject.rsplit('.').nth(1).unwrap());
    assert_eq!(agents.collect::<Vec<_>>(), ["agent-1", "agent-0", "agent-2"]);
    assert_eq!((counts(&store, &new).await, planned(&store, &new).await), ([9, 9, 9], vec![2, 5, 2]));
}

pub async fn a_look_that_comes_too_early_or_too_late_is_refused(store: Store) {
    let past = store.stand(&Candidate::new("past"), LAPSED).await.unwrap();
    let Election::Elected(past) = past else { panic!("{past:?}") };
    let epoch = elected(&store).await;
    let new = builder::experiment_of(spec(), 3);
    store.create(&new).await.unwrap();
    let look = on(&new, &[1], &[0, 2], FIRST..3);
    assert_eq!(kind_of(store.advance_race(epoch, new.id, 0, &look).await), ErrorKind::FailedPrecondition);
    assert_eq!(kind_of(store.advance_race(epoch, new.id, 1, &look).await), ErrorKind::NotFound);
    play_generation(&store, &new.first).await;

    assert_eq!(kind_of(store.advance_race(past, new.id, 0, &look).await), ErrorKind::Fenced);
    assert_eq!(store.fence_counts().await.unwrap().fenced_plans, 1);
    store.set_status(new.id, Stopped, &note("")).await.unwrap();
    assert_eq!(kind_of(store.advance_race(epoch, new.id, 0, &look).await), ErrorKind::FailedPrecondition);

    assert_eq!((counts(&store, &new).await, planned(&store, &new).await), ([15, 6, 6], vec![5, 5, 5]));
}

pub async fn looks_of_rivals_are_stored_once(store: Store) {
    let epoch = elected(&store).await;
    let new = at_the_first_look(&store).await;
    let look = on(&new, &[2], &[0, 1], FIRST..4);
    let advance = || {
        let (store, id, look) = (Arc::clone(&store), new.id, look.clone());
        tokio::spawn(async move { store.advance_race(epoch, id, 0, &look).await.unwrap() })
    };

    futures::future::join_all([advance(), advance(), advance()]).await.into_iter().for_each(|ended| ended.unwrap());

    assert_eq!((counts(&store, &new).await, planned(&store, &new).await), ([12, 10, 6], vec![5, 5, 2]));
    assert_eq!(store.open_jobs(new.id).await.unwrap().len(), look.jobs.len());
}

pub async fn an_extension_that_knows_nothing_of_what_a_race_saved_is_outdated(store: Store) {
    let epoch = elected(&store).await;
    let new = at_the_first_look(&store).await;
    let extension = |record: &domain::ports::ExperimentRecord| {
        let from = record.course().extent();
        NewExtension {
            experiment: record.id,
            extent: Extent::Generations(from.total() + 1),
            from,
            generation: record.generation,
            jobs: vec![],
            episodes_planned: record.episodes_planned + u64::from(3 * MOST),
            episodes_before: record.episodes_planned,
            note: note("it still improves"),
        }
    };
    let before = extension(&store.experiment(new.id).await.unwrap());
    store.advance_race(epoch, new.id, 0, &on(&new, &[1], &[0, 2], FIRST..3)).await.unwrap();

    assert_eq!(store.extend(&before).await.unwrap(), Extended::Outdated);
    let after = extension(&store.experiment(new.id).await.unwrap());
    assert_eq!(store.extend(&after).await.unwrap(), Extended::Done);
    assert_eq!(counts(&store, &new).await, [27, 8, 6]);
}
