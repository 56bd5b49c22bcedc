//! Channels that connect when they are first used, and calls that are repeated where that is safe.

use std::{io, sync::Arc, time::Duration};

use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::client::TlsStream;
use tonic::{
    Code, Request, Response, Status,
    transport::{Channel, Endpoint, Uri},
};
use tonic_types::StatusExt as _;
use tracing::{Span, debug};

use super::{
    Address, CONNECTION_WINDOW_BYTES, ClientTls, KEEPALIVE, KEEPALIVE_TIMEOUT, MAX_FRAME_BYTES, MAX_HEADER_BYTES,
    STREAM_WINDOW_BYTES, TlsError, tls::server_name,
};
use crate::{
    retry::{Retry, RetryPolicy, retry},
    trace_context,
};

/// Settings of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// Time for making the connection.
    pub connect_timeout: Duration,
    /// Time between keepalive pings, on idle connections too.
    pub keepalive: Duration,
    /// Whom to trust at `https://` addresses, and what to show there.
    pub tls: ClientTls,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(3), keepalive: KEEPALIVE, tls: ClientTls::default() }
    }
}

/// A channel that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// The address is none that can be dialled.
    #[error(transparent)]
    Address(#[from] tonic::transport::Error),
    /// TLS cannot be spoken with it.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Returns a channel that connects with its first call and again whenever the connection was lost.
///
/// Call it inside the async runtime. Set the generated client's `max_decoding_message_size` to the server's limit.
///
/// # Errors
/// If the address cannot be dialled.
pub fn channel(address: &Address, config: &ClientConfig) -> Result<Channel, ChannelError> {
    let endpoint = Endpoint::from_shared(address.uri())?
        .connect_timeout(config.connect_timeout)
        .http2_keep_alive_interval(config.keepalive)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .tcp_nodelay(true)
        .max_frame_size(MAX_FRAME_BYTES)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_max_header_list_size(MAX_HEADER_BYTES);
    let Address::Tls { host, port } = address else { return Ok(endpoint.connect_lazy()) };
    let dial = Arc::new(Dial { place: (host.clone(), *port), name: server_name(host)?, tls: config.tls.clone() });
    let connector = tower::service_fn(move |_: Uri| {
        let dial = dial.clone();
        async move { dial.connect().await.map(TokioIo::new) }
    });
    Ok(endpoint.connect_with_connector_lazy(connector))
}

/// How a connection with TLS is made.
struct Dial {
    place: (String, u16),
    name: ServerName<'static>,
    tls: ClientTls,
}

impl Dial {
    async fn connect(&self) -> io::Result<TlsStream<TcpStream>> {
        let (host, port) = &self.place;
        let connector = self.tls.connector().map_err(io::Error::other)?;
        let stream = TcpStream::connect((host.as_str(), *port)).await?;
        stream.set_nodelay(true)?;
        connector.connect(self.name.clone(), stream).await
    }
}

/// What a caller knows about a method: a row of the per-method table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// `/package.Service/Method`.
    pub path: &'static str,
    /// Deadline of one try.
    pub timeout: Duration,
    /// Whether a second execution changes nothing that the first did not.
    pub idempotent: bool,
}

/// Makes a unary call with the method's deadline and the current trace; an idempotent one is repeated after
/// UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and ABORTED, not sooner than the server asks for.
///
/// `call_with_retry(&GET, &policy, request, |request| { let mut client = client.clone(); async move {
/// client.get(request).await } })`
pub async fn call_with_retry<M, R, F, Fut>(
    method: &Method,
    policy: &RetryPolicy,
    message: M,
    mut call: F,
) -> Result<R, Status>
where
    M: Clone,
    F: FnMut(Request<M>) -> Fut,
    Fut: Future<Output = Result<Response<R>, Status>>,
{
    let judge = |status: &Status| {
        let verdict = if method.idempotent { retry_verdict(status) } else { Retry::No };
        debug!(method = method.path, code = ?status.code(), message = status.message(), ?verdict, "call failed");
        verdict
    };
    let attempt = || {
        let mut request = Request::new(message.clone());
        request.set_timeout(method.timeout);
        trace_context::inject(&Span::current(), request.metadata_mut());
        // The server may be away and the header unheard: the deadline is kept on this side as well.
        let answer = timeout(method.timeout, call(request));
        async move {
            match answer.await {
                Ok(answer) => answer.map(Response::into_inner),
                Err(_) => Err(Status::deadline_exceeded(format!("no answer within {:?}", method.timeout))),
            }
        }
    };
    retry(policy, judge, attempt).await.map_err(|error| {
        error.into_last().unwrap_or_else(|| Status::deadline_exceeded("no answer within the overall deadline"))
    })
}

/// Whether this side made the status of a connection that failed, so that it says nothing about the call.
pub fn is_of_the_transport(status: &Status) -> bool {
    std::error::Error::source(status).is_some()
}

/// What a status says, with its first cause where this side knows of one.
pub fn reason(status: &Status) -> String {
    let causes = std::iter::successors(std::error::Error::source(status), |error| error.source());
    let (message, cause) = (status.message(), causes.last().map(ToString::to_string));
    match cause {
        Some(cause) if !message.contains(&cause) => format!("{message}: {cause}"),
        _ => message.to_owned(),
    }
}

/// Says whether an idempotent call with this outcome is worth repeating, and how soon.
pub fn retry_verdict(status: &Status) -> Retry {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Aborted => {
            let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
            asked.map_or(Retry::Yes, Retry::After)
        }
        _ => Retry::No,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;
    use tonic_types::ErrorDetails;

    use super::*;

    const GET: Method = Method { path: "/game.v1.Play/Get", timeout: Duration::from_secs(1), idempotent: true };
    const START: Method = Method { path: "/game.v1.Play/Start", timeout: Duration::from_secs(1), idempotent: false };

    async fn tries(method: &Method, status: Status) -> u32 {
        let calls = Cell::new(0);
        let _ = call_with_retry(method, &RetryPolicy::default(), (), |_| {
            calls.set(calls.get() + 1);
            std::future::ready(Err::<Response<()>, _>(status.clone()))
        })
        .await;
        calls.get()
    }

    #[tokio::test(start_paused = true)]
    async fn only_four_codes_of_idempotent_calls_are_repeated() {
        for (code, expected) in [
            (Code::Unavailable, 4),
            (Code::DeadlineExceeded, 4),
            (Code::ResourceExhausted, 4),
            (Code::Aborted, 4),
            (Code::Internal, 1),
            (Code::InvalidArgument, 1),
            (Code::DataLoss, 1),
        ] {
            assert_eq!(tries(&GET, Status::new(code, "")).await, expected, "{code}");
            assert_eq!(tries(&START, Status::new(code, "")).await, 1, "{code}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_try_has_a_fresh_deadline() {
        let begun = Instant::now();

        let status = call_with_retry(&GET, &RetryPolicy::default(), (), |request| async move {
            assert_eq!(request.metadata().get("grpc-timeout").unwrap(), "1000000u");
            std::future::pending::<Result<Response<()>, Status>>().await
        })
        .await
        .unwrap_err();

        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert!(begun.elapsed() >= Duration::from_secs(4));
    }

    #[tokio::test(start_paused = true)]
    async fn server_that_asks_for_time_gets_it() {
        let begun = Instant::now();
        let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(5)));

        tries(&GET, Status::with_error_details(Code::ResourceExhausted, "full", details)).await;

        assert_eq!(begun.elapsed(), Duration::from_secs(15));
    }
}
