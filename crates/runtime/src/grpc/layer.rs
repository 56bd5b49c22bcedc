//! What every call gets: a span with the caller's trace as parent, and a deadline.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::timeout;
use tonic::{
    Status,
    body::Body,
    codegen::http::{Request, Response},
    metadata::MetadataMap,
};
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field::Empty, info_span};

use crate::trace_context;

/// The header with which a caller sets its own deadline.
const GRPC_TIMEOUT: &str = "grpc-timeout";

/// Wraps every call of a server.
#[derive(Clone, Debug)]
pub(super) struct CallLayer {
    pub(super) default_deadline: Duration,
    pub(super) open_ended: Arc<[&'static str]>,
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
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // A deadline of the caller's own is kept by the transport; this is for callers that bring none.
        let path = request.uri().path();
        let unbounded = !request.headers().contains_key(GRPC_TIMEOUT) && !self.layer.open_ended.contains(&path);
        let deadline = unbounded.then_some(self.layer.default_deadline);
        let span = call_span(&request);
        let call = span.in_scope(|| self.inner.call(request));
        let recorded = span.clone();
        let call = async move {
            let response = match deadline {
                None => call.await?,
                Some(limit) => match timeout(limit, call).await {
                    Ok(response) => response?,
                    Err(_) => Status::deadline_exceeded("the server's default deadline passed").into_http(),
                },
            };
            // Present only when the call failed before its first message; later ends are in the trailers.
            if let Some(code) = response.headers().get("grpc-status").and_then(|code| code.to_str().ok()) {
                recorded.record("rpc.grpc.status_code", code);
            }
            Ok(response)
        };
        Box::pin(call.instrument(span))
    }
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

    async fn outcome(path: &str, own_deadline: bool) -> Option<String> {
        let layer =
            CallLayer { default_deadline: Duration::from_secs(30), open_ended: Arc::from(["/game.v1.Play/Upload"]) };
        let slow = tower::service_fn(|_: Request<Body>| async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(Response::new(Body::empty()))
        });
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().unwrap();
        if own_deadline {
            request.headers_mut().insert(GRPC_TIMEOUT, "90S".parse().unwrap());
        }
        let response = layer.layer(slow).call(request).await.unwrap();
        response.headers().get("grpc-status").map(|code| code.to_str().unwrap().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn only_calls_without_a_deadline_get_the_default_one() {
        let deadline_exceeded = Some("4".to_owned());

        assert_eq!(outcome("/game.v1.Play/Get", false).await, deadline_exceeded);
        assert_eq!(outcome("/game.v1.Play/Get", true).await, None);
        assert_eq!(outcome("/game.v1.Play/Upload", false).await, None);
    }
}
