//! The daemon's server, for the program `agent` and for processes that embed an agent.

use proto::convert::BadMessage;
use runtime::grpc::{self, Listener, Reflection, ServerConfig, Stopped};
use runtime::health::Readiness;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

use crate::service::{AgentServer, SERVICE_NAME};
use crate::settings::Settings;

/// The one condition of readiness: the decision engine answers. It needs nothing from outside.
const ENGINE: &str = "engine";

/// Time beyond the sessions' own limit before connections are cut: the last messages have to get out.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Why the server did not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The definition names what there is not.
    #[error("the agent's definition is wrong: {0}")]
    Definition(#[from] BadMessage),
    /// The transport failed.
    #[error(transparent)]
    Serve(#[from] grpc::server::ServeError),
}

/// Serves agents on `listener` until `shutdown` is cancelled, then drains: health turns NOT_SERVING, every session is
/// told and has [`Settings::drain_limit`] to end its episode, and what is left is cut.
///
/// It runs on the caller's runtime, which may be single-threaded.
///
/// # Errors
/// If the definition is wrong or the transport fails.
pub async fn serve_on(listener: Listener, settings: Settings, shutdown: CancellationToken) -> Result<Stopped, Error> {
    serve_with(listener, settings, readiness(), shutdown).await
}

/// What the daemon says of itself; not ready before it serves.
pub(crate) fn readiness() -> Readiness {
    Readiness::builder().service(SERVICE_NAME, [ENGINE]).build()
}

/// As [`serve_on`], with a readiness that others look at as well.
pub(crate) async fn serve_with(
    listener: Listener,
    settings: Settings,
    readiness: Readiness,
    shutdown: CancellationToken,
) -> Result<Stopped, Error> {
    let reflection = Reflection { descriptors: proto::FILE_DESCRIPTOR_SET, service: SERVICE_NAME };
    let routes = grpc::base_routes(&readiness, settings.reflection.then_some(reflection))?;
    let config = ServerConfig { methods: proto::methods::OF_AGENTS, ..settings.server.clone() };
    let grace = settings.drain_limit + LAST_WORDS;
    let agent = AgentServer::new(settings, shutdown.clone())?;
    let serving = grpc::serve(&config, routes.add_service(agent.into_service()), listener, shutdown.clone(), grace);
    tokio::pin!(serving);
    readiness.set(ENGINE, Ok(()));
    tokio::select! {
        ended = &mut serving => return Ok(ended?),
        () = shutdown.cancelled() => readiness.drain(),
    }
    Ok(serving.await?)
}
