//! What the outside must offer. Adapters implement these; only the daemons' `app` modules name adapters.

mod audit;
mod blobs;
mod control;
mod dead_letters;
mod dispatch;
mod environment;
mod event_history;
mod event_ledger;
mod event_source;
mod fences;
mod findings;
mod job_ledger;
mod jobs;
mod leadership;
mod projection;
mod publisher;
mod queue_depth;
mod research;
mod store;
mod trace;

pub use audit::{Audit, HeldJob, LedgerAudit};
pub use blobs::{BlobInfo, BlobStore};
pub use control::{ControlStore, Extended, NewExtension};
pub use dead_letters::{DeadLetter, DeadLetters};
pub use dispatch::{Dispatch, DueJob};
pub use environment::{Environment, EnvironmentError};
pub use event_history::{EventHistory, EventWalk, StreamWindow};
pub use event_ledger::{EventLedger, LedgerEvent};
pub use event_source::{Backlog, EventConsumer, EventDelivery, EventSource, StreamMessage};
pub use fences::{FenceCounts, FenceReport};
pub use findings::{FindingFilter, FindingStore};
pub use job_ledger::{
    AttemptRecord, EpisodeFilter, EpisodeRecord, JobDetail, JobEpisode, JobFilter, JobLedger, JobRecord,
};
pub use jobs::{Delivery, JobConsumer, JobMessage, JobQueue};
pub use leadership::{Candidate, Election, Leader, Leadership, Term};
pub use projection::{InboxEntry, NewParked, ParkedEvent, ParkedEvents, Projected, Projection, ReceivedEvent, Summary};
pub use publisher::{EventPublisher, MetricsPublisher};
pub use queue_depth::{CountsMessages, QueueDepth};
pub use research::{ResearchRecord, ResearchStore};
pub use store::{
    Assignment, Claim, Created, DecisionLog, ExperimentFilter, ExperimentRecord, ExperimentStore, Finished,
    GenerationRecord, GenerationSummary, KeptCheckpoint, MemberProgress, MemberScores, NewExperiment, OutboxEntry,
    Page, Provenance, RaceLook, Renewal, Renewed, ScoreFilter, ScoreRow, StoredEvent, TickLog, TickRow,
};
pub use trace::TraceSource;

use crate::error::ErrorKind;
use crate::reason::Reason;

/// A failure behind a port: what kind it is, what was being done, and the cause.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct PortError {
    /// What callers can act on.
    pub kind: ErrorKind,
    /// What was being done and what went wrong.
    pub message: String,
    /// What exactly it is; what follows from the kind unless given.
    pub reason: Option<Reason>,
    /// The error below, if any.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl PortError {
    /// A failure without a cause of its own.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), reason: None, source: None }
    }

    /// A failure for this reason.
    pub fn of(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason: Some(reason), ..Self::new(reason.kind, message) }
    }

    /// What exactly it is.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason.unwrap_or_else(|| Reason::of(self.kind))
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
