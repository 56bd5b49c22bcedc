//! Metrics in memory: whoever listens gets them, nothing is kept.

use async_trait::async_trait;
use domain::ports::{MetricsPublisher, PortResult};
use tokio::sync::broadcast;

/// A metrics channel in memory.
#[derive(Debug)]
pub struct MemoryMetrics {
    sender: broadcast::Sender<Metric>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Subject below the metrics prefix.
    pub subject: String,
    /// JSON body.
    pub body: String,
}

impl MemoryMetrics {
    /// A channel that keeps up to `capacity` messages for a slow listener.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { sender: broadcast::Sender::new(capacity.max(1)) }
    }

    /// Listens to what is sent from now on. A slow listener loses the oldest messages, as with core NATS.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Metric> {
        self.sender.subscribe()
    }
}

impl Default for MemoryMetrics {
    fn default() -> Self {
        Self::new(256)
    }
}

#[async_trait]
impl MetricsPublisher for MemoryMetrics {
    fn is_heard(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    async fn send(&self, subject: &str, body: String) -> PortResult<()> {
        // Nobody listening is fine: metrics are for whoever happens to look.
        let _ = self.sender.send(Metric { subject: subject.to_owned(), body });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn listeners_get_what_is_sent_and_nobody_is_needed() {
        let metrics = MemoryMetrics::default();
        metrics.send("agent.a", "{}".to_owned()).await.unwrap();
        assert!(!metrics.is_heard());
        let mut listener = metrics.subscribe();
        assert!(metrics.is_heard());

        metrics.send("agent.b", "{\"n\":1}".to_owned()).await.unwrap();

        let expected = Metric { subject: "agent.b".to_owned(), body: "{\"n\":1}".to_owned() };
        assert_eq!(listener.recv().await.unwrap(), expected);
    }
}
