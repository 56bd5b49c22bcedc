//! Experiments: stored once, and moved from status to status.

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::ExperimentId;
use domain::journal::{Action, Actor, Note};
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
        let events = [Event::once(new.id, fact), Event::once(new.id, generation_started(&new.first))];
        self.write_events(new.id, &events, now)?;
        self.write_journal(new.id, Action::Launched, &Note::new(new.launched_by.clone(), ""), "", now);
        Ok(Created::New)
    }

    pub(super) fn set_status(
        &mut self,
        id: ExperimentId,
        status: ExperimentStatus,
        note: &Note,
        now: i64,
    ) -> PortResult<()> {
        let present = self.experiment(id)?.record.status;
        let is_there =
            present == status || (status == ExperimentStatus::Stopping && present == ExperimentStatus::Stopped);
        if is_there {
            return Ok(());
        }
        check_change(id, present, status)?;
        let status = match status {
            ExperimentStatus::Stopping if !self.are_in_play(id, now) => ExperimentStatus::Stopped,
            other => other,
        };
        self.move_to(id, status, note, "", now)
    }

    /// Ends what is being stopped, once nothing of it is in play.
    pub(super) fn settle(&mut self, id: ExperimentId, now: i64) -> PortResult<ExperimentStatus> {
        let record = &self.experiment(id)?.record;
        let (present, reason) = (record.status, record.reason.clone().unwrap_or_default());
        if present != ExperimentStatus::Stopping || self.are_in_play(id, now) {
            return Ok(present);
        }
        self.move_to(id, ExperimentStatus::Stopped, &own(&reason), "no job is in play any more", now)?;
        Ok(ExperimentStatus::Stopped)
    }

    /// Moves an experiment to a status that may follow its present one, with its event and a line of the journal.
    pub(super) fn move_to(
        &mut self,
        id: ExperimentId,
        status: ExperimentStatus,
        note: &Note,
        detail: &str,
        now: i64,
    ) -> PortResult<()> {
        let experiment = self.experiment_mut(id)?;
        let event = status_event(experiment, status, &note.reason);
        let tells_why = !matches!(status, ExperimentStatus::Running | ExperimentStatus::Completed);
        experiment.pauses += u32::from(status == ExperimentStatus::Paused);
        let record = &mut experiment.record;
        record.status = status;
        record.reason = tells_why.then(|| note.reason.clone());
        record.ended_at_ms = status.has_ended().then_some(now);
        self.write_events(id, event.as_slice(), now)?;
        self.write_journal(id, action(status), note, detail, now);
        Ok(())
    }

    /// Whether a worker may still be playing a job of an experiment.
    fn are_in_play(&self, id: ExperimentId, now: i64) -> bool {
        self.jobs.values().any(|job| job.experiment == id && job.is_leased(now))
    }
}

/// The note of what the orchestrator does by itself.
pub(super) fn own(reason: &str) -> Note {
    Note::new(Actor::orchestrator(), reason)
}

fn check_change(id: ExperimentId, present: ExperimentStatus, status: ExperimentStatus) -> PortResult<()> {
    let is_by_request = status != ExperimentStatus::Completed && present != ExperimentStatus::Completed;
    if is_by_request && present.may_become(status) {
        return Ok(());
    }
    let message = format!("experiment {id} is {present}: it cannot become {status} by request");
    Err(refused(ErrorKind::FailedPrecondition, message))
}

fn action(status: ExperimentStatus) -> Action {
    match status {
        ExperimentStatus::Running => Action::Resumed,
        ExperimentStatus::Paused => Action::Paused,
        ExperimentStatus::Stopping => Action::Stopping,
        ExperimentStatus::Completed => Action::Completed,
        ExperimentStatus::Failed => Action::Failed,
        ExperimentStatus::Stopped => Action::Stopped,
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
        ExperimentStatus::Stopping | ExperimentStatus::Completed => return None,
    };
    Some(Event { experiment: experiment.record.id, occurrence, fact })
}

pub(super) fn generation_started(plan: &GenerationPlan) -> Fact {
    let agents = u32::try_from(plan.members.len()).unwrap_or(u32::MAX);
    Fact::GenerationStarted {
        generation: plan.index,
        purpose: Some(plan.purpose),
        agents,
        episodes: plan.episodes_planned(),
    }
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
        episodes_due: 0,
        episodes_scored: 0,
        created_at_ms: now,
        ended_at_ms: None,
        extensions: Vec::new(),
    };
    Experiment {
        record,
        pauses: 0,
        completions: 0,
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
