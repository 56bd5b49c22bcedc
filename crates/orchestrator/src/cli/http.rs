//! Plain HTTP of the daemons: probes and metrics, and events of those that have them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use runtime::config::{GrpcTlsArgs, HttpArgs};
use runtime::grpc::{Access, Listener};
use runtime::health::Readiness;
use runtime::http::{self, HttpServer};
use runtime::tasks::{OnError, Tasks};

use super::daemon::unavailable;
use super::worker_health::LIVE;
use super::{Failure, Place};

/// How long answers may take to end.
const GRACE: Duration = Duration::from_secs(1);

/// A bound port that does not answer yet.
pub(super) struct Http {
    listener: Listener,
    server: HttpServer,
}

impl Http {
    /// Binds the port, if one is asked for.
    pub(super) async fn bind(args: &HttpArgs, tls: &GrpcTlsArgs, insecure: bool) -> Result<Option<Self>, Failure> {
        let server = args.server(tls, insecure).map_err(|error| Failure::usage(error.to_string()))?;
        let Some(address) = &args.http_addr else { return Ok(None) };
        let listener = Listener::bind(address).await.map_err(unavailable)?;
        if let Ok(address) = listener.address() {
            tracing::info!(%address, "answering HTTP");
        }
        Ok(Some(Self { listener, server }))
    }

    /// Answers with the probes of `readiness` and `more`, until the tasks end.
    pub(super) fn spawn(self, tasks: &Tasks, readiness: &Readiness, access: Arc<Access>, place: &Place, more: Router) {
        let router = http::probes(readiness.clone(), LIVE, place.metrics.clone(), access).merge(more);
        let mut parts = Some((self.listener, self.server));
        tasks.spawn("http", OnError::Log, move |token| {
            let (parts, router) = (parts.take(), router.clone());
            async move {
                let (listener, server) = parts.ok_or("HTTP cannot be answered twice")?;
                http::serve(server, listener, router, token, GRACE).await;
                Ok::<(), &str>(())
            }
        });
    }
}
