//! A collector of traces and metrics in the test's own process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, NumberDataPoint};
use opentelemetry_proto::tonic::trace::v1::Span;
use runtime::grpc::{Listener, Method, Methods, ServerConfig, serve};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

/// The methods of a collector.
pub const COLLECTOR: Methods = Methods(&[&[
    Method::read("/opentelemetry.proto.collector.trace.v1.TraceService/Export", 10).public(),
    Method::read("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", 10).public(),
]]);

/// A span as it was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// What it is called.
    pub name: String,
    /// The trace's id, in hex.
    pub trace: String,
    /// Its own id, in hex.
    pub id: String,
    /// The id of the span above; empty for the first of a trace.
    pub parent: String,
    /// Its attributes that are texts.
    pub attributes: BTreeMap<String, String>,
}

impl Exported {
    /// The `traceparent` by which others name it.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-01", self.trace, self.id)
    }
}

impl From<Span> for Exported {
    fn from(span: Span) -> Self {
        let (trace, id, parent) = (
            domain::hex::encode(&span.trace_id),
            domain::hex::encode(&span.span_id),
            domain::hex::encode(&span.parent_span_id),
        );
        let texts = span.attributes.into_iter().filter_map(|pair| match pair.value?.value? {
            Value::StringValue(text) => Some((pair.key, text)),
            _ => None,
        });
        Self { name: span.name, trace, id, parent, attributes: texts.collect() }
    }
}

/// What a metric measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A sum that only grows.
    Counter,
    /// A sum that may shrink.
    UpDownCounter,
    /// A value of the moment.
    Gauge,
    /// How values are spread.
    Histogram,
}

/// A metric as it was exported, over all processes and exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// What it measures.
    pub kind: Kind,
    /// Its unit, in UCUM.
    pub unit: String,
    /// Every value of every attribute.
    pub attributes: BTreeMap<String, BTreeSet<String>>,
    /// Names of the services that told it.
    pub services: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Taken {
    spans: Vec<Exported>,
    metrics: BTreeMap<String, Measured>,
}

/// Takes spans and metrics until it is dropped.
#[derive(Debug)]
pub struct Collector {
    /// Where to export to.
    pub endpoint: String,
    taken: Arc<Mutex<Taken>>,
    stop: CancellationToken,
}

impl Collector {
    /// Listens on a port of its own.
    ///
    /// # Panics
    /// If there is none.
    pub async fn start() -> Self {
        let listener = Listener::bind(&"127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
        let endpoint = listener.address().expect("the port").uri();
        let (taken, stop) = (Arc::<Mutex<Taken>>::default(), CancellationToken::new());
        let routes = Routes::new(TraceServiceServer::new(Taker(Arc::clone(&taken))))
            .add_service(MetricsServiceServer::new(Taker(Arc::clone(&taken))));
        let stopped = stop.clone();
        let config = ServerConfig { methods: COLLECTOR, ..ServerConfig::default() };
        tokio::spawn(async move { serve(&config, routes, listener, stopped, Duration::ZERO).await });
        Self { endpoint, taken, stop }
    }

    /// The spans that have come so far.
    ///
    /// # Panics
    /// If taking one in has panicked.
    #[must_use]
    pub fn spans(&self) -> Vec<Exported> {
        self.taken.lock().expect("nothing panics while it is locked").spans.clone()
    }

    /// The metrics that have come so far, by name.
    ///
    /// # Panics
    /// If taking one in has panicked.
    #[must_use]
    pub fn metrics(&self) -> BTreeMap<String, Measured> {
        self.taken.lock().expect("nothing panics while it is locked").metrics.clone()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Taker(Arc<Mutex<Taken>>);

#[tonic::async_trait]
impl TraceService for Taker {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let scopes = request.into_inner().resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        let mut taken = self.0.lock().expect("nothing panics while it is locked");
        taken.spans.extend(scopes.flat_map(|scope| scope.spans).map(Exported::from));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Taker {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let mut taken = self.0.lock().expect("nothing panics while it is locked");
        for resource in request.into_inner().resource_metrics {
            let about = resource.resource.map(|resource| resource.attributes).unwrap_or_default();
            let service = about.into_iter().find(|attribute| attribute.key == "service.name").map(|found| text(&found));
            for metric in resource.scope_metrics.into_iter().flat_map(|scope| scope.metrics) {
                taken.note(metric, service.as_deref().unwrap_or_default());
            }
        }
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

impl Taken {
    fn note(&mut self, metric: Metric, service: &str) {
        let numbers = |points: Vec<NumberDataPoint>| points.into_iter().map(|point| point.attributes).collect();
        let (kind, points): (_, Vec<Vec<KeyValue>>) = match metric.data.expect("a metric has data") {
            Data::Gauge(gauge) => (Kind::Gauge, numbers(gauge.data_points)),
            Data::Sum(sum) if sum.is_monotonic => (Kind::Counter, numbers(sum.data_points)),
            Data::Sum(sum) => (Kind::UpDownCounter, numbers(sum.data_points)),
            Data::Histogram(histogram) => {
                (Kind::Histogram, histogram.data_points.into_iter().map(|point| point.attributes).collect())
            }
            other => panic!("{}: nobody expects {other:?}", metric.name),
        };
        let measured = self.metrics.entry(metric.name).or_insert_with(|| Measured {
            kind,
            unit: metric.unit,
            attributes: BTreeMap::new(),
            services: BTreeSet::new(),
        });
        measured.services.insert(service.to_owned());
        for attribute in points.into_iter().flatten() {
            measured.attributes.entry(attribute.key.clone()).or_default().insert(text(&attribute));
        }
    }
}

/// The value of an attribute, as text.
fn text(attribute: &KeyValue) -> String {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        other => format!("{other:?}"),
    }
}
