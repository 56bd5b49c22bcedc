//! The relay beside a bare async-nats publisher: the same messages to the same kind of stream, with as many unacknowledged
//! and every acknowledgement awaited. Out of an outbox in memory, which shows what the relay's own work costs, and out of
//! one in PostgreSQL, where both sides take and mark as many events at a time: the relay through the store, with its hold
//! on experiments, and by hand with one prepared `SELECT` and one prepared `UPDATE`.
//!
//! Rounds of the four take turns, each ratio is taken within its round, and medians are told: what else a machine does
//! moves all of them. Needs NATS and PostgreSQL where the tests need them (`CLAUDOOM_TEST_NATS`, `CLAUDOOM_TEST_POSTGRES`);
//! `EVENTS` and `ROUNDS` as arguments, 10000 and 5 unless given.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::collections::VecDeque;
use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::HeaderMap;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{Context, ContextBuilder};
use domain::event::{EventEncoder as _, EventRecord};
use domain::ports::{EventPublisher as _, ExperimentStore as _};
use futures::StreamExt as _;
use futures::stream::FuturesOrdered;
use messaging::jetstream::{JetStreamPublisher, NatsConfig};
use messaging::relay::{OutboxRelay, RelaySettings};
use proto::events::Encoder;
use store::{SqlStore, StoreConfig};
use testkit::builder;
use testkit::outbox::MemoryOutbox;
use testkit::postgres::TestDatabase;
use tokio_postgres::NoTls;
use uuid::Uuid;

/// A stream of a round's own.
struct Target {
    config: NatsConfig,
    publisher: Arc<JetStreamPublisher>,
    context: Context,
}

async fn target() -> Target {
    let url = std::env::var("CLAUDOOM_TEST_NATS").unwrap_or_else(|_| "nats://127.0.0.1:4222".to_owned());
    let own = Uuid::new_v4().simple().to_string();
    let config = NatsConfig { prefix: format!("bench-{own}"), stream: format!("BENCH-{own}"), ..NatsConfig::new(url) };
    let publisher = Arc::new(JetStreamPublisher::connect(&config).await.unwrap());
    while publisher.ping().await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let client = async_nats::connect(&config.url).await.unwrap();
    let context = ContextBuilder::new().max_ack_inflight(config.in_flight).build(client);
    Target { config, publisher, context }
}

impl Target {
    /// Checks that everything arrived, and forgets the stream.
    async fn end(self, events: usize) {
        let stream = self.context.get_stream(&self.config.stream).await.unwrap();
        assert_eq!(stream.cached_info().state.messages, events as u64);
        self.context.delete_stream(&self.config.stream).await.unwrap();
    }
}

/// Events as evaluations of agents are, all different.
fn records(events: usize) -> Vec<EventRecord> {
    let id = domain::ids::ExperimentId(Uuid::new_v4());
    let history = builder::history(id, events as u32 - 5);
    let encoded = history.into_iter().map(|received| {
        let encoded = Encoder.encode(&received.event);
        EventRecord { kind: encoded.kind, body: encoded.body, ..received.record }
    });
    encoded.collect()
}

/// The message of an event, with as many headers as the relay gives it.
fn message(target: &Target, subject: &str, kind: &str, id: Uuid, body: &str) -> (String, PublishMessage) {
    let mut headers = HeaderMap::new();
    let id = id.to_string();
    for (name, value) in [
        ("Nats-Msg-Id", id.as_str()),
        ("ce-id", id.as_str()),
        ("ce-specversion", "1.0"),
        ("ce-type", kind),
        ("ce-source", "/claudoom/experiments/5010150a-c08f-5d5c-8884-87731d78ebf3"),
        ("ce-time", "2026-03-01T12:00:00.123Z"),
        ("ce-sequence", "12345"),
        ("content-type", "application/json"),
        ("schema-version", "1"),
    ] {
        headers.insert(name, value);
    }
    let message = PublishMessage::build().payload(body.to_owned().into()).headers(headers);
    (target.config.event_subject(subject), message)
}

/// As thinly as the client allows: messages that are ready, a window of unacknowledged ones, every acknowledgement awaited.
async fn bare(target: &Target, records: &[EventRecord]) -> f64 {
    let ready: Vec<_> = records
        .iter()
        .map(|record| message(target, &record.subject, &record.kind, record.id.0, &record.body))
        .collect();
    let begun = Instant::now();
    publish(target, ready).await;
    begun.elapsed().as_secs_f64()
}

async fn publish(target: &Target, ready: Vec<(String, PublishMessage)>) {
    let mut in_flight = FuturesOrdered::new();
    for (subject, message) in ready {
        if in_flight.len() >= target.config.in_flight {
            let acknowledged: Result<_, _> = in_flight.next().await.unwrap();
            acknowledged.unwrap();
        }
        in_flight.push_back(target.context.send_publish(subject, message).await.unwrap().into_future());
    }
    while let Some(acknowledged) = in_flight.next().await {
        acknowledged.unwrap();
    }
}

/// The relay out of an outbox in memory.
async fn from_memory(target: &Target, records: &[EventRecord]) -> f64 {
    let outbox = Arc::new(MemoryOutbox::default());
    outbox.add(records);
    let mut relay = OutboxRelay::new(outbox.clone(), target.publisher.clone(), RelaySettings::new("bench"));
    let begun = Instant::now();
    while relay.run_once().await.unwrap().more {}
    let elapsed = begun.elapsed().as_secs_f64();
    assert_eq!(outbox.waiting(), 0);
    elapsed
}

/// The relay out of an outbox in PostgreSQL.
async fn from_postgres(target: &Target, store: &Arc<SqlStore>, url: &str, events: usize) -> f64 {
    fill(store, url, events).await;
    let mut relay = OutboxRelay::new(store.clone(), target.publisher.clone(), RelaySettings::new("bench"));
    let begun = Instant::now();
    while relay.run_once().await.unwrap().more {}
    let elapsed = begun.elapsed().as_secs_f64();
    assert_eq!(store.outbox_lag().await.unwrap(), 0);
    elapsed
}

/// By hand out of an outbox in PostgreSQL: takes, publishes and marks in turns, as many at a time as the relay.
async fn by_hand(target: &Target, store: &Arc<SqlStore>, url: &str, events: usize) -> f64 {
    fill(store, url, events).await;
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let take = "SELECT id, subject, kind, event_id, body, experiment_id, sequence, committed_at_ms, traceparent, republished \
                FROM outbox WHERE published_at_ms IS NULL ORDER BY id LIMIT $1";
    let take = client.prepare(take).await.unwrap();
    let mark = "UPDATE outbox SET published_at_ms = (extract(epoch FROM clock_timestamp()) * 1000)::bigint \
                WHERE id = ANY($1) AND published_at_ms IS NULL";
    let mark = client.prepare(mark).await.unwrap();
    let batch = i64::from(RelaySettings::new("bench").batch);
    let begun = Instant::now();
    loop {
        let rows = client.query(&take, &[&batch]).await.unwrap();
        if rows.is_empty() {
            return begun.elapsed().as_secs_f64();
        }
        let ready = rows.iter().map(|row| message(target, row.get(1), row.get(2), row.get(3), row.get(4)));
        publish(target, ready.collect()).await;
        let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        client.execute(&mark, &[&ids]).await.unwrap();
    }
}

/// An experiment with this many events that wait.
async fn fill(store: &Arc<SqlStore>, url: &str, events: usize) {
    let new = builder::experiment(1, 1);
    store.create(&new).await.unwrap();
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let body = records(6).swap_remove(3).body;
    let sql = "INSERT INTO outbox (experiment_id, sequence, event_id, subject, kind, body, committed_at_ms) \
               SELECT $1::uuid, n, gen_random_uuid(), $1::uuid::text || '.generation.0.agent.agent-' || n || '.evaluated', \
               'claudoom.events.v1.AgentEvaluated', $2, 1700000000000 + n FROM generate_series(3, $3::bigint) n";
    client.execute(sql, &[&new.id.0, &body, &(events as i64)]).await.unwrap();
    client.batch_execute("ANALYZE outbox").await.unwrap();
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: VecDeque<f64> = values.collect();
    values.make_contiguous().sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (events, rounds) = (*numbers.first().unwrap_or(&10_000), *numbers.get(1).unwrap_or(&5));
    let database = TestDatabase::create().await;
    let config = StoreConfig::new(database.url()).with_migrations();
    let store = Arc::new(store::connect(&config, Arc::new(Encoder)).await.unwrap());
    let records = records(events);
    let mut seconds = Vec::new();
    // The first round warms up and is not counted.
    for round in 0..=rounds {
        let mut row = [0.0; 4];
        for turn in 0..4 {
            let way = (turn + round) % 4;
            let target = target().await;
            row[way] = match way {
                0 => bare(&target, &records).await,
                1 => from_memory(&target, &records).await,
                2 => by_hand(&target, &store, &database.url(), events).await,
                _ => from_postgres(&target, &store, &database.url(), events).await,
            };
            target.end(events).await;
        }
        seconds.push(row);
    }
    println!("{events} events, {rounds} rounds, at most 64 unacknowledged");
    println!("{:<28} {:>10} {:>8} {:>16}", "", "events/s", "ratio", "lowest..highest");
    let rows: Vec<_> = seconds.into_iter().skip(1).collect();
    for (way, of, name) in [
        (0, 0, "bare async-nats"),
        (1, 0, "relay, outbox in memory"),
        (2, 2, "by hand, PostgreSQL"),
        (3, 2, "relay, outbox in PostgreSQL"),
    ] {
        let rate = median(rows.iter().map(|row| events as f64 / row[way]));
        let mut ratios: Vec<f64> = rows.iter().map(|row| row[of] / row[way]).collect();
        ratios.sort_by(f64::total_cmp);
        let (ratio, low, high) = (ratios[ratios.len() / 2], ratios[0], ratios[ratios.len() - 1]);
        println!("{name:<28} {rate:>10.0} {ratio:>8.2} {low:>9.2}..{high:.2}");
    }
}
