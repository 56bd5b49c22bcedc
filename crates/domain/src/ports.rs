//! What the outside must offer. Adapters implement these; only the daemons' `app` modules name adapters.

mod blobs;
mod audit;
mod control;
mod dispatch;
mod environment;
mod fences;
mod jobs;
mod leadership;
mod publisher;
mod queue_depth;
mod store;
mod trace;

pub use blobs::BlobStore;
pub use audit::{Audit, HeldJob, LedgerAudit};
pub use control::{ControlStore, Extended, NewExtension};
pub use dispatch::{Dispatch, DueJob};
pub use environment::{Environment, EnvironmentError};
pub use fences::{FenceCounts, FenceReport};
pub use jobs::{Delivery, JobConsumer, JobMessage, JobQueue};
pub use leadership::{Candidate, Election, Leader, Leadership, Term};
pub use publisher::{EventPublisher, MetricsPublisher};
pub use queue_depth::{CountsMessages, QueueDepth};
pub use store::{
    Assignment, Claim, Created, ExperimentFilter, ExperimentRecord, ExperimentStore, Finished, GenerationRecord,
    GenerationSummary, MemberProgress, MemberScores, NewExperiment, OutboxEntry, Page, Provenance, Renewal, Renewed,
    ScoreFilter, ScoreRow, StoredEvent, TickLog, TickRow,
};
pub use trace::TraceSource;

use crate::error::ErrorKind;

/// A failure behind a port: what kind it is, what was being done, and the cause.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct PortError {
    /// What callers can act on.
    pub kind: ErrorKind,
    /// What was being done and what went wrong.
    pub message: String,
    /// The error below, if any.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl PortError {
    /// A failure without a cause of its own.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// The result of a call through a port.
pub type PortResult<T> = Result<T, PortError>;
