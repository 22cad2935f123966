//! Connections of whoever watches: few at a time, and each for a short time, so that nobody who can
//! reach the address takes the files and the memory of the service.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// Connections at a time.
pub(super) const MOST: usize = 32;
/// How long one may last; whoever asks again makes a new one.
pub(super) const LONGEST: Duration = Duration::from_secs(30);

/// A listener whose connections are few and brief.
pub(super) struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
    longest: Duration,
}

/// A connection that ends when its time is up.
pub(super) struct Brief {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    /// Given back when the connection is dropped.
    _place: Option<OwnedSemaphorePermit>,
}

impl Bounded {
    /// At most so many connections, each for so long.
    pub(super) fn new(listener: TcpListener, most: usize, longest: Duration) -> Bounded {
        Bounded { listener, places: Arc::new(Semaphore::new(most)), longest }
    }
}

impl Listener for Bounded {
    type Io = Brief;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Brief, SocketAddr) {
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Brief { stream, end: Box::pin(sleep(self.longest)), _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Listener::local_addr(&self.listener)
    }
}

impl Brief {
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.end.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Brief {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Brief {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use axum::Router;
    use axum::routing::get;

    use super::*;

    #[test]
    fn silent_connections_end_and_others_get_their_turn() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let bounded = Bounded::new(listener, 2, Duration::from_millis(200));
        let router = Router::new().route("/", get(|| async { "ok" }));
        runtime.spawn(async move { axum::serve(bounded, router).await });
        let connect = || std::net::TcpStream::connect(address).unwrap();
        let mut silent = [connect(), connect()];
        let mut asking = connect();
        asking.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(asking, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        let mut said = String::new();
        asking.read_to_string(&mut said).unwrap();
        assert!(said.ends_with("ok"), "{said}");
        for one in &mut silent {
            one.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            assert_eq!(one.read(&mut [0]).unwrap(), 0, "it was closed");
        }
    }
}
