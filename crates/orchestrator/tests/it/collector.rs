//! A collector of traces in the test's own process.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::trace::v1::Span;
use runtime::grpc::{Listener, ServerConfig, serve};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

/// A span as it was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exported {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty for the first of a trace.
    pub(crate) parent: String,
}

impl Exported {
    /// The `traceparent` by which others name it.
    pub(crate) fn traceparent(&self) -> String {
        format!("00-{}-{}-01", self.trace, self.id)
    }
}

impl From<Span> for Exported {
    fn from(span: Span) -> Self {
        let (trace, id, parent) = (hex(&span.trace_id), hex(&span.span_id), hex(&span.parent_span_id));
        Self { name: span.name, trace, id, parent }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes spans until it is dropped.
pub(crate) struct Collector {
    /// Where to export to.
    pub(crate) endpoint: String,
    spans: Arc<Mutex<Vec<Exported>>>,
    stop: CancellationToken,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
        let endpoint = listener.address().unwrap().uri();
        let (spans, stop) = (Arc::default(), CancellationToken::new());
        let routes = Routes::new(TraceServiceServer::new(Taker(Arc::clone(&spans))));
        let stopped = stop.clone();
        tokio::spawn(async move { serve(&ServerConfig::default(), routes, listener, stopped, Duration::ZERO).await });
        Self { endpoint, spans, stop }
    }

    /// What has come so far.
    pub(crate) fn spans(&self) -> Vec<Exported> {
        self.spans.lock().unwrap().clone()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Taker(Arc<Mutex<Vec<Exported>>>);

#[tonic::async_trait]
impl TraceService for Taker {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let scopes = request.into_inner().resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        self.0.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans).map(Exported::from));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}
