//! Generations, closed when every episode is scored, and experiments, completed when every generation is.

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{Epoch, ExperimentId};
use domain::plan::{GenerationPlan, Purpose};
use domain::ports::{GenerationRecord, GenerationSummary, MemberScores, PortResult};
use domain::score::Score;
use domain::status::{ExperimentStatus, GenerationStatus};

use super::book::{Book, Experiment, Generation, refused};
use super::experiments::{generation_started, own};

impl Book {
    pub(super) fn read_generation(&self, id: ExperimentId, index: u32) -> PortResult<GenerationRecord> {
        let generation = self.generation(id, index)?;
        let experiment = self.experiment(id)?;
        let members = generation.members.iter().map(|row| {
            let scores = experiment.scores.of_member(index, row.member.position, self.rules.key_order);
            MemberScores {
                member: row.member.clone(),
                episodes_planned: u32::try_from(row.planned).unwrap_or(u32::MAX),
                scores: scores.into_iter().map(Score::without_log).collect(),
            }
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
        let is_closed = generation.status == GenerationStatus::Completed;
        let next = next.filter(|next| self.generation(id, next.index).is_err());
        if is_closed && next.is_none() {
            return Ok(());
        }
        if generation.scored < generation.planned {
            let missing = generation.planned - generation.scored;
            let message = format!("generation {index} of experiment {id} cannot be closed: {missing} episodes missing");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        check_going_on(self.experiment(id)?, next)?;
        let mut events = Vec::new();
        if !is_closed {
            let generation = self.generation_mut(id, index)?;
            let fact = completed(generation.scored, index, generation.purpose, summary);
            let occurrence = generation.completions;
            generation.completions += 1;
            generation.status = GenerationStatus::Completed;
            events.push(Event { experiment: id, occurrence, fact });
        }
        if let Some(next) = next {
            self.store_plan(id, next);
            self.experiment_mut(id)?.record.generation = next.index;
            events.push(Event::once(id, generation_started(next)));
        }
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
        let is_open = |generation: &Generation| generation.status != GenerationStatus::Completed;
        let open = experiment.generations.values().any(is_open);
        if open || experiment.record.episodes_planned > experiment.record.episodes_scored {
            let message = format!("experiment {id} cannot be completed: episodes are missing, or a generation is open");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        self.move_to(id, ExperimentStatus::Completed, &own(""), &format!("digest {digest}"), now)?;
        let experiment = self.experiment_mut(id)?;
        let occurrence = experiment.completions;
        experiment.completions += 1;
        experiment.record.digest = Some(digest.to_owned());
        let episodes = experiment.record.episodes_scored;
        let fact = Fact::ExperimentCompleted { digest: digest.to_owned(), episodes };
        self.write_events(id, &[Event { experiment: id, occurrence, fact }], now)
    }
}

/// Refuses to plan for what has ended, and what an extension has put another generation in the place of.
pub(super) fn check_going_on(experiment: &Experiment, next: Option<&GenerationPlan>) -> PortResult<()> {
    let record = &experiment.record;
    let (id, status) = (record.id, record.status);
    if status == ExperimentStatus::Stopping || status.has_ended() {
        let message = format!("experiment {id} is {status}: its generations are closed no more");
        return Err(refused(ErrorKind::FailedPrecondition, message));
    }
    let Some(next) = next.filter(|_| record.spec.evolution.is_some()) else { return Ok(()) };
    if record.course().stage(next.index).is_some_and(|stage| stage.purpose == next.purpose) {
        return Ok(());
    }
    let message = format!("generation {} of experiment {id} is another one by now: it was extended", next.index);
    Err(refused(ErrorKind::FailedPrecondition, message))
}

fn completed(episodes: u64, index: u32, purpose: Purpose, summary: &GenerationSummary) -> Fact {
    Fact::GenerationCompleted {
        generation: index,
        purpose: Some(purpose),
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
