//! An answer that is made and on its way: it is held until all of its parts are taken, and not for
//! longer than somebody takes them.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec;

use tokio::time::{Instant, sleep_until};
use tokio_stream::Stream;
use tonic::Status;

use super::room::Held;
use super::unread;
use crate::metrics::{Counted, Ended};

/// The parts of an answer, to be taken one by one.
pub struct Outgoing<T>(Arc<Mutex<Left<T>>>);

/// Room for an answer that is made, and not on its way yet.
pub struct Reserved {
    held: Held,
    unread: Duration,
    counted: Counted,
}

impl Reserved {
    pub(super) fn new(held: Held, unread: Duration, counted: Counted) -> Reserved {
        Reserved { held, unread, counted }
    }

    /// The answer in its parts.
    #[must_use]
    pub fn outgoing<T: Send + 'static>(self, parts: Vec<T>) -> Outgoing<T> {
        Outgoing::new(parts, Some(self.held), self.unread, self.counted)
    }
}

impl fmt::Debug for Reserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reserved")
    }
}

/// What is left of an answer.
struct Left<T> {
    parts: vec::IntoIter<T>,
    /// Its room; gone when nothing is left.
    held: Option<Held>,
    /// When a part was taken last.
    taken: Instant,
    /// Whether it was given up because nothing was taken for long.
    is_unread: bool,
}

impl<T: Send + 'static> Outgoing<T> {
    /// An answer. One that holds room is given up where nothing of it is taken for the time `unread`.
    /// The transport asks for parts only where the client has room for them, so that somebody else
    /// must look at the clock.
    #[must_use]
    pub fn new(
        parts: Vec<T>,
        held: Option<Held>,
        unread: Duration,
        counted: Counted,
    ) -> Outgoing<T> {
        let is_watched = held.is_some();
        let (parts, taken) = (parts.into_iter(), Instant::now());
        let left = Arc::new(Mutex::new(Left { parts, held, taken, is_unread: false }));
        if is_watched {
            tokio::spawn(watch(Arc::downgrade(&left), unread, counted));
        }
        Outgoing(left)
    }
}

/// Looks at an answer until it is taken or gone, or gives it up.
async fn watch<T>(left: Weak<Mutex<Left<T>>>, unread: Duration, counted: Counted) {
    let mut until = Instant::now() + unread;
    loop {
        sleep_until(until).await;
        let Some(left) = left.upgrade() else { return };
        let mut left = lock(&left);
        if left.held.is_none() {
            return;
        }
        until = left.taken + unread;
        if until <= Instant::now() {
            left.give_up();
            counted.ended(Ended::Unread);
            return;
        }
    }
}

impl<T> Left<T> {
    fn give_up(&mut self) {
        self.parts = Vec::new().into_iter();
        self.held = None;
        self.is_unread = true;
    }

    fn next(&mut self) -> Option<Result<T, Status>> {
        self.taken = Instant::now();
        let part = self.parts.next();
        if self.parts.as_slice().is_empty() {
            self.held = None;
        }
        match part {
            None if std::mem::take(&mut self.is_unread) => Some(Err(unread())),
            part => part.map(Ok),
        }
    }
}

impl<T> Stream for Outgoing<T> {
    type Item = Result<T, Status>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(lock(&self.0).next())
    }
}

/// A lock whose holder panicked still holds whole values.
fn lock<T>(left: &Mutex<Left<T>>) -> MutexGuard<'_, Left<T>> {
    left.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::time::{sleep, timeout};
    use tokio_stream::StreamExt;
    use tonic::Code;

    use super::super::room::Room;
    use super::*;
    use crate::access::Caller;

    const SOON: Duration = Duration::from_secs(5);
    const UNREAD: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn what_nobody_takes_is_given_up_and_its_room_given_back() {
        let room = Arc::new(Room::new(20));
        let held = room.take(&Caller::Local, 10).await;
        let mut answer = Outgoing::new(vec![1, 2, 3], Some(held), UNREAD, Counted::default());
        assert_eq!(answer.next().await.unwrap().unwrap(), 1);
        // The caller has no more room: this waits until the answer is given up.
        timeout(SOON, room.take(&Caller::Local, 10)).await.expect("the room is given back");
        let last = answer.next().await.unwrap().unwrap_err();
        assert_eq!(last.code(), Code::Aborted);
        assert!(answer.next().await.is_none());
    }

    #[tokio::test]
    async fn what_is_taken_slowly_is_not_given_up_and_what_is_taken_holds_nothing() {
        let room = Arc::new(Room::new(20));
        let held = room.take(&Caller::Local, 10).await;
        let parts: Vec<u32> = (0..10).collect();
        let mut answer = Outgoing::new(parts.clone(), Some(held), SOON, Counted::default());
        let mut taken = Vec::new();
        for _ in &parts {
            taken.push(answer.next().await.unwrap().unwrap());
            sleep(Duration::from_millis(2)).await;
        }
        assert_eq!(taken, parts);
        let room = timeout(Duration::ZERO, room.take(&Caller::Local, 10)).await;
        assert!(room.is_ok(), "nothing is left to be held");
        assert!(answer.next().await.is_none());
    }
}
