//! A connection that can be ended from outside.
//!
//! The HTTP/2 server waits for its connections when it stops, and for one whose peer never says anything it waits for
//! ever: pings start only after the peer's preface. So the preface has a time limit here, and a token cuts what is
//! still open when the time to drain is over. A peer that answers pings and makes no calls has one, too.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep, sleep},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

use super::peer::{Known, Peer};

/// Bytes of the HTTP/2 client preface.
const PREFACE_BYTES: usize = 24;

/// Time a peer has for its preface.
const PREFACE_LIMIT: Duration = Duration::from_secs(10);

/// A stream that ends when its token is cancelled.
pub(super) struct Connection<IO> {
    io: IO,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    preface: Option<Preface>,
    peer: Peer,
    idle: Idle,
    /// Its place among the connections that there may be.
    _place: Option<OwnedSemaphorePermit>,
}

struct Idle {
    limit: Duration,
    alarm: Pin<Box<Sleep>>,
}

/// What ends a connection.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// Ends it at once.
    pub(super) cut: CancellationToken,
    /// Time without an open call after which it ends.
    pub(super) idle: Duration,
}

struct Preface {
    missing: usize,
    limit: Pin<Box<Sleep>>,
}

impl<IO: Known> Connection<IO> {
    pub(super) fn new(io: IO, bounds: &Bounds, place: Option<OwnedSemaphorePermit>) -> Self {
        let preface = Preface { missing: PREFACE_BYTES, limit: Box::pin(sleep(PREFACE_LIMIT)) };
        let idle = Idle { limit: bounds.idle, alarm: Box::pin(sleep(bounds.idle)) };
        let (cut, peer) = (Box::pin(bounds.cut.clone().cancelled_owned()), io.peer());
        Self { io, cut, preface: Some(preface), peer, idle, _place: place }
    }
}

impl<IO> Connection<IO> {
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
            None => self.poll_idle(cx),
        }
    }

    /// The alarm is set anew only when it goes off, so that a call does not set one.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        while self.idle.alarm.as_mut().poll(cx).is_ready() {
            let idle = self.peer.calls().idle().unwrap_or_default();
            if idle >= self.idle.limit {
                return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the peer has made no call for too long"));
            }
            self.idle.alarm.as_mut().reset(Instant::now() + (self.idle.limit - idle));
        }
        Poll::Pending
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

impl<IO> Connected for Connection<IO> {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    impl Known for tokio::io::DuplexStream {
        fn peer(&self) -> Peer {
            Peer::local()
        }
    }

    fn connection(io: tokio::io::DuplexStream, cut: CancellationToken) -> Connection<tokio::io::DuplexStream> {
        Connection::new(io, &Bounds { cut, idle: Duration::from_secs(7_200) }, None)
    }

    #[tokio::test(start_paused = true)]
    async fn silent_peer_is_given_up() {
        let (_peer, io) = duplex(64);
        let begun = Instant::now();

        let error = connection(io, CancellationToken::new()).read_u8().await.unwrap_err();

        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed(), PREFACE_LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn peer_that_spoke_may_be_silent_until_the_cut() {
        let (mut peer, io) = duplex(64);
        let cut = CancellationToken::new();
        let mut connection = connection(io, cut.clone());
        peer.write_all(&[0; PREFACE_BYTES]).await.unwrap();
        connection.read_exact(&mut [0; PREFACE_BYTES]).await.unwrap();

        let waiting = tokio::time::timeout(Duration::from_secs(3_600), connection.read_u8()).await;
        cut.cancel();
        let ended = connection.read_u8().await.unwrap_err();

        assert!(waiting.is_err());
        assert_eq!(ended.kind(), io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test(start_paused = true)]
    async fn peer_without_calls_is_given_up_and_one_with_an_open_call_is_not() {
        let (mut peer, io) = duplex(64);
        let mut connection = connection(io, CancellationToken::new());
        peer.write_all(&[0; PREFACE_BYTES]).await.unwrap();
        connection.read_exact(&mut [0; PREFACE_BYTES]).await.unwrap();
        let call = connection.connect_info().calls().begin();

        let waiting = tokio::time::timeout(Duration::from_secs(30_000), connection.read_u8()).await;
        drop(call);
        let left = Instant::now();
        let ended = connection.read_u8().await.unwrap_err();

        assert!(waiting.is_err());
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
        assert!(left.elapsed() >= Duration::from_secs(7_200) && left.elapsed() <= Duration::from_secs(7_201));
    }
}
