//! A connection that can be ended from outside.
//!
//! The HTTP/2 server waits for its connections when it stops, and for one whose peer never says anything it waits for
//! ever: pings start only after the peer's preface. So the preface has a time limit here, and a token cuts what is
//! still open when the time to drain is over.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

/// Bytes of the HTTP/2 client preface.
const PREFACE_BYTES: usize = 24;

/// Time a peer has for its preface.
const PREFACE_LIMIT: Duration = Duration::from_secs(10);

/// A stream that ends when its token is cancelled.
pub(super) struct Connection<IO> {
    io: IO,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    preface: Option<Preface>,
}

struct Preface {
    missing: usize,
    limit: Pin<Box<Sleep>>,
}

impl<IO> Connection<IO> {
    pub(super) fn new(io: IO, cut: CancellationToken) -> Self {
        let preface = Preface { missing: PREFACE_BYTES, limit: Box::pin(sleep(PREFACE_LIMIT)) };
        Self { io, cut: Box::pin(cut.cancelled_owned()), preface: Some(preface) }
    }

    /// Says why a wait is over, if it is. Looked at only when there is nothing to read or no room to write: a busy
    /// connection pays nothing.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.cut.as_mut().poll(cx).is_ready() {
            return Poll::Ready(io::Error::new(io::ErrorKind::ConnectionAborted, "the server is stopping"));
        }
        match &mut self.preface {
            Some(preface) => {
                ready!(preface.limit.as_mut().poll(cx));
                Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the peer sent no HTTP/2 preface"))
            }
            None => Poll::Pending,
        }
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Connection<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let Poll::Ready(outcome) = Pin::new(&mut self.io).poll_read(cx, buf) else {
            return self.poll_end(cx).map(Err);
        };
        if let Some(preface) = &mut self.preface {
            preface.missing = preface.missing.saturating_sub(buf.filled().len() - before);
            if preface.missing == 0 {
                self.preface = None;
            }
        }
        Poll::Ready(outcome)
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Connection<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.io).poll_write(cx, buf) {
            Poll::Pending => self.poll_end(cx).map(Err),
            written => written,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.io).poll_write_vectored(cx, bufs) {
            Poll::Pending => self.poll_end(cx).map(Err),
            written => written,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

impl<IO: Connected> Connected for Connection<IO> {
    type ConnectInfo = IO::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.io.connect_info()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::Instant,
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silent_peer_is_given_up() {
        let (_peer, io) = duplex(64);
        let begun = Instant::now();

        let error = Connection::new(io, CancellationToken::new()).read_u8().await.unwrap_err();

        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed(), PREFACE_LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn peer_that_spoke_may_be_silent_until_the_cut() {
        let (mut peer, io) = duplex(64);
        let cut = CancellationToken::new();
        let mut connection = Connection::new(io, cut.clone());
        peer.write_all(&[0; PREFACE_BYTES]).await.unwrap();
        connection.read_exact(&mut [0; PREFACE_BYTES]).await.unwrap();

        let waiting = tokio::time::timeout(Duration::from_secs(3_600), connection.read_u8()).await;
        cut.cancel();
        let ended = connection.read_u8().await.unwrap_err();

        assert!(waiting.is_err());
        assert_eq!(ended.kind(), io::ErrorKind::ConnectionAborted);
    }
}
