//! The durable consumer and the reading of a stream: on JetStream, and on its twin.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use domain::error::ErrorKind;
use domain::ports::{EventHistory, EventPublisher, EventSource};
use messaging::jetstream::{JetStreamHistory, JetStreamPublisher, JetStreamSource, NatsConfig};
use messaging::memory::{MemoryEventBus, MemoryEventSource};
use testkit::contract::publisher::records;
use testkit::contract::source::{ACK_WAIT, MAX_UNANSWERED, SourceHarness, publish};
use tokio::time::timeout;

use crate::nats::{StreamGuard, eventually, independent, own_config, url};

struct Real {
    publisher: JetStreamPublisher,
    source: JetStreamSource,
    history: JetStreamHistory,
    config: NatsConfig,
    independent: Context,
    _guard: StreamGuard,
}

impl SourceHarness for Real {
    fn publisher(&self) -> &dyn EventPublisher {
        &self.publisher
    }

    fn source(&self) -> &dyn EventSource {
        &self.source
    }

    fn history(&self) -> &dyn EventHistory {
        &self.history
    }
}

/// A stream that is there, without its consumer.
async fn real() -> Real {
    let config = NatsConfig { ack_wait: ACK_WAIT, max_unanswered: MAX_UNANSWERED as u32, ..own_config(url()) };
    let independent = independent(&config.url).await;
    let guard = StreamGuard { url: config.url.clone(), stream: config.stream.clone() };
    let publisher = JetStreamPublisher::connect(&config).await.unwrap();
    eventually("connecting", async || publisher.ping().await).await;
    let (source, history) = (publisher.source(), publisher.history());
    Real { publisher, source, history, config, independent, _guard: guard }
}

struct Twin {
    bus: MemoryEventBus,
    source: MemoryEventSource,
}

impl SourceHarness for Twin {
    fn publisher(&self) -> &dyn EventPublisher {
        &self.bus
    }

    fn source(&self) -> &dyn EventSource {
        &self.source
    }

    fn history(&self) -> &dyn EventHistory {
        &self.bus
    }
}

async fn twin() -> Twin {
    let bus = MemoryEventBus::default();
    let source = bus.source("analytics-processor").with_limits(ACK_WAIT, MAX_UNANSWERED);
    Twin { bus, source }
}

mod jetstream_source_contract {
    testkit::event_source_contract!(super::real);
}

mod jetstream_history_contract {
    testkit::event_history_contract!(super::real);
}

mod memory_source_contract {
    testkit::event_source_contract!(super::twin);
}

mod memory_history_contract {
    testkit::event_history_contract!(super::twin);
}

#[tokio::test]
async fn the_consumer_has_the_documented_settings_and_is_brought_back_to_them() {
    let real = real().await;
    let other = pull::Config {
        durable_name: Some(real.config.consumer.clone()),
        ack_wait: Duration::from_secs(77),
        max_deliver: 3,
        max_ack_pending: 7,
        ..pull::Config::default()
    };
    real.independent.create_consumer_on_stream(other, &real.config.stream).await.unwrap();

    drop(real.source.consume().await.unwrap());

    let consumer = real.independent.get_stream(&real.config.stream).await.unwrap();
    let info = consumer.consumer_info(&real.config.consumer).await.unwrap();
    assert_eq!(info.config.durable_name.as_ref(), Some(&real.config.consumer));
    assert_eq!(info.config.ack_policy, AckPolicy::Explicit);
    assert_eq!((info.config.ack_wait, info.config.max_deliver), (ACK_WAIT, -1));
    assert_eq!(info.config.max_ack_pending, MAX_UNANSWERED as i64);
}

#[tokio::test]
async fn a_consumer_with_other_rules_is_refused() {
    let real = real().await;
    let config = pull::Config {
        durable_name: Some(real.config.consumer.clone()),
        ack_policy: AckPolicy::All,
        ..pull::Config::default()
    };
    real.independent.create_consumer_on_stream(config, &real.config.stream).await.unwrap();

    let error = real.source.consume().await.err().unwrap();

    assert_eq!(error.kind, ErrorKind::FailedPrecondition);
    assert!(error.message.contains("not ours") && error.message.contains(&real.config.consumer), "{error}");
}

#[tokio::test]
async fn a_consumer_whose_stream_is_deleted_ends_and_the_next_one_begins_anew() {
    let real = real().await;
    let records = records(2);
    let mut consumer = real.source.consume().await.unwrap();
    publish(&real, &records[..1]).await;
    let taken = consumer.next(1).await.unwrap().pop().unwrap();
    real.independent.delete_stream(&real.config.stream).await.unwrap();

    let ended = timeout(Duration::from_secs(30), consumer.next(1)).await.expect("it must be noticed");
    assert_eq!(ended.err().unwrap().kind, ErrorKind::Unavailable);
    assert!(taken.ack().await.is_err(), "an answer that nobody takes is an error");

    let mut again = real.source.consume().await.unwrap();
    publish(&real, &records).await;
    let mut seen = Vec::new();
    while seen.len() < 2 {
        for delivery in again.next(2).await.unwrap() {
            seen.push(delivery.message().subject.clone());
            delivery.ack().await.unwrap();
        }
    }
    assert_eq!(seen, [records[0].subject.clone(), records[1].subject.clone()]);
}

#[tokio::test]
async fn without_a_stream_there_is_nothing_to_read() {
    let real = real().await;
    real.independent.delete_stream(&real.config.stream).await.unwrap();

    assert_eq!(real.history.window().await.unwrap(), None);
    assert!(real.history.holdings().await.unwrap().is_empty());
    let mut walk = real.history.walk(records(1)[0].experiment).await.unwrap();
    assert!(walk.next().await.unwrap().is_empty());
    assert_eq!(real.source.backlog().await.unwrap(), None);
}

#[tokio::test]
async fn a_full_stream_says_so() {
    let real = real().await;
    let limited = NatsConfig { max_messages: Some(2), ..real.config.clone() };
    let publisher = JetStreamPublisher::connect(&limited).await.unwrap();
    eventually("connecting", async || publisher.ping().await).await;

    let results = publisher.publish(&records(3)).await;

    let error = results[2].as_ref().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Exhausted, "{error}");
    assert!(error.message.contains("full"), "{error}");
    assert!(real.history.window().await.unwrap().unwrap().is_full);
}
