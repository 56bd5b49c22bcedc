//! Spans of what happens to events, with the attributes that OpenTelemetry names for messaging.
//!
//! The header of an event names whoever recorded it, not the span of the publishing. An event whose recording nobody
//! traced has no span.

use domain::event::EventRecord;
use runtime::trace_context;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// One event on its way to the stream, under this subject, until it is acknowledged.
pub(crate) fn publishing(stream: &str, subject: &str, record: &EventRecord) -> Span {
    span("publish", "send", "producer", stream, subject, record)
}

/// One event of the stream that is taken in.
#[must_use]
pub fn processing(stream: &str, record: &EventRecord) -> Span {
    span("process", "process", "consumer", stream, &record.subject, record)
}

fn span(operation: &str, operation_type: &str, kind: &str, stream: &str, subject: &str, record: &EventRecord) -> Span {
    let Some(traceparent) = &record.traceparent else { return Span::none() };
    let span = info_span!(
        parent: None,
        "event",
        otel.name = %format!("{operation} {stream}"),
        otel.kind = kind,
        otel.status_code = Empty,
        messaging.system = "nats",
        messaging.operation.name = operation,
        messaging.operation.type = operation_type,
        messaging.destination.name = subject,
        messaging.message.id = %record.id,
    );
    trace_context::follow(&span, traceparent);
    span
}

/// Marks a span as one of something that failed.
pub fn failed(span: &Span) {
    span.record("otel.status_code", "ERROR");
}
