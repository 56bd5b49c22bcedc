//! Where events and metrics go.

use async_trait::async_trait;

use super::PortResult;
use crate::event::EventRecord;

/// A stream of events that keeps what it has accepted and recognises repeated ids.
#[async_trait]
pub trait EventPublisher: Send + Sync {
    /// Publishes records in order; the result says for each whether the stream has it now. A record that the stream
    /// already has counts as published.
    async fn publish(&self, records: &[EventRecord]) -> Vec<PortResult<()>>;

    /// Whether the stream can be used right now.
    async fn ping(&self) -> PortResult<()>;
}

/// Short-lived numbers for whoever listens; nothing is kept.
#[async_trait]
pub trait MetricsPublisher: Send + Sync {
    /// Whether anybody may be listening now. If not, the numbers need not even be gathered.
    fn is_heard(&self) -> bool;

    /// Sends a JSON body to a subject below the metrics prefix, such as `agent.A`.
    async fn send(&self, subject: &str, body: String) -> PortResult<()>;
}
