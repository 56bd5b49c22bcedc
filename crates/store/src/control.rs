//! The part of the port that people act on, method by method, and the end of what is being stopped.

use async_trait::async_trait;
use domain::ids::ExperimentId;
use domain::journal::{Action, JournalEntry, Note};
use domain::ports::{ControlStore, Extended, NewExtension, Page, PortResult};
use domain::status::ExperimentStatus;

use crate::error::Result;
use crate::experiments::{load, lock, own, status_of};
use crate::jobs;
use crate::session::SqlStore;

#[async_trait]
impl ControlStore for SqlStore {
    async fn settle(&self, id: ExperimentId) -> PortResult<ExperimentStatus> {
        self.retrying("end an experiment", || self.settle_once(id)).await
    }

    async fn extend(&self, extension: &NewExtension) -> PortResult<Extended> {
        self.retrying("extend an experiment", || self.extend_once(extension)).await
    }

    async fn record(&self, id: ExperimentId, action: Action, note: &Note, detail: &str) -> PortResult<()> {
        self.retrying("write into a journal", || self.record_once(id, action, note, detail)).await
    }

    async fn journal(&self, id: ExperimentId, page: &Page) -> PortResult<(Vec<JournalEntry>, Option<String>)> {
        self.list_journal(id, page).await
    }
}

impl SqlStore {
    async fn settle_once(&self, id: ExperimentId) -> Result<ExperimentStatus> {
        // Most looks find nothing to do, and need no lock for it.
        let present = status_of(&load(&self.db, id).await?)?;
        if present != ExperimentStatus::Stopping {
            return Ok(present);
        }
        let tx = self.begin().await?;
        let row = lock(&tx, id).await?;
        let present = status_of(&row)?;
        if present != ExperimentStatus::Stopping || jobs::are_in_play(&tx, id).await? {
            return Ok(present);
        }
        // The journal has who asked for it, with the same reason, a few lines above.
        let reason = row.reason.clone().unwrap_or_default();
        self.move_to(&tx, &row, ExperimentStatus::Stopped, &own(&reason), "no job is in play any more").await?;
        tx.commit().await?;
        Ok(ExperimentStatus::Stopped)
    }
}
