//! An event as a message: its id for the duplicate window, and its attributes as CloudEvents headers.

use async_nats::HeaderMap;
use async_nats::header::{HeaderValue, NATS_MESSAGE_ID, ParseHeaderValueError};
use async_nats::jetstream::message::PublishMessage;
use domain::error::ErrorKind;
use domain::event::EventRecord;
use domain::ports::{PortError, PortResult};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::wire::{CONTENT_TYPE, SCHEMA_VERSION, SCHEMA_VERSION_HEADER, TRACEPARENT_HEADER};

/// The message of `record`, in CloudEvents binary mode.
///
/// # Errors
/// `Invalid` if NATS could never carry it.
pub(super) fn of(record: &EventRecord) -> PortResult<PublishMessage> {
    if !is_subject(&record.subject) {
        return Err(invalid(record, "its subject is not one"));
    }
    let time = rfc3339(record.recorded_at_ms).ok_or_else(|| invalid(record, "its time cannot be told"))?;
    let headers = headers(record, &time).map_err(|cause| invalid(record, "bad header").because(cause))?;
    Ok(PublishMessage::build().payload(record.body.clone().into()).headers(headers))
}

fn headers(record: &EventRecord, time: &str) -> Result<HeaderMap, ParseHeaderValueError> {
    let id = record.id.to_string();
    let source = format!("/claudoom/experiments/{}", record.experiment);
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, value(&id)?);
    headers.insert("ce-id", value(&id)?);
    headers.insert("ce-specversion", value("1.0")?);
    headers.insert("ce-type", value(&record.kind)?);
    headers.insert("ce-source", value(&source)?);
    headers.insert("ce-time", value(time)?);
    headers.insert("content-type", value(CONTENT_TYPE)?);
    headers.insert(SCHEMA_VERSION_HEADER, value(SCHEMA_VERSION)?);
    if let Some(traceparent) = &record.traceparent {
        headers.insert(TRACEPARENT_HEADER, value(traceparent)?);
    }
    Ok(headers)
}

/// Checked, because the client's own conversion panics on a line break.
fn value(text: &str) -> Result<HeaderValue, ParseHeaderValueError> {
    text.parse()
}

/// A moment as CloudEvents wants it, in UTC.
fn rfc3339(ms: i64) -> Option<String> {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok()?;
    moment.format(&Rfc3339).ok()
}

/// Whether a text is a subject without wildcards.
fn is_subject(text: &str) -> bool {
    let token = |token: &str| {
        !token.is_empty() && !token.contains(|c: char| c.is_whitespace() || c.is_control() || c == '*' || c == '>')
    };
    text.split('.').all(token)
}

fn invalid(record: &EventRecord, why: &str) -> PortError {
    PortError::new(ErrorKind::Invalid, format!("event {} cannot be published: {why}", record.id))
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
            subject: "e.generation.0.started".to_owned(),
            kind: "claudoom.events.v1.GenerationStarted".to_owned(),
            body: "{}".to_owned(),
            recorded_at_ms: 0,
            traceparent: None,
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
