//! What `doctor` says about PostgreSQL, NATS and RabbitMQ, by the same connections that the daemons make.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{ExperimentStore as _, Leader, Leadership, PortError};
use messaging::jetstream::{JetStreamPublisher, NatsConfig, NatsFacts};
use messaging::rabbit::{AmqpConfig, AmqpFacts, RabbitJobQueue};
use store::{DatabaseFacts, StoreConfig};
use tokio::time::{Instant, sleep};

use super::super::services::{self, ServicesArgs};
use super::Finding;
use crate::cli::Failure;

/// How long NATS may take to be connected to: that is done in the background.
const CONNECTING: Duration = Duration::from_secs(6);

/// Checks the services that are configured.
pub(super) async fn check(args: &ServicesArgs) -> Vec<Finding> {
    let mut findings = Vec::new();
    if args.database.database_url.is_some() || args.database.database_url_file.is_some() {
        match services::store_config(&args.database) {
            Ok(config) => findings.extend(database(config).await),
            Err(failure) => findings.push(unusable("database", &failure)),
        }
    }
    if args.nats.nats_url.is_some() || args.nats.nats_url_file.is_some() {
        match services::nats_config(&args.nats) {
            Ok(config) => findings.push(Finding::new("NATS", stream(&config).await)),
            Err(failure) => findings.push(unusable("NATS", &failure)),
        }
    }
    if args.amqp.amqp_url.is_some() || args.amqp.amqp_url_file.is_some() {
        match services::amqp_config(&args.amqp) {
            Ok(config) => findings.extend(rabbitmq(config).await),
            Err(failure) => findings.push(unusable("RabbitMQ", &failure)),
        }
    }
    findings
}

fn unusable(what: &'static str, failure: &Failure) -> Finding {
    Finding::new(what, Err(failure.to_string()))
}

/// The database, who plans in it, and what waits to be published.
async fn database(config: StoreConfig) -> Vec<Finding> {
    let facts = match store::inspect(&config).await {
        Ok(facts) => facts,
        Err(error) => return vec![Finding::new("database", Err(with_advice(&error, DATABASE_ADVICE)))],
    };
    let mut findings = vec![Finding::new("database", Ok(described(&facts)))];
    match store::connect(&config, Arc::new(proto::events::Encoder)).await {
        Ok(store) => {
            findings.push(Finding::new("leader", leader(&store).await));
            findings.push(Finding::new("outbox", outbox(store.outbox_lag().await)));
        }
        Err(error) => findings.push(Finding::new("ledger", Err(error.to_string()))),
    }
    findings
}

const DATABASE_ADVICE: &str = "is it started, and is --database-url right?";

fn described(facts: &DatabaseFacts) -> String {
    let version = facts.version.as_deref().map(|version| format!(" {version},")).unwrap_or_default();
    let warning = match facts.unsafe_settings.as_slice() {
        [] => String::new(),
        settings => format!("; WARNING: commits may be lost with the power, {}", settings.join(", ")),
    };
    let tls = facts.tls.map(encrypted).map(|tls| format!(", {tls}")).unwrap_or_default();
    format!("{}:{version} tables are up to date{tls}{warning}", facts.database)
}

fn encrypted(tls: bool) -> &'static str {
    if tls { "TLS" } else { "no TLS" }
}

async fn leader(store: &dyn Leadership) -> Result<String, String> {
    Ok(match store.leader().await.map_err(|error| error.to_string())? {
        None => "nobody has led yet; `orchestrator serve` does".to_owned(),
        Some(Leader { name, epoch, lease_left, .. }) if lease_left.is_zero() => {
            format!("nobody leads; {name} did, in term {epoch}; `orchestrator serve` takes over")
        }
        Some(Leader { name, epoch, .. }) => format!("{name} leads, in term {epoch}"),
    })
}

fn outbox(lag: Result<u64, PortError>) -> Result<String, String> {
    match lag {
        Ok(0) => Ok("every event is published".to_owned()),
        Ok(lag) => Ok(format!("{lag} events wait to be published; `serve` and `worker` do that while NATS is there")),
        Err(error) => Err(error.to_string()),
    }
}

async fn stream(config: &NatsConfig) -> Result<String, String> {
    let publisher = JetStreamPublisher::connect(config).await.map_err(|error| error.to_string())?;
    let deadline = Instant::now() + CONNECTING;
    loop {
        match publisher.facts().await {
            Ok(facts) => return Ok(stored(&facts)),
            Err(error) if error.kind != ErrorKind::Unavailable || Instant::now() >= deadline => {
                return Err(with_advice(&error, "is it started with -js, and is --nats-url right?"));
            }
            Err(_) => sleep(Duration::from_millis(200)).await,
        }
    }
}

fn stored(facts: &NatsFacts) -> String {
    let NatsFacts { server, version, tls, stream, messages, bytes, consumers } = facts;
    let tls = encrypted(*tls);
    let size = bytes.div_ceil(1024);
    format!("{version} at {server}, {tls}; stream {stream} holds {messages} events ({size} KiB), {consumers} consumers")
}

async fn rabbitmq(config: AmqpConfig) -> Vec<Finding> {
    let queue = match RabbitJobQueue::lazily(&config) {
        Ok(queue) => queue,
        Err(error) => return vec![Finding::new("RabbitMQ", Err(error.to_string()))],
    };
    match queue.facts().await {
        Ok(facts) => vec![Finding::new("RabbitMQ", Ok(taken(&facts))), Finding::new("dead letters", dead(&facts))],
        Err(error) => {
            let advice = "is it started, and is --amqp-url right?";
            vec![Finding::new("RabbitMQ", Err(with_advice(&error, advice)))]
        }
    }
}

fn taken(facts: &AmqpFacts) -> String {
    let AmqpFacts { broker, version, tls, queue, waiting, consumers, .. } = facts;
    let (version, tls) = (version.as_deref().unwrap_or("unknown version"), encrypted(*tls));
    let idle = if *consumers == 0 && *waiting > 0 { "; start `orchestrator worker`" } else { "" };
    format!("{version} at {broker}, {tls}; {waiting} jobs wait in {queue}, {consumers} consumers{idle}")
}

/// Dead letters harm no result, but somebody should know why they are there.
fn dead(facts: &AmqpFacts) -> Result<String, String> {
    match facts.dead {
        0 => Ok("none".to_owned()),
        count => Err(format!(
            "{count} in {}.dead: `orchestrator jobs list --dead` shows them, `orchestrator jobs redrive --dead` \
             publishes them anew",
            facts.queue
        )),
    }
}

/// An error with what to look at where nobody answers.
fn with_advice(error: &PortError, advice: &str) -> String {
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::DeadlineExceeded => format!("{error}; {advice}"),
        _ => error.to_string(),
    }
}
