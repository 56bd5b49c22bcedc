//! Which messages the stream has, for those who compare it with the ledger.

use std::time::Duration;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use domain::error::ErrorKind;
use domain::ids::ExperimentId;
use domain::ports::{PortError, PortResult};
use futures::TryStreamExt as _;

use super::client::connect;
use super::config::NatsConfig;

/// Messages that are read at a time.
const PART: usize = 500;
/// After how long without a sign of life the server forgets a reading.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// Ids of the messages of an experiment in the stream, oldest first, as often as they are there. Reading changes nothing.
///
/// # Errors
/// `Unavailable` if the server does not answer or there is no stream.
pub async fn stored_ids(settings: &NatsConfig, experiment: ExperimentId) -> PortResult<Vec<String>> {
    let context = async_nats::jetstream::new(connect(settings).await?);
    let config = pull::Config {
        ack_policy: AckPolicy::None,
        filter_subject: settings.event_subject(&format!("{experiment}.>")),
        inactive_threshold: FORGOTTEN,
        memory_storage: true,
        ..pull::Config::default()
    };
    let consumer = context.create_consumer_on_stream(config, &settings.stream).await.map_err(unreadable)?;
    let mut ids = Vec::new();
    loop {
        let part = consumer.fetch().max_messages(PART).messages().await.map_err(unreadable)?;
        let part: Vec<_> = part.try_collect().await.map_err(unreadable)?;
        if part.is_empty() {
            return Ok(ids);
        }
        let id = |message: &async_nats::jetstream::Message| {
            let headers = message.headers.as_ref()?;
            Some(headers.get(NATS_MESSAGE_ID)?.as_str().to_owned())
        };
        // One without an id is none of ours; it still counts.
        ids.extend(part.iter().map(|message| id(message).unwrap_or_default()));
    }
}

fn unreadable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortError {
    PortError::new(ErrorKind::Unavailable, "the event stream cannot be read").because(cause)
}
