//! A consumer: its own channel with its own prefetch, so that one slow taker does not starve another.

use std::sync::Arc;

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ports::{Delivery, JobConsumer, JobMessage, PortError, PortResult};
use futures::StreamExt;
use lapin::message::Delivery as Message;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Consumer};

use super::config::AmqpConfig;
use super::delivery::{Answer, RabbitDelivery, Unanswered};
use super::errors::{answered, failed};
use super::spans::Route;
use crate::wire::{self, NotAJob, SCHEMA_VERSION_HEADER, TRACEPARENT_HEADER};

/// A [`JobConsumer`] on RabbitMQ. Dropping it gives back what was sent ahead and not taken; deliveries already taken
/// can still be answered.
pub(super) struct RabbitConsumer {
    channel: Channel,
    /// Empty once the consumer has ended.
    messages: Option<Consumer>,
    route: Arc<Route>,
}

impl RabbitConsumer {
    pub(super) async fn start(channel: Channel, config: &AmqpConfig, prefetch: u16) -> PortResult<Self> {
        // For AMQP 0 means no limit, and then one worker would take the whole queue.
        let prefetch = if prefetch == 0 { config.prefetch.max(1) } else { prefetch };
        let qos = channel.basic_qos(prefetch, BasicQosOptions::default());
        answered(config.timeout, "limit unanswered jobs", qos).await?;
        // Not `no_ack`: a job is answered after its scores are committed. Not `exclusive`: many workers share a queue.
        let options = BasicConsumeOptions::default();
        // An empty tag asks the broker for one of its own.
        let consuming = channel.basic_consume(config.queue.as_str().into(), "".into(), options, FieldTable::default());
        let messages = answered(config.timeout, "consume jobs", consuming).await?;
        Ok(Self { channel, messages: Some(messages), route: Arc::new(Route::of(config)) })
    }

    /// Waits for a message of any kind. Once the stream has ended the consumer is dead.
    async fn next_message(&mut self) -> PortResult<Message> {
        let next = match self.messages.as_mut() {
            Some(messages) => messages.next().await,
            None => None,
        };
        let error = match next {
            Some(Ok(message)) => return Ok(message),
            Some(Err(error)) => failed("go on consuming jobs", error),
            None => PortError::new(ErrorKind::Unavailable, "the consumer of jobs has ended"),
        };
        self.messages = None;
        Err(error)
    }
}

#[async_trait]
impl JobConsumer for RabbitConsumer {
    async fn next(&mut self) -> PortResult<Box<dyn Delivery>> {
        loop {
            let message = self.next_message().await?;
            // From here on the message is given back if this future is dropped.
            let unanswered = Unanswered::new(message.acker.clone(), self.channel.clone());
            match read(&message) {
                Ok(job) => {
                    let redelivered = came_before(&message);
                    let traceparent = text(&message, TRACEPARENT_HEADER);
                    // As long as it takes to hand the message over.
                    let _span = self.route.consume(&job, message.delivery_tag, traceparent.as_deref());
                    let route = Arc::clone(&self.route);
                    return Ok(Box::new(RabbitDelivery { message: job, redelivered, traceparent, unanswered, route }));
                }
                Err(error) => {
                    let id = message.properties.message_id().as_ref().map(|id| id.as_str());
                    tracing::warn!(%error, id, bytes = message.data.len(), "put aside a message that is not a job");
                    unanswered.answer(Answer::Reject).await?;
                }
            }
        }
    }
}

impl Drop for RabbitConsumer {
    fn drop(&mut self) {
        let Some(messages) = self.messages.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        // The broker closes the channel with its last delivery at the latest; until then what was sent ahead to this
        // consumer would be nobody's, so it is given back now.
        runtime.spawn(give_back(messages, self.channel.clone()));
    }
}

async fn give_back(mut messages: Consumer, channel: Channel) {
    if let Err(error) = channel.basic_cancel(messages.tag(), BasicCancelOptions::default()).await {
        tracing::debug!(%error, "a dropped consumer could not be cancelled; the broker does it");
    }
    while let Some(Ok(message)) = messages.next().await {
        drop(Unanswered::new(message.acker.clone(), channel.clone()));
    }
}

/// The job in a message.
pub(super) fn read(message: &Message) -> Result<JobMessage, NotAJob> {
    let version = text(message, SCHEMA_VERSION_HEADER);
    wire::decode_job(version.as_deref(), &message.data)
}

pub(super) fn text(message: &Message, name: &str) -> Option<String> {
    match header(message, name)? {
        AMQPValue::LongString(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        other => Some(format!("{other:?}")),
    }
}

/// Quorum queues count returns in a header; the flag alone is set only for those they remember as delivered.
fn came_before(message: &Message) -> bool {
    let counted = match header(message, "x-delivery-count") {
        None | Some(AMQPValue::LongLongInt(0)) => false,
        Some(_) => true,
    };
    message.redelivered || counted
}

pub(super) fn header<'a>(message: &'a Message, name: &str) -> Option<&'a AMQPValue> {
    message.properties.headers().as_ref()?.inner().get(name)
}
