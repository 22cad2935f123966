//! The message of a call on its way in: it is read for a while only, up to the size that its call may
//! have, and what is held of it is counted until the call is answered.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body as Raw, BodyDataStream};
use tokio::time::{Sleep, sleep};
use tokio_stream::Stream;
use tonic::body::Body;
use tonic::{Code, Status};

use super::status;
use super::work::Held;

/// How long a message may be on its way.
const ON_ITS_WAY: Duration = Duration::from_secs(30);
/// Bytes that stand around a message.
const AROUND: usize = 64;

/// The room of a message, which grows as the message comes; none where nobody is counted.
pub(super) type Growing = Arc<Mutex<Option<Held>>>;

/// The bytes of a message as they come.
struct Arriving<S> {
    bytes: S,
    /// How many more may come.
    left: usize,
    /// Until when.
    until: Pin<Box<Sleep>>,
    room: Growing,
}

/// A message of a call that may be so large.
pub(super) fn arriving(body: Body, largest: usize, room: Growing) -> Body {
    within(body, largest, room, ON_ITS_WAY)
}

fn within(body: Body, largest: usize, room: Growing, time: Duration) -> Body {
    let bytes: BodyDataStream = Raw::new(body).into_data_stream();
    let until = Box::pin(sleep(time));
    let left = largest.saturating_add(AROUND);
    Body::new(Raw::from_stream(Arriving { bytes, left, until, room }))
}

impl<S> Arriving<S> {
    /// Counts what has come.
    fn take(&mut self, count: usize) -> Result<(), Status> {
        self.left = self.left.checked_sub(count).ok_or_else(too_large)?;
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        match room.as_mut().is_none_or(|held| held.grow(count)) {
            true => Ok(()),
            false => Err(no_room()),
        }
    }
}

impl<B, E, S> Stream for Arriving<S>
where
    B: AsRef<[u8]>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
    S: Stream<Item = Result<B, E>> + Unpin,
{
    type Item = Result<B, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(next) = Pin::new(&mut self.bytes).poll_next(context) {
            let Some(next) = next else { return Poll::Ready(None) };
            let taken = next.map_err(|error| Status::from_error(error.into()));
            let taken = taken.and_then(|bytes| self.take(bytes.as_ref().len()).map(|()| bytes));
            return Poll::Ready(Some(taken));
        }
        ready!(self.until.as_mut().poll(context));
        Poll::Ready(Some(Err(too_slow())))
    }
}

fn too_large() -> Status {
    let message = "det, der blev sendt, er for stort til kaldet";
    status::plain(Code::ResourceExhausted, "TOO_LARGE", message, "spørg om mindre ad gangen")
}

fn too_slow() -> Status {
    let message = "spørgsmålet kom ikke frem i tide";
    status::plain(Code::DeadlineExceeded, "TIME_IS_UP", message, "send det hele på én gang")
}

/// The refusal of a message for which there is no room.
pub(super) fn no_room() -> Status {
    status::busy("serveren har for mange spørgsmål liggende", Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt;

    use super::super::work::Room;
    use super::*;
    use crate::access::Caller;

    /// What is read of a message until it ends or is refused.
    async fn read(body: Body) -> Result<usize, Code> {
        let mut bytes = Raw::new(body).into_data_stream();
        let mut count = 0;
        while let Some(next) = bytes.next().await {
            count += next.map_err(|error| Status::from_error(Box::new(error)).code())?.len();
        }
        Ok(count)
    }

    fn parts(count: usize) -> impl Stream<Item = Result<Vec<u8>, Status>> + Send + 'static {
        tokio_stream::iter((0..count).map(|_| Ok(vec![b'x'; 100])))
    }

    fn message(count: usize) -> Body {
        Body::new(Raw::from_stream(parts(count)))
    }

    #[tokio::test]
    async fn a_message_is_read_up_to_its_size_and_not_for_ever() {
        let uncounted = Growing::default;
        assert_eq!(read(arriving(message(3), 300, uncounted())).await, Ok(300));
        let refused = read(arriving(message(4), 300, uncounted())).await;
        assert_eq!(refused, Err(Code::ResourceExhausted));
        let slow = Body::new(Raw::from_stream(parts(1).chain(tokio_stream::pending())));
        let refused = read(within(slow, 300, uncounted(), Duration::from_millis(20))).await;
        assert_eq!(refused, Err(Code::DeadlineExceeded));
    }

    #[tokio::test]
    async fn what_has_come_takes_room_until_the_call_is_answered() {
        let rooms = Arc::new(Room::new(1000));
        let begin = || Arc::new(Mutex::new(rooms.take_now(&Caller::Local, 0)));
        let first = begin();
        assert_eq!(read(arriving(message(4), 1000, Arc::clone(&first))).await, Ok(400));
        let refused = read(arriving(message(2), 1000, begin())).await;
        assert_eq!(refused, Err(Code::ResourceExhausted), "a caller has half of the room");
        drop(first);
        assert_eq!(read(arriving(message(2), 1000, begin())).await, Ok(200));
    }
}
