//! `/livez`, `/readyz` and `/metrics`.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{Encoder as _, Registry, TextEncoder};
use tonic::{Code, Status};

use super::HttpError;
use crate::access::Role;
use crate::grpc::{Access, Peer, reason};
use crate::health::Readiness;

/// What scrapers are told.
pub type Metrics = Registry;

#[derive(Clone)]
struct Probes {
    readiness: Readiness,
    /// The service whose health says whether the process should be started anew.
    live: &'static str,
    metrics: Option<Metrics>,
    access: Arc<Access>,
}

/// The probes of a daemon. `live` is the service of its readiness that is down only where a restart helps; probes are for
/// everybody, metrics for viewers.
pub fn probes(readiness: Readiness, live: &'static str, metrics: Option<Metrics>, access: Arc<Access>) -> Router {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(scrape))
        .fallback(absent)
        .with_state(Probes { readiness, live, metrics, access })
}

async fn livez(State(probes): State<Probes>) -> Response {
    // A process that is stopping lives.
    let alive = probes.readiness.is_draining() || probes.readiness.is_ready(probes.live).unwrap_or(true);
    verdict(alive, "live", &probes.readiness)
}

async fn readyz(State(probes): State<Probes>) -> Response {
    verdict(probes.readiness.is_ready("") == Some(true), "ready", &probes.readiness)
}

/// One line for the whole, one for each condition.
fn verdict(holds: bool, what: &str, readiness: &Readiness) -> Response {
    let mut text = if holds { format!("{what}\n") } else { format!("not {what}\n") };
    if readiness.is_draining() {
        text.push_str("stopping\n");
    }
    for condition in readiness.snapshot() {
        let verdict = condition.verdict.as_ref().map_or_else(String::as_str, |()| "ok");
        let _ = writeln!(text, "{}: {verdict}", condition.name);
    }
    let status = if holds { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

async fn scrape(
    State(probes): State<Probes>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    probes.access.admit(Role::Viewer, &headers, peer.is_local()).await?;
    let Some(metrics) = &probes.metrics else { return Err(Status::not_found("no metrics are kept").into()) };
    let mut text = Vec::new();
    let written = TextEncoder::new().encode(&metrics.gather(), &mut text);
    written.map_err(|error| Status::internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response())
}

async fn absent() -> HttpError {
    HttpError(reason::METHOD_UNKNOWN.status(Code::NotFound, "there is no such path"))
}
