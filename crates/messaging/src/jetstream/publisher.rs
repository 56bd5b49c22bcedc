//! Publishes events to the stream and waits for every acknowledgement.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::{Context, ContextBuilder, ErrorCode};
use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ports::{EventPublisher, PortError, PortResult};
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use runtime::crash::{self, Point};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::client::{connect, ensure_connected, why_not};
use super::config::NatsConfig;
use super::{JetStreamHistory, JetStreamSource, NatsMetrics, message, stream};
use crate::spans;

/// For how long a reason for the lack of a connection is believed.
const RECENT: Duration = Duration::from_secs(10);

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
    doubt: Doubt,
}

/// Why there is no connection, found out now and then: every look is an attempt to connect.
#[derive(Debug, Default)]
struct Doubt(Mutex<Option<(Instant, String)>>);

impl Doubt {
    async fn reason(&self, config: &NatsConfig) -> PortError {
        let mut known = self.0.lock().await;
        let message = match known.take() {
            Some((at, message)) if at.elapsed() < RECENT => {
                *known = Some((at, message.clone()));
                message
            }
            _ => {
                let message = why_not(config).await.message;
                *known = Some((Instant::now(), message.clone()));
                message
            }
        };
        PortError::new(ErrorKind::Unavailable, message)
    }
}

impl JetStreamPublisher {
    /// Begins to connect and returns at once: a NATS that is away is not an error, publishing to it is. The stream is
    /// checked, or created, before the first event is sent.
    ///
    /// # Errors
    /// `Invalid` if the settings cannot be used.
    pub async fn connect(config: &NatsConfig) -> PortResult<Self> {
        config.check()?;
        let client = connect(config).await?;
        let context = ContextBuilder::new()
            .timeout(config.ack_timeout)
            .ack_timeout(config.ack_timeout)
            .max_ack_inflight(config.in_flight)
            .backpressure_on_inflight(true)
            .build(client.clone());
        let config = Arc::new(config.clone());
        Ok(Self {
            client,
            context,
            config,
            stream_ready: AtomicBool::new(false),
            turn: Mutex::new(()),
            doubt: Doubt::default(),
        })
    }

    /// A publisher of metrics over the same connection.
    #[must_use]
    pub fn metrics(&self) -> NatsMetrics {
        NatsMetrics::over(self.client.clone(), Arc::clone(&self.config))
    }

    /// The durable consumer of the stream, over the same connection.
    #[must_use]
    pub fn source(&self) -> JetStreamSource {
        JetStreamSource::over(self.client.clone(), self.context.clone(), Arc::clone(&self.config))
    }

    /// What the stream keeps, over the same connection.
    #[must_use]
    pub fn history(&self) -> JetStreamHistory {
        JetStreamHistory::over(self.client.clone(), self.context.clone(), Arc::clone(&self.config))
    }

    /// What is there now, for people.
    ///
    /// # Errors
    /// If the server is away, with the reason, or has no JetStream or no stream of ours.
    pub async fn facts(&self) -> PortResult<NatsFacts> {
        self.ping().await?;
        let server = self.client.server_info();
        let stream = self.context.get_stream(&self.config.stream).await;
        let gone = |error| PortError::new(ErrorKind::Unavailable, "the event stream is gone").because(error);
        let state = &stream.map_err(gone)?.cached_info().state.clone();
        Ok(NatsFacts {
            server: self.config.shown(),
            version: server.version,
            tls: server.tls_required || self.config.tls.any() || self.config.url.starts_with("tls://"),
            stream: self.config.stream.clone(),
            messages: state.messages,
            bytes: state.bytes,
            consumers: state.consumer_count as u64,
        })
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
            let subject = self.config.event_subject(&record.subject);
            let span = spans::publishing(&self.config.stream, &subject, record);
            let sent = self.send(subject, record).instrument(span.clone()).await;
            in_flight.push_back(acknowledged(sent, span));
            crash::reached(Point::EventsSent);
        }
        while let Some(result) = in_flight.next().await {
            self.note(&result);
            results.push(result);
        }
        results.resize_with(records.len(), || Err(held_back()));
        results
    }

    async fn send(&self, subject: String, record: &EventRecord) -> PortResult<PublishAckFuture> {
        let message = message::of(record)?;
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

/// What is known of NATS and of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsFacts {
    /// Where it is, without credentials.
    pub server: String,
    /// Version of the server.
    pub version: String,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Name of the stream.
    pub stream: String,
    /// Events that it holds.
    pub messages: u64,
    /// Their size.
    pub bytes: u64,
    /// Consumers that it remembers.
    pub consumers: u64,
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
        if ensure_connected(&self.client).is_err() {
            return Err(self.doubt.reason(&self.config).await);
        }
        stream::ensure(&self.context, &self.config).await
    }
}

/// Waits for the server's word. A duplicate is as good as a new message: the stream has it.
async fn acknowledged(sent: PortResult<PublishAckFuture>, span: Span) -> PortResult<()> {
    let acknowledged = async { sent?.into_future().await.map(drop).map_err(not_published) };
    acknowledged.instrument(span.clone()).await.inspect_err(|_| spans::failed(&span))
}

fn not_published(error: PublishError) -> PortError {
    let (kind, message) = match error.kind() {
        PublishErrorKind::TimedOut => (ErrorKind::DeadlineExceeded, "JetStream did not acknowledge an event in time"),
        PublishErrorKind::StreamNotFound => (ErrorKind::Unavailable, "the event stream is gone"),
        PublishErrorKind::MaxPayloadExceeded => (ErrorKind::Invalid, "an event is larger than NATS allows"),
        _ => match refusal(&error) {
            Some(ErrorCode::STREAM_STORE_FAILED) => (ErrorKind::Exhausted, FULL),
            Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM) => {
                (ErrorKind::Invalid, "an event is larger than the stream allows")
            }
            _ => (ErrorKind::Unavailable, "JetStream did not accept an event"),
        },
    };
    PortError::new(kind, message).because(error)
}

const FULL: &str = "the event stream takes no more, it is probably full: raise its limits, or wait until old events have \
                    reached their age";

/// Why the server refused an event, if it said so.
fn refusal(error: &PublishError) -> Option<ErrorCode> {
    let cause = std::error::Error::source(error)?.downcast_ref::<async_nats::jetstream::Error>()?;
    Some(cause.error_code())
}

fn held_back() -> PortError {
    PortError::new(ErrorKind::Unavailable, "not sent, because an earlier event was not accepted")
}
