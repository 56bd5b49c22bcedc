//! Spans and metrics arrive at a collector, and a dead collector does not hold up the exit.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::{
    metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
};
use runtime::{
    config::LogFormat,
    grpc::{Listener, ServerConfig, serve},
    telemetry::{SHUTDOWN_LIMIT, TelemetryConfig, TelemetryError, prepare},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, service::Routes};
use tracing::info_span;

#[derive(Clone)]
struct Collector(mpsc::UnboundedSender<String>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        for resource in request.into_inner().resource_spans {
            let service = format!("{:?}", resource.resource).contains("doom-agent");
            for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                self.0.send(format!("span {} {service}", span.name)).unwrap();
            }
        }
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let resources = request.into_inner().resource_metrics;
        let metrics = resources.into_iter().flat_map(|resource| resource.scope_metrics).flat_map(|scope| scope.metrics);
        for metric in metrics {
            self.0.send(format!("metric {}", metric.name)).unwrap();
        }
        Ok(Response::new(Default::default()))
    }
}

fn config(endpoint: Option<String>) -> TelemetryConfig {
    TelemetryConfig {
        service_name: "doom-agent".to_owned(),
        filter: "off".to_owned(),
        format: LogFormat::Text,
        otlp_endpoint: endpoint,
        scraped: false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn span_and_counter_arrive_at_the_collector() {
    let (sender, mut received) = mpsc::unbounded_channel();
    let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
    let endpoint = listener.address().unwrap().uri();
    let routes = Routes::new(TraceServiceServer::new(Collector(sender.clone())))
        .add_service(MetricsServiceServer::new(Collector(sender)));
    let stop = CancellationToken::new();
    let server = tokio::spawn({
        let stop = stop.clone();
        let config = ServerConfig { methods: testkit::otlp::COLLECTOR, ..ServerConfig::default() };
        async move { serve(&config, routes, listener, stop, Duration::from_secs(1)).await }
    });

    let (telemetry, dispatch) = prepare(&config(Some(endpoint))).unwrap();
    tracing::dispatcher::with_default(&dispatch, || {
        info_span!("decide").in_scope(|| info_span!(target: "h2::proto", "noise").in_scope(|| ()));
    });
    telemetry.meter("test").u64_counter("decisions").build().add(3, &[]);
    telemetry.shutdown().await;
    stop.cancel();
    server.await.unwrap().unwrap();

    let mut arrived = Vec::new();
    while let Ok(item) = received.try_recv() {
        arrived.push(item);
    }
    arrived.sort();
    assert_eq!(arrived, ["metric decisions", "span decide true"]);
}

#[test]
fn dead_collector_does_not_hold_up_the_exit() {
    // A socket that accepts and never answers is worse than a closed port.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for endpoint in [format!("http://{}", silent.local_addr().unwrap()), "http://127.0.0.1:9".to_owned()] {
        let begun = Instant::now();

        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (telemetry, dispatch) = prepare(&config(Some(endpoint))).unwrap();
            tracing::dispatcher::with_default(&dispatch, || info_span!("decide").in_scope(|| ()));
            telemetry.meter("test").u64_counter("decisions").build().add(3, &[]);
            telemetry.shutdown().await;
        });
        // The end of the runtime counts: it waits for its blocking tasks.
        drop(runtime);

        assert!(begun.elapsed() < SHUTDOWN_LIMIT + Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}

#[test]
fn wrong_settings_are_explained() {
    let filter = prepare(&TelemetryConfig { filter: "info,store=loud".to_owned(), ..config(None) }).unwrap_err();
    assert!(matches!(filter, TelemetryError::Filter { .. }));
    assert!(filter.to_string().contains("store=loud"), "{filter}");

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let endpoint = runtime.block_on(async { prepare(&config(Some("not a url".to_owned()))).unwrap_err() });
    assert!(endpoint.to_string().contains("http://localhost:4317"), "{endpoint}");
}
