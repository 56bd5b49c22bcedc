//! Spans of what happens to events, with the attributes that OpenTelemetry names for messaging.
//!
//! The header of an event names whoever recorded it, not the span of the publishing.

use domain::event::EventRecord;
use runtime::trace_context;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// One event on its way to the stream, until it is acknowledged; none if nobody traced what it tells of.
pub(super) fn publish(stream: &str, subject: &str, record: &EventRecord) -> Span {
    let Some(traceparent) = &record.traceparent else { return Span::none() };
    let span = info_span!(
        parent: None,
        "publish",
        otel.name = %format!("publish {stream}"),
        otel.kind = "producer",
        otel.status_code = Empty,
        messaging.system = "nats",
        messaging.operation.name = "publish",
        messaging.operation.type = "send",
        messaging.destination.name = subject,
        messaging.message.id = %record.id,
    );
    trace_context::follow(&span, traceparent);
    span
}
