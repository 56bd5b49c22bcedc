//! What every call gets: a span with the caller's trace as parent, a look at who makes it, a deadline, and a place in the
//! counts.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::timeout;
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field::Empty, info_span};

use super::access::{Access, Admitted, Shown, needs};
use super::body::{Watched, code};
use super::counts::Counted;
use super::method::{Kind, Methods};
use super::{Method, Peer, reason};
use crate::trace_context;

/// The header with which a caller sets its own deadline.
pub(super) const GRPC_TIMEOUT: &str = "grpc-timeout";

/// Wraps every call of a server.
#[derive(Clone, Debug)]
pub(super) struct CallLayer {
    pub(super) default_deadline: Duration,
    pub(super) methods: Methods,
    pub(super) access: Arc<Access>,
}

/// See [`CallLayer`].
#[derive(Clone, Debug)]
pub(super) struct CallService<S> {
    inner: S,
    layer: CallLayer,
}

impl<S> Layer<S> for CallLayer {
    type Service = CallService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CallService { inner, layer: self.clone() }
    }
}

impl<S> Service<Request<Body>> for CallService<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // What was made ready is called; the clone is for the next call.
        let next = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, next);
        let (layer, span) = (self.layer.clone(), call_span(&request));
        let recorded = span.clone();
        let call = async move {
            let response = layer.handle(inner, request).await;
            // Present only when the call failed before its first message; later ends are in the trailers.
            if let Some(code) = response.headers().get("grpc-status").and_then(|code| code.to_str().ok()) {
                recorded.record("rpc.grpc.status_code", code);
            }
            Ok(response)
        };
        Box::pin(call.instrument(span))
    }
}

impl CallLayer {
    async fn handle<S>(&self, inner: S, mut request: Request<Body>) -> Response<Body>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        let method = self.methods.find(request.uri().path());
        let open = request.extensions().get::<Peer>().map(|peer| peer.calls().begin());
        let mut counted = method.map(|method| Counted::begin(method.path, open));
        let shown = Shown::of(request.headers(), request.extensions().get());
        let admitted = match self.admit(method, request.uri().path(), shown).await {
            Ok(admitted) => admitted,
            Err(status) => return refused(counted, &status),
        };
        if let Some(identity) = admitted.identity {
            request.extensions_mut().insert(identity);
        }
        let limit = self.deadline(method, &request);
        let mut invalid = admitted.token.map(|token| self.access.clone().until_invalid(token).boxed());
        let response = {
            let call = within(limit, inner, request);
            match &mut invalid {
                None => call.await,
                Some(invalid) => tokio::select! {
                    response = call => response,
                    status = invalid => Err(status),
                },
            }
        };
        let response = match response {
            Ok(response) => response,
            Err(status) => return refused(counted, &status),
        };
        if let (Some(counted), Some(code)) = (&mut counted, code(response.headers())) {
            counted.end(code);
        }
        match counted {
            Some(counted) => response.map(|body| Body::new(Watched::new(body, counted, invalid))),
            None => response,
        }
    }

    async fn admit(&self, method: Option<&Method>, path: &str, shown: Shown) -> Result<Admitted, Status> {
        let needs = needs(method, path)?;
        let admitted = match self.access.at_once(needs, &shown) {
            Some(admitted) => admitted,
            None => self.access.by_token(needs, shown).await,
        };
        admitted.inspect_err(|status| {
            tracing::info!(code = ?status.code(), reason = status.message(), "a call is refused");
        })
    }

    /// A deadline of the caller's own is kept by the transport; this is for callers that bring none.
    fn deadline(&self, method: Option<&Method>, request: &Request<Body>) -> Option<Duration> {
        let upload = method.is_some_and(|method| method.kind == Kind::ClientStream);
        (!upload && !request.headers().contains_key(GRPC_TIMEOUT)).then_some(self.default_deadline)
    }
}

async fn within<S>(limit: Option<Duration>, mut inner: S, request: Request<Body>) -> Result<Response<Body>, Status>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let call = inner.call(request).map(|Ok(response)| response);
    match limit {
        None => Ok(call.await),
        Some(limit) => timeout(limit, call).await.map_err(|_| {
            let text = "the server's default deadline passed";
            reason::DEADLINE_PASSED.status(Code::DeadlineExceeded, text)
        }),
    }
}

fn refused(counted: Option<Counted>, status: &Status) -> Response<Body> {
    if let Some(mut counted) = counted {
        counted.end(status.code());
    }
    status.clone().into_http()
}

fn call_span(request: &Request<Body>) -> Span {
    let path = request.uri().path().trim_start_matches('/');
    let (service, method) = path.rsplit_once('/').unwrap_or((path, ""));
    let span = info_span!(
        "rpc",
        otel.name = path,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
        rpc.grpc.status_code = Empty,
    );
    if request.headers().contains_key("traceparent") {
        trace_context::set_parent(&span, &MetadataMap::from_headers(request.headers().clone()));
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{FileBook, NewToken, Role, TokenHash, TokenKeeper as _};
    use crate::grpc::access::Trust;
    use http_body_util::BodyExt as _;

    const TABLE: Methods = Methods(&[&[
        Method::read("/game.v1.Play/Get", 30),
        Method::stream("/game.v1.Play/Upload", Kind::ClientStream, Role::Operator, 0),
        Method::stream("/game.v1.Play/Watch", Kind::ServerStream, Role::Viewer, 30),
    ]]);

    fn layer(access: Access) -> CallLayer {
        CallLayer { default_deadline: Duration::from_secs(30), methods: TABLE, access: Arc::new(access) }
    }

    fn request(path: &str, headers: &[(&'static str, &str)]) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        request.extensions_mut().insert(Peer::local());
        request
    }

    /// Calls a service that takes `takes` and answers with a body that never ends.
    async fn call(layer: CallLayer, request: Request<Body>, takes: Duration) -> Response<Body> {
        let service = tower::service_fn(move |_: Request<Body>| async move {
            tokio::time::sleep(takes).await;
            Ok(Response::new(Body::new(http_body_util::StreamBody::new(futures::stream::pending::<
                Result<http_body::Frame<tonic::codegen::Bytes>, Status>,
            >()))))
        });
        layer.layer(service).call(request).await.unwrap()
    }

    async fn outcome(path: &str, own_deadline: bool) -> Option<Code> {
        let headers: &[_] = if own_deadline { &[(GRPC_TIMEOUT, "90S")] } else { &[] };
        let response = call(layer(Access::default()), request(path, headers), Duration::from_secs(60)).await;
        code(response.headers())
    }

    #[tokio::test(start_paused = true)]
    async fn only_calls_without_a_deadline_get_the_default_one() {
        assert_eq!(outcome("/game.v1.Play/Get", false).await, Some(Code::DeadlineExceeded));
        assert_eq!(outcome("/game.v1.Play/Get", true).await, None);
        assert_eq!(outcome("/game.v1.Play/Upload", false).await, None);
    }

    #[tokio::test]
    async fn what_is_in_no_table_reaches_no_service() {
        let everybody = Access { trust: Trust::All, ..Access::default() };

        let response = call(layer(everybody), request("/game.v1.Play/Get/x", &[]), Duration::ZERO).await;

        assert_eq!(code(response.headers()), Some(Code::Unimplemented));
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_stream_ends_with_its_token() {
        let dir = tempfile::tempdir().unwrap();
        let book = Arc::new(FileBook::new(dir.path().join("tokens")));
        let hash = TokenHash::of("ada");
        let new = NewToken { hash, name: "ada".parse().unwrap(), role: Role::Viewer, lifetime: None };
        book.add(&new).await.unwrap();
        let access = Access { trust: Trust::None, book: Some(book.clone()), ..Access::default() };
        let watch = || request("/game.v1.Play/Watch", &[("authorization", "Bearer ada")]);
        let mut open = call(layer(access.clone()), watch(), Duration::ZERO).await.into_body();
        let begun = tokio::time::Instant::now();
        assert!(timeout(Duration::from_secs(300), open.frame()).await.is_err(), "it is valid");

        book.revoke(&hash).await.unwrap();
        let revoked = tokio::time::Instant::now();
        let end = open.frame().await.unwrap().unwrap();
        let next = call(layer(access), watch(), Duration::ZERO).await;

        assert_eq!(code(end.trailers_ref().unwrap()), Some(Code::Unauthenticated));
        assert!(open.frame().await.is_none());
        assert!(revoked.elapsed() < Duration::from_secs(60), "{:?} of {:?}", revoked.elapsed(), begun.elapsed());
        assert_eq!(code(next.headers()), Some(Code::Unauthenticated));
    }
}
