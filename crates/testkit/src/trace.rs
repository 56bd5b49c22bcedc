//! A stand-in for tracing: the test says in which trace something is done.

use std::future::Future;

use domain::ports::TraceSource;

/// A trace context.
pub const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

tokio::task_local! {
    static CURRENT: String;
}

/// Tells what [`within`] was given, and nothing elsewhere.
#[must_use]
pub fn source() -> TraceSource {
    TraceSource::new(|| CURRENT.try_with(Clone::clone).ok())
}

/// Does `work` in a trace.
pub async fn within<T>(traceparent: &str, work: impl Future<Output = T>) -> T {
    CURRENT.scope(traceparent.to_owned(), work).await
}
