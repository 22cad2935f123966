//! Runs questions away from the threads that serve connections: few at a time and fairly between
//! callers, each with a deadline, each stopped when nobody waits for it any more or somebody ends it.
//! What they answer has room until it is taken.

mod deadline;
mod long;
mod outgoing;
mod queue;
mod room;
mod running;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use prost::Message;
use terning_engine::query::{Cancel, Limits};
use tokio::time::{Instant, sleep_until};
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};
use tracing::Span;

use super::{request, status};
use crate::access::Caller;
use crate::config::Load;
use crate::metrics::{Counted, Ended};
pub use long::Outlet;
pub use outgoing::{Outgoing, Reserved};
use queue::{Bounds, Queue, Refused};
pub use room::{Held, Room};
pub use running::Query;
use running::Running;

/// Bytes of the largest answer that needs no room: nobody notices it on its way.
const SMALL: usize = 64 << 10;

/// The places where questions are answered. Clones share them.
#[derive(Clone)]
pub struct Work {
    load: Arc<Load>,
    queue: Arc<Queue>,
    long: Arc<Queue>,
    room: Arc<Room>,
    running: Arc<Running>,
    is_closed: Arc<AtomicBool>,
    counted: Counted,
}

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
            long: Arc::new(Queue::new(long::PLACES)),
            room: Arc::new(Room::new(load.sending)),
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
        Ok(self.weighed(caller, deadline, job, |_| 0).await?.0)
    }

    /// The same for an answer that goes out whole. Where it needs room its request has that, until it is
    /// sent.
    ///
    /// # Errors
    /// As [`Work::run`].
    pub async fn whole<T: Message + 'static>(
        &self,
        caller: &Caller,
        deadline: Instant,
        job: impl FnOnce(&Cancel) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let (answer, held) = self.weighed(caller, deadline, job, Message::encoded_len).await?;
        if let Some(held) = held {
            let room = Reserved::new(held, self.load.unread, self.counted.clone());
            request::current().reserve(room);
        }
        Ok(answer)
    }

    /// The same for an answer that goes out in parts: it has room until they are taken, and is given
    /// up where nobody takes them.
    ///
    /// # Errors
    /// As [`Work::run`].
    pub async fn parts<T: Message + 'static>(
        &self,
        caller: &Caller,
        deadline: Instant,
        job: impl FnOnce(&Cancel) -> Result<Vec<T>, Status> + Send + 'static,
    ) -> Result<Outgoing<T>, Status> {
        let weigh = |parts: &Vec<T>| parts.iter().map(Message::encoded_len).sum::<usize>();
        let (parts, held) = self.weighed(caller, deadline, job, weigh).await?;
        Ok(Outgoing::new(parts, held, self.load.unread, self.counted.clone()))
    }

    /// Runs a job, and gives what it makes with room for it where that needs some. Until there is, the
    /// place is another's and goes on counting as one of the caller's: so answers that wait for room
    /// are few, and keep nobody else from being answered.
    async fn weighed<T: Send + 'static>(
        &self,
        caller: &Caller,
        deadline: Instant,
        job: impl FnOnce(&Cancel) -> Result<T, Status> + Send + 'static,
        weigh: fn(&T) -> usize,
    ) -> Result<(T, Option<Held>), Status> {
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
                let work = || job(running.cancel()).map(|made| (weigh(&made), made));
                let (bytes, made) = span.in_scope(|| within(&running, work))?;
                let place = (bytes > SMALL).then_some((place, listed));
                Ok::<_, Status>((made, place.map(|place| (bytes, place))))
            });
            let (made, large) = done.await.map_err(|_| status::internal())??;
            let Some((bytes, (mut place, _listed))) = large else { return Ok((made, None)) };
            place.step_aside();
            Ok((made, Some(self.room.take(caller, bytes).await)))
        };
        let (why, done) = tokio::select! {
            done = work => (None, done),
            () = query.ended() => (Some(Ended::Cancelled), Err(cancelled(&query))),
            () = sleep_until(deadline) => (Some(Ended::Deadline), Err(time_is_up())),
        };
        stop.why = why;
        done
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
        // What nobody took is counted as that.
        if let Some(why) = self.why.filter(|_| !self.query.is_left()) {
            self.counted.ended(why);
        }
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
        left.iter().for_each(|query| query.close());
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

/// The reason of those that come when the service ends.
pub(super) const CLOSING: &str = "CLOSING";

fn closing() -> Status {
    let message = "serveren er ved at lukke";
    status::plain(Code::Unavailable, CLOSING, message, "prøv igen om lidt")
}

fn cancelled(query: &Query) -> Status {
    let (reason, why) = match query.is_closed() {
        true => ("CLOSED", "serveren lukkede; spørg igen, når den svarer"),
        false => ("CANCELLED", "nogen har bedt om det med terning cancel"),
    };
    status::plain(Code::Cancelled, reason, "spørgsmålet blev afbrudt", why)
}

fn time_is_up() -> Status {
    status::plain(
        Code::DeadlineExceeded,
        "TIME_IS_UP",
        "spørgsmålet blev ikke besvaret i tide",
        "spørg om færre felter eller et kortere tidsrum",
    )
}

/// The refusal of the rest of an answer that nobody took.
fn unread() -> Status {
    let message = "svaret blev opgivet, fordi intet af det blev hentet længe";
    status::plain(
        Code::Aborted,
        "UNREAD",
        message,
        "hent svaret, mens det sendes, eller del det op",
    )
}

#[cfg(test)]
mod tests;
