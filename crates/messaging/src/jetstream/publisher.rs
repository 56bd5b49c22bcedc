//! Publishes events to the stream and waits for every acknowledgement.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_nats::Client;
use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::{Context, ContextBuilder};
use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ports::{EventPublisher, PortError, PortResult};
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use runtime::crash::{self, Point};
use tokio::sync::Mutex;

use super::client::{connect, ensure_connected};
use super::config::NatsConfig;
use super::{NatsMetrics, message, stream};

/// Publishes events to a JetStream stream.
///
/// Results count only with the server's acknowledgement, and the server recognises repeated ids, so publishing again
/// after an error is always right.
#[derive(Debug)]
pub struct JetStreamPublisher {
    client: Client,
    context: Context,
    config: Arc<NatsConfig>,
    /// Whether the stream was seen with its settings since the last sign that it is gone.
    stream_ready: AtomicBool,
    /// One batch at a time: keeps the order, and bounds what is in flight.
    turn: Mutex<()>,
}

impl JetStreamPublisher {
    /// Begins to connect and returns at once: a NATS that is away is not an error, publishing to it is. The stream is
    /// checked, or created, before the first event is sent.
    ///
    /// # Errors
    /// `Invalid` if the settings cannot be used.
    pub async fn connect(config: &NatsConfig) -> PortResult<Self> {
        config.check()?;
        let client = connect(&config.url).await?;
        let context = ContextBuilder::new()
            .timeout(config.ack_timeout)
            .ack_timeout(config.ack_timeout)
            .max_ack_inflight(config.in_flight)
            .backpressure_on_inflight(true)
            .build(client.clone());
        let config = Arc::new(config.clone());
        Ok(Self { client, context, config, stream_ready: AtomicBool::new(false), turn: Mutex::new(()) })
    }

    /// A publisher of metrics over the same connection.
    #[must_use]
    pub fn metrics(&self) -> NatsMetrics {
        NatsMetrics::over(self.client.clone(), Arc::clone(&self.config))
    }

    async fn ensure_stream(&self) -> PortResult<()> {
        ensure_connected(&self.client)?;
        if !self.stream_ready.load(Ordering::Acquire) {
            stream::ensure(&self.context, &self.config).await?;
            self.stream_ready.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Sends records in order with a bounded number in flight, and stops at the first failure: going on would put later
    /// events before it. Only a record that can never be published holds up nothing.
    async fn send_all(&self, records: &[EventRecord]) -> Vec<PortResult<()>> {
        let mut results = Vec::with_capacity(records.len());
        let mut in_flight = FuturesOrdered::new();
        let mut away = false;
        for record in records {
            if in_flight.len() >= self.config.in_flight
                && let Some(result) = in_flight.next().await
            {
                away |= self.note(&result);
                results.push(result);
            }
            if away {
                break;
            }
            in_flight.push_back(acknowledged(self.send(record).await));
            crash::reached(Point::EventsSent);
        }
        while let Some(result) = in_flight.next().await {
            self.note(&result);
            results.push(result);
        }
        results.resize_with(records.len(), || Err(held_back()));
        results
    }

    async fn send(&self, record: &EventRecord) -> PortResult<PublishAckFuture> {
        let message = message::of(record)?;
        let subject = self.config.event_subject(&record.subject);
        self.context.send_publish(subject, message).await.map_err(not_published)
    }

    /// Remembers that the stream has to be looked at again; true if sending on makes no sense now.
    fn note(&self, result: &PortResult<()>) -> bool {
        let away = result.as_ref().is_err_and(|error| error.kind != ErrorKind::Invalid);
        if away {
            self.stream_ready.store(false, Ordering::Release);
        }
        away
    }
}

#[async_trait]
impl EventPublisher for JetStreamPublisher {
    async fn publish(&self, records: &[EventRecord]) -> Vec<PortResult<()>> {
        let _turn = self.turn.lock().await;
        match self.ensure_stream().await {
            Ok(()) => self.send_all(records).await,
            Err(error) => records.iter().map(|_| Err(PortError::new(error.kind, error.message.clone()))).collect(),
        }
    }

    async fn ping(&self) -> PortResult<()> {
        ensure_connected(&self.client)?;
        stream::ensure(&self.context, &self.config).await
    }
}

/// Waits for the server's word. A duplicate is as good as a new message: the stream has it.
async fn acknowledged(sent: PortResult<PublishAckFuture>) -> PortResult<()> {
    sent?.into_future().await.map(drop).map_err(not_published)
}

fn not_published(error: PublishError) -> PortError {
    let (kind, message) = match error.kind() {
        PublishErrorKind::TimedOut => (ErrorKind::DeadlineExceeded, "JetStream did not acknowledge an event in time"),
        PublishErrorKind::StreamNotFound => (ErrorKind::Unavailable, "the event stream is gone"),
        PublishErrorKind::MaxPayloadExceeded => (ErrorKind::Invalid, "an event is larger than NATS allows"),
        _ => (ErrorKind::Unavailable, "JetStream did not accept an event"),
    };
    PortError::new(kind, message).because(error)
}

fn held_back() -> PortError {
    PortError::new(ErrorKind::Unavailable, "not sent, because an earlier event was not accepted")
}
