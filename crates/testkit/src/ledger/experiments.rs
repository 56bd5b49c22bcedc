//! Experiments: stored once, and moved from status to status.

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::ExperimentId;
use domain::plan::GenerationPlan;
use domain::ports::{Created, ExperimentRecord, NewExperiment, PortResult};
use domain::status::ExperimentStatus;

use super::book::{Book, Experiment, refused};
use super::scores::Scores;

impl Book {
    pub(super) fn create(&mut self, new: &NewExperiment, now: i64) -> PortResult<Created> {
        if let Some(stored) = self.experiments.get(&new.id) {
            return existing(&stored.record, new);
        }
        self.experiments.insert(new.id, experiment(new, now));
        self.store_plan(new.id, &new.first);
        let fact = Fact::ExperimentStarted { name: new.spec.name.clone(), episodes: new.episodes_planned };
        self.write_events(new.id, &[Event::once(new.id, fact), Event::once(new.id, generation_started(&new.first))], now)?;
        Ok(Created::New)
    }

    pub(super) fn set_status(
        &mut self,
        id: ExperimentId,
        status: ExperimentStatus,
        reason: &str,
        now: i64,
    ) -> PortResult<()> {
        let present = self.experiment(id)?.record.status;
        if present == status {
            return Ok(());
        }
        if status == ExperimentStatus::Completed {
            let message = "an experiment is completed by its last episode, not by request";
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        if !present.may_become(status) {
            let message = format!("experiment {id} is {present}: it cannot become {status}");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        self.move_to(id, status, reason, now)
    }

    /// Moves an experiment to a status that may follow its present one, with its event.
    pub(super) fn move_to(
        &mut self,
        id: ExperimentId,
        status: ExperimentStatus,
        reason: &str,
        now: i64,
    ) -> PortResult<()> {
        let experiment = self.experiment_mut(id)?;
        let event = status_event(experiment, status, reason);
        experiment.pauses += u32::from(status == ExperimentStatus::Paused);
        let record = &mut experiment.record;
        record.status = status;
        record.reason = (status != ExperimentStatus::Running).then(|| reason.to_owned());
        record.ended_at_ms = status.is_final().then_some(now);
        self.write_events(id, event.as_slice(), now)
    }
}

/// The event that tells of a new status. Every resume follows a pause, so both are counted by the pauses.
fn status_event(experiment: &Experiment, status: ExperimentStatus, reason: &str) -> Option<Event> {
    let reason = reason.to_owned();
    let pauses = experiment.pauses;
    let (occurrence, fact) = match status {
        ExperimentStatus::Paused => (pauses, Fact::ExperimentPaused { reason }),
        ExperimentStatus::Running => (pauses.saturating_sub(1), Fact::ExperimentResumed { reason }),
        ExperimentStatus::Failed => (0, Fact::ExperimentFailed { reason }),
        ExperimentStatus::Stopped => (0, Fact::ExperimentStopped { reason }),
        ExperimentStatus::Completed => return None,
    };
    Some(Event { experiment: experiment.record.id, occurrence, fact })
}

pub(super) fn generation_started(plan: &GenerationPlan) -> Fact {
    let agents = u32::try_from(plan.members.len()).unwrap_or(u32::MAX);
    Fact::GenerationStarted { generation: plan.index, agents, episodes: plan.episodes() }
}

fn experiment(new: &NewExperiment, now: i64) -> Experiment {
    let record = ExperimentRecord {
        id: new.id,
        spec: new.spec.clone(),
        provenance: new.provenance.clone(),
        status: ExperimentStatus::Running,
        reason: None,
        digest: None,
        generation: new.first.index,
        episodes_planned: new.episodes_planned,
        episodes_scored: 0,
        created_at_ms: now,
        ended_at_ms: None,
    };
    Experiment {
        record,
        pauses: 0,
        generations: std::collections::BTreeMap::new(),
        jobs: Vec::new(),
        scores: Scores::default(),
        events: Vec::new(),
    }
}

fn existing(stored: &ExperimentRecord, new: &NewExperiment) -> PortResult<Created> {
    if stored.provenance == new.provenance && stored.spec == new.spec {
        return Ok(Created::Existing(stored.status));
    }
    let message = format!(
        "experiment {} is there already and cannot go on: it began with {:?}, and now there is {:?}",
        new.id, stored.provenance, new.provenance
    );
    Err(refused(ErrorKind::FailedPrecondition, message))
}
