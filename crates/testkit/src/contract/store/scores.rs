//! Scores: exact, committed once, compared when they come again.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::sync::Arc;

use domain::ErrorKind;
use domain::digest::{Digest, ExperimentDigest, measure_bits};
use domain::ids::{AgentId, ExperimentId};
use domain::journal::Actor;
use domain::ports::{Claim, Finished, NewExperiment, Page, ScoreFilter, ScoreRow};
use domain::score::Score;
use domain::status::ExperimentStatus::{Failed, Stopped};
use futures::future::join_all;

use crate::builder::{self, note};

use super::{LAPSED, LEASE, Store, created, events, granted, kind_of, kinds, play, play_generation};

/// Reals that a detour by decimal digits, by `f32` or by integers would change.
const AWKWARD: [f64; 10] = [
    f64::from_bits(1),
    f64::from_bits(0x000f_ffff_ffff_ffff),
    f64::MIN_POSITIVE,
    f64::MAX,
    -f64::MAX,
    f64::INFINITY,
    0.1 + 0.2,
    -1.0 / 3.0,
    9_007_199_254_740_993.0,
    -0.0,
];

fn digest<'a>(scores: impl Iterator<Item = &'a Score>) -> Digest {
    let mut digest = ExperimentDigest::default();
    scores.for_each(|score| digest.push(score).unwrap());
    digest.finish()
}

pub async fn scores_keep_every_bit_and_so_does_the_digest(store: Store) {
    let new = created(&store, 1, AWKWARD.len().try_into().unwrap()).await;
    let mut expected = Vec::new();
    for job in &new.first.jobs {
        let assignment = granted(&store, job.id, LEASE).await;
        let mut scores = play(&assignment);
        for score in &mut scores {
            let real = AWKWARD[score.key.replicate as usize];
            (score.measures.reward, score.measures.path) = (real, -real);
            score.measures.exploration_coverage = Some(real);
            score.measures.ammo_efficiency = (real > 0.0).then_some(real);
            score.measures.kills = i32::MIN + 1;
        }
        store.finish(job.id, assignment.fence, &scores).await.unwrap();
        expected.extend(scores);
    }

    let with_logs = ScoreFilter { action_logs: true, ..ScoreFilter::default() };
    let (rows, _) = store.scores(new.id, &with_logs, &Page::default()).await.unwrap();

    assert_eq!(rows.len(), expected.len());
    for (row, score) in rows.iter().zip(&expected) {
        assert_eq!(measure_bits(&row.score.measures), measure_bits(&score.measures), "{score:?}");
        assert!(row.score.agrees_with(score));
        assert_eq!((row.score.seed, &row.score.action_log), (score.seed, &score.action_log));
    }
    assert_eq!(digest(rows.iter().map(|row| &row.score)), digest(expected.iter()));
    let generation = store.generation(new.id, 0).await.unwrap();
    assert_eq!(digest(generation.members[0].scores.iter()), digest(expected.iter()));
}

pub async fn committing_again_changes_nothing(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    let assignment = granted(&store, job, LEASE).await;
    let scores = play(&assignment);
    let done = Finished { job_done: true, generation_done: true };

    assert_eq!(store.finish(job, assignment.fence, &scores).await.unwrap(), done);
    assert_eq!(store.finish(job, assignment.fence, &scores).await.unwrap(), done);
    assert_eq!(store.finish(job, assignment.fence, &[]).await.unwrap(), done);

    assert_eq!(store.experiment(new.id).await.unwrap().episodes_scored, 2);
    assert_eq!(kinds(&store, new.id).await, ["started", "started", "evaluated"]);
    assert!(matches!(store.claim(job, "worker", LEASE).await.unwrap(), Claim::Settled));
}

pub async fn only_missing_episodes_are_assigned_again(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    let first = granted(&store, job, LAPSED).await;

    let part = store.finish(job, first.fence, &play(&first)[..1]).await.unwrap();
    let second = granted(&store, job, LEASE).await;

    assert_eq!(part, Finished::default());
    assert_eq!(second.episodes, first.episodes[1..]);
    // All of them, as a worker would that played the first one again: equal values are no conflict.
    assert!(store.finish(job, second.fence, &play(&first)).await.unwrap().generation_done);
    assert_eq!(store.experiment(new.id).await.unwrap().episodes_scored, 2);
}

pub async fn another_result_is_a_divergence_and_a_hard_stop(store: Store) {
    let new = created(&store, 1, 4).await;
    let [first, second] = [new.first.jobs[0].id, new.first.jobs[1].id];
    let assignment = granted(&store, first, LEASE).await;
    let scores = play(&assignment);
    store.finish(first, assignment.fence, &scores[..1]).await.unwrap();
    let mut other = scores.clone();
    other[0].measures.path = f64::from_bits(other[0].measures.path.to_bits() + 1);

    for _ in 0..2 {
        let error = store.finish(first, assignment.fence, &other).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Divergence);
        assert!(error.message.contains("position 0, replicate 0"), "{}", error.message);
    }

    let stored = store.experiment(new.id).await.unwrap();
    assert_eq!((stored.status, stored.episodes_scored), (Failed, 1));
    assert!(stored.reason.is_some_and(|reason| reason.contains("divergence")));
    let (rows, _) = store.scores(new.id, &ScoreFilter::default(), &Page::default()).await.unwrap();
    assert!(rows.len() == 1 && rows[0].score.agrees_with(&scores[0]), "the first value is kept, the rest left out");
    assert!(matches!(store.claim(second, "worker", LEASE).await.unwrap(), Claim::Settled));
    assert_eq!(kinds(&store, new.id).await, ["started", "started", "failed"]);
}

pub async fn a_member_is_evaluated_exactly_once_by_concurrent_finishers(store: Store) {
    let new = created(&store, 2, 12).await;
    let finish = |job: &domain::plan::JobPlan| {
        let (store, job) = (Arc::clone(&store), job.id);
        tokio::spawn(async move {
            let assignment = granted(&store, job, LEASE).await;
            store.finish(job, assignment.fence, &play(&assignment)).await.unwrap()
        })
    };

    let finished: Vec<_> = join_all(new.first.jobs.iter().map(finish)).await.into_iter().map(Result::unwrap).collect();

    assert!(finished.iter().all(|one| one.job_done));
    assert_eq!(finished.iter().filter(|one| one.generation_done).count(), 1);
    assert_eq!(store.experiment(new.id).await.unwrap().episodes_scored, 24);
    let evaluated: Vec<_> = events(&store, new.id).await.split_off(2);
    let mut subjects: Vec<_> = evaluated.iter().map(|event| event.record.subject.clone()).collect();
    subjects.sort();
    let subject = |agent: &str| format!("{}.generation.0.agent.{agent}.evaluated", new.id);
    assert_eq!(subjects, [subject("agent-0"), subject("agent-1")]);
    // Kills are 0 to 11.
    assert!(evaluated.iter().all(|event| event.record.body.contains("fitness: 5.5, kills: 5.5, episodes: 12")));
}

pub async fn scores_that_were_not_planned_are_refused(store: Store) {
    let new = created(&store, 2, 2).await;
    let job = new.first.jobs[0].id;
    let assignment = granted(&store, job, LEASE).await;
    let good = play(&assignment).remove(0);
    let changed = |change: fn(&mut Score)| {
        let mut score = good.clone();
        change(&mut score);
        score
    };

    for bad in [
        changed(|score| score.key.position = 1),
        changed(|score| score.key.generation = 1),
        changed(|score| score.key.replicate = 2),
        changed(|score| score.doom_seed.0 ^= 1),
        changed(|score| score.seed ^= 1),
        changed(|score| score.measures.reward = f64::NAN),
    ] {
        assert_eq!(kind_of(store.finish(job, assignment.fence, &[bad]).await), ErrorKind::Invalid);
    }
    let twice = [good.clone(), good];
    assert_eq!(kind_of(store.finish(job, assignment.fence, &twice).await), ErrorKind::Invalid);
    assert_eq!(store.experiment(new.id).await.unwrap().episodes_scored, 0);
}

pub async fn an_ended_experiment_takes_no_more_scores(store: Store) {
    let new = created(&store, 1, 2).await;
    let job = new.first.jobs[0].id;
    let assignment = granted(&store, job, LEASE).await;
    store.set_status(new.id, Stopped, &note("enough")).await.unwrap();

    let late = store.finish(job, assignment.fence, &play(&assignment)).await;

    assert_eq!(kind_of(late), ErrorKind::FailedPrecondition);
    let (rows, _) = store.scores(new.id, &ScoreFilter::default(), &Page::default()).await.unwrap();
    assert_eq!((rows.len(), kinds(&store, new.id).await.len()), (0, 3));
}

pub async fn every_score_keeps_the_action_log_of_its_own_attempt(store: Store) {
    let new = created(&store, 1, 4).await;
    let [first, second] = [new.first.jobs[0].id, new.first.jobs[1].id];
    let logged = |scores: Vec<Score>, mark: u8| -> Vec<Score> {
        scores.into_iter().map(|score| Score { action_log: vec![mark, score.key.replicate as u8], ..score }).collect()
    };
    let early = granted(&store, first, LAPSED).await;
    store.finish(first, early.fence, &logged(play(&early), 1)[..1]).await.unwrap();
    let later = granted(&store, first, LEASE).await;
    let both = logged(play(&early), 2);
    // The lapsed attempt comes late, the other one brings an episode that has a score, and one comes twice.
    assert_eq!(kind_of(store.finish(first, early.fence, &both).await), ErrorKind::Fenced);
    store.finish(first, later.fence, &logged(both, 3)).await.unwrap();
    let other = granted(&store, second, LEASE).await;
    for mark in [4, 5] {
        store.finish(second, other.fence, &logged(play(&other), mark)).await.unwrap();
    }

    let filter = |action_logs| ScoreFilter { action_logs, ..ScoreFilter::default() };
    let (rows, _) = store.scores(new.id, &filter(true), &Page::default()).await.unwrap();

    let logs: Vec<_> = rows.iter().map(|row| row.score.action_log.clone()).collect();
    assert_eq!(logs, [[1, 0], [3, 1], [4, 2], [4, 3]], "what was committed first stays");
    let (rows, _) = store.scores(new.id, &filter(false), &Page::default()).await.unwrap();
    assert!(rows.iter().all(|row| row.score.action_log.is_empty()), "logs are read only where they are asked for");
}

pub async fn a_batch_of_any_size_is_committed_at_once(store: Store) {
    // More bound values than either database takes in one statement.
    const EPISODES: u32 = 2600;
    let mut spec = builder::spec(EPISODES);
    spec.limits.job_episodes = Some(EPISODES);
    let id = ExperimentId::derive(&spec.hash(), &uuid::Uuid::new_v4().to_string());
    let first = builder::plan(id, &spec, 0, 1);
    let new = NewExperiment {
        id,
        episodes_planned: EPISODES.into(),
        spec,
        provenance: builder::provenance(),
        first,
        launched_by: Actor::new("ada"),
    };
    store.create(&new).await.unwrap();
    let job = new.first.jobs[0].id;
    let assignment = granted(&store, job, LEASE).await;
    let scores = play(&assignment);

    assert_eq!(store.finish(job, assignment.fence, &scores[..7]).await.unwrap(), Finished::default());
    let finished = store.finish(job, assignment.fence, &scores).await.unwrap();

    assert_eq!(finished, Finished { job_done: true, generation_done: true });
    assert_eq!(store.experiment(new.id).await.unwrap().episodes_scored, u64::from(EPISODES));
    let generation = store.generation(new.id, 0).await.unwrap();
    assert_eq!(digest(generation.members[0].scores.iter()), digest(scores.iter()));
}

pub async fn scores_are_listed_in_key_order_by_pages(store: Store) {
    let new = created(&store, 3, 5).await;
    play_generation(&store, &new.first).await;
    let all = async |filter: ScoreFilter, size| {
        let mut rows: Vec<ScoreRow> = Vec::new();
        let mut page = Page { after: None, size };
        loop {
            let (part, next) = store.scores(new.id, &filter, &page).await.unwrap();
            rows.extend(part);
            page.after = next;
            if page.after.is_none() {
                return rows;
            }
        }
    };

    let rows = all(ScoreFilter::default(), 4).await;

    assert!(rows.len() == 15 && rows.windows(2).all(|pair| pair[0].score.key < pair[1].score.key));
    assert_eq!((rows[7].agent.as_str(), rows[7].label.as_str(), rows[7].fitness), ("agent-1", "member 1", 2.0));
    assert_eq!(all(ScoreFilter::default(), 15).await, rows);
    let agent = Some(AgentId::slug("agent-2"));
    assert_eq!(all(ScoreFilter { agent, generation: Some(0), action_logs: false }, 2).await, rows[10..]);
    assert_eq!(all(ScoreFilter { generation: Some(1), ..ScoreFilter::default() }, 2).await, []);
    let bad = Page { after: Some("zz".to_owned()), size: 2 };
    assert_eq!(kind_of(store.scores(new.id, &ScoreFilter::default(), &bad).await), ErrorKind::Invalid);
}
