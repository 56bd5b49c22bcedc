//! Logs to standard error; traces and metrics to an OTLP collector when there is one, metrics also for scrapers.
//!
//! Whoever starts telemetry flushes it: [`Telemetry::shutdown`] is the last thing a daemon does, and a collector that
//! is away cannot hold it up for longer than [`SHUTDOWN_LIMIT`].

use std::{io::IsTerminal as _, thread, time::Duration};

use opentelemetry::{KeyValue, global, metrics::Meter, metrics::MeterProvider as _, trace::TracerProvider as _};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::SdkTracerProvider,
};
use tokio::{sync::oneshot, time::timeout};
use tracing::{Dispatch, level_filters::LevelFilter, warn};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::config::{LogFormat, TelemetryArgs};
use crate::http::Metrics;

/// Longest time that flushing takes at the end.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(3);

/// Longest time of one export.
const EXPORT_LIMIT: Duration = Duration::from_secs(3);

/// Time between two exports of metrics.
const METRICS_INTERVAL: Duration = Duration::from_secs(10);

/// Crates that carry our own exports: their spans would be exported by calls that make more such spans.
const TRANSPORT: [&str; 5] = ["h2", "hyper", "hyper_util", "tonic", "tower"];

/// Crates that write a line at every attempt to reach a service that is away, where our own adapters write one at the
/// first. They are heard where the filter names them.
const TALKATIVE: [&str; 2] = ["async_nats", "lapin"];

/// What to set up.
#[derive(Clone, Debug)]
pub struct TelemetryConfig {
    /// Name of the service in traces and metrics.
    pub service_name: String,
    /// What to log: `info`, `info,store=debug`.
    pub filter: String,
    /// Form of the log lines.
    pub format: LogFormat,
    /// OTLP collector (gRPC), for example `http://localhost:4317`.
    pub otlp_endpoint: Option<String>,
    /// Whether metrics are kept for scrapers.
    pub scraped: bool,
}

impl TelemetryConfig {
    /// Takes the settings from the flags; `program` is the service name unless one is given.
    pub fn from_args(args: &TelemetryArgs, program: &str) -> Self {
        Self {
            service_name: args.otel_service_name.clone().unwrap_or_else(|| program.to_owned()),
            filter: args.log.clone(),
            format: args.log_format,
            // A variable that is set to nothing means none, as the OTLP specification has it.
            otlp_endpoint: args.otel_exporter_otlp_endpoint.clone().filter(|endpoint| !endpoint.is_empty()),
            scraped: false,
        }
    }

    /// The same with metrics for scrapers, where `scraped`.
    #[must_use]
    pub fn with_scraping(self, scraped: bool) -> Self {
        Self { scraped, ..self }
    }
}

/// Telemetry that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log filter is wrong.
    #[error("log filter '{filter}' is not understood: {source}; write for example info or info,store=debug")]
    Filter {
        /// The filter.
        filter: String,
        /// Why.
        source: tracing_subscriber::filter::ParseError,
    },
    /// The collector's address is wrong.
    #[error("cannot export to '{endpoint}': {source}; write for example http://localhost:4317")]
    Endpoint {
        /// The address.
        endpoint: String,
        /// Why.
        source: ExporterBuildError,
    },
    /// Metrics cannot be kept for scrapers.
    #[error("cannot keep metrics for scrapers: {0}")]
    Scraping(opentelemetry_sdk::error::OTelSdkError),
    /// Somebody else set up logging in this process.
    #[error("cannot set up logging: {0}")]
    AlreadySet(#[from] tracing_subscriber::util::TryInitError),
}

/// Running telemetry. Keep it to the end and call [`Telemetry::shutdown`].
#[derive(Debug)]
#[must_use = "without `shutdown` the last spans and metrics are lost"]
pub struct Telemetry {
    tracers: Option<SdkTracerProvider>,
    meters: Option<SdkMeterProvider>,
    scraped: Option<Metrics>,
}

/// Sets up logging, traces and metrics of this process. Call it once, inside the async runtime.
pub fn init(config: &TelemetryConfig) -> Result<Telemetry, TelemetryError> {
    let (telemetry, dispatch) = prepare(config)?;
    dispatch.try_init()?;
    if let Some(meters) = &telemetry.meters {
        global::set_meter_provider(meters.clone());
    }
    Ok(telemetry)
}

/// Builds the same without touching the process: for tests and for several daemons in one process.
pub fn prepare(config: &TelemetryConfig) -> Result<(Telemetry, Dispatch), TelemetryError> {
    let filter =
        filter(&config.filter).map_err(|source| TelemetryError::Filter { filter: config.filter.clone(), source })?;
    let lines = fmt::layer::<Registry>().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let lines = match config.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_ansi(false).boxed(),
    };
    let tracers = config.otlp_endpoint.as_deref().map(|endpoint| tracers(config, endpoint)).transpose()?;
    let scraped = config.scraped.then(Metrics::new);
    let meters = meters(config, scraped.as_ref())?;
    let traces = tracers.as_ref().map(|tracers| {
        let exported = Targets::new().with_default(LevelFilter::INFO);
        let exported = exported.with_targets(TRANSPORT.map(|target| (target, LevelFilter::OFF)));
        tracing_opentelemetry::layer().with_tracer(tracers.tracer("runtime")).with_filter(exported)
    });
    let subscriber = Registry::default().with(lines.with_filter(filter)).with(traces);
    Ok((Telemetry { tracers, meters, scraped }, Dispatch::new(subscriber)))
}

fn filter(text: &str) -> Result<EnvFilter, tracing_subscriber::filter::ParseError> {
    let unnamed = TALKATIVE.iter().filter(|name| !text.contains(*name)).map(|name| format!("{name}=off"));
    let all: Vec<_> = std::iter::once(text.to_owned()).filter(|text| !text.is_empty()).chain(unnamed).collect();
    EnvFilter::builder().parse(all.join(","))
}

fn wrong(endpoint: &str) -> impl Fn(ExporterBuildError) -> TelemetryError {
    move |source| TelemetryError::Endpoint { endpoint: endpoint.to_owned(), source }
}

fn resource(config: &TelemetryConfig) -> Resource {
    Resource::builder().with_service_name(config.service_name.clone()).with_attribute(instance()).build()
}

fn tracers(config: &TelemetryConfig, endpoint: &str) -> Result<SdkTracerProvider, TelemetryError> {
    let spans = SpanExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(EXPORT_LIMIT);
    let spans = spans.build().map_err(wrong(endpoint))?;
    Ok(SdkTracerProvider::builder().with_resource(resource(config)).with_batch_exporter(spans).build())
}

/// Metrics are pushed to a collector, or kept for scrapers, or both; nothing is counted where nobody asks.
fn meters(config: &TelemetryConfig, scraped: Option<&Metrics>) -> Result<Option<SdkMeterProvider>, TelemetryError> {
    let endpoint = config.otlp_endpoint.as_deref();
    if endpoint.is_none() && scraped.is_none() {
        return Ok(None);
    }
    let mut builder = SdkMeterProvider::builder().with_resource(resource(config));
    if let Some(endpoint) = endpoint {
        let metrics = MetricExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(EXPORT_LIMIT);
        let metrics = metrics.build().map_err(wrong(endpoint))?;
        builder = builder.with_reader(PeriodicReader::builder(metrics).with_interval(METRICS_INTERVAL).build());
    }
    if let Some(registry) = scraped {
        let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone());
        builder = builder.with_reader(exporter.build().map_err(TelemetryError::Scraping)?);
    }
    Ok(Some(builder.build()))
}

/// Tells the processes of a service apart: without it a collector would take two workers' counters for one.
fn instance() -> KeyValue {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    KeyValue::new("service.instance.id", format!("{}-{}", host.trim(), std::process::id()))
}

impl Telemetry {
    /// Returns a meter; its instruments do nothing when no collector is configured. After [`init`],
    /// `opentelemetry::global::meter` returns the same.
    pub fn meter(&self, name: &'static str) -> Meter {
        match &self.meters {
            Some(meters) => meters.meter(name),
            None => global::meter(name),
        }
    }

    /// What scrapers are told, if anything is kept for them.
    pub fn scraped(&self) -> Option<Metrics> {
        self.scraped.clone()
    }

    /// Sends what is left and ends the exports, within [`SHUTDOWN_LIMIT`].
    pub async fn shutdown(self) {
        let Self { tracers, meters, .. } = self;
        if tracers.is_none() && meters.is_none() {
            return;
        }
        let (done, finished) = oneshot::channel();
        // Both calls block. A thread rather than a blocking task: the async runtime waits for blocking tasks when it
        // ends, so a dead collector would hold up the exit all the same.
        let flush = thread::Builder::new().name("telemetry-flush".to_owned()).spawn(move || {
            let outcomes = thread::scope(|scope| {
                let spans =
                    scope.spawn(|| tracers.map_or(Ok(()), |tracers| tracers.shutdown_with_timeout(SHUTDOWN_LIMIT)));
                let metrics = meters.map_or(Ok(()), |meters| meters.shutdown_with_timeout(SHUTDOWN_LIMIT));
                [("traces", spans.join().unwrap_or(Ok(()))), ("metrics", metrics)]
            });
            // Nobody listens any more after the limit.
            let _ = done.send(outcomes);
        });
        if let Err(error) = flush {
            return warn!(%error, "cannot flush telemetry");
        }
        match timeout(SHUTDOWN_LIMIT, finished).await {
            Ok(Ok(outcomes)) => {
                for (what, error) in outcomes.into_iter().filter_map(|(what, outcome)| Some((what, outcome.err()?))) {
                    warn!(what, %error, "not everything reached the collector");
                }
            }
            Ok(Err(_)) | Err(_) => warn!(limit = ?SHUTDOWN_LIMIT, "the collector did not take the rest in time"),
        }
    }
}
