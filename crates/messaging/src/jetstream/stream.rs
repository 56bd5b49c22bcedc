//! The stream: created when it is missing, brought to its settings when it differs, refused when it is another's.

use async_nats::jetstream::context::{CreateStreamError, CreateStreamErrorKind, GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{Context, ErrorCode};
use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};

use super::config::NatsConfig;

/// Makes sure that the stream is there with its settings.
///
/// # Errors
/// `FailedPrecondition` if a stream of that name has other subjects or settings that cannot be changed, or if another
/// stream listens to our subjects.
pub(super) async fn ensure(context: &Context, settings: &NatsConfig) -> PortResult<()> {
    match find(context, settings).await? {
        Some(stream) => adjust(context, settings, stream.cached_info().config.clone()).await,
        None => create(context, settings).await,
    }
}

/// The stream, if it is there.
pub(super) async fn find(context: &Context, settings: &NatsConfig) -> PortResult<Option<Stream>> {
    match context.get_stream(&settings.stream).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(cannot_look_up(error, settings)),
    }
}

async fn create(context: &Context, settings: &NatsConfig) -> PortResult<()> {
    context.create_stream(wanted(settings)).await.map_err(|error| cannot_create(error, settings))?;
    tracing::info!(stream = %settings.stream, subjects = %settings.event_subjects(), "created the event stream");
    Ok(())
}

/// Brings a stream to the settings that may be changed; the rest of it stays as its owner made it.
async fn adjust(context: &Context, settings: &NatsConfig, present: Config) -> PortResult<()> {
    if let Some(conflict) = conflict(&wanted(settings), &present) {
        let advice = "name another stream or prefix, or delete it";
        let message = format!("stream `{}` is not ours: {conflict}; {advice}", settings.stream);
        return Err(PortError::new(ErrorKind::FailedPrecondition, message));
    }
    let updated = with_our_settings(&present, settings);
    if updated == present {
        return Ok(());
    }
    context.update_stream(updated).await.map_err(|error| cannot_create(error, settings))?;
    tracing::info!(stream = %settings.stream, "brought the event stream to its settings");
    Ok(())
}

fn wanted(settings: &NatsConfig) -> Config {
    let base = Config {
        name: settings.stream.clone(),
        subjects: vec![settings.event_subjects()],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        num_replicas: 1,
        ..Config::default()
    };
    with_our_settings(&base, settings)
}

fn with_our_settings(base: &Config, settings: &NatsConfig) -> Config {
    let limit = |ours: Option<u64>, present| ours.map_or(present, |ours| i64::try_from(ours).unwrap_or(i64::MAX));
    Config {
        // A full stream refuses events, which the outbox then keeps, instead of forgetting old ones silently.
        discard: DiscardPolicy::New,
        max_age: settings.max_age,
        // As long as the age: an id is recognised for as long as its event is there.
        duplicate_window: settings.max_age,
        max_bytes: limit(settings.max_bytes, base.max_bytes),
        max_messages: limit(settings.max_messages, base.max_messages),
        ..base.clone()
    }
}

/// What cannot be changed on a living stream, or must not be because somebody else relies on it.
fn conflict(wanted: &Config, present: &Config) -> Option<String> {
    let differs = |what: &str, present: String, wanted: String| Some(format!("{what} {present} instead of {wanted}"));
    if present.subjects != wanted.subjects {
        return differs("it has the subjects", format!("{:?}", present.subjects), format!("{:?}", wanted.subjects));
    }
    if present.storage != wanted.storage {
        return differs("it has the storage", format!("{:?}", present.storage), format!("{:?}", wanted.storage));
    }
    if present.retention != wanted.retention {
        return differs("it has the retention", format!("{:?}", present.retention), format!("{:?}", wanted.retention));
    }
    present.sealed.then(|| "it is sealed".to_owned())
}

fn is_missing(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(cause) if cause.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

fn cannot_look_up(error: GetStreamError, settings: &NatsConfig) -> PortError {
    let kind = match error.kind() {
        GetStreamErrorKind::EmptyName | GetStreamErrorKind::InvalidStreamName => ErrorKind::Invalid,
        GetStreamErrorKind::JetStream(cause) => kind_of(cause.error_code()),
        GetStreamErrorKind::Request => ErrorKind::Unavailable,
    };
    let message = format!("cannot look up stream `{}`; is JetStream enabled on the server?", settings.stream);
    PortError::new(kind, message).because(error)
}

fn cannot_create(error: CreateStreamError, settings: &NatsConfig) -> PortError {
    let (kind, advice) = match error.kind() {
        CreateStreamErrorKind::JetStream(cause) if cause.error_code() == ErrorCode::STREAM_SUBJECT_OVERLAP => {
            (ErrorKind::FailedPrecondition, "; another stream listens to these subjects, choose another prefix")
        }
        CreateStreamErrorKind::JetStream(cause) => (kind_of(cause.error_code()), ""),
        CreateStreamErrorKind::EmptyStreamName | CreateStreamErrorKind::InvalidStreamName => (ErrorKind::Invalid, ""),
        _ => (ErrorKind::Unavailable, ""),
    };
    let subjects = settings.event_subjects();
    let message = format!("cannot set up stream `{}` on `{subjects}`{advice}", settings.stream);
    PortError::new(kind, message).because(error)
}

/// Whether asking again helps: JetStream that is off may be starting, and a stream cannot get its folder in the moment in
/// which the server removes the one above it with the last other stream. Everything else needs somebody's hand.
pub(super) fn kind_of(code: ErrorCode) -> ErrorKind {
    match code {
        ErrorCode::JETSTREAM_NOT_ENABLED
        | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT
        | ErrorCode::CLUSTER_NOT_AVAILABLE
        | ErrorCode::STREAM_CREATE
        | ErrorCode::INSUFFICIENT_RESOURCES => ErrorKind::Unavailable,
        _ => ErrorKind::FailedPrecondition,
    }
}
