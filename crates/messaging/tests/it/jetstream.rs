//! The JetStream publisher keeps the contract, writes what is documented, and is careful with streams.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ports::{EventPublisher, MetricsPublisher};
use futures::StreamExt;
use messaging::jetstream::{JetStreamPublisher, NatsConfig};
use testkit::contract::publisher::{Kept, PublisherHarness, records};
use testkit::trace::TRACEPARENT;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::timeout;

use crate::nats::{StreamGuard, eventually, independent, own_config, read_all, url};

struct Real {
    publisher: JetStreamPublisher,
    config: NatsConfig,
    independent: Context,
    _guard: StreamGuard,
}

#[async_trait]
impl PublisherHarness for Real {
    fn publisher(&self) -> &dyn EventPublisher {
        &self.publisher
    }

    async fn kept(&self) -> Vec<Kept> {
        let subjects = self.config.event_subject("");
        let messages = read_all(&self.independent, &self.config.stream).await;
        let kept = messages.iter().map(|message| {
            let headers = message.headers.as_ref().unwrap();
            Kept {
                id: headers.get("Nats-Msg-Id").unwrap().to_string(),
                subject: message.subject.strip_prefix(&subjects).unwrap().to_owned(),
                body: String::from_utf8(message.payload.to_vec()).unwrap(),
                recorded_at_ms: milliseconds(headers.get("ce-time").unwrap().as_str()),
                traceparent: headers.get("traceparent").map(ToString::to_string),
            }
        });
        kept.collect()
    }
}

/// Milliseconds since 1970 of a moment in RFC 3339.
fn milliseconds(moment: &str) -> i64 {
    let moment = OffsetDateTime::parse(moment, &Rfc3339).unwrap();
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap()
}

async fn real() -> Real {
    let config = own_config(url());
    let independent = independent(&config.url).await;
    let guard = StreamGuard { url: config.url.clone(), stream: config.stream.clone() };
    let publisher = JetStreamPublisher::connect(&config).await.unwrap();
    let real = Real { publisher, config, independent, _guard: guard };
    connected(&real).await;
    real
}

/// Waits for the background connection, without asking the publisher to set up its stream.
async fn connected(real: &Real) {
    let metrics = real.publisher.metrics();
    eventually("connecting", async || metrics.send("test", String::new()).await).await;
}

/// Makes a stream. NATS cannot in the moment in which it removes the folder above it, with another test's last stream.
async fn create(context: &Context, stream: Config) {
    eventually("making a stream", async || context.create_stream(stream.clone()).await).await;
}

mod contract {
    testkit::event_publisher_contract!(super::real);
}

#[tokio::test]
async fn an_independent_consumer_reads_the_documented_headers() {
    let real = real().await;
    let record = &records(1)[0];

    real.publisher.publish(std::slice::from_ref(record)).await.pop().unwrap().unwrap();

    let message = &read_all(&real.independent, &real.config.stream).await[0];
    let prefix = &real.config.prefix;
    let experiment = record.experiment;
    assert_eq!(message.subject.as_str(), format!("{prefix}.experiment.{experiment}.generation.0.agent.g0-a0.error"),);
    assert_eq!(message.payload.as_ref(), record.body.as_bytes());
    let headers = message.headers.as_ref().unwrap();
    let found: HashMap<_, _> = headers.iter().map(|(name, values)| (name.to_string(), values[0].to_string())).collect();
    let expected = [
        ("Nats-Msg-Id", record.id.to_string()),
        ("ce-id", record.id.to_string()),
        ("ce-specversion", "1.0".to_owned()),
        ("ce-type", "claudoom.events.v1.AgentError".to_owned()),
        ("ce-sequence", "1".to_owned()),
        ("ce-source", format!("/claudoom/experiments/{experiment}")),
        ("ce-time", "2023-11-14T22:13:20.12Z".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("schema-version", "1".to_owned()),
        ("traceparent", TRACEPARENT.to_owned()),
    ];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)).into());
}

#[tokio::test]
async fn the_stream_has_the_documented_settings() {
    let real = real().await;

    real.publisher.ping().await.unwrap();

    let stream = real.independent.get_stream(&real.config.stream).await.unwrap();
    let config = &stream.cached_info().config;
    assert_eq!(config.subjects, [real.config.event_subjects()]);
    assert_eq!(config.storage, StorageType::File);
    assert_eq!(config.discard, DiscardPolicy::New);
    assert_eq!(config.max_age, Duration::from_secs(24 * 60 * 60));
    assert_eq!(config.duplicate_window, config.max_age);
}

#[tokio::test]
async fn a_stream_with_other_limits_is_brought_to_its_settings() {
    let real = real().await;
    let other = Config {
        name: real.config.stream.clone(),
        subjects: vec![real.config.event_subjects()],
        max_age: Duration::from_secs(3600),
        max_messages: 1000,
        ..Config::default()
    };
    create(&real.independent, other).await;

    real.publisher.ping().await.unwrap();

    let stream = real.independent.get_stream(&real.config.stream).await.unwrap();
    let config = &stream.cached_info().config;
    assert_eq!(config.max_age, real.config.max_age);
    assert_eq!(config.duplicate_window, real.config.max_age);
    assert_eq!(config.discard, DiscardPolicy::New);
    assert_eq!(config.max_messages, 1000, "what we have no opinion about stays");
}

#[tokio::test]
async fn a_stream_of_somebody_else_is_refused() {
    let real = real().await;
    let theirs = vec![format!("{}.theirs", real.config.prefix)];
    let name = real.config.stream.clone();
    create(&real.independent, Config { name, subjects: theirs, ..Config::default() }).await;

    let error = real.publisher.publish(&records(1)).await.pop().unwrap().unwrap_err();

    assert_eq!(error.kind, ErrorKind::FailedPrecondition);
    assert!(error.message.contains("not ours") && error.message.contains(&real.config.stream), "{error}");
}

#[tokio::test]
async fn subjects_of_another_stream_are_refused() {
    let real = real().await;
    let name = format!("{}-OTHER", real.config.stream);
    let _guard = StreamGuard { url: url(), stream: name.clone() };
    let subjects = vec![real.config.event_subjects()];
    create(&real.independent, Config { name, subjects, ..Config::default() }).await;

    let error = real.publisher.ping().await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::FailedPrecondition);
    assert!(error.message.contains("another stream"), "{error}");
}

#[tokio::test]
async fn a_deleted_stream_is_made_again() {
    let real = real().await;
    let records = records(2);
    real.publisher.publish(&records[..1]).await.pop().unwrap().unwrap();
    real.independent.delete_stream(&real.config.stream).await.unwrap();

    let lost = real.publisher.publish(&records[1..]).await.pop().unwrap();
    let again = real.publisher.publish(&records[1..]).await.pop().unwrap();

    assert_eq!(lost.unwrap_err().kind, ErrorKind::Unavailable);
    again.unwrap();
    assert_eq!(real.kept().await, [Kept::from(&records[1])]);
}

#[tokio::test]
async fn a_full_stream_refuses_and_what_follows_is_held_back() {
    let real = real().await;
    let full = Config {
        name: real.config.stream.clone(),
        subjects: vec![real.config.event_subjects()],
        max_messages: 3,
        ..Config::default()
    };
    create(&real.independent, full).await;
    let records = records(200);

    let results = real.publisher.publish(&records).await;

    assert_eq!(results.len(), 200);
    let (taken, refused) = results.split_at(3);
    assert!(taken.iter().all(Result::is_ok));
    assert!(refused.iter().all(|result| result.as_ref().is_err_and(|error| error.kind.is_retryable())));
    assert!(refused.last().unwrap().as_ref().unwrap_err().message.starts_with("not sent"));
    assert_eq!(real.kept().await.len(), 3);
}

#[tokio::test]
async fn an_event_too_large_for_nats_holds_up_nothing() {
    let real = real().await;
    let mut records = records(3);
    records[1].body = "x".repeat(9 << 20);

    let results = real.publisher.publish(&records).await;

    assert!(results[0].is_ok() && results[2].is_ok());
    assert_eq!(results[1].as_ref().unwrap_err().kind, ErrorKind::Invalid);
}

#[tokio::test]
async fn metrics_reach_a_listener_on_their_subject() {
    let real = real().await;
    let listener = async_nats::connect(&real.config.url).await.unwrap();
    let mut heard = listener.subscribe(real.config.metric_subject(">")).await.unwrap();
    // Flushing does not wait for the server; a message of its own over the same connection shows that it listens.
    listener.publish(real.config.metric_subject("own"), "".into()).await.unwrap();
    timeout(Duration::from_secs(5), heard.next()).await.unwrap().unwrap();

    real.publisher.metrics().send("agent.a1", "{\"kills\":3}".to_owned()).await.unwrap();

    let message = timeout(Duration::from_secs(5), heard.next()).await.unwrap().unwrap();
    assert_eq!(message.subject.as_str(), real.config.metric_subject("agent.a1"));
    assert_eq!(message.payload.as_ref(), b"{\"kills\":3}");
}

#[tokio::test]
async fn names_that_nats_cannot_use_are_refused() {
    let bad = NatsConfig { prefix: "a.*".to_owned(), ..NatsConfig::new(url()) };

    assert_eq!(JetStreamPublisher::connect(&bad).await.unwrap_err().kind, ErrorKind::Invalid);
}
