//! Generations, closed when every episode is scored, and experiments, completed when every generation is.

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{Epoch, ExperimentId};
use domain::plan::GenerationPlan;
use domain::ports::{GenerationRecord, GenerationSummary, MemberScores, PortResult};
use domain::status::{ExperimentStatus, GenerationStatus};

use super::book::{Book, Experiment, refused};
use super::experiments::generation_started;

impl Book {
    pub(super) fn read_generation(&self, id: ExperimentId, index: u32) -> PortResult<GenerationRecord> {
        let generation = self.generation(id, index)?;
        let experiment = self.experiment(id)?;
        let members = generation.members.iter().map(|row| {
            let scores = experiment.scores.of_member(index, row.member.position, self.rules.key_order);
            MemberScores { member: row.member.clone(), scores: scores.into_iter().cloned().collect() }
        });
        Ok(GenerationRecord {
            index,
            purpose: generation.purpose,
            status: generation.status,
            episodes_per_member: generation.episodes_per_member,
            members: members.collect(),
        })
    }

    pub(super) fn close_generation(
        &mut self,
        epoch: Epoch,
        id: ExperimentId,
        index: u32,
        summary: &GenerationSummary,
        next: Option<&GenerationPlan>,
        now: i64,
    ) -> PortResult<()> {
        self.require_term(epoch)?;
        let generation = self.generation(id, index)?;
        if generation.status == GenerationStatus::Completed {
            return Ok(());
        }
        if generation.scored < generation.planned {
            let missing = generation.planned - generation.scored;
            let message = format!("generation {index} of experiment {id} cannot be closed: {missing} episodes missing");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        let mut facts = vec![completed(generation.scored, index, summary)];
        let experiment = self.experiment_mut(id)?;
        if experiment.record.status.is_final() {
            let message = format!("experiment {id} is {}: its generations are closed no more", experiment.record.status);
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        if let Some(next) = next {
            if experiment.generations.contains_key(&next.index) {
                return Err(refused(ErrorKind::Internal, format!("generation {} is planned already", next.index)));
            }
            experiment.record.generation = next.index;
            facts.push(generation_started(next));
            self.store_plan(id, next);
        }
        self.generation_mut(id, index)?.status = GenerationStatus::Completed;
        let events: Vec<_> = facts.into_iter().map(|fact| Event::once(id, fact)).collect();
        self.write_events(id, &events, now)
    }

    pub(super) fn complete(&mut self, epoch: Epoch, id: ExperimentId, digest: &str, now: i64) -> PortResult<()> {
        self.require_term(epoch)?;
        let experiment = self.experiment(id)?;
        let status = experiment.record.status;
        if status == ExperimentStatus::Completed {
            return same_digest(experiment, digest);
        }
        if !status.may_become(ExperimentStatus::Completed) {
            let message = format!("experiment {id} is {status}: it cannot be completed");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        let missing: i64 = experiment.generations.values().map(|one| one.planned as i64 - one.scored as i64).sum();
        if missing > 0 {
            let message = format!("experiment {id} cannot be completed: {missing} episodes are missing");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        self.move_to(id, ExperimentStatus::Completed, "", now)?;
        let record = &mut self.experiment_mut(id)?.record;
        record.digest = Some(digest.to_owned());
        record.reason = None;
        let fact = Fact::ExperimentCompleted { digest: digest.to_owned(), episodes: record.episodes_scored };
        self.write_events(id, &[Event::once(id, fact)], now)
    }
}

fn completed(episodes: u64, index: u32, summary: &GenerationSummary) -> Fact {
    Fact::GenerationCompleted {
        generation: index,
        best_agent: summary.best_agent.clone(),
        best_fitness: summary.best_fitness,
        mean_fitness: summary.mean_fitness,
        episodes,
    }
}

fn same_digest(experiment: &Experiment, digest: &str) -> PortResult<()> {
    let record = &experiment.record;
    if record.digest.as_deref() == Some(digest) {
        return Ok(());
    }
    let stored = record.digest.as_deref().unwrap_or("none");
    let message = format!("experiment {} was completed with digest {stored}, not {digest}", record.id);
    Err(refused(ErrorKind::Divergence, message))
}
