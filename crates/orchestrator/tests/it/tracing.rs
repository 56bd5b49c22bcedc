//! Traces over the real services: from generation to job, episode and event.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use domain::ids::JobId;
use domain::ports::{Delivery, JobQueue};
use futures::StreamExt as _;
use messaging::jetstream::NatsConfig;
use messaging::memory::Seen;
use messaging::rabbit::AmqpConfig;
use orchestrator::app::{Dependencies, Embedded, EmbeddedSettings, Remote};
use orchestrator::core::Core;
use orchestrator::games::absent::NoGames;
use orchestrator::shard::Pin;
use orchestrator::user_files::FileCache;
use runtime::config::LogFormat;
use runtime::telemetry::{TelemetryConfig, prepare};
use runtime::trace_context;
use store::StoreConfig;
use testkit::builder;
use testkit::postgres::TestDatabase;
use testkit::trace::TRACEPARENT;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, info_span};

use crate::collector::{Collector, Exported};
use crate::daemons::{Forgotten, Process, base, free_port, wait_until_ready};
use crate::support::{folder, json, orchestrator, succeed};

const EXPERIMENT: &str = "name = \"traced\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 2\n[evolution]\npopulation = 3\ngenerations = 2\nconfirmation = 0\n";

/// Names of a test's own at the services.
struct Names {
    nats: String,
    amqp: String,
    prefix: String,
    stream: String,
    _forgotten: Forgotten,
}

impl Names {
    fn new() -> Self {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let (prefix, stream) = (format!("test-{unique}"), format!("TEST_{unique}"));
        let nats = base("CLAUDOOM_TEST_NATS", "nats://127.0.0.1:4222");
        let amqp = base("CLAUDOOM_TEST_AMQP", "amqp://guest:guest@127.0.0.1:5672");
        let _forgotten = Forgotten([nats.clone(), stream.clone(), amqp.clone(), prefix.clone()]);
        Self { nats, amqp, prefix, stream, _forgotten }
    }

    /// The trace context of every event of the stream, by the end of its subject.
    async fn traces(&self, count: usize) -> HashMap<String, String> {
        let client = async_nats::connect(&self.nats).await.unwrap();
        let context = async_nats::jetstream::new(client);
        let stream = context.get_stream(&self.stream).await.unwrap();
        let consumer = stream.create_consumer(pull::Config::default()).await.unwrap();
        let messages = consumer.messages().await.unwrap().take(count);
        let read = messages.map(|message| {
            let message = message.unwrap();
            // Without prefix, `experiment` and id.
            let tail = message.subject.splitn(4, '.').last().unwrap().to_owned();
            (tail, message.headers.as_ref().unwrap().get("traceparent").unwrap().to_string())
        });
        timeout(Duration::from_secs(30), read.collect()).await.expect("every event comes")
    }
}

/// Stores an experiment and queues its jobs within `span`; returns the span's context and the first job in the queue.
async fn record(core: &Core, span: tracing::Span) -> (String, Box<dyn Delivery>) {
    let new = builder::experiment(1, 2);
    let context = span.in_scope(trace_context::current).expect("the span is traced");
    let work = async {
        core.store.create(&new).await.unwrap();
        core.enqueue(new.id).await.unwrap();
    };
    work.instrument(span).await;
    (context, first(core.queue.as_ref(), new.first.jobs[0].id).await)
}

async fn first(queue: &dyn JobQueue, job: JobId) -> Box<dyn Delivery> {
    let mut consumer = queue.consume(1).await.unwrap();
    let delivery = timeout(Duration::from_secs(10), consumer.next()).await.unwrap().unwrap();
    assert_eq!(delivery.message().job, job);
    delivery
}

fn telemetry(endpoint: String) -> TelemetryConfig {
    TelemetryConfig {
        service_name: "test".to_owned(),
        filter: "off".to_owned(),
        format: LogFormat::Text,
        otlp_endpoint: Some(endpoint),
    }
}

#[tokio::test]
async fn a_late_event_and_a_job_carry_the_context_of_the_span_that_made_them() {
    let (collector, database, names) = (Collector::start().await, TestDatabase::create().await, Names::new());
    let (telemetry, dispatch) = prepare(&telemetry(collector.endpoint.clone())).unwrap();
    let _subscriber = tracing::dispatcher::set_default(&dispatch);
    let (prefix, stream) = (names.prefix.clone(), names.stream.clone());
    let (exchange, queue) = (prefix.clone(), format!("{prefix}.jobs"));
    store::migrate(&StoreConfig::new(database.url())).await.unwrap();
    let dependencies = Dependencies {
        store: StoreConfig::new(database.url()),
        nats: NatsConfig { prefix, stream, ..NatsConfig::new(&names.nats) },
        amqp: AmqpConfig { exchange, queue, ..AmqpConfig::new(&names.amqp) },
    };
    let remote = Remote::connect(dependencies, Arc::new(NoGames), FileCache::new("unused", 0), "test").await.unwrap();

    let keeper = tokio::spawn(remote.keeper.run(std::future::pending()));
    let reached = async {
        while remote.core.store.ping().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), reached).await.expect("the database is there");

    let span = info_span!("recording");
    trace_context::follow(&span, TRACEPARENT);
    let (context, delivery) = record(&remote.core, span).await;

    // The span is over when the relay starts.
    let stop = CancellationToken::new();
    let relay = remote.relay.run(stop.clone().cancelled_owned());
    let reading = async {
        // Makes the stream, once NATS is connected.
        while remote.core.publisher.ping().await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
        let events = names.traces(2).await;
        stop.cancel();
        events
    };
    let (events, ()) = tokio::join!(reading, relay);

    assert_eq!(events["started"], context);
    assert_eq!(events["generation.0.started"], context);
    assert_eq!(delivery.traceparent(), Some(context.as_str()));
    delivery.ack().await.unwrap();
    keeper.abort();
    telemetry.shutdown().await;
    let exported = collector.spans();
    let recording = exported.iter().find(|span| span.name == "recording").unwrap();
    assert_eq!(recording.traceparent(), context);
    assert!(TRACEPARENT.contains(&recording.parent) && context[..35] == TRACEPARENT[..35], "{recording:?}");
}

#[tokio::test]
async fn the_twins_carry_the_context_too() {
    let (collector, data) = (Collector::start().await, folder());
    let (telemetry, dispatch) = prepare(&telemetry(collector.endpoint.clone())).unwrap();
    let _subscriber = tracing::dispatcher::set_default(&dispatch);
    let settings = EmbeddedSettings { data: data.path().to_owned(), engine: None, pin: Pin::Off };
    let embedded = Embedded::start(settings).await.unwrap();
    let mut events = embedded.bus.subscribe();

    let (context, delivery) = record(&embedded.core, info_span!("recording")).await;

    embedded.core.events.notify_one();
    let Some(Seen::Event(event)) = timeout(Duration::from_secs(10), events.next()).await.unwrap() else { panic!() };
    assert_eq!(event.traceparent.as_deref(), Some(context.as_str()));
    assert_eq!(delivery.traceparent(), Some(context.as_str()));
    embedded.stop().await;
    telemetry.shutdown().await;
}

/// Asserts that every span of this name has a parent of that name, and returns their contexts.
fn below(spans: &[Exported], name: &str, parent: &str) -> Vec<String> {
    let named = spans.iter().filter(|span| span.name == name);
    let contexts = named.map(|span| {
        let found = spans.iter().find(|other| other.id == span.parent);
        assert_eq!(found.map(|found| found.name.as_str()), Some(parent), "{span:?}");
        span.traceparent()
    });
    contexts.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_links_generation_job_episode_and_event() {
    let (collector, database, names, data) =
        (Collector::start().await, TestDatabase::create().await, Names::new(), folder());
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    succeed(orchestrator().args(["migrate", "--database-url", &database.url()]));
    let services = |command: &mut Command| {
        command.args(["--database-url", &database.url(), "--nats-url", &names.nats, "--amqp-url", &names.amqp]);
        command.args(["--nats-subject-prefix", &names.prefix, "--nats-stream", &names.stream]);
        command.args(["--amqp-exchange", &names.prefix, "--amqp-queue", &format!("{}.jobs", names.prefix)]);
        command.args(["--otel-exporter-otlp-endpoint", &collector.endpoint]);
    };
    let address = format!("127.0.0.1:{}", free_port());
    let server = format!("http://{address}");
    let mut serve = orchestrator();
    services(serve.args(["serve", "--grpc-addr", &address]));
    let serve = Process::start(serve, &data.path().join("serve.log"));
    wait_until_ready(&server);
    let mut worker = orchestrator();
    services(worker.args(["worker", "--engines", "2"]));
    let worker = Process::start(worker, &data.path().join("worker.log"));

    let launched = json(orchestrator().arg("launch").arg(&file).args(["--watch", "-o", "json", "--server", &server]));
    assert_eq!(launched["status"], "completed");
    // Two of the experiment, two of each of two generations, three agents in each.
    let events = names.traces(2 + 2 * 2 + 2 * 3).await;
    // Spans in hand are exported at the end.
    assert_eq!((worker.stop(), serve.stop()), (Some(0), Some(0)));

    let spans = collector.spans();
    let generations = below(&spans, "generation", "experiment");
    let jobs = below(&spans, "job", "generation");
    let episodes = below(&spans, "episode", "job");
    assert_eq!((generations.len(), episodes.len()), (2, 2 * 3 * 2));
    let experiment = spans.iter().find(|span| span.name == "experiment").unwrap();
    assert_eq!(experiment.parent, "");
    for context in [&generations, &jobs, &episodes].into_iter().flatten() {
        assert!(context.contains(&experiment.trace), "{context} is no part of {experiment:?}");
    }
    for (subject, context) in &events {
        let recorded_in = match subject.as_str() {
            // Recorded by the call that launched it.
            "started" | "generation.0.started" => continue,
            subject if subject.ends_with(".evaluated") => &jobs,
            _ => &generations,
        };
        assert!(recorded_in.contains(context), "{subject} was recorded in {context}");
    }
}
