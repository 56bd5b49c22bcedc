//! The server: HTTP/1.1 with limits, an end that comes in time, and who is at the other end among a request's extensions.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use crate::grpc::{Known, Listener, Peer, ServerTls};

/// Connections that are open at once; further ones are closed.
const CONNECTIONS: usize = 1_024;
/// Time for a TLS handshake, and for the headers of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most headers, and their bytes.
const MAX_HEADERS: usize = 64;
const MAX_BUFFER: usize = 32 * 1024;
/// Pause after a connection could not be accepted, as while the process has no descriptor left.
const PAUSE: Duration = Duration::from_millis(100);

/// How the server treats its connections.
#[derive(Clone, Debug, Default)]
pub struct HttpServer {
    /// TLS on TCP; in the clear unless set.
    pub tls: Option<Arc<ServerTls>>,
}

/// Serves until `shutdown`, then lets answers end for at most `grace`. What `router` streams has to end with `shutdown` by
/// itself to be complete.
pub async fn serve(
    server: HttpServer,
    listener: Listener,
    router: Router,
    shutdown: CancellationToken,
    grace: Duration,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let accepting = async {
        loop {
            let accepted = accept(&listener).await;
            let Ok(place) = places.clone().try_acquire_owned() else {
                debug!("too many connections, closing the newest");
                continue;
            };
            let connection = Connection { router: router.clone(), place, watcher: graceful.watcher() };
            match accepted {
                Ok(Accepted::Tcp(stream)) => tokio::spawn(secured(connection, stream, server.tls.clone())),
                Ok(Accepted::Unix(stream)) => tokio::spawn(connection.run(stream)),
                Err(error) => {
                    warn!(%error, "cannot accept a connection");
                    sleep(PAUSE).await;
                    continue;
                }
            };
        }
    };
    shutdown.run_until_cancelled(accepting).await;
    // What is still open then ends with the process.
    let _ = timeout(grace, graceful.shutdown()).await;
}

enum Accepted {
    Tcp(TcpStream),
    Unix(tokio::net::UnixStream),
}

async fn accept(listener: &Listener) -> io::Result<Accepted> {
    match listener {
        Listener::Tcp(listener) => {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            Ok(Accepted::Tcp(stream))
        }
        Listener::Unix(listener, _) => Ok(Accepted::Unix(listener.accept().await?.0)),
    }
}

async fn secured(connection: Connection, stream: TcpStream, tls: Option<Arc<ServerTls>>) {
    let Some(tls) = tls else { return connection.run(stream).await };
    match timeout(PATIENCE, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => connection.run(stream).await,
        Ok(Err(error)) => debug!(%error, "handshake failed"),
        Err(_) => debug!("no handshake in time"),
    }
}

struct Connection {
    router: Router,
    place: OwnedSemaphorePermit,
    watcher: Watcher,
}

impl Connection {
    async fn run<IO: AsyncRead + AsyncWrite + Known + Unpin + Send + 'static>(self, io: IO) {
        let Self { router, place, watcher } = self;
        let peer: Peer = io.peer();
        let service = tower::service_fn(move |mut request: Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(peer.clone());
            router.clone().oneshot(request)
        });
        let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
        let mut http = builder.http1();
        http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_headers(MAX_HEADERS).max_buf_size(MAX_BUFFER);
        let serving = builder.serve_connection_with_upgrades(TokioIo::new(io), TowerToHyperService::new(service));
        if let Err(error) = watcher.watch(serving.into_owned()).await {
            debug!(%error, "a connection broke");
        }
        drop(place);
    }
}
