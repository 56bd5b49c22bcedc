//! From a message to an event: the one place where headers and bodies of messages meet.

use domain::ports::{ReceivedEvent, StreamMessage};
use messaging::event_message::{self, NotAnEvent};
use proto::events::{BadEvent, decode};

/// Why nothing can be made of a message. It never can then: a message does not change.
#[derive(Debug, thiserror::Error)]
pub enum NotUnderstood {
    /// Its headers are not those of an event.
    #[error(transparent)]
    Message(#[from] NotAnEvent),
    /// Its body is not that of an event.
    #[error("{0}{because}", because = .0.cause())]
    Event(#[from] BadEvent),
}

trait Cause {
    fn cause(&self) -> String;
}

impl Cause for BadEvent {
    fn cause(&self) -> String {
        std::error::Error::source(self).map(|cause| format!(": {cause}")).unwrap_or_default()
    }
}

/// The event that a message carries.
///
/// # Errors
/// [`NotUnderstood`] if it carries none of this version's events.
pub fn understand(message: &StreamMessage) -> Result<ReceivedEvent, NotUnderstood> {
    let record = event_message::read(message)?;
    let event = decode(&record)?;
    Ok(ReceivedEvent { event, record })
}
