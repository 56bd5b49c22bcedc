//! Extensions: more of an experiment, beside a specification that stays what was launched.

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::extension::{Extension, Extent};
use domain::ports::{Extended, NewExtension, PortResult};
use domain::status::{ExperimentStatus, GenerationStatus};

use super::book::{Book, refused};

impl Book {
    pub(super) fn extend(&mut self, new: &NewExtension, now: i64) -> PortResult<Extended> {
        let record = &self.experiment(new.experiment)?.record;
        let present = record.course().extent();
        if present == new.extent {
            return Ok(Extended::Already);
        }
        check_status(record.status)?;
        let has_saved = record.episodes_planned != new.episodes_before;
        if present != new.from || record.generation != new.generation || has_saved {
            return Ok(Extended::Outdated);
        }
        if let Extent::Replicates(total) = new.extent {
            self.open_generation(new, total)?;
        }
        self.store_jobs(new.experiment, 0, &new.jobs);
        let record = &mut self.experiment_mut(new.experiment)?.record;
        let occurrence = u32::try_from(record.extensions.len()).unwrap_or(u32::MAX);
        record.extensions.push(Extension { extent: new.extent, generation: new.generation });
        record.episodes_planned = new.episodes_planned;
        if record.status == ExperimentStatus::Completed {
            record.status = ExperimentStatus::Running;
            (record.digest, record.ended_at_ms) = (None, None);
        }
        let reason = new.note.reason.clone();
        let fact = Fact::ExperimentExtended { extent: new.extent, episodes: new.episodes_planned, reason };
        self.write_events(new.experiment, &[Event { experiment: new.experiment, occurrence, fact }], now)?;
        let detail = format!("from {} to {}", new.from.total(), new.extent);
        self.write_journal(new.experiment, new.action(), &new.note, &detail, now);
        Ok(Extended::Done)
    }

    fn open_generation(&mut self, new: &NewExtension, total: u32) -> PortResult<()> {
        let generation = self.generation_mut(new.experiment, 0)?;
        generation.status = GenerationStatus::Running;
        generation.episodes_per_member = total;
        generation.planned = new.episodes_planned;
        generation.members.iter_mut().for_each(|row| row.planned = u64::from(total));
        Ok(())
    }
}

fn check_status(status: ExperimentStatus) -> PortResult<()> {
    match status {
        ExperimentStatus::Running | ExperimentStatus::Paused | ExperimentStatus::Completed => Ok(()),
        ExperimentStatus::Stopping | ExperimentStatus::Failed | ExperimentStatus::Stopped => {
            let message = format!("the experiment is {status}: only what runs, is paused or completed is extended");
            Err(refused(ErrorKind::FailedPrecondition, message))
        }
    }
}
