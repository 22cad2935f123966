//! Answers that are made while they are sent, however long that takes.
//!
//! Whoever makes one waits where nobody takes its parts. It is looked at there whether the query was
//! ended: the transport asks for nothing where the client has no room, so nobody else would notice.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use terning_engine::query::Cancel;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};
use tokio_stream::Stream;
use tonic::Status;
use tracing::Span;

use super::queue::{Bounds, LONG_RETRY};
use super::running::Query;
use super::{StopWhenDropped, Work, cancelled, unread, within};
use crate::access::Caller;
use crate::grpc::{request, status};
use crate::metrics::Ended;

/// Such answers at a time, and of one caller: they take minutes, must not take the places of
/// questions, and wait for no place.
pub(super) const PLACES: Bounds = Bounds { places: 2, places_each: 1, waiting: 0, waiting_each: 0 };
/// Parts that wait to be sent.
const WAITING: usize = 8;

const BUSY: &str = "serveren er ved at lave andre datapakker, eller en til den, der spørger";

/// Where the parts of an answer are put, by a thread that may wait.
pub struct Outlet<T> {
    parts: Sender<T>,
    query: Arc<Query>,
    /// How long nobody may take a part.
    unread: Duration,
    runtime: Handle,
}

/// Nobody takes the parts of an answer, or it was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ingen venter på svaret")]
pub struct Untaken;

impl<T> Outlet<T> {
    /// Puts a part, and waits until there is room for it.
    ///
    /// # Errors
    /// Nobody waits for the answer any more, nothing of it was taken for long, or it was ended.
    pub fn put(&self, part: T) -> Result<(), Untaken> {
        match self.parts.try_send(part) {
            Ok(()) => Ok(()),
            Err(TrySendError::Closed(_)) => Err(Untaken),
            Err(TrySendError::Full(part)) => self.runtime.block_on(self.wait(part)),
        }
    }

    async fn wait(&self, part: T) -> Result<(), Untaken> {
        tokio::select! {
            () = self.query.ended() => Err(Untaken),
            sent = self.parts.send(part) => sent.map_err(|_| Untaken),
            () = sleep(self.unread) => {
                self.query.leave();
                Err(Untaken)
            }
        }
    }
}

impl Work {
    /// Begins a job that sends its answer in parts, however long it takes. Where nobody waits for
    /// the parts any more, nobody takes them, or it is cancelled, the job is told to stop. What it
    /// fails with is said by `refuse`.
    ///
    /// # Errors
    /// As many such jobs as may run are running, or as many of the caller's.
    pub async fn stream<T: Send + 'static, E: Send + 'static>(
        &self,
        caller: &Caller,
        job: impl FnOnce(Outlet<T>, &Cancel) -> Result<(), E> + Send + 'static,
        refuse: fn(E) -> Status,
    ) -> Result<impl Stream<Item = Result<T, Status>> + Send + 'static, Status> {
        self.check_open()?;
        let place = self.long.place(caller, Instant::now()).await;
        let place = place.map_err(|_| {
            self.counted.refused("full");
            status::busy(BUSY, LONG_RETRY)
        })?;
        let (parts, received) = mpsc::channel(WAITING);
        let (tell, told) = oneshot::channel();
        let listed = self.running.list(request::current(), caller);
        let (query, span) = (Arc::clone(&listed.query), Span::current());
        query.run();
        let (running, runtime) = (Arc::clone(&query), Handle::current());
        let outlet = Outlet { parts, query: Arc::clone(&query), unread: self.load.unread, runtime };
        let counted = self.counted.clone();
        tokio::task::spawn_blocking(move || {
            let make = || job(outlet, running.cancel());
            let made = span.in_scope(|| within(&running, make));
            if running.is_left() {
                counted.ended(Ended::Unread);
            }
            // Whoever is told may ask for the next one at once.
            drop((place, listed));
            let _ = tell.send(made);
        });
        let watched = Arc::clone(&query);
        let ended = Box::pin(async move { watched.ended().await });
        let stop = self.stop_when_dropped(&query);
        Ok(Long { parts: received, told, refuse, ended, is_over: false, stop })
    }
}

/// The parts of an answer while it is made, and then how that ended.
struct Long<T, E> {
    parts: Receiver<T>,
    told: oneshot::Receiver<Result<(), E>>,
    refuse: fn(E) -> Status,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_over: bool,
    stop: StopWhenDropped,
}

impl<T, E> Long<T, E> {
    /// How it ended, when the last part was taken.
    fn last(&mut self, made: Result<Result<(), E>, oneshot::error::RecvError>) -> Option<Status> {
        self.is_over = true;
        self.stop.why = None;
        match made {
            Ok(Ok(())) => None,
            Ok(Err(_)) if self.stop.query.is_left() => Some(unread()),
            Ok(Err(error)) => Some((self.refuse)(error)),
            Err(_) => Some(status::internal()),
        }
    }
}

impl<T, E> Stream for Long<T, E> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        if self.ended.as_mut().poll(context).is_ready() {
            self.is_over = true;
            self.parts.close();
            self.stop.why = Some(Ended::Cancelled);
            return Poll::Ready(Some(Err(cancelled(&self.stop.query))));
        }
        if let Some(part) = ready!(self.parts.poll_recv(context)) {
            return Poll::Ready(Some(Ok(part)));
        }
        let made = ready!(Pin::new(&mut self.told).poll(context));
        Poll::Ready(self.last(made).map(Err))
    }
}
