//! The ledger's events as those see them who compare the stream with it.

use async_trait::async_trait;

use super::PortResult;
use crate::event::EventRecord;
use crate::ids::{EventId, ExperimentId};

/// An event of the ledger, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEvent {
    /// Number within the experiment, from 1, without gaps.
    pub sequence: i64,
    /// The event.
    pub record: EventRecord,
    /// Milliseconds since 1970 when it was marked as published, by the ledger's clock; absent while it waits.
    pub published_at_ms: Option<i64>,
}

/// Reads events with their state, and puts back into the outbox what the stream has lost.
#[async_trait]
pub trait EventLedger: Send + Sync {
    /// Events of an experiment with a number above `after`, in order.
    async fn ledger_events(&self, id: ExperimentId, after: i64, limit: u32) -> PortResult<Vec<LedgerEvent>>;

    /// The events with these ids, in no order; ids that are not there are left out.
    async fn ledger_events_by_id(&self, ids: &[EventId]) -> PortResult<Vec<LedgerEvent>>;

    /// Experiments whose latest event waits or was published at or after a moment of the ledger's clock.
    async fn recent_experiments(&self, since_ms: i64) -> PortResult<Vec<ExperimentId>>;

    /// Puts published events of an experiment back into the outbox, to be published anew, and returns how many. What
    /// waits already is left as it is.
    async fn unpublish(&self, id: ExperimentId, sequences: &[i64]) -> PortResult<u64>;

    /// Puts every published event that the projection never got back into the outbox, and returns how many. For
    /// a stream that ended with its process.
    async fn unpublish_unprojected(&self) -> PortResult<u64>;

    /// Milliseconds since 1970 by the ledger's clock.
    async fn now_ms(&self) -> PortResult<i64>;
}
