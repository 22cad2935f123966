//! The room for messages on their way: how many bytes of them may be held, together and of one
//! caller, so that what is held stays bounded whatever clients do. An answer waits until there is room
//! for it, in the order in which answers came; a question for which there is none is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use tokio::sync::Notify;

use crate::access::Caller;

/// The part of the room that one caller may have: a half, so that it never has all of it.
const EACH: u64 = 2;

/// Room for messages.
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
    /// Who waits, in the order they came, and for how many bytes.
    waiting: BTreeMap<u64, (Caller, u64)>,
    last: u64,
}

/// The room of a message; given back when it is dropped.
pub struct Held {
    room: Arc<Room>,
    caller: Caller,
    bytes: u64,
}

/// Somebody who waits, until this is dropped.
struct Waiting<'a> {
    room: &'a Room,
    number: u64,
}

impl Room {
    /// Room for so many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Room {
        Room { bytes: bytes as u64, held: Mutex::default(), freed: Notify::new() }
    }

    /// Room for an answer of so many bytes, as soon as there is some. One that is larger than what a
    /// caller may have takes all of that. Nobody is passed by who came later, but where the half of
    /// who waits is taken by itself.
    pub async fn take(self: &Arc<Room>, caller: &Caller, bytes: usize) -> Held {
        let bytes = (bytes as u64).min(self.each());
        let number = self.taken().join(caller, bytes);
        let _waiting = Waiting { room: self, number };
        loop {
            let freed = self.freed.notified();
            if self.taken().take_in_turn(number, self.bounds()) {
                return Held { room: Arc::clone(self), caller: caller.clone(), bytes };
            }
            freed.await;
        }
    }

    /// Room for so many bytes at once, if there is some.
    #[must_use]
    pub fn take_now(self: &Arc<Room>, caller: &Caller, bytes: usize) -> Option<Held> {
        let bytes = bytes as u64;
        let taken = self.taken().take(caller, bytes, self.bounds());
        taken.then(|| Held { room: Arc::clone(self), caller: caller.clone(), bytes })
    }

    fn each(&self) -> u64 {
        self.bytes / EACH
    }

    /// What all may have, and one caller.
    fn bounds(&self) -> (u64, u64) {
        (self.bytes, self.each())
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Takes so many bytes more, if there is room for them.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        let taken = self.room.taken().take(&self.caller, bytes, self.room.bounds());
        self.bytes += if taken { bytes } else { 0 };
        taken
    }
}

impl Taken {
    fn of(&self, caller: &Caller) -> u64 {
        self.of.get(caller).copied().unwrap_or(0)
    }

    /// Takes room if there is some, within what all and a caller may have.
    fn take(&mut self, caller: &Caller, bytes: u64, (all, each): (u64, u64)) -> bool {
        let own = self.of(caller);
        let fits = self.all + bytes <= all && own + bytes <= each;
        if fits && bytes > 0 {
            self.all += bytes;
            self.of.insert(caller.clone(), own + bytes);
        }
        fits
    }

    fn join(&mut self, caller: &Caller, bytes: u64) -> u64 {
        self.last += 1;
        self.waiting.insert(self.last, (caller.clone(), bytes));
        self.last
    }

    /// Takes room for one who waits, if it is its turn: nobody waits longer of the same caller, or for
    /// nothing but the room of all.
    fn take_in_turn(&mut self, number: u64, bounds: (u64, u64)) -> bool {
        let Some((caller, bytes)) = self.waiting.get(&number).cloned() else { return false };
        let is_before =
            |(other, bytes): &(Caller, u64)| *other == caller || self.of(other) + bytes <= bounds.1;
        if self.waiting.range(..number).any(|(_, before)| is_before(before)) {
            return false;
        }
        self.take(&caller, bytes, bounds)
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

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.room.taken().waiting.remove(&self.number);
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

    #[tokio::test]
    async fn a_large_answer_is_not_passed_by_small_ones_of_others() {
        let room = Arc::new(Room::new(100));
        let first = has(&room, "a", 50).await.unwrap();
        let second = has(&room, "b", 30).await.unwrap();
        let (own, asker) = (Arc::clone(&room), caller("c"));
        let large = tokio::spawn(async move { own.take(&asker, 50).await });
        let (own, asker) = (Arc::clone(&room), caller("a"));
        let of_full = tokio::spawn(async move { own.take(&asker, 10).await });
        while room.taken().waiting.len() < 2 {
            tokio::task::yield_now().await;
        }
        assert!(has(&room, "d", 10).await.is_none(), "there is room, and the large one is before");
        drop(second);
        let large = timeout(Duration::from_secs(5), large).await.unwrap().unwrap();
        drop(large);
        assert!(has(&room, "d", 10).await.is_some(), "who waits for itself lets others pass");
        drop(first);
        timeout(Duration::from_secs(5), of_full).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_grows_does_so_while_there_is_room() {
        let room = Arc::new(Room::new(100));
        let mut held = room.take_now(&caller("a"), 0).unwrap();
        assert!(held.grow(30) && !held.grow(30) && held.grow(20));
        assert!(room.take_now(&caller("a"), 1).is_none());
        drop(held);
        assert!(room.taken().of.is_empty() && room.taken().all == 0);
    }
}
