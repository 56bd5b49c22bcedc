//! Takes events from the stream through the durable consumer.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::Subject;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::{AckKind, Context};
use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ports::{Backlog, EventConsumer, EventDelivery, EventSource, PortError, PortResult, StreamMessage};
use futures::{FutureExt, StreamExt};
use tokio::time::timeout;

use super::client::ensure_connected;
use super::config::NatsConfig;
use super::{consumer, message};

/// Messages that are asked for at a time; up to half as many again are on their way at once.
const PULL: usize = 64;
/// How often the server gives a sign of life while there is nothing to deliver. Two that are missing end the consumer.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// For how long the server keeps a request for messages.
const EXPIRES: Duration = Duration::from_secs(30);

/// The durable consumer of a JetStream stream.
#[derive(Debug, Clone)]
pub struct JetStreamSource {
    client: Client,
    context: Context,
    config: Arc<NatsConfig>,
}

impl JetStreamSource {
    pub(super) fn over(client: Client, context: Context, config: Arc<NatsConfig>) -> Self {
        Self { client, context, config }
    }
}

#[async_trait]
impl EventSource for JetStreamSource {
    async fn consume(&self) -> PortResult<Box<dyn EventConsumer>> {
        ensure_connected(&self.client)?;
        let durable = consumer::ensure(&self.context, &self.config).await?;
        let pulling = durable.stream().max_messages_per_batch(PULL).heartbeat(HEARTBEAT).expires(EXPIRES);
        let messages = pulling.messages().await.map_err(|cause| ended("cannot take events").because(cause))?;
        Ok(Box::new(Taker {
            messages,
            client: self.client.clone(),
            subjects: self.config.event_subject(""),
            timeout: self.config.ack_timeout,
        }))
    }

    async fn backlog(&self) -> PortResult<Option<Backlog>> {
        ensure_connected(&self.client)?;
        let durable = consumer::find(&self.context, &self.config).await?;
        Ok(durable.map(|durable| {
            let info = durable.cached_info();
            Backlog {
                waiting: info.num_pending,
                unanswered: info.num_ack_pending as u64,
                answered_through: info.ack_floor.stream_sequence,
            }
        }))
    }
}

struct Taker {
    messages: pull::Stream,
    client: Client,
    subjects: String,
    timeout: Duration,
}

#[async_trait]
impl EventConsumer for Taker {
    async fn next(&mut self, most: usize) -> PortResult<Vec<Box<dyn EventDelivery>>> {
        // Only the first is waited for, so nothing is lost when waiting is given up.
        let mut next = self.messages.next().await;
        let mut taken: Vec<Box<dyn EventDelivery>> = Vec::new();
        loop {
            match next {
                Some(Ok(message)) => taken.push(Box::new(self.delivery(message)?)),
                // What was taken before is answered first; the error comes again.
                Some(Err(_)) | None if !taken.is_empty() => return Ok(taken),
                Some(Err(cause)) => return Err(ended("the consumer of events ended").because(cause)),
                None => return Err(ended("the consumer of events ended")),
            }
            if taken.len() >= most.max(1) {
                return Ok(taken);
            }
            match self.messages.next().now_or_never() {
                Some(more) => next = more,
                None => return Ok(taken),
            }
        }
    }
}

impl Taker {
    fn delivery(&self, message: async_nats::jetstream::Message) -> PortResult<InHand> {
        let info = message.info().map_err(message::not_of_a_stream)?;
        let deliveries = u32::try_from(info.delivered).unwrap_or(u32::MAX);
        let reply = message.reply.clone().ok_or_else(|| ended("an event came that cannot be answered"))?;
        let read = message::read(&message, &self.subjects)?;
        Ok(InHand { client: self.client.clone(), reply, message: read, deliveries, timeout: self.timeout })
    }
}

/// An event in hand. Answers that matter are requests: they return once the server has confirmed.
struct InHand {
    client: Client,
    reply: Subject,
    message: StreamMessage,
    deliveries: u32,
    timeout: Duration,
}

impl InHand {
    async fn confirmed(&self, answer: AckKind) -> PortResult<()> {
        ensure_connected(&self.client)?;
        match timeout(self.timeout, self.client.request(self.reply.clone(), answer.into())).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(cause)) => Err(ended("an answer to an event was not taken").because(cause)),
            Err(_) => {
                Err(PortError::new(ErrorKind::DeadlineExceeded, "an answer to an event was not confirmed in time"))
            }
        }
    }
}

#[async_trait]
impl EventDelivery for InHand {
    fn message(&self) -> &StreamMessage {
        &self.message
    }

    fn deliveries(&self) -> u32 {
        self.deliveries
    }

    async fn ack(self: Box<Self>) -> PortResult<()> {
        self.confirmed(AckKind::Ack).await
    }

    async fn nak(self: Box<Self>, delay: Duration) -> PortResult<()> {
        self.confirmed(AckKind::Nak(Some(delay))).await
    }

    async fn term(self: Box<Self>) -> PortResult<()> {
        self.confirmed(AckKind::Term).await
    }
}

fn ended(what: &str) -> PortError {
    PortError::new(ErrorKind::Unavailable, what)
}
