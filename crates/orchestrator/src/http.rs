//! Events over plain HTTP, for whoever speaks no gRPC: as server-sent events and over a WebSocket.

mod events;
mod sse;
mod websocket;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use runtime::grpc::Access;
use tokio_util::sync::CancellationToken;

use crate::core::Core;

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    core: Core,
    access: Arc<Access>,
    /// Ends the streams.
    stop: CancellationToken,
}

/// The paths of events. Streams end with `stop`.
pub fn routes(core: Core, access: Arc<Access>, stop: CancellationToken) -> Router {
    Router::new()
        .route("/v1/experiments/{experiment}/events", get(sse::events))
        .route("/v1/experiments/{experiment}/events/ws", get(websocket::events))
        .with_state(Shared { core, access, stop })
}
