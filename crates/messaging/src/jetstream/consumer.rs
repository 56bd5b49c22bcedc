//! The durable consumer: created when it is missing, brought to its settings when it differs, refused when it is
//! another's.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, ReplayPolicy, pull};
use async_nats::jetstream::stream::{ConsumerError, ConsumerErrorKind};
use async_nats::jetstream::{Context, ErrorCode};
use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};

use super::config::NatsConfig;
use super::stream;

/// The durable consumer as the client has it.
pub(super) type Durable = Consumer<pull::Config>;

/// Makes sure that stream and consumer are there with their settings.
///
/// # Errors
/// `FailedPrecondition` if a consumer of that name has settings that cannot be changed.
pub(super) async fn ensure(context: &Context, settings: &NatsConfig) -> PortResult<Durable> {
    stream::ensure(context, settings).await?;
    match find(context, settings).await? {
        Some(durable) => adjust(context, settings, durable).await,
        None => create(context, settings, wanted(settings), "created the consumer of events").await,
    }
}

/// The durable consumer, if it is there.
pub(super) async fn find(context: &Context, settings: &NatsConfig) -> PortResult<Option<Durable>> {
    match context.get_consumer_from_stream(&settings.consumer, &settings.stream).await {
        Ok(durable) => Ok(Some(durable)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(cannot("look up", error, settings)),
    }
}

async fn adjust(context: &Context, settings: &NatsConfig, durable: Durable) -> PortResult<Durable> {
    let present = durable.cached_info().config.clone();
    let present = <pull::Config as async_nats::jetstream::consumer::FromConsumer>::try_from_consumer_config(present)
        .map_err(|cause| not_ours(settings, "it pushes").because(cause))?;
    if let Some(difference) = conflict(&wanted(settings), &present) {
        return Err(not_ours(settings, difference));
    }
    let updated = with_our_settings(&present, settings);
    if updated == present {
        return Ok(durable);
    }
    create(context, settings, updated, "brought the consumer of events to its settings").await
}

async fn create(context: &Context, settings: &NatsConfig, config: pull::Config, done: &str) -> PortResult<Durable> {
    let created = context.create_consumer_on_stream(config, &settings.stream).await;
    let durable = created.map_err(|error| cannot("set up", error, settings))?;
    tracing::info!(stream = %settings.stream, consumer = %settings.consumer, "{done}");
    Ok(durable)
}

fn wanted(settings: &NatsConfig) -> pull::Config {
    let base = pull::Config {
        durable_name: Some(settings.consumer.clone()),
        name: Some(settings.consumer.clone()),
        description: Some("makes claudoom's summaries of its events".to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        replay_policy: ReplayPolicy::Instant,
        ..pull::Config::default()
    };
    with_our_settings(&base, settings)
}

fn with_our_settings(base: &pull::Config, settings: &NatsConfig) -> pull::Config {
    pull::Config {
        ack_wait: settings.ack_wait,
        // Without a limit at the server: it would let go of an event for ever, and tell so only those who listen at
        // that moment. Whoever gets an event counts its deliveries and puts it aside in the ledger.
        max_deliver: -1,
        max_ack_pending: i64::from(settings.max_unanswered),
        backoff: Vec::new(),
        headers_only: false,
        max_batch: 0,
        max_bytes: 0,
        max_expires: Duration::ZERO,
        ..base.clone()
    }
}

/// What cannot be changed on a living consumer, or would change what it delivers.
fn conflict(wanted: &pull::Config, present: &pull::Config) -> Option<&'static str> {
    if present.deliver_policy != wanted.deliver_policy {
        return Some("it does not deliver all messages");
    }
    if present.ack_policy != wanted.ack_policy {
        return Some("it does not wait for an answer to every message");
    }
    let is_filtered = !present.filter_subject.is_empty() || !present.filter_subjects.is_empty();
    if is_filtered { Some("it delivers some subjects only") } else { None }
}

fn not_ours(settings: &NatsConfig, why: &str) -> PortError {
    let NatsConfig { consumer, stream, .. } = settings;
    let message =
        format!("consumer `{consumer}` of stream `{stream}` is not ours: {why}; name another consumer, or delete it");
    PortError::new(ErrorKind::FailedPrecondition, message)
}

fn is_missing(error: &ConsumerError) -> bool {
    let missing = [ErrorCode::CONSUMER_NOT_FOUND, ErrorCode::STREAM_NOT_FOUND];
    matches!(error.kind(), ConsumerErrorKind::JetStream(cause) if missing.contains(&cause.error_code()))
}

fn cannot(what: &str, error: ConsumerError, settings: &NatsConfig) -> PortError {
    let kind = match error.kind() {
        ConsumerErrorKind::JetStream(cause) => stream::kind_of(cause.error_code()),
        ConsumerErrorKind::InvalidConsumerType | ConsumerErrorKind::InvalidName => ErrorKind::FailedPrecondition,
        _ => ErrorKind::Unavailable,
    };
    let message = format!("cannot {what} consumer `{}` of stream `{}`", settings.consumer, settings.stream);
    PortError::new(kind, message).because(error)
}
