//! Commits scores: the one step that everything else exists for.

use std::collections::BTreeSet;

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{Fence, JobId};
use domain::journal::{Action, Actor, Note};
use domain::plan::JobPlan;
use domain::ports::{Finished, PortResult};
use domain::score::Score;
use domain::status::{ExperimentStatus, JobStatus};

use super::book::{Book, Divergence, Place, refused};
use super::experiments::own;
use super::jobs::{settle, unscored};

impl Book {
    pub(super) fn finish(&mut self, id: JobId, fence: Fence, scores: &[Score], now: i64) -> PortResult<Finished> {
        check(scores)?;
        let job = self.held(id, fence)?;
        let (place, worker) = (job.place(), job.owner.clone().unwrap_or_default());
        check_planned(&place, &job.plan, scores)?;
        if let Some((kept, found)) = self.divergence(&place, scores)? {
            let divergence = Divergence { experiment: place.experiment, fence, kept, found };
            return self.diverge(divergence, &worker, now);
        }
        let inserted = self.insert(&place, scores)?;
        let job_done = self.settle_if_done(id)?;
        let generation_done = self.count(&place, inserted, now)?;
        Ok(Finished { job_done, generation_done })
    }

    /// The first of `scores` whose stored value is another.
    fn divergence(&self, job: &Place, scores: &[Score]) -> PortResult<Option<(Score, Score)>> {
        if !(self.rules.compares && self.rules.keys) {
            return Ok(None);
        }
        let stored = &self.experiment(job.experiment)?.scores;
        let pairs = scores.iter().filter_map(|found| stored.get(&found.key).map(|kept| (kept, found)));
        let mut differing = pairs.filter(|(kept, found)| !kept.agrees_with(found));
        Ok(differing.next().map(|(kept, found)| (kept.clone(), found.clone())))
    }

    /// Keeps both values and fails the experiment.
    fn diverge(&mut self, divergence: Divergence, worker: &str, now: i64) -> PortResult<Finished> {
        let (id, key) = (divergence.experiment, divergence.kept.key);
        let reason = format!(
            "divergence: generation {}, position {}, replicate {} was played again with another result",
            key.generation, key.position, key.replicate
        );
        let known = |one: &Divergence| {
            (one.experiment, one.kept.key, one.fence) == (divergence.experiment, key, divergence.fence)
        };
        if !self.divergences.iter().any(known) {
            self.divergences.push(divergence);
            self.write_journal(id, Action::Diverged, &Note::new(Actor::worker(worker), &reason), "", now);
        }
        if self.experiment(id)?.record.status.may_become(ExperimentStatus::Failed) {
            self.move_to(id, ExperimentStatus::Failed, &own(&reason), "", now)?;
        }
        Err(refused(ErrorKind::Divergence, reason))
    }

    /// Stores what is not there yet and says how many rows that were.
    fn insert(&mut self, job: &Place, scores: &[Score]) -> PortResult<u64> {
        let rules = self.rules;
        let experiment = self.experiment_mut(job.experiment)?;
        let is_new = |score: &&Score| !rules.keys || experiment.scores.get(&score.key).is_none();
        let new: Vec<_> = scores.iter().filter(is_new).collect();
        if !new.is_empty() && experiment.record.status.has_ended() && rules.stops {
            let message = format!("experiment {} has ended: it takes no more scores", job.experiment);
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        if !rules.compares {
            scores.iter().for_each(|score| experiment.scores.replace(score));
        }
        new.iter().for_each(|score| experiment.scores.add(score));
        Ok(new.len() as u64)
    }

    fn settle_if_done(&mut self, id: JobId) -> PortResult<bool> {
        let no_job = || refused(ErrorKind::Internal, "a job that was there is gone");
        let job = self.jobs.get(&id).ok_or_else(no_job)?;
        let is_done = unscored(job, self.experiment(job.experiment)?).is_empty();
        let job = self.jobs.get_mut(&id).ok_or_else(no_job)?;
        if is_done && job.status != JobStatus::Done {
            settle(job, JobStatus::Done);
        }
        Ok(is_done)
    }

    /// Counts new scores with member, generation and experiment; true once the generation has all of its own.
    fn count(&mut self, job: &Place, inserted: u64, now: i64) -> PortResult<bool> {
        let member = self.member_mut(job)?;
        member.scored += inserted;
        let is_evaluated = inserted > 0 && member.scored == member.planned;
        let evaluated = if is_evaluated { Some(self.evaluate(job)?) } else { None };
        let generation = self.generation_mut(job.experiment, job.generation)?;
        generation.scored += inserted;
        let is_complete = generation.scored == generation.planned;
        self.experiment_mut(job.experiment)?.record.episodes_scored += inserted;
        self.write_events(job.experiment, evaluated.as_slice(), now)?;
        Ok(is_complete)
    }

    /// Means over all episodes of a member, summed in order of replicates.
    fn evaluate(&mut self, job: &Place) -> PortResult<Event> {
        let key_order = self.rules.key_order;
        let purpose = self.generation(job.experiment, job.generation)?.purpose;
        let row = self.member_mut(job)?;
        let (agent, occurrence) = (row.member.agent.clone(), row.evaluations);
        row.evaluations += 1;
        let experiment = self.experiment(job.experiment)?;
        let fitness = &experiment.record.spec.fitness;
        let rows = experiment.scores.of_member(job.generation, job.position, key_order);
        let episodes = rows.len() as f64;
        let fact = Fact::AgentEvaluated {
            generation: job.generation,
            purpose: Some(purpose),
            agent,
            position: job.position,
            fitness: rows.iter().fold(0.0, |sum, row| sum + fitness.of(&row.measures)) / episodes,
            kills: rows.iter().fold(0.0, |sum, row| sum + f64::from(row.measures.kills)) / episodes,
            episodes: rows.len() as u64,
        };
        Ok(Event { experiment: job.experiment, occurrence, fact })
    }
}

fn check(scores: &[Score]) -> PortResult<()> {
    let mut seen = BTreeSet::new();
    for score in scores {
        if !seen.insert(score.key) {
            return Err(refused(ErrorKind::Invalid, format!("{:?} is given twice", score.key)));
        }
        let measures = &score.measures;
        let reals = [Some(measures.reward), Some(measures.path), measures.exploration_coverage];
        if reals.into_iter().chain([measures.ammo_efficiency]).flatten().any(f64::is_nan) {
            return Err(refused(ErrorKind::Invalid, format!("{:?} has a measure that is not a number", score.key)));
        }
    }
    Ok(())
}

fn check_planned(job: &Place, plan: &JobPlan, scores: &[Score]) -> PortResult<()> {
    let is_planned = |score: &&Score| {
        let key = score.key;
        (key.generation, key.position) == (job.generation, job.position)
            && plan.episodes.iter().any(|episode| {
                (episode.replicate, episode.seed, episode.doom_seed) == (key.replicate, score.seed, score.doom_seed)
            })
    };
    match scores.iter().find(|score| !is_planned(score)) {
        None => Ok(()),
        Some(score) => Err(refused(ErrorKind::Invalid, format!("{:?} is no episode of job {}", score.key, plan.id))),
    }
}
