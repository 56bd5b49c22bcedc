//! Events as messages of NATS, both ways.

use async_nats::HeaderMap;
use async_nats::header::{HeaderName, HeaderValue};
use async_nats::jetstream;
use async_nats::jetstream::message::PublishMessage;
use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ports::{PortError, PortResult, StreamMessage};

use crate::event_message::{headers, invalid, is_subject};

/// The message of `record`, in CloudEvents binary mode.
///
/// # Errors
/// `Invalid` if NATS could never carry it.
pub(super) fn of(record: &EventRecord) -> PortResult<PublishMessage> {
    if !is_subject(&record.subject) {
        return Err(invalid(record, "its subject is not one"));
    }
    let mut map = HeaderMap::new();
    for (name, value) in headers(record)? {
        // Parsed, because the client's own conversion panics on a line break.
        let value: HeaderValue = value.parse().map_err(|cause| invalid(record, "bad header").because(cause))?;
        map.insert(HeaderName::from_static(name), value);
    }
    Ok(PublishMessage::build().payload(record.body.clone().into()).headers(map))
}

/// A message of the stream; `subjects` is what its subject begins with.
///
/// # Errors
/// `Internal` if it did not come from a stream.
pub(super) fn read(message: &jetstream::Message, subjects: &str) -> PortResult<StreamMessage> {
    let info = message.info().map_err(not_of_a_stream)?;
    let subject = message.subject.as_str();
    let headers = message.headers.iter().flat_map(HeaderMap::iter);
    let headers = headers.filter_map(|(name, values)| Some((name.to_string(), values.first()?.to_string())));
    let stored_at_ms = info.published.unix_timestamp_nanos().div_euclid(1_000_000);
    Ok(StreamMessage {
        subject: subject.strip_prefix(subjects).unwrap_or(subject).to_owned(),
        headers: headers.collect(),
        body: message.payload.to_vec(),
        position: info.stream_sequence,
        stored_at_ms: i64::try_from(stored_at_ms).unwrap_or_default(),
    })
}

pub(super) fn not_of_a_stream(cause: async_nats::Error) -> PortError {
    PortError::new(ErrorKind::Internal, "a message of NATS came without its place in a stream").because(cause)
}

#[cfg(test)]
mod tests {
    use domain::ids::{EventId, ExperimentId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_nats_cannot_carry_is_an_error_and_no_panic() {
        let good = EventRecord {
            id: EventId(Uuid::nil()),
            experiment: ExperimentId(Uuid::nil()),
            sequence: Some(1),
            subject: "e.generation.0.started".to_owned(),
            kind: "claudoom.events.v1.GenerationStarted".to_owned(),
            body: "{}".to_owned(),
            recorded_at_ms: 0,
            traceparent: None,
            republished: 0,
        };
        let kind = EventRecord { kind: "a\r\nb".to_owned(), ..good.clone() };
        let time = EventRecord { recorded_at_ms: i64::MAX, ..good.clone() };
        let trace = EventRecord { traceparent: Some("a\nb".to_owned()), ..good.clone() };
        let subjects = ["", "a..b", "a b", "a.*", "a.>", "a\n"];

        assert!(of(&good).is_ok());
        for record in [kind, time, trace] {
            assert!(of(&record).is_err());
        }
        for subject in subjects.map(str::to_owned) {
            let record = EventRecord { subject, ..good.clone() };
            assert_eq!(of(&record).unwrap_err().kind, ErrorKind::Invalid);
        }
    }
}
