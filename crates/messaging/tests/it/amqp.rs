//! An exchange and queue of a test's own on the shared RabbitMQ.

use std::time::Duration;

use lapin::options::{BasicPublishOptions, ExchangeDeleteOptions, QueueDeleteOptions};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use messaging::rabbit::AmqpConfig;
use testkit::contract::queue::DELIVERY_LIMIT;
use testkit::trace;
use tokio::time::timeout;
use uuid::Uuid;

/// Where RabbitMQ is.
pub(crate) fn url() -> String {
    std::env::var("CLAUDOOM_TEST_AMQP").unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672/%2f".to_owned())
}

/// Settings with names nobody else uses.
pub(crate) fn own_config(url: String) -> AmqpConfig {
    let own = Uuid::new_v4().simple();
    AmqpConfig {
        exchange: format!("test-{own}"),
        queue: format!("test-{own}.jobs"),
        delivery_limit: DELIVERY_LIMIT,
        trace: trace::source(),
        ..AmqpConfig::new(url)
    }
}

/// A channel that has nothing to do with the code under test, and its connection.
pub(crate) async fn independent() -> (Connection, Channel) {
    let url = url();
    let connecting = Connection::connect(&url, ConnectionProperties::default());
    match timeout(Duration::from_secs(10), connecting).await {
        Ok(Ok(connection)) => {
            let channel = connection.create_channel().await.unwrap();
            (connection, channel)
        }
        failed => panic!("these tests need RabbitMQ at {url} (CLAUDOOM_TEST_AMQP): {failed:?}"),
    }
}

/// Publishes any body to the queue's exchange.
pub(crate) async fn publish_raw(config: &AmqpConfig, body: &[u8]) {
    let (_connection, channel) = independent().await;
    let (exchange, key) = (config.exchange.as_str().into(), config.routing_key.as_str().into());
    let properties = BasicProperties::default();
    channel
        .basic_publish(exchange, key, BasicPublishOptions::default(), body, properties)
        .await
        .unwrap()
        .await
        .unwrap();
    // Closing waits until the broker has seen the message.
    channel.close(200, "done".into()).await.unwrap();
}

/// Deletes exchanges and queues when the test ends, however it ends.
pub(crate) struct TopologyGuard(pub(crate) AmqpConfig);

impl Drop for TopologyGuard {
    fn drop(&mut self) {
        let config = self.0.clone();
        // A thread and runtime of its own, because a test that panics takes its runtime with it.
        let cleaning = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            runtime.block_on(async { timeout(Duration::from_secs(10), delete(&config)).await.ok() })
        });
        let _ = cleaning.join();
    }
}

async fn delete(config: &AmqpConfig) {
    let (_connection, channel) = independent().await;
    for queue in [config.queue.clone(), config.dead_queue()] {
        let _ = channel.queue_delete(queue.as_str().into(), QueueDeleteOptions::default()).await;
    }
    for exchange in [config.exchange.clone(), config.dead_exchange()] {
        let _ = channel.exchange_delete(exchange.as_str().into(), ExchangeDeleteOptions::default()).await;
    }
}
