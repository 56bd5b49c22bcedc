//! The part of the ledger that people act on: ends, extensions and the journal.

use async_trait::async_trait;

use super::{Page, PortResult};
use crate::extension::Extent;
use crate::ids::ExperimentId;
use crate::journal::{Action, JournalEntry, Note};
use crate::plan::JobPlan;
use crate::status::ExperimentStatus;

/// More of an experiment, as it was planned from how the experiment stood.
#[derive(Debug, Clone)]
pub struct NewExtension {
    /// The experiment.
    pub experiment: ExperimentId,
    /// How far it goes from now on.
    pub extent: Extent,
    /// How far it went when this was planned.
    pub from: Extent,
    /// Number of its latest generation when this was planned.
    pub generation: u32,
    /// New jobs of generation 0; none for an evolution, whose generations are planned one by one.
    pub jobs: Vec<JobPlan>,
    /// Episodes planned over all generations from now on.
    pub episodes_planned: u64,
    /// Episodes that were planned when this was; a race may have saved some since.
    pub episodes_before: u64,
    /// Who asked for it, and why.
    pub note: Note,
}

impl NewExtension {
    /// What it is in the journal.
    #[must_use]
    pub fn action(&self) -> Action {
        if self.extent.total() < self.from.total() { Action::Shortened } else { Action::Extended }
    }
}

/// What became of an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extended {
    /// It was stored.
    Done,
    /// The experiment goes just as far already.
    Already,
    /// The experiment has moved on since the extension was planned: plan it again.
    Outdated,
}

/// What people do to experiments, besides launching them and changing their status. Every method is one transaction,
/// and every one may be called again after an error whose outcome is not known.
#[async_trait]
pub trait ControlStore: Send + Sync {
    /// Ends an experiment that is being stopped, if no job of it is in play any more: done, given back, or held by a lease
    /// that has run out. Returns where it stands.
    ///
    /// # Errors
    /// `NotFound`.
    async fn settle(&self, id: ExperimentId) -> PortResult<ExperimentStatus>;

    /// Stores an extension with its jobs, its event and a line of the journal. A completed experiment runs again.
    ///
    /// # Errors
    /// `FailedPrecondition` if the experiment failed, was stopped or is being stopped.
    async fn extend(&self, extension: &NewExtension) -> PortResult<Extended>;

    /// Writes a line into the journal of an experiment. One that was written within the last minute is not written again,
    /// so whoever keeps asking for what is refused fills no disk.
    ///
    /// # Errors
    /// `NotFound`.
    async fn record(&self, id: ExperimentId, action: Action, note: &Note, detail: &str) -> PortResult<()>;

    /// The journal of an experiment, oldest first, and where to go on.
    ///
    /// # Errors
    /// `NotFound`.
    async fn journal(&self, id: ExperimentId, page: &Page) -> PortResult<(Vec<JournalEntry>, Option<String>)>;
}
