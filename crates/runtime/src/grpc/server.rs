//! A server with the limits that every daemon needs, and an end that comes in time.

use std::{io, sync::Arc, time::Duration};

use futures::{Stream, StreamExt as _, future::ready};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::UnixListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::{
    service::Routes,
    transport::{Server, server::TcpIncoming},
};
use tracing::{debug, info, warn};

use super::{
    Access, BindError, CONNECTION_WINDOW_BYTES, DEFAULT_MAX_MESSAGE_BYTES, KEEPALIVE, KEEPALIVE_TIMEOUT, Listener,
    MAX_FRAME_BYTES, MAX_HEADER_BYTES, Methods, STREAM_WINDOW_BYTES, ServerTls,
    connection::{Bounds, Connection},
    layer::CallLayer,
    peer::Known,
};
use crate::health::Readiness;

/// Resets of streams that the server has not seen yet, before it gives the connection up (rapid reset).
const MAX_PENDING_RESETS: usize = 20;

/// Resets because of the peer's own errors, before the server gives the connection up.
const MAX_ERROR_RESETS: usize = 128;

/// TCP keepalive, for peers whose machine is gone.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// Time for a TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// TLS handshakes at once.
const HANDSHAKES: usize = 1024;

/// Time that connections get to notice that they were cut.
const CUT_LIMIT: Duration = Duration::from_millis(200);

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Time between keepalive pings, on idle connections too.
    pub keepalive: Duration,
    /// Deadline of calls that bring none, up to the start of their response.
    pub default_deadline: Duration,
    /// Message limit in bytes, for the generated services' `max_decoding_message_size` and `max_encoding_message_size`.
    pub max_message_bytes: usize,
    /// Calls of one connection that run at once; further ones are refused with RESOURCE_EXHAUSTED. A stream counts
    /// until its response starts.
    pub calls_per_connection: usize,
    /// Streams of one connection that are open at once.
    pub streams_per_connection: u32,
    /// Connections that are open at once; further ones are closed.
    pub connections: usize,
    /// Time after which a connection without an open call is closed.
    pub idle: Duration,
    /// TLS on TCP; in the clear unless set. A Unix socket is as safe as its folder.
    pub tls: Option<Arc<ServerTls>>,
    /// The methods that there are; what is in none of these tables is not served.
    pub methods: Methods,
    /// Who may call them.
    pub access: Access,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            keepalive: KEEPALIVE,
            default_deadline: Duration::from_secs(30),
            max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
            calls_per_connection: 64,
            streams_per_connection: 256,
            connections: 4_096,
            idle: Duration::from_secs(600),
            tls: None,
            methods: Methods::default(),
            access: Access::default(),
        }
    }
}

/// A server that failed.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It could not listen.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The transport gave up.
    #[error("serving gRPC failed: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// A descriptor set is damaged.
    #[error("cannot serve reflection: {0}; regenerate the descriptor sets")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Every call and stream ended by itself.
    Drained,
    /// The deadline came first and what was open was cut.
    Cut,
}

/// What reflection tells of a daemon.
#[derive(Clone, Copy, Debug)]
pub struct Reflection<'a> {
    /// Encoded descriptors, which may be of more than is served.
    pub descriptors: &'a [u8],
    /// The daemon's own service.
    pub service: &'a str,
}

/// Returns routes with the health service and, where wanted, reflection v1 and v1alpha. Add the daemon's own service to
/// them.
pub fn base_routes(readiness: &Readiness, reflection: Option<Reflection<'_>>) -> Result<Routes, ServeError> {
    let routes = Routes::new(readiness.server());
    let Some(Reflection { descriptors, service }) = reflection else { return Ok(routes) };
    let builder = |version: &str| {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(descriptors)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name(service)
            .with_service_name("grpc.health.v1.Health")
            .with_service_name(format!("grpc.reflection.{version}.ServerReflection"))
    };
    Ok(routes.add_service(builder("v1").build_v1()?).add_service(builder("v1alpha").build_v1alpha()?))
}

/// Serves until `shutdown` is cancelled, then lets calls and streams end for at most `grace` and cuts the rest.
pub async fn serve(
    config: &ServerConfig,
    routes: Routes,
    listener: Listener,
    shutdown: CancellationToken,
    grace: Duration,
) -> Result<Stopped, ServeError> {
    match listener {
        Listener::Tcp(listener) => {
            // The server's own nodelay setting does not reach sockets that come from outside; without it here, the
            // answer to a large message waits 40 ms for an acknowledgement.
            let incoming = TcpIncoming::from(listener).with_nodelay(Some(true)).with_keepalive(Some(TCP_KEEPALIVE));
            match &config.tls {
                Some(tls) => run(config, routes, handshakes(incoming, tls.clone()), shutdown, grace).await,
                None => run(config, routes, incoming, shutdown, grace).await,
            }
        }
        Listener::Unix(listener, _file) => {
            run(config, routes, UnixListenerStream::new(listener), shutdown, grace).await
        }
    }
}

/// The connections whose handshake has succeeded. None waits for another one's.
fn handshakes(
    incoming: impl Stream<Item = io::Result<TcpStream>>,
    tls: Arc<ServerTls>,
) -> impl Stream<Item = io::Result<TlsStream<TcpStream>>> {
    let shaken = incoming.map(move |connection| {
        let acceptor = tls.acceptor();
        async move {
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no handshake in time");
            timeout(HANDSHAKE_LIMIT, acceptor.accept(connection?)).await.map_err(late)?
        }
    });
    shaken.buffer_unordered(HANDSHAKES).filter_map(|outcome| {
        // A peer that speaks no TLS, or shows no certificate, is its own business.
        let kept = outcome.inspect_err(|error| debug!(%error, "handshake failed")).ok();
        ready(kept.map(Ok))
    })
}

async fn run<IO>(
    config: &ServerConfig,
    routes: Routes,
    incoming: impl Stream<Item = io::Result<IO>>,
    shutdown: CancellationToken,
    grace: Duration,
) -> Result<Stopped, ServeError>
where
    IO: AsyncRead + AsyncWrite + Known + Unpin + Send + 'static,
{
    let cut = CancellationToken::new();
    // Connections live in tasks of their own: they end with this function, however it ends.
    let _cut_at_end = cut.clone().drop_guard();
    let bounds = Bounds { cut: cut.clone(), idle: config.idle };
    let places = Arc::new(Semaphore::new(config.connections));
    let incoming = incoming.filter_map(move |io| ready(place(io, &bounds, &places)));
    let layer = CallLayer {
        default_deadline: config.default_deadline,
        methods: config.methods,
        access: Arc::new(config.access.clone()),
    };
    let serving = builder(config).layer(layer).serve_with_incoming_shutdown(
        routes.prepare(),
        incoming,
        shutdown.clone().cancelled_owned(),
    );
    // Thousands of bytes, which callers would carry along.
    let mut serving = Box::pin(serving);
    tokio::select! {
        ended = &mut serving => return Ok(ended.map(|()| Stopped::Drained)?),
        () = shutdown.cancelled() => {}
    }
    info!(?grace, "draining connections");
    if let Ok(ended) = timeout(grace, &mut serving).await {
        return Ok(ended.map(|()| Stopped::Drained)?);
    }
    warn!("connections are still open at the deadline, cutting them");
    cut.cancel();
    // Whatever does not notice even that is left behind.
    let _ = timeout(CUT_LIMIT, serving).await;
    Ok(Stopped::Cut)
}

/// A connection with its place among those that there may be; none where there is no place left.
fn place<IO: Known>(
    io: io::Result<IO>,
    bounds: &Bounds,
    places: &Arc<Semaphore>,
) -> Option<io::Result<Connection<IO>>> {
    let io = match io {
        Ok(io) => io,
        Err(error) => return Some(Err(error)),
    };
    match places.clone().try_acquire_owned() {
        Ok(place) => Some(Ok(Connection::new(io, bounds, Some(place)))),
        Err(_) => {
            debug!("too many connections, closing the newest");
            None
        }
    }
}

fn builder(config: &ServerConfig) -> Server {
    Server::builder()
        .http2_keepalive_interval(Some(config.keepalive))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .max_frame_size(MAX_FRAME_BYTES)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_max_pending_accept_reset_streams(Some(MAX_PENDING_RESETS))
        .http2_max_local_error_reset_streams(Some(MAX_ERROR_RESETS))
        .max_concurrent_streams(config.streams_per_connection)
        .concurrency_limit_per_connection(config.calls_per_connection)
        .load_shed(true)
}
