//! Channels that connect when they are first used, and the one client over them: it says who calls, keeps the deadlines
//! of the table of methods, and makes calls again where that is safe.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tonic::body::Body;
use tonic::codegen::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use tonic::codegen::http::{Request, Response};
use tonic::codegen::{Bytes, StdError};
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Code, Status, TimeoutExpired};
use tonic_types::StatusExt as _;
use tower::{Service, ServiceExt as _};
use tracing::{Span, debug};

use super::layer::GRPC_TIMEOUT;
use super::method::{Kind, Methods};
use super::{
    Address, CONNECTION_WINDOW_BYTES, ClientTls, KEEPALIVE, KEEPALIVE_TIMEOUT, MAX_FRAME_BYTES, MAX_HEADER_BYTES,
    Method, STREAM_WINDOW_BYTES, TlsError, reason,
};
use crate::config::Secret;
use crate::retry::{Retry, RetryPolicy, retry};
use crate::trace_context;

/// Key of the metadata in which a caller says who it is, for the journal. Nobody checks it.
pub const USER_METADATA: &str = "claudoom-user";

/// Largest answer that is taken in before it is looked at, in bytes: above what any server may be told to send.
const LARGEST_ANSWER: usize = 128 * 1024 * 1024;

/// Settings of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientConfig {
    /// Time for making the connection.
    pub connect_timeout: Duration,
    /// Time between keepalive pings, on idle connections too.
    pub keepalive: Duration,
    /// Whom to trust at `https://` addresses, and what to show there.
    pub tls: ClientTls,
    /// The token that goes with every call.
    pub token: Option<Secret>,
    /// Who the caller says it is.
    pub user: Option<String>,
    /// How often idempotent calls are made.
    pub retry: RetryPolicy,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            keepalive: KEEPALIVE,
            tls: ClientTls::default(),
            token: None,
            user: None,
            retry: RetryPolicy::default(),
        }
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
    /// Others could read the token.
    #[error("the token would travel to {0} in the clear; write https:// in front of the address")]
    Clear(Address),
    /// The token has characters that no header may have.
    #[error("the token is not one that a daemon has made")]
    Token,
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
    let dial =
        Arc::new(Dial { place: (host.clone(), *port), name: config.tls.server_name(host)?, tls: config.tls.clone() });
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

/// A channel with everything that a call needs besides. The generated clients take it in the place of a channel; clones
/// share the connection.
///
/// A unary call without a deadline of its own gets that of its method; an idempotent one is repeated after UNAVAILABLE,
/// DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and ABORTED, not sooner than the server asks for, each time with a fresh deadline.
/// A stream is never repeated.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    headers: HeaderMap,
    methods: Methods,
    retry: RetryPolicy,
}

impl Client {
    /// A client for the server at `address`, whose methods are in these tables. It connects with its first call.
    ///
    /// # Errors
    /// If the address cannot be dialled, or the token would travel in the clear.
    pub fn new(address: &Address, config: &ClientConfig, methods: Methods) -> Result<Self, ChannelError> {
        let mut headers = HeaderMap::new();
        if let Some(token) = &config.token {
            if matches!(address, Address::Tcp { .. }) && !address.is_local() {
                return Err(ChannelError::Clear(address.clone()));
            }
            let mut value =
                HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| ChannelError::Token)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        if let Some(user) = &config.user {
            let shown: String = user.chars().map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect();
            if let Ok(value) = HeaderValue::try_from(shown) {
                headers.insert(HeaderName::from_static(USER_METADATA), value);
            }
        }
        let shared = Arc::new(Shared { headers, methods, retry: config.retry });
        Ok(Self { channel: channel(address, config)?, shared })
    }

    async fn send(self, mut request: Request<Body>) -> Result<Response<Body>, StdError> {
        let method = self.shared.methods.find(request.uri().path());
        self.sign(&mut request);
        match method {
            Some(method) if method.kind == Kind::Unary => self.unary(method, request).await,
            Some(method) => {
                let opening = self.channel.oneshot(request);
                let Some(limit) = method.timeout else { return Ok(opening.await?) };
                match timeout(limit, opening).await {
                    Ok(response) => Ok(response?),
                    Err(_) => Ok(late(Some(limit)).into_http()),
                }
            }
            None => Ok(self.channel.oneshot(request).await?),
        }
    }

    fn sign(&self, request: &mut Request<Body>) {
        let headers = request.headers_mut();
        for (name, value) in &self.shared.headers {
            headers.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let mut metadata = MetadataMap::from_headers(std::mem::take(headers));
        trace_context::inject(&Span::current(), &mut metadata);
        *headers = metadata.into_headers();
    }

    async fn unary(self, method: &Method, mut request: Request<Body>) -> Result<Response<Body>, StdError> {
        let own = request.headers().contains_key(GRPC_TIMEOUT);
        let limit = method.timeout.filter(|_| !own);
        if let Some(limit) = limit {
            request.headers_mut().insert(GRPC_TIMEOUT, format!("{}m", limit.as_millis()).parse()?);
        }
        // The whole request, so that it can be sent again.
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.collect().await?.to_bytes());
        let judge = |failed: &Failed| {
            let verdict = if method.idempotent { failed.verdict() } else { Retry::No };
            debug!(method = method.path, ?failed, ?verdict, "call failed");
            verdict
        };
        let attempt = || self.attempt(limit, request.clone());
        let answer = match retry(&self.shared.retry, judge, attempt).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(error.into_last().unwrap_or(Failed::Late(None))),
        };
        match answer {
            Ok(answer) => Ok(answer.map(Body::from)),
            Err(Failed::Refused(refused)) => Ok(refused.0.map(Body::from)),
            Err(Failed::Transport(error)) => Err(error.into()),
            Err(Failed::Body(error)) => Err(error),
            Err(Failed::Late(limit)) => Ok(late(limit).into_http()),
        }
    }

    async fn attempt(&self, limit: Option<Duration>, request: Request<Bytes>) -> Result<Response<Answer>, Failed> {
        let call = async {
            let request = request.map(|bytes| Body::new(Full::new(bytes)));
            let response = self.channel.clone().oneshot(request).await.map_err(Failed::of_transport)?;
            let (head, body) = response.into_parts();
            let answer = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(Failed::Body)?;
            let trailers = answer.trailers().cloned();
            let status = Status::from_header_map(&head.headers)
                .or_else(|| trailers.as_ref().and_then(Status::from_header_map))
                .filter(|status| status.code() != Code::Ok);
            let response = Response::from_parts(head, Answer { bytes: answer.to_bytes(), trailers });
            match status {
                None => Ok(response),
                Some(status) => Err(Failed::Refused(Box::new((response, status)))),
            }
        };
        // The server may be away and the header unheard: the deadline is kept on this side as well.
        match limit {
            Some(limit) => timeout(limit, call).await.unwrap_or(Err(Failed::Late(Some(limit)))),
            None => call.await,
        }
    }
}

/// The body of an answer, as a whole.
#[derive(Clone, Debug)]
struct Answer {
    bytes: Bytes,
    trailers: Option<HeaderMap>,
}

impl From<Answer> for Body {
    fn from(answer: Answer) -> Self {
        let trailers = answer.trailers.map(Ok::<_, std::convert::Infallible>);
        Body::new(Full::new(answer.bytes).with_trailers(std::future::ready(trailers)))
    }
}

/// Why one try failed.
#[derive(Debug)]
enum Failed {
    /// The server said so.
    Refused(Box<(Response<Answer>, Status)>),
    /// The server was not reached.
    Transport(tonic::transport::Error),
    /// The answer broke off.
    Body(StdError),
    /// No answer came in time, which was this long if the method's.
    Late(Option<Duration>),
}

impl Failed {
    /// The channel keeps the header's deadline too, and may be the first to notice.
    fn of_transport(error: tonic::transport::Error) -> Self {
        let causes = std::iter::successors(std::error::Error::source(&error), |error| error.source());
        if causes.into_iter().any(|error| error.is::<TimeoutExpired>()) {
            Self::Late(None)
        } else {
            Self::Transport(error)
        }
    }

    fn verdict(&self) -> Retry {
        match self {
            Self::Refused(refused) => retry_verdict(&refused.1),
            Self::Transport(_) | Self::Body(_) | Self::Late(_) => Retry::Yes,
        }
    }
}

fn late(limit: Option<Duration>) -> Status {
    let text = limit.map_or_else(|| "no answer in time".to_owned(), |limit| format!("no answer within {limit:?}"));
    reason::DEADLINE_PASSED.status(Code::DeadlineExceeded, text)
}

impl Service<Request<Body>> for Client {
    type Response = Response<Body>;
    type Error = StdError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, StdError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), StdError>> {
        // Every try waits for the channel by itself.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}

/// Whether this side made the status of a connection that failed, so that it says nothing about the call.
pub fn is_of_the_transport(status: &Status) -> bool {
    std::error::Error::source(status).is_some()
}

/// What a status says, with its first cause where this side knows of one.
pub fn cause(status: &Status) -> String {
    let causes = std::iter::successors(std::error::Error::source(status), |error| error.source());
    let (message, cause) = (status.message(), causes.last().map(ToString::to_string));
    match cause {
        Some(cause) if !message.contains(&cause) => format!("{message}: {cause}"),
        _ => message.to_owned(),
    }
}

/// Says whether an idempotent call with this outcome is worth repeating, and how soon.
fn retry_verdict(status: &Status) -> Retry {
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
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn only_four_codes_are_worth_repeating() {
        let worth = [Code::Unavailable, Code::DeadlineExceeded, Code::ResourceExhausted, Code::Aborted];
        for code in (0..17).map(Code::from_i32) {
            let expected = if worth.contains(&code) { Retry::Yes } else { Retry::No };
            assert_eq!(retry_verdict(&Status::new(code, "")), expected, "{code}");
        }
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it() {
        let five = Duration::from_secs(5);
        let details = ErrorDetails::with_retry_info(Some(five));

        let verdict = retry_verdict(&Status::with_error_details(Code::ResourceExhausted, "full", details));

        assert_eq!(verdict, Retry::After(five));
    }

    #[tokio::test]
    async fn a_token_does_not_travel_in_the_clear() {
        let config = ClientConfig { token: Some(Secret::new("claudoom_1")), ..ClientConfig::default() };
        let client = |address: &str| Client::new(&address.parse().unwrap(), &config, Methods::default());

        assert!(client("127.0.0.1:1").is_ok() && client("https://doom.example:1").is_ok());
        let error = client("doom.example:1").unwrap_err().to_string();
        assert!(error.contains("in the clear") && !error.contains("claudoom_1"), "{error}");
        assert!(!format!("{:?}", client("127.0.0.1:1").unwrap()).contains("claudoom_1"));
    }
}
