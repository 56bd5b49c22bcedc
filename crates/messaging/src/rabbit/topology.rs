//! Exchanges, queues and bindings, and why they are as they are.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind, Result};

use super::config::AmqpConfig;

/// Declares everything; does nothing if it is there.
pub(super) async fn declare(channel: &Channel, config: &AmqpConfig) -> Result<()> {
    let dead_exchange = config.dead_exchange();
    let dead_queue = config.dead_queue();
    // First where the dead letters go, so that none is lost once the queue is there.
    exchange(channel, &dead_exchange).await?;
    queue(channel, &dead_queue, dead_queue_arguments()).await?;
    bind(channel, &dead_queue, &dead_exchange, &config.routing_key).await?;
    exchange(channel, &config.exchange).await?;
    queue(channel, &config.queue, job_queue_arguments(config)).await?;
    bind(channel, &config.queue, &config.exchange, &config.routing_key).await
}

async fn exchange(channel: &Channel, name: &str) -> Result<()> {
    let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    channel.exchange_declare(name.into(), ExchangeKind::Direct, options, FieldTable::default()).await
}

async fn queue(channel: &Channel, name: &str, arguments: FieldTable) -> Result<()> {
    channel.queue_declare(name.into(), QueueDeclareOptions::durable(), arguments).await.map(drop)
}

async fn bind(channel: &Channel, queue: &str, exchange: &str, key: &str) -> Result<()> {
    let options = QueueBindOptions::default();
    channel.queue_bind(queue.into(), exchange.into(), key.into(), options, FieldTable::default()).await
}

/// A quorum queue keeps what it confirmed while a majority of its nodes is there.
fn dead_queue_arguments() -> FieldTable {
    let mut arguments = FieldTable::default();
    text(&mut arguments, "x-queue-type", "quorum");
    arguments
}

fn job_queue_arguments(config: &AmqpConfig) -> FieldTable {
    let mut arguments = dead_queue_arguments();
    // Explicit, because brokers differ in their default (none before 4.0, then 20), and beyond it a job without a
    // dead-letter exchange is dropped.
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(config.delivery_limit.min(i32::MAX as u32) as i32));
    text(&mut arguments, "x-dead-letter-exchange", &config.dead_exchange());
    text(&mut arguments, "x-dead-letter-routing-key", &config.routing_key);
    // A dead letter leaves the queue only when the other one has it. The strategy silently falls back to at-most-once
    // unless a full queue refuses publishers.
    text(&mut arguments, "x-dead-letter-strategy", "at-least-once");
    text(&mut arguments, "x-overflow", "reject-publish");
    arguments
}

fn text(arguments: &mut FieldTable, key: &str, value: &str) {
    arguments.insert(key.into(), AMQPValue::LongString(value.into()));
}
