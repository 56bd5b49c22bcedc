//! What is made of events, and the proof that ledger, stream and summaries say the same.
//!
//! * [`processor`] takes events from the stream and makes the summaries of them.
//! * [`verify`] compares ledger, stream and summaries, event by event.
//! * [`rebuild`] brings back what the stream or the summaries have lost.
//! * [`audit`] notices that a stream has lost events, and has them published again.
//! * [`parked`] tries again what was put aside.

pub mod audit;
mod history;
pub mod parked;
pub mod processor;
pub mod rebuild;
pub mod report;
mod understand;
pub mod verify;

use std::sync::Arc;

use domain::ports::{EventHistory, EventLedger, EventSource, ExperimentStore, ParkedEvents, Projection};

pub use understand::{NotUnderstood, understand};

/// The ports that events need.
#[derive(Clone)]
pub struct EventPorts {
    /// The experiments.
    pub store: Arc<dyn ExperimentStore>,
    /// Their events.
    pub ledger: Arc<dyn EventLedger>,
    /// What is made of them.
    pub projection: Arc<dyn Projection>,
    /// Of what nothing could be made.
    pub parked: Arc<dyn ParkedEvents>,
    /// The durable consumer of the stream; absent where there is no stream to look at.
    pub source: Option<Arc<dyn EventSource>>,
    /// What the stream keeps; absent where there is no stream to look at.
    pub history: Option<Arc<dyn EventHistory>>,
}

impl EventPorts {
    /// The ports of one store, without a stream.
    #[must_use]
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: ExperimentStore + EventLedger + Projection + ParkedEvents + 'static,
    {
        Self {
            store: store.clone(),
            ledger: store.clone(),
            projection: store.clone(),
            parked: store,
            source: None,
            history: None,
        }
    }

    /// The same with a stream to look at.
    #[must_use]
    pub fn with_stream(self, source: Arc<dyn EventSource>, history: Arc<dyn EventHistory>) -> Self {
        Self { source: Some(source), history: Some(history), ..self }
    }
}
