//! What people do to experiments that are there: pause, resume, stop, extend.

use domain::ErrorKind;
use domain::extension::Extent;
use domain::ids::ExperimentId;
use domain::journal::Note;
use domain::ports::{ExperimentRecord, Extended, NewExtension, PortError, PortResult};
use domain::status::ExperimentStatus;

use super::Core;
use crate::{planner, planning};

/// How often an extension is planned anew when the experiment moves on meanwhile. It moves by a generation at a time, so
/// even the second try is rare.
const TRIES: u32 = 10;

impl Core {
    /// Pauses, resumes, stops or fails an experiment.
    ///
    /// # Errors
    /// If it does not exist, or is in a status that the new one may not follow.
    pub async fn set_status(&self, id: ExperimentId, status: ExperimentStatus, note: &Note) -> PortResult<()> {
        self.store.set_status(id, status, note).await?;
        self.ring();
        Ok(())
    }

    /// Makes an experiment go as far as `extent`, and says whether it does so only now.
    ///
    /// # Errors
    /// `Invalid` if it cannot go that far, `FailedPrecondition` if it failed, was stopped or is being stopped.
    pub async fn extend(&self, id: ExperimentId, extent: Extent, note: &Note) -> PortResult<bool> {
        for _ in 0..TRIES {
            let record = self.store.experiment(id).await?;
            let Some(extension) = plan(record, extent, note.clone()).await? else { return Ok(false) };
            match self.control.extend(&extension).await? {
                Extended::Outdated => {}
                Extended::Already => return Ok(false),
                Extended::Done => {
                    tracing::info!(experiment = %id, from = %extension.from, to = %extent, "experiment extended");
                    self.ring();
                    return Ok(true);
                }
            }
        }
        Err(PortError::new(ErrorKind::Unavailable, format!("experiment {id} moves on all the time: try again")))
    }
}

async fn plan(record: ExperimentRecord, extent: Extent, note: Note) -> PortResult<Option<NewExtension>> {
    // As many episodes as now, for each of the new replicates or generations: more than there will be.
    let episodes = record.episodes_planned.saturating_mul(extent.total().into());
    planner::run(episodes, move || planning::extension(&record, extent, &note)).await
}
