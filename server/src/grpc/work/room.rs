//! The room for answers on their way: how many bytes of them may wait to be taken, together and of
//! one caller. An answer for which there is no room waits with its place, so that what is held stays
//! bounded whatever clients do.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use tokio::sync::Notify;

use crate::access::Caller;

/// The part of the room that one caller may have: a half, so that it never has all of it.
const EACH: u64 = 2;

/// Room for answers.
pub struct Room {
    bytes: u64,
    held: Mutex<Taken>,
    /// Told when some is given back.
    freed: Notify,
}

#[derive(Default)]
struct Taken {
    all: u64,
    of: HashMap<Caller, u64>,
}

/// The room of an answer; given back when it is dropped.
pub struct Held {
    room: Arc<Room>,
    caller: Caller,
    bytes: u64,
}

impl Room {
    /// Room for so many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Room {
        Room { bytes: bytes as u64, held: Mutex::default(), freed: Notify::new() }
    }

    /// Room for an answer of so many bytes, as soon as there is some. One that is larger than what a
    /// caller may have takes all of that.
    pub async fn take(self: &Arc<Room>, caller: &Caller, bytes: usize) -> Held {
        let bytes = (bytes as u64).min(self.each());
        loop {
            let freed = self.freed.notified();
            if self.taken().take(caller, bytes, (self.bytes, self.each())) {
                return Held { room: Arc::clone(self), caller: caller.clone(), bytes };
            }
            freed.await;
        }
    }

    fn each(&self) -> u64 {
        self.bytes / EACH
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Takes room if there is some, within what all and a caller may have.
    fn take(&mut self, caller: &Caller, bytes: u64, (all, each): (u64, u64)) -> bool {
        let own = self.of.get(caller).copied().unwrap_or(0);
        let fits = self.all + bytes <= all && own + bytes <= each;
        if fits {
            self.all += bytes;
            self.of.insert(caller.clone(), own + bytes);
        }
        fits
    }

    fn give_back(&mut self, caller: &Caller, bytes: u64) {
        self.all -= bytes;
        if let Some(own) = self.of.get_mut(caller) {
            *own -= bytes;
            if *own == 0 {
                self.of.remove(caller);
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.taken().give_back(&self.caller, self.bytes);
        self.room.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn caller(kommune: &str) -> Caller {
        Caller::Bearer { role: "kommune".to_owned(), parameter: kommune.to_owned() }
    }

    /// Whether there is room at once.
    async fn has(room: &Arc<Room>, name: &str, bytes: usize) -> Option<Held> {
        timeout(Duration::ZERO, room.take(&caller(name), bytes)).await.ok()
    }

    #[tokio::test]
    async fn a_caller_has_half_of_the_room_and_all_together_all_of_it() {
        let room = Arc::new(Room::new(100));
        let first = has(&room, "a", 30).await.unwrap();
        assert!(has(&room, "a", 30).await.is_none(), "more than half");
        let large = has(&room, "b", 1000).await.expect("what is larger than half takes half");
        assert!(has(&room, "c", 30).await.is_none(), "more than all");
        let small = has(&room, "c", 20).await.unwrap();
        drop(large);
        assert!(has(&room, "c", 30).await.is_some());
        drop((first, small));
        assert!(room.taken().of.is_empty() && room.taken().all == 0);
    }

    #[tokio::test]
    async fn who_waits_for_room_is_told_when_there_is_some() {
        let room = Arc::new(Room::new(100));
        let first = has(&room, "a", 50).await.unwrap();
        let (own, asker) = (Arc::clone(&room), caller("a"));
        let waiting = tokio::spawn(async move { own.take(&asker, 50).await.bytes });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        assert_eq!(timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap(), 50);
    }
}
