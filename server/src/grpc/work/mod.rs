//! Runs questions away from the threads that serve connections: few at a time and fairly between
//! callers, each with a deadline, each stopped when nobody waits for it any more or somebody ends it.

mod deadline;
mod queue;
mod running;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use terning_engine::query::{Cancel, Limits};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::{Instant, sleep_until};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};
use tracing::Span;

use super::{request, status};
use crate::access::Caller;
use crate::config::Load;
use crate::metrics::{Counted, Ended};
use queue::{Bounds, LONG_RETRY, Queue, Refused};
pub use running::Query;
use running::Running;

/// Streams at a time that take minutes: they must not take the places of questions.
const LONG: usize = 2;
/// Parts of such a stream that wait to be sent.
const WAITING: usize = 8;

/// The places where questions are answered. Clones share them.
#[derive(Clone)]
pub struct Work {
    load: Arc<Load>,
    queue: Arc<Queue>,
    long: Arc<Semaphore>,
    running: Arc<Running>,
    is_closed: Arc<AtomicBool>,
    counted: Counted,
}

/// Where the parts of a long answer are put.
type Into<T, E> = Sender<Result<T, E>>;

// Questions.

impl Work {
    /// All places, free.
    #[must_use]
    pub fn new(load: Load, counted: Counted) -> Work {
        let bounds = Bounds {
            places: load.places,
            places_each: load.places_each,
            waiting: load.queue,
            waiting_each: load.queue_each,
        };
        Work {
            queue: Arc::new(Queue::new(bounds)),
            long: Arc::new(Semaphore::new(LONG)),
            running: Arc::default(),
            is_closed: Arc::default(),
            counted,
            load: Arc::new(load),
        }
    }

    /// How large an answer may become, and what may be held while it is worked out.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.load.limits
    }

    /// What is counted.
    #[must_use]
    pub fn counted(&self) -> &Counted {
        &self.counted
    }

    /// When the answer of a call must be there.
    #[must_use]
    pub fn deadline(&self, metadata: &MetadataMap) -> Instant {
        deadline::deadline(metadata, self.load.longest)
    }

    /// Runs a job when it is the caller's turn, and stops it at the deadline, when the caller goes
    /// away, or when it is cancelled.
    ///
    /// # Errors
    /// The job's own refusal, that it is not taken on, or that it was ended.
    pub async fn run<T: Send + 'static>(
        &self,
        caller: &Caller,
        deadline: Instant,
        job: impl FnOnce(&Cancel) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        self.check_open()?;
        let listed = self.running.list(request::current(), caller);
        let query = Arc::clone(&listed.query);
        let mut stop = self.stop_when_dropped(&query);
        let (running, span) = (Arc::clone(&query), Span::current());
        let work = async move {
            let came = Instant::now();
            let place = self.queue.place(caller, deadline).await;
            let place = place.map_err(|refused| self.refuse(refused))?;
            self.counted.waited(came.elapsed());
            running.run();
            let done = tokio::task::spawn_blocking(move || {
                let done = span.in_scope(|| within(&running, || job(running.cancel())));
                drop((place, listed));
                done
            });
            done.await.map_err(|_| status::internal())?
        };
        let (why, done) = tokio::select! {
            done = work => (None, done),
            () = query.ended() => (Some(Ended::Cancelled), Err(cancelled())),
            () = sleep_until(deadline) => (Some(Ended::Deadline), Err(time_is_up())),
        };
        stop.why = why;
        done
    }

    /// Begins a job that sends its answer in parts, however long it takes. Where nobody waits for
    /// the parts any more, or it is cancelled, the job is told to stop. What it fails with is said by
    /// `refuse`.
    ///
    /// # Errors
    /// As many such jobs as may run are running.
    pub fn stream<T: Send + 'static, E: Send + 'static>(
        &self,
        caller: &Caller,
        job: impl FnOnce(Into<T, E>, &Cancel) -> Result<(), E> + Send + 'static,
        refuse: fn(E) -> Status,
    ) -> Result<impl Stream<Item = Result<T, Status>> + Send + 'static, Status> {
        self.check_open()?;
        let place = Arc::clone(&self.long).try_acquire_owned();
        let place = place.map_err(|_| {
            self.counted.refused("full");
            status::busy(BUSY, LONG_RETRY)
        })?;
        let (parts, received) = mpsc::channel(WAITING);
        let listed = self.running.list(request::current(), caller);
        let (query, span) = (Arc::clone(&listed.query), Span::current());
        query.run();
        let (running, watched) = (Arc::clone(&query), Arc::clone(&query));
        tokio::task::spawn_blocking(move || {
            let make = || job(parts.clone(), running.cancel());
            if let Err(error) = span.in_scope(|| within(&running, make)) {
                let _ = parts.blocking_send(Err(error));
            }
            drop((place, listed));
        });
        let ended = Box::pin(async move { watched.ended().await });
        let (parts, stop) = (ReceiverStream::new(received), self.stop_when_dropped(&query));
        Ok(Long { parts: Some(parts), refuse, ended, stop })
    }
}

/// Whoever works on a query knows its request.
fn within<T>(query: &Query, work: impl FnOnce() -> T) -> T {
    request::within_now(Arc::clone(&query.request), work)
}

/// Tells the job to stop when nobody waits for it any more, and counts why.
struct StopWhenDropped {
    query: Arc<Query>,
    counted: Counted,
    /// Nothing where it came to its end.
    why: Option<Ended>,
}

impl Work {
    fn stop_when_dropped(&self, query: &Arc<Query>) -> StopWhenDropped {
        let (query, counted) = (Arc::clone(query), self.counted.clone());
        StopWhenDropped { query, counted, why: Some(Ended::Gone) }
    }
}

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.query.cancel().raise();
        if let Some(why) = self.why {
            self.counted.ended(why);
        }
    }
}

/// The parts of a long answer; when it is cancelled, the refusal that says so is the last.
struct Long<T, E> {
    parts: Option<ReceiverStream<Result<T, E>>>,
    refuse: fn(E) -> Status,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    stop: StopWhenDropped,
}

impl<T, E> Stream for Long<T, E> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let refuse = self.refuse;
        let Some(parts) = self.parts.as_mut() else { return Poll::Ready(None) };
        if let Poll::Ready(part) = Pin::new(parts).poll_next(context) {
            if part.is_none() {
                self.stop.why = None;
            }
            return Poll::Ready(part.map(|part| part.map_err(refuse)));
        }
        self.ended.as_mut().poll(context).map(|()| {
            self.parts = None;
            self.stop.why = Some(Ended::Cancelled);
            Some(Err(cancelled()))
        })
    }
}

// What runs.

impl Work {
    /// The queries that wait or run, in the order they came.
    #[must_use]
    pub fn queries(&self) -> Vec<Arc<Query>> {
        self.running.all()
    }

    /// Takes on no more questions.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Whether no more questions are taken on.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// Whether questions wait, and none has come to its end for longer than any may take.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.queue.is_stuck(self.load.longest)
    }

    /// Comes back when no question is worked on any more. Those that are after the time for it are
    /// ended.
    pub async fn drained(&self) {
        let until = Instant::now() + self.load.drain;
        tokio::select! {
            () = self.running.idle() => return,
            () = sleep_until(until) => {}
        }
        let left = self.queries();
        tracing::warn!(queries = left.len(), "spørgsmål afbrydes, fordi serveren lukker");
        left.iter().for_each(|query| query.end());
    }

    fn check_open(&self) -> Result<(), Status> {
        if self.is_closed() {
            self.counted.refused("closing");
            return Err(closing());
        }
        Ok(())
    }

    /// The refusal of a question that is not taken on.
    fn refuse(&self, refused: Refused) -> Status {
        let (reason, message, retry) = match refused {
            Refused::Full(retry) => ("full", "for mange spørgsmål venter på svar", retry),
            Refused::Late(retry) => ("late", "det ville ikke blive spørgsmålets tur i tide", retry),
        };
        self.counted.refused(reason);
        status::busy(message, retry)
    }
}

// Refusals.

const BUSY: &str = "serveren er ved at lave andre datapakker";

fn closing() -> Status {
    let message = "serveren er ved at lukke";
    status::plain(Code::Unavailable, "CLOSING", message, "prøv igen om lidt")
}

fn cancelled() -> Status {
    let message = "spørgsmålet blev afbrudt";
    status::plain(Code::Cancelled, "CANCELLED", message, "nogen har bedt om det med terning cancel")
}

fn time_is_up() -> Status {
    status::plain(
        Code::DeadlineExceeded,
        "TIME_IS_UP",
        "spørgsmålet blev ikke besvaret i tide",
        "spørg om færre felter eller et kortere tidsrum",
    )
}

#[cfg(test)]
mod tests;
