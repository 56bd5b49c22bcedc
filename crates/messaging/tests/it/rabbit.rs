//! The RabbitMQ queue keeps the contract, and what only a broker can show.

use std::time::Duration;

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ports::{DeadLetters as _, JobMessage, JobQueue};
use lapin::options::{BasicGetOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};
use messaging::rabbit::{AmqpConfig, RabbitJobQueue};
use testkit::contract::queue::{QueueHarness, jobs, next};
use testkit::trace::{TRACEPARENT, within};
use tokio::time::timeout;

use crate::amqp::{TopologyGuard, independent, own_config, publish_raw, url};
use crate::nats::eventually;

struct Real {
    queue: RabbitJobQueue,
    config: AmqpConfig,
    _guard: TopologyGuard,
}

#[async_trait]
impl QueueHarness for Real {
    fn queue(&self) -> &dyn JobQueue {
        &self.queue
    }

    async fn dead_letters(&self) -> Vec<JobMessage> {
        dead(&self.queue).await
    }
}

/// The jobs among the dead letters.
async fn dead(queue: &RabbitJobQueue) -> Vec<JobMessage> {
    queue.dead_letters(100).await.unwrap().into_iter().filter_map(|letter| letter.message).collect()
}

async fn real() -> Real {
    let config = own_config(url());
    // Says clearly what is missing, if it is.
    drop(independent().await);
    let guard = TopologyGuard(config.clone());
    Real { queue: RabbitJobQueue::connect(&config).await.unwrap(), config, _guard: guard }
}

mod contract {
    testkit::job_queue_contract!(super::real);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_as_documented() {
    let real = real().await;
    let published = jobs(1);
    within(TRACEPARENT, real.queue.publish(&published)).await.unwrap();

    let (_connection, channel) = independent().await;
    let get = channel.basic_get(real.config.queue.as_str().into(), BasicGetOptions { no_ack: true }).await;
    let message = get.unwrap().unwrap().delivery;

    let JobMessage { job, experiment } = published[0];
    let body = format!("{{\"job\":\"{job}\",\"experiment\":\"{experiment}\"}}");
    assert_eq!(String::from_utf8(message.data).unwrap(), body);
    let properties = message.properties;
    assert_eq!(properties.message_id().as_ref().unwrap().as_str(), job.to_string());
    assert_eq!(properties.content_type().as_ref().unwrap().as_str(), "application/json");
    assert_eq!(*properties.delivery_mode(), Some(2));
    let headers = properties.headers().as_ref().unwrap().inner();
    assert_eq!(headers["schema-version"], AMQPValue::LongString("1".into()));
    assert_eq!(headers["traceparent"], AMQPValue::LongString(TRACEPARENT.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_reaches_no_queue_is_an_error_and_the_queue_comes_back() {
    let real = real().await;
    real.queue.publish(&jobs(1)).await.unwrap();
    let (_connection, channel) = independent().await;
    channel.queue_delete(real.config.queue.as_str().into(), QueueDeleteOptions::default()).await.unwrap();

    let lost = real.queue.publish(&jobs(3)).await.unwrap_err();
    let published = jobs(3);
    real.queue.publish(&published).await.unwrap();

    assert_eq!(lost.kind, ErrorKind::FailedPrecondition);
    assert!(lost.message.contains("reached no queue"), "{lost}");
    let mut consumer = real.queue.consume(1).await.unwrap();
    for job in published {
        let delivery = next(&mut consumer).await;
        assert_eq!(delivery.message(), job);
        delivery.ack().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_a_job_is_put_aside_and_harms_nobody() {
    let real = real().await;
    for body in [b"".as_slice(), b"not json", b"{\"job\":1}", &[0xff; 2000]] {
        publish_raw(&real.config, body).await;
    }
    let published = jobs(1);
    real.queue.publish(&published).await.unwrap();

    let mut consumer = real.queue.consume(1).await.unwrap();
    let delivery = next(&mut consumer).await;

    assert_eq!(delivery.message(), published[0]);
    delivery.ack().await.unwrap();
    let (_connection, channel) = independent().await;
    eventually("dead letters arriving", async || {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
        let name = real.config.dead_queue();
        let queue = channel.queue_declare(name.as_str().into(), passive, FieldTable::default()).await.unwrap();
        if queue.message_count() == 4 { Ok(()) } else { Err(()) }
    })
    .await;
    assert_eq!(dead(&real.queue).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_go_back_to_work() {
    let real = real().await;
    let published = jobs(2);
    real.queue.publish(&published).await.unwrap();
    let mut consumer = real.queue.consume(2).await.unwrap();
    for _ in &published {
        next(&mut consumer).await.reject().await.unwrap();
    }
    eventually("dead letters arriving", async || if dead(&real.queue).await == published { Ok(()) } else { Err(()) })
        .await;

    let letters = real.queue.dead_letters(10).await.unwrap();
    assert!(letters.iter().all(|letter| letter.reason == "rejected" && letter.dead_at_ms.is_some()), "{letters:?}");
    let facts = eventually("the count of dead letters", async || {
        let facts = real.queue.facts().await.unwrap();
        if facts.dead == 2 { Ok(facts) } else { Err(()) }
    })
    .await;
    assert_eq!((facts.waiting, facts.consumers, facts.tls), (0, 1, false));
    assert!(facts.version.as_deref().is_some_and(|version| version.contains('.')), "{facts:?}");

    assert_eq!(real.queue.redrive(10).await.unwrap(), 2);

    for job in &published {
        let delivery = next(&mut consumer).await;
        assert_eq!(delivery.message(), *job);
        delivery.ack().await.unwrap();
    }
    assert_eq!(dead(&real.queue).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_with_other_settings_is_refused() {
    let real = real().await;
    let other = AmqpConfig { delivery_limit: 7, ..real.config.clone() };

    let error = RabbitJobQueue::connect(&other).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::FailedPrecondition);
    assert!(error.message.contains("other settings"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_refused_and_not_shown() {
    let config = own_config(url());
    let wrong = AmqpConfig { url: config.url.replace("guest:guest", "guest:s3cret"), ..config };

    let error = RabbitJobQueue::connect(&wrong).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::PermissionDenied, "{error}");
    assert!(!error.message.contains("s3cret"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_none_is_refused() {
    let error = RabbitJobQueue::connect(&AmqpConfig::new("http://x")).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::Invalid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_jobs_are_confirmed_in_windows() {
    let real = real().await;

    timeout(Duration::from_secs(20), real.queue.publish(&jobs(1000))).await.unwrap().unwrap();

    let (_connection, channel) = independent().await;
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
    let name = real.config.queue.as_str().into();
    assert_eq!(channel.queue_declare(name, passive, FieldTable::default()).await.unwrap().message_count(), 1000);
}
