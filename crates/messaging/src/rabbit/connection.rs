//! The connection to the broker: one for all channels, made when needed, made again after it broke.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};
use runtime::retry::{Backoff, Waits};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::config::AmqpConfig;
use super::errors::answered;
use super::topology;
use crate::wire::without_credentials;

/// A connection that has gone silent is noticed after two heartbeats.
const HEARTBEAT_SECONDS: u16 = 10;

/// Waits between attempts to reach a broker that is away.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), factor: 2.0, cap: Duration::from_secs(3) };

/// The way to the broker.
#[derive(Debug)]
pub(super) struct Link {
    config: AmqpConfig,
    uri: AMQPUri,
    /// Locked while connecting, so that many users of a broken connection make one new one.
    current: Mutex<Option<Arc<Connection>>>,
}

impl Link {
    /// A link that has not connected yet.
    pub(super) fn new(config: AmqpConfig) -> PortResult<Self> {
        let mut uri = AMQPUri::from_str(&config.url).map_err(|reason| {
            let shown = without_credentials(&config.url);
            PortError::new(ErrorKind::Invalid, format!("`{shown}` is not an AMQP address: {reason}"))
        })?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
        Ok(Self { config, uri, current: Mutex::new(None) })
    }

    pub(super) fn config(&self) -> &AmqpConfig {
        &self.config
    }

    /// A new channel on a living connection, with the topology declared on it: that is cheap, does nothing if all is
    /// there, and brings back what somebody deleted. One attempt.
    pub(super) async fn channel(&self) -> PortResult<Channel> {
        let connection = self.connection().await?;
        let channel = answered(self.config.timeout, "open a channel", connection.create_channel()).await?;
        answered(self.config.timeout, "declare the job queue", topology::declare(&channel, &self.config)).await?;
        Ok(channel)
    }

    /// As [`Link::channel`], trying again until `deadline` while the broker is away.
    pub(super) async fn channel_before(&self, deadline: Instant) -> PortResult<Channel> {
        let mut waits = retries();
        loop {
            match self.channel().await {
                Err(error) if error.kind.is_retryable() => pause_before(deadline, &mut waits, error).await?,
                result => return result,
            }
        }
    }

    /// How many jobs wait in the queue; an error if the broker does not answer or the queue is not there.
    pub(super) async fn depth(&self) -> PortResult<u64> {
        self.messages(&self.config.queue).await
    }

    /// How many messages wait in a queue of ours.
    pub(super) async fn messages(&self, queue: &str) -> PortResult<u64> {
        let connection = self.connection().await?;
        let channel = answered(self.config.timeout, "open a channel", connection.create_channel()).await?;
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
        let declared = channel.queue_declare(queue.into(), passive, FieldTable::default());
        let queue = answered(self.config.timeout, "see the job queue", declared).await?;
        Ok(u64::from(queue.message_count()))
    }

    async fn connection(&self) -> PortResult<Arc<Connection>> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref().filter(|connection| connection.status().connected()) {
            return Ok(Arc::clone(connection));
        }
        let properties = ConnectionProperties::default().with_connection_name("claudoom".into());
        let connecting = Connection::connect_uri(self.uri.clone(), properties);
        let broker = without_credentials(&self.config.url);
        let doing = format!("connect to RabbitMQ at {broker}");
        let connection = Arc::new(answered(self.config.timeout, &doing, connecting).await?);
        tracing::info!(broker, "connected to RabbitMQ");
        *current = Some(Arc::clone(&connection));
        Ok(connection)
    }
}

/// The waits of one call.
pub(super) fn retries() -> Waits {
    Waits::new(BACKOFF)
}

/// Waits before the next attempt, or gives `error` back if that would be after `deadline`.
pub(super) async fn pause_before(deadline: Instant, waits: &mut Waits, error: PortError) -> PortResult<()> {
    let next = Instant::now() + waits.next_wait();
    if next >= deadline {
        return Err(error);
    }
    tracing::debug!(%error, "RabbitMQ is away, trying again");
    sleep_until(next).await;
    Ok(())
}
