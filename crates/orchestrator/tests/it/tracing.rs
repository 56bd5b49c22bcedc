//! Traces over the real services: from a launch to what its events became, and from a practice to its decisions.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use domain::ids::JobId;
use domain::ports::{Delivery, JobQueue};
use futures::StreamExt as _;
use messaging::jetstream::NatsConfig;
use messaging::memory::Seen;
use orchestrator::app::{Dependencies, Embedded, EmbeddedSettings, Remote};
use orchestrator::core::Core;
use orchestrator::games::absent::NoGames;
use orchestrator::user_files::FileCache;
use runtime::config::LogFormat;
use runtime::telemetry::{TelemetryConfig, prepare};
use runtime::trace_context;
use store::StoreConfig;
use testkit::builder;
use testkit::trace::TRACEPARENT;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, info_span};

use crate::collector::{Collector, Exported};
use crate::daemons::free_port;
use crate::guest::practise;
use crate::support::folder;
use crate::system::{PATIENCE, System, eventually};

const EXPERIMENT: &str = "name = \"traced\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 2\n[evolution]\npopulation = 3\ngenerations = 2\nconfirmation = 0\n";

/// The trace context of every event of the stream, by the end of its subject.
async fn traces(system: &System, count: usize) -> HashMap<String, String> {
    let client = async_nats::connect(system.nats()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    let stream = context.get_stream(system.stream()).await.unwrap();
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
        scraped: false,
    }
}

#[tokio::test]
async fn a_late_event_and_a_job_carry_the_context_of_the_span_that_made_them() {
    let (collector, system) = (Collector::start().await, System::new().await);
    let (telemetry, dispatch) = prepare(&telemetry(collector.endpoint.clone())).unwrap();
    let _subscriber = tracing::dispatcher::set_default(&dispatch);
    let (prefix, stream) = (system.prefix().to_owned(), system.stream().to_owned());
    let dependencies = Dependencies {
        store: StoreConfig::new(system.database.url()),
        nats: NatsConfig { prefix, stream, ..NatsConfig::new(system.nats()) },
        amqp: system.amqp(),
        blobs: orchestrator::app::BlobPlace::Ledger,
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
        let events = traces(&system, 2).await;
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
    let settings = EmbeddedSettings::idle(data.path().to_owned());
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
async fn one_trace_links_launch_job_episode_decisions_commit_event_and_projection() {
    let (collector, system) = (Collector::start().await, System::new().await);
    let exporting = ["--otel-exporter-otlp-endpoint", &collector.endpoint];
    let served = system.serve(&exporting);
    let port = free_port().to_string();
    let agents = ["--engines", "2", "--agent-pool-size", "1", "--agent-base-port", &port];
    let worker = system.work_as("worker", &[&agents[..], &exporting].concat());

    let id = served.launch(&system.data, EXPERIMENT);
    assert!(served.client("watch").arg(&id).output().unwrap().status.success());
    // Two of the experiment, two of each of two generations, three agents in each.
    let events = traces(&system, 2 + 2 * 2 + 2 * 3).await;
    let processed = format!("process {}", system.stream());
    eventually("every event was taken into the summaries", PATIENCE, async || {
        collector.spans().iter().filter(|span| span.name == processed).count() == events.len()
    })
    .await;
    // Spans in hand are exported at the end.
    assert_eq!((worker.stop(), served.process.stop()), (Some(0), Some(0)));

    let spans = collector.spans();
    let launch = spans.iter().find(|span| span.name.ends_with("/LaunchExperiment")).unwrap();
    let generations = below(&spans, "generation", "experiment");
    let jobs = below(&spans, "job", "generation");
    let episodes = below(&spans, "episode", "job");
    assert_eq!((generations.len(), episodes.len()), (2, 2 * 3 * 2));
    below(&spans, "experiment", &launch.name);
    let experiment = spans.iter().find(|span| span.name == "experiment").unwrap();
    let decisions = below(&spans, "decision", "episode");
    assert!(decisions.len() >= episodes.len(), "the first of every episode: {decisions:?}");
    let commits = below(&spans, "commit", "job");
    for context in [&generations, &jobs, &episodes, &decisions, &commits].into_iter().flatten() {
        assert!(context.contains(&experiment.trace), "{context} is no part of {experiment:?}");
    }
    for (subject, context) in &events {
        let launched = vec![launch.traceparent()];
        let recorded_in = match subject.as_str() {
            "started" | "generation.0.started" => &launched,
            subject if subject.ends_with(".evaluated") => &commits,
            _ => &generations,
        };
        assert!(recorded_in.contains(context), "{subject} was recorded in {context}");
    }
    for name in [processed, format!("publish {}", system.stream())] {
        let named: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
        assert_eq!(named.len(), events.len(), "{name}");
        for span in named {
            let recorded_in = events.values().any(|context| context.contains(&span.parent));
            assert!(recorded_in && span.trace == experiment.trace, "{span:?}");
        }
    }
    messages_are_named(&spans, system.prefix());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_is_traced_from_the_guest_s_call_to_its_episodes() {
    let (collector, system) = (Collector::start().await, System::new().await);
    let served = system.serve(&["--otel-exporter-otlp-endpoint", &collector.endpoint]);

    let told = practise(&served.server, TRACEPARENT).await;

    assert_eq!(served.process.stop(), Some(0));
    let spans = collector.spans();
    let call = spans.iter().find(|span| span.name.ends_with("OrchestratorService/LiveSession")).unwrap();
    assert!(TRACEPARENT.contains(&call.parent) && TRACEPARENT.contains(&call.trace), "{call:?}");
    assert_eq!(told.len(), 2);
    assert_eq!(below(&spans, "episode", &call.name), told);
}

/// Every span of a message says where it went or came from, and which it was.
fn messages_are_named(spans: &[Exported], prefix: &str) {
    let queue = format!("{prefix}.jobs");
    let routed = [("messaging.rabbitmq.exchange", prefix), ("messaging.rabbitmq.destination.routing_key", "job")];
    let queued = [("messaging.rabbitmq.queue", queue.as_str())];
    for (operation, place, more) in
        [("publish", prefix, &[][..]), ("consume", &queue, &queued), ("ack", &queue, &queued)]
    {
        let name = format!("{operation} {place}");
        let named: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
        assert!(!named.is_empty(), "no span `{name}`");
        for span in named {
            for (key, value) in routed.iter().chain(more) {
                assert_eq!(span.attributes.get(*key).map(String::as_str), Some(*value), "{key} of {span:?}");
            }
            assert!(span.attributes["messaging.message.id"].parse::<uuid::Uuid>().is_ok(), "{span:?}");
        }
    }
}
