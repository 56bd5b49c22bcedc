//! Spans of what happens to messages, with the attributes that OpenTelemetry names for messaging.
//!
//! The header of a message names whoever published it, not the span of the publishing: a job belongs to its generation.

use domain::ports::JobMessage;
use runtime::trace_context;
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::config::AmqpConfig;
use super::delivery::Answer;

pub(super) use crate::spans::failed;

/// Where messages go and come from, as spans name it.
#[derive(Debug, Clone)]
pub(super) struct Route {
    exchange: String,
    key: String,
    queue: String,
}

impl Route {
    pub(super) fn of(config: &AmqpConfig) -> Self {
        Self { exchange: config.exchange.clone(), key: config.routing_key.clone(), queue: config.queue.clone() }
    }

    /// One message on its way to the broker, until it is confirmed.
    pub(super) fn publish(&self, job: &JobMessage) -> Span {
        info_span!(
            "publish",
            otel.name = %format!("publish {}", self.exchange),
            otel.kind = "producer",
            otel.status_code = Empty,
            messaging.system = "rabbitmq",
            messaging.operation.name = "publish",
            messaging.operation.type = "send",
            messaging.destination.name = %format!("{}:{}", self.exchange, self.key),
            messaging.rabbitmq.exchange = %self.exchange,
            messaging.rabbitmq.destination.routing_key = %self.key,
            messaging.message.id = %job.job,
        )
    }

    /// One message that has come, below whoever published it.
    pub(super) fn consume(&self, job: &JobMessage, tag: u64, traceparent: Option<&str>) -> Span {
        let span = info_span!(
            parent: None,
            "consume",
            otel.name = %format!("consume {}", self.queue),
            otel.kind = "consumer",
            messaging.system = "rabbitmq",
            messaging.operation.name = "consume",
            messaging.operation.type = "receive",
            messaging.destination.name = %self.full(),
            messaging.rabbitmq.exchange = %self.exchange,
            messaging.rabbitmq.queue = %self.queue,
            messaging.rabbitmq.destination.routing_key = %self.key,
            messaging.rabbitmq.message.delivery_tag = tag,
            messaging.message.id = %job.job,
        );
        if let Some(traceparent) = traceparent {
            trace_context::follow(&span, traceparent);
        }
        span
    }

    /// The answer to one message, below whoever answers.
    pub(super) fn settle(&self, job: &JobMessage, answer: Answer) -> Span {
        info_span!(
            "settle",
            otel.name = %format!("{} {}", answer.name(), self.queue),
            otel.kind = "client",
            otel.status_code = Empty,
            messaging.system = "rabbitmq",
            messaging.operation.name = answer.name(),
            messaging.operation.type = "settle",
            messaging.destination.name = %self.full(),
            messaging.rabbitmq.exchange = %self.exchange,
            messaging.rabbitmq.queue = %self.queue,
            messaging.rabbitmq.destination.routing_key = %self.key,
            messaging.message.id = %job.job,
        )
    }

    fn full(&self) -> String {
        format!("{}:{}:{}", self.exchange, self.key, self.queue)
    }
}
