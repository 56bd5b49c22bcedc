//! Reads what the stream keeps, without leaving a trace in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::stream::Info;
use async_nats::jetstream::{self, Context};
use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ids::ExperimentId;
use domain::ports::{EventHistory, EventWalk, PortError, PortResult, StreamMessage, StreamWindow};
use futures::StreamExt;
use tokio::time::timeout;

use super::client::ensure_connected;
use super::config::NatsConfig;
use super::{message, stream};

/// Messages that are read at a time.
const PART: usize = 256;
/// After how long without a sign of life the server forgets a reading.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// What a JetStream stream keeps.
#[derive(Debug, Clone)]
pub struct JetStreamHistory {
    client: Client,
    context: Context,
    config: Arc<NatsConfig>,
}

impl JetStreamHistory {
    pub(super) fn over(client: Client, context: Context, config: Arc<NatsConfig>) -> Self {
        Self { client, context, config }
    }
}

#[async_trait]
impl EventHistory for JetStreamHistory {
    async fn window(&self) -> PortResult<Option<StreamWindow>> {
        ensure_connected(&self.client)?;
        let stream = stream::find(&self.context, &self.config).await?;
        let connections = self.client.statistics().connects.load(Ordering::Relaxed);
        Ok(stream.map(|stream| window(stream.cached_info(), connections)))
    }

    async fn holdings(&self) -> PortResult<BTreeMap<String, u64>> {
        ensure_connected(&self.client)?;
        let mut held = BTreeMap::new();
        let Some(stream) = stream::find(&self.context, &self.config).await? else { return Ok(held) };
        let subjects = self.config.event_subject("");
        let listing = stream.info_with_subjects(self.config.event_subjects()).await;
        let mut listing = listing.map_err(|cause| interrupted("cannot list the stream's subjects").because(cause))?;
        while let Some(subject) = listing.next().await {
            let (subject, count) =
                subject.map_err(|cause| interrupted("cannot list the stream's subjects").because(cause))?;
            let tail = subject.strip_prefix(&subjects).unwrap_or(&subject);
            let token = tail.split('.').next().unwrap_or_default();
            *held.entry(token.to_owned()).or_default() += count as u64;
        }
        Ok(held)
    }

    async fn walk(&self, experiment: ExperimentId) -> PortResult<Box<dyn EventWalk>> {
        ensure_connected(&self.client)?;
        let subjects = self.config.event_subject("");
        let none = Walk { reader: None, subjects, seen: 0, patience: self.config.ack_timeout };
        if stream::find(&self.context, &self.config).await?.is_none() {
            return Ok(Box::new(none));
        }
        let config = pull::Config {
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::None,
            filter_subject: self.config.event_subject(&format!("{experiment}.>")),
            inactive_threshold: FORGOTTEN,
            memory_storage: true,
            ..pull::Config::default()
        };
        let reader = self.context.create_consumer_on_stream(config, &self.config.stream).await;
        let reader = reader.map_err(|cause| interrupted("cannot read the stream").because(cause))?;
        let reader = Some(Reader { consumer: reader, context: self.context.clone() });
        Ok(Box::new(Walk { reader, ..none }))
    }
}

fn window(info: &Info, connections: u64) -> StreamWindow {
    let (config, state) = (&info.config, &info.state);
    let average = state.bytes / state.messages.max(1);
    let reached = |limit: i64, present: u64| limit > 0 && present >= limit.unsigned_abs();
    let created_at_ms = info.created.unix_timestamp_nanos().div_euclid(1_000_000);
    StreamWindow {
        stream: config.name.clone(),
        created_at_ms: i64::try_from(created_at_ms).unwrap_or_default(),
        first: state.first_sequence,
        last: state.last_sequence,
        messages: state.messages,
        bytes: state.bytes,
        max_age: Some(config.max_age).filter(|age| !age.is_zero()),
        connections,
        // The next message is likely as large as the others.
        is_full: reached(config.max_messages, state.messages) || reached(config.max_bytes, state.bytes + average),
    }
}

struct Reader {
    consumer: Consumer<pull::Config>,
    context: Context,
}

struct Walk {
    /// Absent where there is nothing to read, and at the end.
    reader: Option<Reader>,
    subjects: String,
    /// Messages that were read so far.
    seen: u64,
    patience: Duration,
}

#[async_trait]
impl EventWalk for Walk {
    async fn next(&mut self) -> PortResult<Vec<StreamMessage>> {
        let Some(reader) = &self.reader else { return Ok(vec![]) };
        let fetching = timeout(self.patience, reader.consumer.fetch().max_messages(PART).messages()).await;
        let mut part = match fetching {
            Ok(Ok(part)) => part,
            Ok(Err(cause)) => return Err(interrupted(INTERRUPTED).because(cause)),
            Err(_) => return Err(interrupted(INTERRUPTED)),
        };
        let mut messages = Vec::with_capacity(PART);
        loop {
            match timeout(self.patience, part.next()).await {
                Ok(Some(Ok(message))) => {
                    self.seen += 1;
                    in_turn(&message, self.seen)?;
                    messages.push(message::read(&message, &self.subjects)?);
                }
                Ok(Some(Err(cause))) => return Err(interrupted(INTERRUPTED).because(cause)),
                Ok(None) => break,
                Err(_) => return Err(interrupted(INTERRUPTED)),
            }
        }
        if messages.is_empty() {
            self.end().await;
        }
        Ok(messages)
    }
}

impl Walk {
    /// Lets the server forget the reading at once. It would do so by itself a little later.
    async fn end(&mut self) {
        if let Some(Reader { consumer, context }) = self.reader.take() {
            let info = consumer.cached_info();
            let _ = context.delete_consumer_from_stream(&info.name, &info.stream_name).await;
        }
    }
}

const INTERRUPTED: &str = "reading the stream was interrupted; try again";

/// A message that was delivered and did not arrive does not come again, so it must not be taken for one that is missing.
fn in_turn(message: &jetstream::Message, turn: u64) -> PortResult<()> {
    let info = message.info().map_err(message::not_of_a_stream)?;
    if info.consumer_sequence == turn { Ok(()) } else { Err(interrupted(INTERRUPTED)) }
}

fn interrupted(what: &str) -> PortError {
    PortError::new(ErrorKind::Unavailable, what)
}
