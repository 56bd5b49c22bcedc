//! The connection to the broker: one for all channels, made when needed, made again after it broke.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::tcp::OwnedTLSConfig;
use lapin::types::FieldTable;
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Channel, Connection, ConnectionProperties, DefaultConnectionBuilder, Queue};
use runtime::outage::Outage;
use runtime::retry::{Backoff, Waits};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::config::AmqpConfig;
use super::errors::answered;
use super::{tls, topology};
use crate::wire::without_credentials;

/// A connection that has gone silent is noticed after two heartbeats.
const HEARTBEAT_SECONDS: u16 = 10;

/// Waits between attempts to reach a broker that is away.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), factor: 2.0, cap: Duration::from_secs(3) };

/// How long the deletion of a queue may take that does not answer: the broker waits 5 s for it.
const DELETION: Duration = Duration::from_secs(20);

/// The way to the broker.
#[derive(Debug)]
pub(super) struct Link {
    config: AmqpConfig,
    uri: AMQPUri,
    tls: OwnedTLSConfig,
    /// Locked while connecting, so that many users of a broken connection make one new one.
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    connection: Option<Arc<Connection>>,
    outage: Outage,
}

impl Link {
    /// A link that has not connected yet.
    pub(super) fn new(config: AmqpConfig) -> PortResult<Self> {
        let mut uri = AMQPUri::from_str(&config.url).map_err(|reason| {
            let shown = without_credentials(&config.url);
            PortError::new(ErrorKind::Invalid, format!("`{shown}` is not an AMQP address: {reason}"))
        })?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
        if config.tls.any() && uri.scheme != AMQPScheme::AMQPS {
            let message = "files for TLS to RabbitMQ are named, so its URL must begin with amqps://";
            return Err(PortError::new(ErrorKind::Invalid, message));
        }
        let tls = tls::config(&config.tls)
            .map_err(|error| PortError::new(ErrorKind::Invalid, format!("TLS to RabbitMQ: {error}")))?;
        let current = Current { connection: None, outage: Outage::new("RabbitMQ") };
        Ok(Self { config, uri, tls, current: Mutex::new(current) })
    }

    pub(super) fn uri(&self) -> &AMQPUri {
        &self.uri
    }

    pub(super) fn tls(&self) -> &OwnedTLSConfig {
        &self.tls
    }

    /// Where the broker is, without credentials.
    pub(super) fn broker(&self) -> String {
        without_credentials(&self.config.url)
    }

    pub(super) fn config(&self) -> &AmqpConfig {
        &self.config
    }

    /// A new channel on a living connection, with the topology declared on it: that is cheap, does nothing if all is
    /// there, and brings back what somebody deleted. One attempt.
    pub(super) async fn channel(&self) -> PortResult<Channel> {
        let channel = self.bare_channel().await?;
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

    /// Whether the broker answers and takes what is published. One that lacks memory or disk space holds publishers up.
    pub(super) async fn takes_messages(&self) -> bool {
        let connection = self.current.lock().await.connection.clone();
        connection.is_some_and(|connection| connection.status().connected() && !connection.status().blocked())
    }

    /// Deletes a queue that serves nobody, with whatever it holds, and declares everything anew. The dead-letter queue,
    /// which may have gone the same way, is spared if it shows a message.
    pub(super) async fn rebuild(&self) -> PortResult<()> {
        let channel = self.bare_channel().await?;
        let dead = self.config.dead_queue();
        let is_spared = self.see(&channel, &dead).await.is_ok_and(|queue| queue.message_count() > 0);
        self.delete(&channel, &self.config.queue).await?;
        if !is_spared {
            self.delete(&channel, &dead).await?;
        }
        answered(self.config.timeout, "declare the job queue", topology::declare(&channel, &self.config)).await
    }

    /// The broker asks the queue first, and deletes it by force if it does not answer.
    async fn delete(&self, channel: &Channel, queue: &str) -> PortResult<()> {
        let deleted = channel.queue_delete(queue.into(), QueueDeleteOptions::default());
        answered(DELETION, "delete a queue", deleted).await.map(drop)
    }

    /// How many jobs wait in the queue; an error if the broker does not answer or the queue is not there.
    pub(super) async fn depth(&self) -> PortResult<u64> {
        self.messages(&self.config.queue).await
    }

    /// How many messages wait in a queue of ours.
    pub(super) async fn messages(&self, queue: &str) -> PortResult<u64> {
        let channel = self.bare_channel().await?;
        Ok(self.see(&channel, queue).await?.message_count().into())
    }

    /// Whether the broker answers; a queue that is not there, as on a new broker, is declared.
    pub(super) async fn ping(&self) -> PortResult<()> {
        match self.depth().await {
            Ok(_) => Ok(()),
            Err(_) => self.channel().await.map(drop),
        }
    }

    /// Looks at a queue that must be there.
    pub(super) async fn see(&self, channel: &Channel, queue: &str) -> PortResult<Queue> {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
        let declared = channel.queue_declare(queue.into(), passive, FieldTable::default());
        answered(self.config.timeout, "see the job queue", declared).await
    }

    /// A new channel on a living connection, with nothing declared on it.
    async fn bare_channel(&self) -> PortResult<Channel> {
        let connection = self.connection().await?;
        answered(self.config.timeout, "open a channel", connection.create_channel()).await
    }

    async fn connection(&self) -> PortResult<Arc<Connection>> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.connection.as_ref().filter(|connection| connection.status().connected()) {
            return Ok(Arc::clone(connection));
        }
        match self.connect().await {
            Ok(connection) => {
                if current.outage.up().is_none() {
                    tracing::info!(broker = self.broker(), "connected to RabbitMQ");
                }
                current.connection = Some(Arc::clone(&connection));
                Ok(connection)
            }
            Err(error) => {
                current.outage.down(&error.message);
                Err(error)
            }
        }
    }

    async fn connect(&self) -> PortResult<Arc<Connection>> {
        let doing = format!("connect to RabbitMQ at {}", self.broker());
        let connecting = async {
            DefaultConnectionBuilder::new()?
                .with_uri(self.uri.clone())
                .with_properties(ConnectionProperties::default().with_connection_name("claudoom".into()))
                .with_tls_config(self.tls.clone())
                .connect()
                .await
        };
        answered(self.config.timeout, &doing, connecting).await.map(Arc::new)
    }
}

/// The waits of one call.
pub(super) fn retries() -> Waits {
    Waits::new(BACKOFF)
}

/// Waits before the next attempt, or gives `error` back if that would be after `deadline`.
pub(super) async fn pause_before(deadline: Instant, waits: &mut Waits, error: PortError) -> PortResult<()> {
    tracing::debug!(%error, "RabbitMQ is away");
    if waits.pause_before(deadline).await { Ok(()) } else { Err(error) }
}
