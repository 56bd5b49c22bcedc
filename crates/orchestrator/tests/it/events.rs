//! Ledger, stream and summaries over the real PostgreSQL and NATS: what is lost is found and brought back, what cannot be
//! understood is put aside, and every event counts once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_nats::HeaderMap;
use async_nats::jetstream::{self, Context};
use async_trait::async_trait;
use domain::ErrorKind;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{
    Claim, EventHistory, EventPublisher, EventSource, ExperimentStore, InboxEntry, NewExperiment, Page, ParkedEvent,
    ParkedEvents, PortError, PortResult, Projected, Projection, ReceivedEvent, StreamMessage, Summary,
};
use domain::status::ExperimentStatus::{Paused, Running};
use messaging::jetstream::{JetStreamPublisher, NatsConfig};
use messaging::memory::MemoryEventBus;
use messaging::relay::{OutboxRelay, RelaySettings};
use orchestrator::app::{Embedded, EmbeddedSettings};
use orchestrator::events::parked::{Retried, retry};
use orchestrator::events::processor::{Processor, ProcessorSettings};
use orchestrator::events::rebuild::{Reach, put_back_missing, reproject};
use orchestrator::events::report::{ExperimentReport, Report, Verdict};
use orchestrator::events::verify::verify;
use orchestrator::events::{EventPorts, audit};
use proto::events::Encoder;
use store::{SqlStore, StoreConfig};
use testkit::builder;
use testkit::postgres::TestDatabase;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::daemons::base;

/// A ledger and a stream of a test's own.
struct Bench {
    store: Arc<SqlStore>,
    publisher: Arc<JetStreamPublisher>,
    config: NatsConfig,
    ports: EventPorts,
    independent: Context,
    _database: TestDatabase,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let (context, stream) = (self.independent.clone(), self.config.stream.clone());
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async { drop(context.delete_stream(&stream).await) });
        });
    }
}

async fn connect(database: &TestDatabase) -> Arc<SqlStore> {
    let config = StoreConfig::new(database.url()).with_migrations();
    Arc::new(store::connect(&config, Arc::new(Encoder)).await.unwrap())
}

async fn bench() -> Bench {
    let database = TestDatabase::create().await;
    let store = connect(&database).await;
    let own = Uuid::new_v4().simple().to_string();
    let config = NatsConfig {
        prefix: format!("test-{own}"),
        stream: format!("TEST-{own}"),
        ack_wait: Duration::from_secs(2),
        ..NatsConfig::new(base("CLAUDOOM_TEST_NATS", "nats://127.0.0.1:4222"))
    };
    let publisher = Arc::new(JetStreamPublisher::connect(&config).await.unwrap());
    eventually("NATS being there", async || publisher.ping().await.is_ok()).await;
    let ports = EventPorts::of(store.clone()).with_stream(Arc::new(publisher.source()), Arc::new(publisher.history()));
    let independent = jetstream::new(async_nats::connect(&config.url).await.unwrap());
    Bench { store, publisher, config, ports, independent, _database: database }
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what} must happen");
        sleep(Duration::from_millis(50)).await;
    }
}

/// An experiment with a generation that was played, a failed attempt, a pause and a resumption: 8 events.
async fn happened(store: &SqlStore) -> ExperimentId {
    let new = builder::experiment(3, 2);
    store.create(&new).await.unwrap();
    let Claim::Granted(failed) = claim(store, &new, 0).await else { panic!("not granted") };
    store.release(failed.job, failed.fence, "the engine fell over").await.unwrap();
    for index in 0..new.first.jobs.len() {
        let Claim::Granted(job) = claim(store, &new, index).await else { panic!("not granted") };
        let position = job.member.position;
        let score = |episode| builder::score(job.generation, position, episode, 1 + position as i32);
        let scores: Vec<_> = job.episodes.iter().map(score).collect();
        store.finish(job.job, job.fence, &scores).await.unwrap();
    }
    store.set_status(new.id, Paused, &builder::note("lunch")).await.unwrap();
    store.set_status(new.id, Running, &builder::note("")).await.unwrap();
    new.id
}

async fn claim(store: &SqlStore, new: &NewExperiment, index: usize) -> Claim {
    store.claim(new.first.jobs[index].id, "test", Duration::from_secs(60)).await.unwrap()
}

impl Bench {
    /// Publishes what waits.
    async fn relay(&self) {
        let settings = RelaySettings::new(Uuid::new_v4().to_string());
        let mut relay = OutboxRelay::new(self.store.clone(), self.publisher.clone(), settings);
        eventually("publishing", async || {
            relay.run_once().await.unwrap();
            self.store.outbox_lag().await.unwrap() == 0
        })
        .await;
    }

    fn process(&self) -> Processing {
        process(self.ports.clone(), settings())
    }

    async fn verify(&self, id: ExperimentId) -> ExperimentReport {
        verify(&self.ports, Some(id)).await.unwrap().experiments.remove(0)
    }

    async fn agrees(&self) -> Report {
        let mut last = None;
        eventually("agreement", async || {
            let report = verify(&self.ports, None).await.unwrap();
            let agrees = report.verdict == Verdict::Agree;
            if !agrees {
                tracing::debug!(?report, "not yet");
            }
            last = Some(report);
            agrees
        })
        .await;
        last.unwrap()
    }

    /// Position and headers of the messages of an experiment.
    async fn messages(&self, id: ExperimentId) -> Vec<StreamMessage> {
        let mut walk = self.publisher.history().walk(id).await.unwrap();
        let mut all = Vec::new();
        loop {
            let part = walk.next().await.unwrap();
            if part.is_empty() {
                return all;
            }
            all.extend(part);
        }
    }

    async fn publish_raw(&self, tail: &str, headers: &[(&str, String)], body: &str) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.as_str());
        }
        let subject = self.config.event_subject(tail);
        self.independent.publish_with_headers(subject, map, body.to_owned().into()).await.unwrap().await.unwrap();
    }

    async fn delete(&self, position: u64) {
        let stream = self.independent.get_stream(&self.config.stream).await.unwrap();
        assert!(stream.delete_message(position).await.unwrap());
    }
}

/// A processor that is stopped with the test.
struct Processing {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Processing {
    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

fn settings() -> ProcessorSettings {
    ProcessorSettings { retry_after: Duration::from_millis(200), batch: 7, ..ProcessorSettings::new("TEST") }
}

fn process(ports: EventPorts, settings: ProcessorSettings) -> Processing {
    let stop = CancellationToken::new();
    let processor = Processor::new(ports.source.unwrap(), ports.projection, ports.parked, settings);
    let task = tokio::spawn(processor.run(stop.clone()));
    Processing { stop, task }
}

async fn parked(ports: &EventPorts) -> Vec<ParkedEvent> {
    ports.parked.parked(None, &Page::default()).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_counts_once_whoever_publishes_and_processes_it() {
    let bench = bench().await;
    let processors = [bench.process(), bench.process()];
    let (one, other) = tokio::join!(happened(&bench.store), happened(&bench.store));

    tokio::join!(bench.relay(), bench.relay());

    let report = bench.agrees().await;
    for id in [one, other] {
        let found = report.experiments.iter().find(|found| found.id == id.to_string()).unwrap();
        assert_eq!((found.events, found.in_stream, found.projected), (8, 8, 8), "{found:?}");
        assert_eq!(found.ledger_chain, found.projection_chain);
        assert_eq!(found.ledger_chain, found.stream_chain);
        let summary = bench.store.summary(id).await.unwrap().unwrap();
        let counts = summary.experiment.counts;
        assert_eq!((counts.agents_evaluated, counts.agent_errors, counts.pauses, counts.resumes), (3, 1, 1, 1));
        assert_eq!(summary.experiment.best.unwrap().fitness.to_bits(), 3.0f64.to_bits());
        assert_eq!((summary.generations.len(), summary.generations[0].episodes), (1, 6));
    }
    for processor in processors {
        processor.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_experiment_s_events_stay_in_order_with_many_relays() {
    let bench = bench().await;
    let new = builder::experiment(1, 1);
    bench.store.create(&new).await.unwrap();
    let relays: Vec<_> = (0..3)
        .map(|number| {
            let batch = 3;
            let settings = RelaySettings { batch, ..RelaySettings::new(format!("relay-{number}")) };
            let relay = OutboxRelay::new(bench.store.clone(), bench.publisher.clone(), settings);
            let (stop, wake) = (CancellationToken::new(), relay.wake());
            (stop.clone(), wake, tokio::spawn(relay.run(stop.cancelled_owned())))
        })
        .collect();
    for round in 0..120 {
        let status = if round % 2 == 0 { Paused } else { Running };
        bench.store.set_status(new.id, status, &builder::note("")).await.unwrap();
        relays[round % 3].1.notify_one();
    }
    eventually("publishing", async || bench.store.outbox_lag().await.unwrap() == 0).await;
    for (stop, _, relay) in relays {
        stop.cancel();
        relay.await.unwrap();
    }

    let found = bench.verify(new.id).await;

    assert_eq!((found.events, found.in_stream, found.out_of_order.count), (122, 122, 0), "{:?}", found.out_of_order);
    assert_eq!((found.duplicates.count, found.verdict()), (0, Verdict::Waiting), "nobody processes them yet");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_not_missing() {
    let bench = bench().await;
    let id = happened(&bench.store).await;

    let before = bench.verify(id).await;
    assert_eq!((before.waiting, before.in_stream, before.verdict()), (8, 0, Verdict::Waiting));
    bench.relay().await;
    let published = bench.verify(id).await;
    assert_eq!((published.waiting, published.to_be_projected, published.verdict()), (0, 8, Verdict::Waiting));
    let processor = bench.process();
    bench.agrees().await;
    processor.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_was_deleted_is_published_again() {
    let bench = bench().await;
    let ids = [happened(&bench.store).await, happened(&bench.store).await];
    bench.relay().await;
    let processor = bench.process();
    bench.agrees().await;

    bench.independent.delete_stream(&bench.config.stream).await.unwrap();
    let gone = bench.verify(ids[0]).await;
    assert_eq!((gone.missing_in_stream.count, gone.missing_in_stream.first.len()), (8, 8));
    assert_eq!(gone.verdict(), Verdict::Differ);
    bench.publisher.ping().await.unwrap();
    let empty = bench.verify(ids[1]).await;
    assert_eq!((empty.missing_in_stream.count, empty.projected), (8, 8));

    let put_back = put_back_missing(&bench.ports, &ids, Reach::Retained).await.unwrap();
    assert_eq!(put_back.into_values().collect::<Vec<_>>(), [8, 8]);
    bench.relay().await;

    let report = bench.agrees().await;
    assert!(report.experiments.iter().all(|found| found.republished == 8));
    assert!(put_back_missing(&bench.ports, &ids, Reach::Everything).await.unwrap().is_empty());
    let messages = bench.messages(ids[0]).await;
    let ids_of: BTreeSet<_> = messages.iter().map(|message| message.headers["ce-id"].clone()).collect();
    let ledger = bench.store.events_after(ids[0], 0, 100).await.unwrap();
    assert_eq!(ids_of, ledger.iter().map(|event| event.record.id.to_string()).collect());
    assert_eq!(messages[0].headers["ce-sequence"], "1");
    processor.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_messages_that_were_deleted_are_named_and_published_again() {
    let bench = bench().await;
    let id = happened(&bench.store).await;
    bench.relay().await;
    let processor = bench.process();
    bench.agrees().await;
    let messages = bench.messages(id).await;
    for lost in [2, 7] {
        bench.delete(messages[lost].position).await;
    }

    let found = bench.verify(id).await;
    assert_eq!((found.missing_in_stream.count, found.verdict()), (2, Verdict::Differ));
    let named: Vec<_> = [2, 7].map(|lost| format!("number {}, {}", lost + 1, messages[lost].headers["ce-id"])).into();
    assert_eq!(found.missing_in_stream.first, named);

    put_back_missing(&bench.ports, &[id], Reach::Retained).await.unwrap();
    bench.relay().await;

    // The stream goes on recognising the ids of messages that were deleted, and still has to take these.
    let report = bench.agrees().await;
    assert_eq!(report.experiments[0].in_stream, 8);
    processor.stop().await;
}

/// The headers of a message, under another message id.
fn headers<'a>(of: &'a StreamMessage, message_id: &str) -> Vec<(&'a str, String)> {
    let mut headers: Vec<_> = of.headers.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    headers.retain(|(name, _)| *name != "Nats-Msg-Id");
    headers.push(("Nats-Msg-Id", message_id.to_owned()));
    headers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_repetitions_and_forgeries_are_found() {
    let bench = bench().await;
    let id = happened(&bench.store).await;
    bench.relay().await;
    let messages = bench.messages(id).await;
    let text = |of: &StreamMessage| String::from_utf8(of.body.clone()).unwrap();
    // Once more under another message id.
    let again = &messages[1];
    bench.publish_raw(&again.subject, &headers(again, "again"), &text(again)).await;
    // Something else instead of what was said.
    let forged = &messages[4];
    bench.delete(forged.position).await;
    bench.publish_raw(&forged.subject, &headers(forged, "forged"), &text(forged).replace("2.0", "9.5")).await;
    // What never happened, and what nobody can read.
    let mut invented = headers(&messages[0], "invented");
    invented.retain(|(name, _)| *name != "ce-id");
    invented.push(("ce-id", Uuid::new_v4().to_string()));
    bench.publish_raw(&messages[0].subject, &invented, &text(&messages[0])).await;
    bench.publish_raw(&format!("{id}.noise"), &[], "noise").await;
    bench.publish_raw("elsewhere.started", &[], "{}").await;

    let found = bench.verify(id).await;
    assert_eq!(found.duplicates.count, 1, "{:?}", found.duplicates);
    assert_eq!(found.altered.count, 1, "{:?}", found.altered);
    assert_eq!(found.strangers.count, 2, "{:?}", found.strangers);
    assert_eq!(found.out_of_order.count, 1, "the forgery came late: {:?}", found.out_of_order);
    assert_ne!(found.stream_chain, found.window_chain);
    assert_eq!(found.verdict(), Verdict::Differ);
    let report = verify(&bench.ports, None).await.unwrap();
    assert_eq!((report.verdict, report.strangers.get("elsewhere")), (Verdict::Differ, Some(&1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_never_be_understood_is_put_aside_at_once_and_holds_up_nothing() {
    let bench = bench().await;
    let processor = bench.process();
    let id = ExperimentId(Uuid::new_v4());
    bench.publish_raw("elsewhere", &[("schema-version", "2".to_owned())], "{}").await;
    bench.publish_raw(&format!("{id}.started"), &[], "not even headers").await;
    let real = happened(&bench.store).await;
    bench.relay().await;
    let good = bench.messages(real).await.remove(0);
    bench.publish_raw(&good.subject, &headers(&good, "unreadable"), "no JSON").await;

    eventually("putting aside", async || parked(&bench.ports).await.len() == 3).await;
    eventually("answers", async || bench.publisher.source().backlog().await.unwrap().unwrap().is_empty()).await;

    let aside = parked(&bench.ports).await;
    let why = |text: &str| aside.iter().filter(|one| one.parked.error.contains(text)).count();
    assert_eq!((why("`2` is not known"), why("`ce-id` is missing"), why("is not a")), (1, 1, 1), "{aside:?}");
    assert!(aside.iter().all(|one| one.parked.deliveries == 1 && one.parked.stream == "TEST"));
    assert_eq!(bench.store.summary(real).await.unwrap().unwrap().experiment.counts.events, 8);
    for one in &aside {
        assert!(matches!(retry(&bench.ports, &one.id).await.unwrap(), Retried::Refused(_)));
    }
    assert_eq!(retry(&bench.ports, "nothing").await.unwrap_err().kind, ErrorKind::NotFound);
    assert!(bench.store.unpark(&aside[0].id).await.unwrap());
    processor.stop().await;
}

/// A projection that fails.
struct Failing {
    store: Arc<SqlStore>,
    /// The event that is never taken in.
    poison: Option<EventId>,
    /// How many calls fail as if the store was away.
    away: AtomicU32,
}

#[async_trait]
impl Projection for Failing {
    async fn project(&self, events: &[ReceivedEvent]) -> PortResult<Vec<Projected>> {
        let is_away = self.away.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if is_away {
            return Err(PortError::new(ErrorKind::Unavailable, "the database is away"));
        }
        if events.iter().any(|received| Some(received.record.id) == self.poison) {
            return Err(PortError::new(ErrorKind::Internal, "the database refused it"));
        }
        self.store.project(events).await
    }

    async fn summary(&self, id: ExperimentId) -> PortResult<Option<Summary>> {
        self.store.summary(id).await
    }

    async fn inbox(&self, id: ExperimentId, after: Option<EventId>, limit: u32) -> PortResult<Vec<InboxEntry>> {
        self.store.inbox(id, after, limit).await
    }

    async fn projected(&self, after: Option<ExperimentId>, limit: u32) -> PortResult<Vec<ExperimentId>> {
        self.store.projected(after, limit).await
    }

    async fn forget(&self, id: ExperimentId) -> PortResult<()> {
        self.store.forget(id).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_fails_again_and_again_is_put_aside_and_can_be_tried_again() {
    let bench = bench().await;
    let id = happened(&bench.store).await;
    let poison = bench.store.events_after(id, 3, 1).await.unwrap()[0].record.id;
    let failing = Failing { store: bench.store.clone(), poison: Some(poison), away: AtomicU32::new(0) };
    let ports = EventPorts { projection: Arc::new(failing), ..bench.ports.clone() };
    let processor = process(ports, ProcessorSettings { max_deliveries: 3, ..settings() });
    bench.relay().await;

    eventually("putting aside", async || parked(&bench.ports).await.len() == 1).await;
    processor.stop().await;

    let aside = parked(&bench.ports).await.remove(0);
    assert_eq!(aside.parked.deliveries, 3);
    assert!(aside.parked.error.contains("3 times") && aside.parked.error.contains("refused"), "{}", aside.parked.error);
    let found = bench.verify(id).await;
    assert_eq!((found.projected, found.parked.count, found.missing_in_projection.count), (7, 1, 0));
    assert_eq!(found.verdict(), Verdict::Differ);
    assert_eq!(retry(&bench.ports, &aside.id).await.unwrap(), Retried::Projected);
    bench.agrees().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_away_costs_nothing_but_time() {
    let bench = bench().await;
    let failing = Failing { store: bench.store.clone(), poison: None, away: AtomicU32::new(3) };
    let ports = EventPorts { projection: Arc::new(failing), ..bench.ports.clone() };
    happened(&bench.store).await;
    bench.relay().await;

    let processor = process(ports, settings());

    bench.agrees().await;
    assert_eq!(parked(&bench.ports).await, []);
    processor.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_has_a_lost_stream_published_again() {
    let bench = bench().await;
    let id = happened(&bench.store).await;
    bench.relay().await;
    let processor = bench.process();
    bench.agrees().await;
    let (stop, rung) = (CancellationToken::new(), Arc::new(Notify::new()));
    let auditing = tokio::spawn(audit::run(bench.ports.clone(), rung.clone(), stop.clone()));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.store.outbox_lag().await.unwrap(), 0, "nothing is lost yet");

    bench.independent.delete_stream(&bench.config.stream).await.unwrap();
    bench.publisher.ping().await.unwrap();
    rung.notified().await;
    bench.relay().await;

    bench.agrees().await;
    assert_eq!(bench.verify(id).await.republished, 8);
    stop.cancel();
    auditing.await.unwrap();
    processor.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn summaries_are_made_again_from_the_ledger() {
    let bench = bench().await;
    let id = happened(&bench.store).await;
    bench.relay().await;
    let processor = bench.process();
    bench.agrees().await;
    let before = bench.store.summary(id).await.unwrap();
    bench.store.forget(id).await.unwrap();
    let lost = bench.verify(id).await;
    assert_eq!((lost.missing_in_projection.count, lost.verdict()), (8, Verdict::Differ));

    let (made, again) = (reproject(&bench.ports, id).await.unwrap(), reproject(&bench.ports, id).await.unwrap());

    assert_eq!((made.events, made.unreadable, again), (8, 0, made));
    assert_eq!(bench.store.summary(id).await.unwrap(), before);
    bench.agrees().await;
    processor.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_twin_tells_the_same_story() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(folder.path().join("ledger.db").to_str().unwrap()).with_migrations();
    let store = Arc::new(store::connect(&config, Arc::new(Encoder)).await.unwrap());
    let bus = Arc::new(MemoryEventBus::default());
    let source: Arc<dyn EventSource> = Arc::new(bus.source("test"));
    let ports = EventPorts::of(store.clone()).with_stream(source, bus.clone());
    let id = happened(&store).await;
    let mut relay = OutboxRelay::new(store.clone(), bus.clone(), RelaySettings::new("relay"));
    relay.run_once().await.unwrap();

    let processor = process(ports.clone(), settings());

    eventually("agreement", async || verify(&ports, None).await.unwrap().verdict == Verdict::Agree).await;
    assert_eq!(store.summary(id).await.unwrap().unwrap().experiment.counts.events, 8);
    processor.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_embedded_system_had_not_processed_is_processed_by_the_next_one() {
    let data = tempfile::tempdir().unwrap();
    let settings = || EmbeddedSettings::idle(data.path().to_owned());
    let config = StoreConfig::new(data.path().join("claudoom.db").to_str().unwrap()).with_migrations();
    let store = store::connect(&config, Arc::new(Encoder)).await.unwrap();
    let id = happened(&store).await;
    // Published by a process that ended before it made anything of it.
    let waiting = store.claim_outbox("gone", 100, Duration::from_secs(60)).await.unwrap();
    store.mark_published(&waiting.iter().map(|entry| entry.id).collect::<Vec<_>>()).await.unwrap();
    drop(store);

    let system = Embedded::start(settings()).await.unwrap();
    system.core.events.notify_one();
    system.stop().await;

    let system = Embedded::start(settings()).await.unwrap();
    let without_stream = EventPorts { source: None, history: None, ..system.events.clone() };
    let report = verify(&without_stream, None).await.unwrap();
    assert_eq!(report.verdict, Verdict::Agree, "{report:?}");
    assert_eq!((report.experiments[0].projected, report.experiments[0].republished), (8, 8));
    assert_eq!(system.core.projection.summary(id).await.unwrap().unwrap().experiment.counts.events, 8);
    system.stop().await;
}
