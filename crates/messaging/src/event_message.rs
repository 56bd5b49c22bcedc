//! An event as a message: its attributes as CloudEvents headers, and the way back. The same for NATS and its twin.

use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{PortError, PortResult, StreamMessage};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::wire::{CONTENT_TYPE, SCHEMA_VERSION, SCHEMA_VERSION_HEADER, TRACEPARENT_HEADER};

/// Header with the id under which the stream recognises a message.
pub const MESSAGE_ID_HEADER: &str = "Nats-Msg-Id";
/// Header with the event's id.
pub const ID_HEADER: &str = "ce-id";
/// Header with the event's number within its experiment.
pub const SEQUENCE_HEADER: &str = "ce-sequence";
/// Header with the event's type.
pub const TYPE_HEADER: &str = "ce-type";
/// Header with the moment when the event was recorded.
pub const TIME_HEADER: &str = "ce-time";

/// Why a message is not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEvent {
    /// It was written for another version of readers.
    #[error("schema version `{0}` is not known here; a newer version of this program may know it")]
    Version(String),
    /// A header is missing.
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    /// A header says something that it cannot say.
    #[error("the header `{name}` cannot be read: `{value}`")]
    Header {
        /// Its name.
        name: &'static str,
        /// What it says.
        value: String,
    },
    /// The subject does not begin with an experiment's id.
    #[error("the subject `{0}` does not begin with the id of an experiment")]
    Subject(String),
    /// The body is not text.
    #[error("the body is not UTF-8")]
    Body,
}

/// The headers of an event, in no particular order.
///
/// # Errors
/// `Invalid` if its time cannot be told.
pub(crate) fn headers(record: &EventRecord) -> PortResult<impl Iterator<Item = (&'static str, String)>> {
    let time = rfc3339(record.recorded_at_ms).ok_or_else(|| invalid(record, "its time cannot be told"))?;
    let always = [
        (MESSAGE_ID_HEADER, record.message_id()),
        (ID_HEADER, record.id.to_string()),
        ("ce-specversion", "1.0".to_owned()),
        (TYPE_HEADER, record.kind.clone()),
        ("ce-source", format!("/claudoom/experiments/{}", record.experiment)),
        (TIME_HEADER, time),
        ("content-type", CONTENT_TYPE.to_owned()),
        (SCHEMA_VERSION_HEADER, SCHEMA_VERSION.to_owned()),
    ];
    let sequence = record.sequence.map(|sequence| (SEQUENCE_HEADER, sequence.to_string()));
    let traceparent = record.traceparent.clone().map(|traceparent| (TRACEPARENT_HEADER, traceparent));
    Ok(always.into_iter().chain(sequence).chain(traceparent))
}

/// The event that a message carries. What it says is not looked at.
///
/// # Errors
/// [`NotAnEvent`] if it carries none that is understood here. It never will then: nothing about a message changes.
pub fn read(message: &StreamMessage) -> Result<EventRecord, NotAnEvent> {
    match header(message, SCHEMA_VERSION_HEADER) {
        None | Some(SCHEMA_VERSION) => {}
        Some(other) => return Err(NotAnEvent::Version(other.to_owned())),
    }
    let id: EventId = parsed(message, ID_HEADER, |text| text.parse().ok())?;
    let experiment = message.subject.split('.').next().and_then(|token| token.parse::<ExperimentId>().ok());
    let sequence = match header(message, SEQUENCE_HEADER) {
        None => None,
        Some(_) => Some(parsed(message, SEQUENCE_HEADER, |text| text.parse().ok().filter(|number| *number > 0i64))?),
    };
    Ok(EventRecord {
        id,
        experiment: experiment.ok_or_else(|| NotAnEvent::Subject(message.subject.clone()))?,
        sequence,
        subject: message.subject.clone(),
        kind: parsed(message, TYPE_HEADER, |text| Some(text.to_owned()))?,
        body: String::from_utf8(message.body.clone()).map_err(|_| NotAnEvent::Body)?,
        recorded_at_ms: parsed(message, TIME_HEADER, milliseconds)?,
        traceparent: header(message, TRACEPARENT_HEADER).map(ToOwned::to_owned),
        republished: republished(message, id),
    })
}

/// Whether a text is a subject without wildcards.
pub(crate) fn is_subject(text: &str) -> bool {
    let token = |token: &str| {
        !token.is_empty() && !token.contains(|c: char| c.is_whitespace() || c.is_control() || c == '*' || c == '>')
    };
    text.split('.').all(token)
}

/// An event that no stream could carry.
pub(crate) fn invalid(record: &EventRecord, why: &str) -> PortError {
    PortError::new(ErrorKind::Invalid, format!("event {} cannot be published: {why}", record.id))
}

fn header<'a>(message: &'a StreamMessage, name: &str) -> Option<&'a str> {
    message.headers.get(name).map(String::as_str)
}

fn parsed<T>(
    message: &StreamMessage,
    name: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, NotAnEvent> {
    let value = header(message, name).ok_or(NotAnEvent::Missing(name))?;
    parse(value).ok_or_else(|| NotAnEvent::Header { name, value: value.to_owned() })
}

/// How often the event was published anew, as [`EventRecord::message_id`] says it.
fn republished(message: &StreamMessage, id: EventId) -> u32 {
    let times = header(message, MESSAGE_ID_HEADER).and_then(|text| text.strip_prefix(&format!("{id}.")));
    times.and_then(|times| times.parse().ok()).unwrap_or_default()
}

/// A moment as CloudEvents wants it, in UTC.
fn rfc3339(ms: i64) -> Option<String> {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok()?;
    moment.format(&Rfc3339).ok()
}

fn milliseconds(moment: &str) -> Option<i64> {
    let moment = OffsetDateTime::parse(moment, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn record() -> EventRecord {
        let experiment = ExperimentId(Uuid::from_u128(2));
        EventRecord {
            id: EventId(Uuid::from_u128(1)),
            experiment,
            sequence: Some(7),
            subject: format!("{experiment}.started"),
            kind: "claudoom.events.v1.ExperimentStarted".to_owned(),
            body: "{\"a\":\"ä\"}".to_owned(),
            recorded_at_ms: 1_700_000_000_123,
            traceparent: Some("00-01".to_owned()),
            republished: 0,
        }
    }

    fn message(record: &EventRecord) -> StreamMessage {
        StreamMessage {
            subject: record.subject.clone(),
            headers: headers(record).unwrap().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: record.body.clone().into_bytes(),
            position: 1,
            stored_at_ms: 2,
        }
    }

    #[test]
    fn an_event_survives_the_way() {
        let anew = EventRecord { republished: 3, traceparent: None, recorded_at_ms: -1, ..record() };
        for record in [record(), anew] {
            assert_eq!(read(&message(&record)).unwrap(), record);
        }
    }

    #[test]
    fn messages_of_older_versions_are_understood() {
        let mut old = message(&record());
        for name in [SEQUENCE_HEADER, SCHEMA_VERSION_HEADER, TRACEPARENT_HEADER] {
            old.headers.remove(name);
        }
        assert_eq!(read(&old).unwrap(), EventRecord { sequence: None, traceparent: None, ..record() });
    }

    #[test]
    fn what_is_not_understood_is_told_by_name() {
        let changed = |name: &str, value: &str| {
            let mut message = message(&record());
            message.headers.insert(name.to_owned(), value.to_owned());
            read(&message).unwrap_err().to_string()
        };
        assert!(changed("schema-version", "2").contains("`2`"));
        for (name, value) in [("ce-id", "x"), ("ce-sequence", "0"), ("ce-sequence", "one"), ("ce-time", "today")] {
            assert!(changed(name, value).contains(name), "{name}");
        }
        let mut nameless = message(&record());
        nameless.headers.remove("ce-type");
        assert_eq!(read(&nameless), Err(NotAnEvent::Missing("ce-type")));
        let elsewhere = StreamMessage { subject: "a.b".to_owned(), ..message(&record()) };
        assert_eq!(read(&elsewhere), Err(NotAnEvent::Subject("a.b".to_owned())));
        let noise = StreamMessage { body: vec![255], ..message(&record()) };
        assert_eq!(read(&noise), Err(NotAnEvent::Body));
    }
}
