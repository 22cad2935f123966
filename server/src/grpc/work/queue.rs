//! Who is let at a place next.
//!
//! Every caller has a line of its own, and the lines are served in turn: whoever asks much waits for
//! itself. What would wait in vain is refused at once: a line that is full, all lines together, or
//! a wait that is longer than the caller has time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hashbrown::HashMap;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::access::Caller;

/// The part of the mean that the newest question has.
const NEWEST: f64 = 1.0 / 16.0;
/// What a refused caller is told to wait, at least and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(30));
/// The same where what takes the places takes minutes.
pub const LONG_RETRY: Duration = RETRY.1;

/// How many questions are answered at a time, and how many may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Questions that are answered at a time.
    pub places: usize,
    /// The same of one caller.
    pub places_each: usize,
    /// Questions that wait.
    pub waiting: usize,
    /// The same of one caller.
    pub waiting_each: usize,
}

/// Why a question is not taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// As many wait as may.
    Full(Duration),
    /// It would be its turn too late.
    Late(Duration),
}

/// The places, and who waits for one.
pub struct Queue {
    bounds: Bounds,
    state: Mutex<State>,
}

struct State {
    free: usize,
    /// Places whose holders have stepped aside.
    aside: usize,
    held: HashMap<Caller, usize>,
    /// The lines that somebody waits in, the next to be served first.
    lines: VecDeque<Line>,
    waiting: usize,
    /// When a place was given or came back.
    moved: Instant,
    /// Seconds that a place is held, of late.
    mean: f64,
    last: u64,
}

struct Line {
    caller: Caller,
    waiters: VecDeque<Waiter>,
}

struct Waiter {
    number: u64,
    give: oneshot::Sender<Place>,
}

/// A place where a question is answered; given back when it is dropped.
pub struct Place {
    queue: Arc<Queue>,
    caller: Caller,
    since: Instant,
    is_aside: bool,
}

/// Takes a waiter out of its line when nobody waits any more.
struct Waiting<'a> {
    queue: &'a Queue,
    number: u64,
}

// The lines.

impl Queue {
    /// The places, all of them free.
    #[must_use]
    pub fn new(bounds: Bounds) -> Queue {
        let free = bounds.places;
        let (held, lines) = (HashMap::new(), VecDeque::new());
        let state = Mutex::new(State {
            free,
            aside: 0,
            held,
            lines,
            waiting: 0,
            moved: Instant::now(),
            mean: 0.0,
            last: 0,
        });
        Queue { bounds, state }
    }

    /// A place for a question of a caller, when it is its turn.
    ///
    /// # Errors
    /// It would wait in vain; that is said at once.
    pub async fn place(
        self: &Arc<Queue>,
        caller: &Caller,
        until: Instant,
    ) -> Result<Place, Refused> {
        let (given, _waiting) = {
            let mut state = self.state();
            if state.is_served(caller, &self.bounds) {
                return Ok(state.serve(self, caller));
            }
            state.check(caller, &self.bounds, until)?;
            let (number, given) = state.join(caller);
            (given, Waiting { queue: self, number })
        };
        given.await.map_err(|_| Refused::Full(RETRY.1))
    }

    /// Whether somebody waits, and no place was given or came back for so long.
    #[must_use]
    pub fn is_stuck(&self, time: Duration) -> bool {
        let state = self.state();
        state.waiting > 0 && state.moved.elapsed() > time
    }

    /// How many wait.
    #[cfg(test)]
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// Serves who waits after a change.
    fn serve_after(self: &Arc<Queue>, change: impl FnOnce(&mut State)) {
        // Places are given when the lock is open: one that nobody takes comes back here.
        for (give, place) in self.next(change) {
            drop(give.send(place));
        }
    }

    /// Who is served now that something has changed.
    fn next(
        self: &Arc<Queue>,
        change: impl FnOnce(&mut State),
    ) -> Vec<(oneshot::Sender<Place>, Place)> {
        let mut state = self.state();
        change(&mut state);
        let mut served = Vec::new();
        while let Some((caller, give)) = state.leave(&self.bounds) {
            let place = state.serve(self, &caller);
            served.push((give, place));
        }
        served
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn held(&self, caller: &Caller) -> usize {
        self.held.get(caller).copied().unwrap_or(0)
    }

    /// Whether a place is free for a caller. Where one is, nobody waits who could have it.
    fn is_served(&self, caller: &Caller, bounds: &Bounds) -> bool {
        self.free > 0 && self.held(caller) < bounds.places_each
    }

    fn serve(&mut self, queue: &Arc<Queue>, caller: &Caller) -> Place {
        self.free -= 1;
        self.moved = Instant::now();
        *self.held.entry(caller.clone()).or_default() += 1;
        let (queue, caller) = (Arc::clone(queue), caller.clone());
        Place { queue, caller, since: Instant::now(), is_aside: false }
    }

    /// Frees a place that was held for so long.
    fn release(&mut self, held: Duration) {
        self.free += 1;
        self.moved = Instant::now();
        self.take(held);
    }

    /// Counts a place no longer as a caller's.
    fn forget_held(&mut self, caller: &Caller) {
        if let Some(count) = self.held.get_mut(caller) {
            *count -= 1;
            if *count == 0 {
                self.held.remove(caller);
            }
        }
    }

    /// Takes the time of a question into the mean.
    fn take(&mut self, held: Duration) {
        self.mean += (held.as_secs_f64() - self.mean) * NEWEST;
    }

    fn check(&self, caller: &Caller, bounds: &Bounds, until: Instant) -> Result<(), Refused> {
        let own = self.line(caller).map_or(0, |line| line.waiters.len());
        let wait = self.wait(own, caller, bounds);
        let retry = wait.clamp(RETRY.0, RETRY.1);
        if self.waiting >= bounds.waiting || own >= bounds.waiting_each {
            return Err(Refused::Full(retry));
        }
        match Instant::now() + wait > until {
            true => Err(Refused::Late(retry)),
            false => Ok(()),
        }
    }

    /// How long the last of a line would wait, about: of the other lines as many are served before,
    /// and of its own no more at a time than one caller may have.
    fn wait(&self, own: usize, caller: &Caller, bounds: &Bounds) -> Duration {
        let others = self.lines.iter().filter(|line| line.caller != *caller);
        let before: usize = others.map(|line| line.waiters.len().min(own + 1)).sum();
        let turns = |served: usize, places: usize| served as f64 / places.max(1) as f64;
        let all = turns(before + own + 1, bounds.places);
        let turns = all.max(turns(own + 1, bounds.places_each));
        Duration::try_from_secs_f64(self.mean * turns).unwrap_or(RETRY.1)
    }

    fn line(&self, caller: &Caller) -> Option<&Line> {
        self.lines.iter().find(|line| line.caller == *caller)
    }

    fn join(&mut self, caller: &Caller) -> (u64, oneshot::Receiver<Place>) {
        let (give, given) = oneshot::channel();
        self.last += 1;
        self.waiting += 1;
        let waiter = Waiter { number: self.last, give };
        match self.lines.iter_mut().find(|line| line.caller == *caller) {
            Some(line) => line.waiters.push_back(waiter),
            None => {
                let (caller, waiters) = (caller.clone(), VecDeque::from([waiter]));
                self.lines.push_back(Line { caller, waiters });
            }
        }
        (self.last, given)
    }

    /// Takes the next who can be served out of its line, which then is the last.
    fn leave(&mut self, bounds: &Bounds) -> Option<(Caller, oneshot::Sender<Place>)> {
        let next = self.lines.iter().position(|line| self.is_served(&line.caller, bounds))?;
        let mut line = self.lines.remove(next)?;
        let waiter = line.waiters.pop_front()?;
        let caller = line.caller.clone();
        self.waiting -= 1;
        if !line.waiters.is_empty() {
            self.lines.push_back(line);
        }
        Some((caller, waiter.give))
    }

    fn forget(&mut self, number: u64) {
        for line in &mut self.lines {
            let before = line.waiters.len();
            line.waiters.retain(|waiter| waiter.number != number);
            self.waiting -= before - line.waiters.len();
        }
        self.lines.retain(|line| !line.waiters.is_empty());
    }
}

// What is given back.

impl Place {
    /// Lets others have the place while nothing is done in it. It goes on counting as one of the
    /// caller's, so that a caller has no more of them than it may; and no more holders step aside than
    /// there are places.
    pub fn step_aside(&mut self) {
        let (bounds, held, is_aside) =
            (self.queue.bounds, self.since.elapsed(), &mut self.is_aside);
        self.queue.serve_after(|state| {
            if !*is_aside && state.aside < bounds.places {
                *is_aside = true;
                state.aside += 1;
                state.release(held);
            }
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (caller, held, is_aside) = (&self.caller, self.since.elapsed(), self.is_aside);
        self.queue.serve_after(|state| {
            match is_aside {
                true => state.aside -= 1,
                false => state.release(held),
            }
            state.forget_held(caller);
        });
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.queue.state().forget(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { places: 1, places_each: 1, waiting: 8, waiting_each: 4 };

    fn caller(kommune: &str) -> Caller {
        Caller::Bearer { role: "kommune".to_owned(), parameter: kommune.to_owned() }
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    /// Lets those who came wait in their lines.
    async fn settle() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn lines_are_served_in_turn_and_each_in_its_order() {
        let queue = Arc::new(Queue::new(BOUNDS));
        let first = queue.place(&caller("a"), soon()).await.unwrap();
        let (told, mut served) = tokio::sync::mpsc::unbounded_channel();
        for (name, number) in [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2), ("c", 1)] {
            let (queue, told) = (Arc::clone(&queue), told.clone());
            tokio::spawn(async move {
                let place = queue.place(&caller(name), soon()).await.unwrap();
                told.send((name, number)).unwrap();
                drop(place);
            });
            settle().await;
        }
        assert_eq!(queue.waiting(), 6);
        drop(first);
        let mut order = Vec::new();
        for _ in 0..6 {
            order.push(served.recv().await.unwrap());
        }
        assert_eq!(order, [("a", 1), ("b", 1), ("c", 1), ("a", 2), ("b", 2), ("a", 3)]);
        assert_eq!(queue.waiting(), 0);
    }

    #[tokio::test]
    async fn one_caller_never_holds_more_than_its_own_places() {
        let queue = Arc::new(Queue::new(Bounds { places: 3, places_each: 2, ..BOUNDS }));
        let _held = [
            queue.place(&caller("a"), soon()).await.unwrap(),
            queue.place(&caller("a"), soon()).await.unwrap(),
        ];
        let (own, one) = (Arc::clone(&queue), caller("a"));
        let waiting = tokio::spawn(async move { own.place(&one, soon()).await });
        settle().await;
        assert_eq!(queue.waiting(), 1);
        let other = queue.place(&caller("b"), soon()).await;
        assert!(other.is_ok(), "the third place is another's");
        drop(other);
        settle().await;
        assert!(!waiting.is_finished(), "a free place is not the caller's third");
        waiting.abort();
        settle().await;
        assert_eq!(queue.waiting(), 0);
    }

    #[tokio::test]
    async fn a_full_line_refuses_its_caller_and_full_lines_refuse_everybody() {
        let queue = Arc::new(Queue::new(Bounds { waiting: 5, ..BOUNDS }));
        let _held = queue.place(&caller("a"), soon()).await.unwrap();
        let wait = |name| {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move { queue.place(&caller(name), soon()).await.map(drop) })
        };
        let waiting: Vec<_> = (0..4).map(|_| wait("a")).collect();
        settle().await;
        let refused = |name| {
            let queue = Arc::clone(&queue);
            async move {
                let before = queue.waiting();
                let asker = caller(name);
                let asked = queue.place(&asker, soon());
                // Without any time to wait: what is not there when it is first looked at is late.
                let told = tokio::time::timeout(Duration::ZERO, asked).await;
                let refused = told.expect("refused at once").err();
                assert_eq!(queue.waiting(), before, "who is refused does not wait");
                matches!(refused, Some(Refused::Full(_)))
            }
        };
        assert!(refused("a").await);
        let last = wait("b");
        settle().await;
        assert!(refused("c").await && queue.waiting() == 5);
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
        settle().await;
        assert_eq!(queue.waiting(), 1, "who goes away leaves its line");
        last.abort();
    }

    #[tokio::test]
    async fn a_wait_that_is_longer_than_the_time_there_is_is_refused_before_it() {
        let queue = Arc::new(Queue::new(BOUNDS));
        queue.state().take(Duration::from_secs(32));
        let _held = queue.place(&caller("a"), soon()).await.unwrap();
        let second = Instant::now() + Duration::from_secs(1);
        let refused = queue.place(&caller("b"), second).await.err();
        let Some(Refused::Late(retry)) = refused else { panic!("{refused:?}") };
        assert!((1.9..2.1).contains(&retry.as_secs_f64()), "{retry:?}");
        assert_eq!(queue.waiting(), 0);
    }

    #[tokio::test]
    async fn who_may_have_few_places_waits_for_those_though_there_are_many() {
        let queue = Arc::new(Queue::new(Bounds { places: 4, places_each: 1, ..BOUNDS }));
        queue.state().take(Duration::from_secs(32));
        let _held = queue.place(&caller("a"), soon()).await.unwrap();
        // The mean is two seconds: four places would take half a second for it.
        let second = Instant::now() + Duration::from_secs(1);
        let refused = queue.place(&caller("a"), second).await.err();
        assert!(matches!(refused, Some(Refused::Late(_))), "{refused:?}");
        assert!(queue.place(&caller("b"), second).await.is_ok());
    }

    #[tokio::test]
    async fn who_steps_aside_lets_others_in_and_not_itself() {
        let queue = Arc::new(Queue::new(BOUNDS));
        let mut aside = queue.place(&caller("a"), soon()).await.unwrap();
        let wait = |name| {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move { queue.place(&caller(name), soon()).await.unwrap() })
        };
        let (own, other) = (wait("a"), wait("b"));
        settle().await;
        assert_eq!(queue.waiting(), 2);
        aside.step_aside();
        let mut second = other.await.unwrap();
        assert!(!own.is_finished(), "the place counts as the caller's");
        second.step_aside();
        let third = wait("c");
        settle().await;
        assert!(!third.is_finished(), "no more step aside than there are places");
        drop(second);
        drop(third.await.unwrap());
        drop(aside);
        drop(own.await.unwrap());
        let state = queue.state();
        assert_eq!((state.free, state.aside), (1, 0));
    }
}
