//! Looks at races: jobs for those that go on, and what those came to that play no more.

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{Epoch, ExperimentId};
use domain::plan::episodes_of;
use domain::ports::{PortResult, RaceLook};
use domain::status::GenerationStatus;

use super::book::{Book, refused};
use super::generations::check_going_on;

impl Book {
    pub(super) fn advance_race(
        &mut self,
        epoch: Epoch,
        id: ExperimentId,
        index: u32,
        look: &RaceLook,
        now: i64,
    ) -> PortResult<()> {
        self.require_term(epoch)?;
        let generation = self.generation(id, index)?;
        let are_stored = look.jobs.first().is_some_and(|job| self.jobs.contains_key(&job.id));
        if generation.status == GenerationStatus::Completed || are_stored {
            return Ok(());
        }
        if generation.scored < generation.planned {
            let missing = generation.planned - generation.scored;
            let message =
                format!("the race of generation {index} of experiment {id} goes on: {missing} episodes missing");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        check_going_on(self.experiment(id)?, None)?;
        let generation = self.generation_mut(id, index)?;
        generation.planned += episodes_of(&look.jobs);
        let mut saved = 0;
        for row in generation.members.iter_mut().filter(|row| look.out.contains(&row.member.position)) {
            saved += row.planned.saturating_sub(row.scored);
            row.planned = row.scored;
        }
        self.experiment_mut(id)?.record.episodes_planned -= saved;
        self.store_jobs(id, index, &look.jobs);
        let events = self.evaluate_out(id, index, look)?;
        self.write_events(id, &events, now)
    }

    /// Evaluates members that will not have a last score to do it with.
    fn evaluate_out(&mut self, id: ExperimentId, index: u32, look: &RaceLook) -> PortResult<Vec<Event>> {
        let key_order = self.rules.key_order;
        let experiment = self.experiment_mut(id)?;
        let Some(generation) = experiment.generations.get_mut(&index) else { return Ok(Vec::new()) };
        let (mut events, purpose) = (Vec::new(), generation.purpose);
        for row in generation.members.iter_mut().filter(|row| row.evaluations == 0) {
            let position = row.member.position;
            let Some(&fitness) = look.fitness.get(&position) else { continue };
            row.evaluations = 1;
            let scores = experiment.scores.of_member(index, position, key_order);
            let kills = scores.iter().fold(0.0, |sum, score| sum + f64::from(score.measures.kills));
            let fact = Fact::AgentEvaluated {
                generation: index,
                purpose: Some(purpose),
                agent: row.member.agent.clone(),
                position,
                fitness,
                kills: kills / scores.len() as f64,
                episodes: scores.len() as u64,
            };
            events.push(Event::once(id, fact));
        }
        Ok(events)
    }
}
