//! The summaries that are made of events, and the events of which none can be made.

use async_trait::async_trait;

use super::{Page, PortResult, StreamMessage};
use crate::event::{Event, EventRecord};
use crate::event_chain::Fingerprint;
use crate::ids::{EventId, ExperimentId};
use crate::projection::{ProjectedExperiment, ProjectedGeneration};

/// An event as it came out of the stream and was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedEvent {
    /// What it says.
    pub event: Event,
    /// How it was said.
    pub record: EventRecord,
}

/// What became of a received event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projected {
    /// It was taken into the summaries.
    New,
    /// It had been taken in before; nothing was changed.
    Known,
    /// Another event with the same id had been taken in before; nothing was changed.
    Conflict,
}

/// An event that was taken in, as the inbox remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboxEntry {
    /// Its id.
    pub id: EventId,
    /// Number within the experiment, if its message told it.
    pub sequence: Option<i64>,
    /// What it said, as a hash.
    pub fingerprint: Fingerprint,
}

/// What the events of an experiment add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The experiment.
    pub experiment: ProjectedExperiment,
    /// Its generations, in order of their numbers.
    pub generations: Vec<ProjectedGeneration>,
}

/// The summaries, and the inbox by which every event counts once. In whatever order events come, how often and from
/// how many processes, the summaries are the same in the end.
#[async_trait]
pub trait Projection: Send + Sync {
    /// Takes events in, in one transaction: for each its place in the inbox and its effect on the summaries.
    async fn project(&self, events: &[ReceivedEvent]) -> PortResult<Vec<Projected>>;

    /// What the events of an experiment add up to so far; absent while there are none.
    async fn summary(&self, id: ExperimentId) -> PortResult<Option<Summary>>;

    /// The inbox of an experiment in order of the events' ids, after one of them.
    async fn inbox(&self, id: ExperimentId, after: Option<EventId>, limit: u32) -> PortResult<Vec<InboxEntry>>;

    /// Every experiment that has a summary, in order of the ids, after one of them.
    async fn projected(&self, after: Option<ExperimentId>, limit: u32) -> PortResult<Vec<ExperimentId>>;

    /// Forgets the inbox and the summaries of an experiment, to be made again.
    async fn forget(&self, id: ExperimentId) -> PortResult<()>;
}

/// A message to be put aside.
#[derive(Debug, Clone, PartialEq)]
pub struct NewParked {
    /// The stream it came from.
    pub stream: String,
    /// The message.
    pub message: StreamMessage,
    /// Why nothing could be made of it.
    pub error: String,
    /// How often it was delivered.
    pub deliveries: u32,
}

/// A message that was put aside.
#[derive(Debug, Clone, PartialEq)]
pub struct ParkedEvent {
    /// By what it is named: 16 hexadecimal digits, made of its contents.
    pub id: String,
    /// What was put aside, and why.
    pub parked: NewParked,
    /// Milliseconds since 1970 when that was, by the store's clock.
    pub parked_at_ms: i64,
}

impl NewParked {
    /// By what it is named: a hash of what it contains, so that the same message is put aside once, however often it
    /// comes.
    #[must_use]
    pub fn id(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut take = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        take(self.message.subject.as_bytes());
        for (name, value) in &self.message.headers {
            take(name.as_bytes());
            take(value.as_bytes());
        }
        take(&self.message.body);
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// The experiment that its subject names, if it names one.
    #[must_use]
    pub fn experiment(&self) -> Option<ExperimentId> {
        self.message.subject.split('.').next()?.parse().ok()
    }
}

/// The place for messages of which nothing can be made.
#[async_trait]
pub trait ParkedEvents: Send + Sync {
    /// Puts a message aside. One that is there already keeps its place, with the latest error.
    async fn park(&self, parked: &NewParked) -> PortResult<()>;

    /// What was put aside, oldest first, and where to go on; of one experiment, or of all.
    async fn parked(&self, of: Option<ExperimentId>, page: &Page) -> PortResult<(Vec<ParkedEvent>, Option<String>)>;

    /// One message.
    ///
    /// # Errors
    /// `NotFound`.
    async fn parked_event(&self, id: &str) -> PortResult<ParkedEvent>;

    /// Forgets a message; false if it was not there.
    async fn unpark(&self, id: &str) -> PortResult<bool>;
}
