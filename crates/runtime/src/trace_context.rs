//! W3C trace context (`traceparent`, `tracestate`) in and out of gRPC metadata, plain string maps and messages.
//!
//! Without a telemetry endpoint there is no trace, and nothing is written.

use std::marker::PhantomData;

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator as _},
    trace::TraceContextExt as _,
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::metadata::{MetadataKey, MetadataMap, MetadataValue};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const TRACEPARENT: &str = "traceparent";

/// Writes the context of `span` as gRPC metadata.
pub fn inject(span: &Span, metadata: &mut MetadataMap) {
    inject_with(span, |key, value| {
        let key = MetadataKey::from_bytes(key.as_bytes());
        if let (Ok(key), Ok(value)) = (key, MetadataValue::try_from(value.as_str())) {
            metadata.insert(key, value);
        }
    });
}

/// Writes the context of `span` into a map, or anything else that takes pairs: message headers.
pub fn inject_map(span: &Span, map: &mut impl Extend<(String, String)>) {
    inject_with(span, |key, value| map.extend([(key.to_owned(), value)]));
}

/// Returns the `traceparent` of the current span, if it is traced.
pub fn current() -> Option<String> {
    of(&Span::current())
}

/// Returns the `traceparent` of a span, if it is traced. It cannot be given another parent then.
pub fn of(span: &Span) -> Option<String> {
    let mut found = None;
    inject_with(span, |key, value| {
        if key == TRACEPARENT {
            found = Some(value);
        }
    });
    found
}

/// Makes the span that a `traceparent` names the parent of `span`. Call it before the span is entered.
pub fn follow(span: &Span, traceparent: &str) {
    set_parent_with(span, |key| (key == TRACEPARENT).then_some(traceparent));
}

/// Makes the context found in gRPC metadata the parent of `span`. Call it before the span is entered.
pub fn set_parent(span: &Span, metadata: &MetadataMap) {
    set_parent_with(span, |key| metadata.get(key)?.to_str().ok());
}

/// Makes the context found by a look-up the parent of `span`, for example
/// `set_parent_with(&span, |key| headers.get(key).map(String::as_str))`.
pub fn set_parent_with<'a>(span: &Span, lookup: impl Fn(&str) -> Option<&'a str>) {
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &Lookup(lookup, PhantomData));
    if context.span().span_context().is_valid() {
        // Refused when the span is not exported: then there is no parent to have.
        let _ = span.set_parent(context);
    }
}

fn inject_with(span: &Span, write: impl FnMut(&str, String)) {
    TraceContextPropagator::new().inject_context(&span.context(), &mut Write(write));
}

struct Write<F>(F);

impl<F: FnMut(&str, String)> Injector for Write<F> {
    fn set(&mut self, key: &str, value: String) {
        // An empty tracestate says nothing.
        if !value.is_empty() {
            (self.0)(key, value);
        }
    }
}

struct Lookup<'a, F>(F, PhantomData<&'a str>);

impl<'a, F: Fn(&str) -> Option<&'a str>> Extractor for Lookup<'a, F> {
    fn get(&self, key: &str) -> Option<&str> {
        (self.0)(key)
    }

    fn keys(&self) -> Vec<&str> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing::info_span;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn traced<T>(test: impl FnOnce() -> T) -> T {
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let subscriber = tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer));
        tracing::subscriber::with_default(subscriber, test)
    }

    #[test]
    fn trace_goes_on_from_headers_to_metadata() {
        let headers = HashMap::from([("traceparent".to_owned(), PARENT.to_owned())]);

        let metadata = traced(|| {
            let span = info_span!("relay");
            set_parent_with(&span, |key| headers.get(key).map(String::as_str));
            let mut metadata = MetadataMap::new();
            inject(&span, &mut metadata);
            metadata
        });

        let sent = metadata.get("traceparent").unwrap().to_str().unwrap();
        assert!(sent.starts_with("00-0af7651916cd43dd8448eb211c80319c-"), "{sent}");
        assert!(!sent.contains("b7ad6b7169203331"), "{sent}");
    }

    #[test]
    fn trace_goes_on_from_metadata_to_a_map() {
        let mut metadata = MetadataMap::new();
        metadata.insert("traceparent", PARENT.parse().unwrap());

        let map = traced(|| {
            let span = info_span!("call");
            set_parent(&span, &metadata);
            let mut map = HashMap::new();
            inject_map(&span, &mut map);
            map
        });

        assert!(map["traceparent"].contains("0af7651916cd43dd8448eb211c80319c"));
    }

    #[test]
    fn the_current_span_follows_the_one_that_a_message_names() {
        assert_eq!(current(), None);

        let (outside, inside) = traced(|| {
            let span = info_span!("job");
            follow(&span, PARENT);
            (current(), span.in_scope(current).unwrap())
        });

        assert_eq!(outside, None);
        assert!(inside.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && inside != PARENT, "{inside}");
    }

    #[test]
    fn nonsense_starts_a_new_trace_and_no_trace_writes_nothing() {
        let mut map = HashMap::new();
        inject_map(&info_span!("untraced"), &mut map);
        assert!(map.is_empty());

        traced(|| {
            let span = info_span!("call");
            set_parent_with(&span, |_| Some("not a traceparent"));
            inject_map(&span, &mut map);
        });
        assert!(map["traceparent"].starts_with("00-"));
    }
}
