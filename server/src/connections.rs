//! Connections of whoever asks: so many at a time, of one address a part of them, and none that says
//! nothing for long. One too many is closed at once, before a byte of it is read; those that are open
//! notice nothing of that.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hashbrown::HashMap;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tokio_stream::Stream;
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::metrics::Counted;

/// How long a new connection may take to say its first word. How long it may take to agree on
/// encryption is settled with that (`config/tls.rs`).
const FIRST: Duration = Duration::from_secs(10);
/// How long nothing may come of a connection after that: whoever is there answers when it is asked
/// whether it is, which is done more often (`serve.rs`).
const SILENCE: Duration = Duration::from_secs(90);
/// How long nobody is accepted after the system could not open a connection (it has no more files).
const PAUSE: Duration = Duration::from_millis(100);
/// The part of the places that one address may have: a half, so that it never has all of them.
const EACH: usize = 2;
/// How long the log says nothing more of a kind of trouble that it has told of.
const SAID: Duration = Duration::from_secs(60);

/// The connections to a listener, as they come.
pub struct Connections {
    listener: TcpListener,
    places: Arc<Semaphore>,
    shares: Arc<Shares>,
    counted: Counted,
    /// How long a connection may say nothing: at first, and later.
    silence: (Duration, Duration),
    pause: Option<Pin<Box<Sleep>>>,
    /// That there are too many, and that none can be accepted.
    said: (Seldom, Seldom),
}

/// Something that is said now and then.
#[derive(Default)]
struct Seldom {
    last: Option<Instant>,
}

impl Seldom {
    /// Whether it is time to say it; then it has been said.
    fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self.last.is_none_or(|last| now.saturating_duration_since(last) >= SAID);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}

/// A connection, which has one of the places until it is dropped.
pub struct Connection {
    stream: TcpStream,
    /// When something came last, and how long nothing may come.
    heard: (Instant, Duration),
    /// How long nothing may come once something has.
    later: Duration,
    clock: Pin<Box<Sleep>>,
    _place: Place,
}

struct Place {
    counted: Counted,
    _permit: OwnedSemaphorePermit,
    _share: Share,
}

/// How many places each address has.
struct Shares {
    /// What one may have.
    most: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One of the places that an address has; given back when it is dropped.
struct Share {
    shares: Arc<Shares>,
    of: IpAddr,
}

impl Shares {
    fn of(most: usize) -> Arc<Shares> {
        Arc::new(Shares { most, taken: Mutex::default() })
    }

    /// One more of an address, unless it has what it may. Who asks on this machine, a program in front of
    /// the service for all others, may have every place.
    fn take(self: &Arc<Shares>, address: IpAddr) -> Option<Share> {
        let of = whole(address);
        let mut taken = self.taken();
        let own = taken.entry(of).or_default();
        if *own >= self.most && !of.is_loopback() {
            return None;
        }
        *own += 1;
        Some(Share { shares: Arc::clone(self), of })
    }

    /// A lock whose holder panicked still holds whole counts.
    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.taken();
        if let Some(own) = taken.get_mut(&self.of) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.of);
            }
        }
    }
}

/// What an address is counted with: of IPv6, one machine has all addresses that begin with the same 64
/// bits.
fn whole(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) if !long.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() & !u128::from(u64::MAX)))
        }
        other => other,
    }
}

impl Connections {
    /// At most so many at a time. Where something in front of the service makes them for all others, its
    /// address may have every place.
    #[must_use]
    pub fn new(
        listener: TcpListener,
        most: usize,
        is_in_front: bool,
        counted: Counted,
    ) -> Connections {
        let each = if is_in_front { most } else { most.div_ceil(EACH) };
        Connections::with(listener, (most, each), counted, (FIRST, SILENCE))
    }

    fn with(
        listener: TcpListener,
        (most, each): (usize, usize),
        counted: Counted,
        silence: (Duration, Duration),
    ) -> Connections {
        let (places, shares) = (Arc::new(Semaphore::new(most)), Shares::of(each));
        let said = (Seldom::default(), Seldom::default());
        Connections { listener, places, shares, counted, silence, pause: None, said }
    }

    /// The connection, or nothing where there is no place for it: then it is closed.
    fn place(&mut self, (stream, address): (TcpStream, SocketAddr)) -> Option<Connection> {
        let share = self.shares.take(address.ip());
        let permit = Arc::clone(&self.places).try_acquire_owned().ok();
        let (Some(share), Some(permit)) = (share, permit) else {
            self.counted.connection_refused();
            if self.said.0.is_due(Instant::now()) {
                tracing::warn!(
                    "der er for mange forbindelser (load.connections), i alt eller fra én adresse; nye lukkes"
                );
            }
            return None;
        };
        self.counted.connection(true);
        let place = Place { counted: self.counted.clone(), _permit: permit, _share: share };
        // Where it cannot be set the connection works, only slower.
        let _ = stream.set_nodelay(true);
        let (first, later) = self.silence;
        let heard = (Instant::now(), first);
        let clock = Box::pin(sleep(first));
        Some(Connection { stream, heard, later, clock, _place: place })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.counted.connection(false);
    }
}

impl Stream for Connections {
    type Item = io::Result<Connection>;

    /// No error ends it: one of accepting is about one connection, or passes.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept(context)) {
                Ok(accepted) => {
                    if let Some(connection) = self.place(accepted) {
                        return Poll::Ready(Some(Ok(connection)));
                    }
                }
                Err(error) => {
                    if self.said.1.is_due(Instant::now()) {
                        tracing::warn!(%error, "en forbindelse kunne ikke tages imod");
                    }
                    self.pause = Some(Box::pin(sleep(PAUSE)));
                }
            }
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl Connection {
    /// Ends when nothing has come for too long.
    fn poll_silent(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.clock.as_mut().poll(context));
            let until = self.heard.0 + self.heard.1;
            if until <= Instant::now() {
                return Poll::Ready(());
            }
            self.clock.as_mut().reset(until);
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, into) {
            self.heard = (Instant::now(), self.later);
            return Poll::Ready(read);
        }
        ready!(self.poll_silent(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;
    use tokio_stream::StreamExt;
    use tonic::transport::{Channel, Server};
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_client::HealthClient;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    async fn listening(most: usize, silence: (Duration, Duration)) -> (Connections, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (Connections::with(listener, (most, most), Counted::default(), silence), address)
    }

    /// Whether the other end has closed a connection.
    async fn is_closed(stream: &mut TcpStream) -> bool {
        let read = timeout(SOON, stream.read(&mut [0])).await.expect("it is told soon");
        read.unwrap_or(0) == 0
    }

    #[tokio::test]
    async fn one_too_many_is_closed_and_the_place_of_one_that_ends_is_anothers() {
        let (mut connections, address) = listening(2, (SOON, SOON)).await;
        let counted = connections.counted.clone();
        let connect = || TcpStream::connect(address);
        let (mut a, _b) = (connect().await.unwrap(), connect().await.unwrap());
        let mut first = connections.next().await.unwrap().unwrap();
        let second = connections.next().await.unwrap().unwrap();
        let mut third = connect().await.unwrap();
        let next = tokio::spawn(async move { (connections.next().await, connections) });
        assert!(is_closed(&mut third).await);
        assert_eq!(counted.connections(), (2, 1));
        // Those that are open go on.
        a.write_all(b"x").await.unwrap();
        assert_eq!(first.read_u8().await.unwrap(), b'x');
        drop(second);
        let _fourth = connect().await.unwrap();
        let (fourth, _connections) = timeout(SOON, next).await.unwrap().unwrap();
        assert!(fourth.unwrap().is_ok());
        assert_eq!(counted.connections(), (1, 1), "the fourth is dropped here");
    }

    #[test]
    fn an_address_has_its_part_of_the_places_and_gives_them_back() {
        let shares = Shares::of(2);
        let take = |address: &str| shares.take(address.parse().unwrap());
        let held = [take("10.0.0.1"), take("::ffff:10.0.0.1")];
        assert!(held.iter().all(Option::is_some) && take("10.0.0.1").is_none());
        assert!(take("10.0.0.2").is_some(), "another has its own");
        // One machine has as many addresses of IPv6 as it likes.
        let long = [take("2001:db8::1"), take("2001:db8::ffff:1")];
        assert!(long.iter().all(Option::is_some) && take("2001:db8::2").is_none());
        assert!(take("2001:db8:0:1::2").is_some());
        drop(held);
        assert!(take("10.0.0.1").is_some());
        let local: Vec<_> = (0..5).map(|_| take("127.0.0.1")).collect();
        assert!(local.iter().all(Option::is_some), "on this machine there is no part");
        drop((long, local));
        assert!(shares.taken().is_empty());
    }

    #[tokio::test]
    async fn what_is_said_is_said_once_a_minute() {
        let (mut seldom, now) = (Seldom::default(), Instant::now());
        let mut said = |after: u64| seldom.is_due(now + Duration::from_secs(after));
        assert_eq!(
            [0, 1, 59, 60, 61, 119, 180].map(&mut said),
            [true, false, false, true, false, false, true]
        );
        // Those that come and go at the limit are told of once.
        let (mut connections, address) = listening(1, (SOON, SOON)).await;
        for _ in 0..3 {
            let _first = TcpStream::connect(address).await.unwrap();
            let first = connections.next().await.unwrap().unwrap();
            let mut second = TcpStream::connect(address).await.unwrap();
            tokio::select! {
                _ = connections.next() => panic!("there is no place for it"),
                closed = is_closed(&mut second) => assert!(closed),
            }
            drop(first);
        }
        assert!(!connections.said.0.is_due(Instant::now()));
    }

    #[tokio::test]
    async fn what_says_nothing_is_given_up_and_what_speaks_is_not() {
        let short = Duration::from_millis(100);
        let (mut connections, address) = listening(2, (short, SOON)).await;
        let mut speaking = TcpStream::connect(address).await.unwrap();
        let mut spoken = connections.next().await.unwrap().unwrap();
        speaking.write_all(b"x").await.unwrap();
        assert_eq!(spoken.read_u8().await.unwrap(), b'x');
        let _silent = TcpStream::connect(address).await.unwrap();
        let mut silent = connections.next().await.unwrap().unwrap();
        let given_up = timeout(SOON, silent.read_u8()).await.unwrap();
        assert_eq!(given_up.unwrap_err().kind(), io::ErrorKind::TimedOut);
        // The first has its longer time.
        assert!(timeout(2 * short, spoken.read_u8()).await.is_err());
    }

    /// How many connections a client needs that asks, says nothing for long, and asks again; it is asked
    /// whether it is there so often.
    async fn needed(silence: Duration, often: Option<Duration>) -> usize {
        let (connections, address) = listening(2, (silence, silence)).await;
        let (count, counted) = (Arc::new(AtomicUsize::new(0)), connections.counted.clone());
        let counting = Arc::clone(&count);
        let incoming = connections.map(move |one| {
            counting.fetch_add(1, Ordering::SeqCst);
            one
        });
        let (_reporter, service) = tonic_health::server::health_reporter();
        let server = Server::builder().http2_keepalive_interval(often).add_service(service);
        tokio::spawn(server.serve_with_incoming(incoming));
        let url = format!("http://{address}");
        let channel = Channel::from_shared(url).unwrap().connect().await.unwrap();
        let mut client = HealthClient::new(channel);
        assert!(client.check(HealthCheckRequest::default()).await.is_ok());
        sleep(2 * silence).await;
        assert_eq!(counted.connections().0, i64::from(often.is_some()));
        assert!(client.check(HealthCheckRequest::default()).await.is_ok());
        count.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn a_client_that_asks_nothing_for_long_is_served_on_the_same_connection() {
        let silence = Duration::from_secs(4);
        let often = silence / 20;
        let (asked, not) = tokio::join!(needed(silence, Some(often)), needed(silence, None));
        assert_eq!((asked, not), (1, 2), "it is kept because it is asked whether it is there");
    }
}
