//! Metrics over core NATS: for whoever listens, nothing is kept.

use std::sync::Arc;

use async_nats::Client;
use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ports::{MetricsPublisher, PortError, PortResult};

use super::client::{connect, ensure_connected};
use super::config::NatsConfig;

/// Sends metrics to `{prefix}.metrics.>`.
#[derive(Debug, Clone)]
pub struct NatsMetrics {
    client: Client,
    config: Arc<NatsConfig>,
}

impl NatsMetrics {
    /// Begins to connect; a NATS that is away is not an error.
    ///
    /// # Errors
    /// If the settings cannot be used.
    pub async fn connect(config: &NatsConfig) -> PortResult<Self> {
        config.check()?;
        Ok(Self::over(connect(config).await?, Arc::new(config.clone())))
    }

    pub(super) fn over(client: Client, config: Arc<NatsConfig>) -> Self {
        Self { client, config }
    }
}

#[async_trait]
impl MetricsPublisher for NatsMetrics {
    fn is_heard(&self) -> bool {
        ensure_connected(&self.client).is_ok()
    }

    async fn send(&self, subject: &str, body: String) -> PortResult<()> {
        // A metric is worth nothing later, so it is not kept for when the connection is back.
        ensure_connected(&self.client)?;
        let subject = self.config.metric_subject(subject);
        self.client
            .publish(subject, body.into())
            .await
            .map_err(|cause| PortError::new(ErrorKind::Unavailable, "cannot send a metric over NATS").because(cause))
    }
}
