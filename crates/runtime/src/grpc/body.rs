//! The body of an answer that is watched: how the call ends is counted, and a stream ends when its token does.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http_body::{Frame, SizeHint};
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::codegen::http::HeaderMap;
use tonic::{Code, Status};

use super::counts::Counted;

/// See the module.
pub(super) struct Watched {
    inner: Option<Body>,
    counted: Counted,
    /// Resolves when the call may no longer go on.
    end: Option<BoxFuture<'static, Status>>,
}

impl Watched {
    pub(super) fn new(inner: Body, counted: Counted, end: Option<BoxFuture<'static, Status>>) -> Self {
        Self { inner: Some(inner), counted, end }
    }

    /// Ends the stream with a status of our own. What serves it is dropped.
    fn cut(&mut self, status: &Status) -> Frame<Bytes> {
        self.inner = None;
        self.counted.end(status.code());
        let mut trailers = HeaderMap::new();
        // Without its details a status is always a header.
        if status.add_header(&mut trailers).is_err() {
            trailers.insert("grpc-status", (Code::Unauthenticated as i32).into());
        }
        Frame::trailers(trailers)
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        if let Some(end) = &mut this.end
            && let Poll::Ready(status) = end.as_mut().poll(cx)
        {
            this.end = None;
            return Poll::Ready(Some(Ok(this.cut(&status))));
        }
        let Some(inner) = &mut this.inner else { return Poll::Ready(None) };
        let polled = Pin::new(inner).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            this.counted.end(code(trailers).unwrap_or(Code::Ok));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), http_body::Body::size_hint)
    }
}

/// The code that headers or trailers give, if they do.
pub(super) fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|code| Code::from_bytes(code.as_bytes()))
}
