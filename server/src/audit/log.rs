//! The log as calls see it: they hand over lines, and wait until these are certain.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::entry::{Entry, Kind};
use super::head::BEHIND;
use super::key::Key;
use super::recover::reason;
use super::refusals::{Refusals, Refused, Told};
use super::write::Writer;
use crate::disk::Disk;

/// Lines of one group, at most.
const GROUP: usize = 4096;
/// Lines that wait to be written before even those wait for it that need not.
const BACKLOG: usize = 10_000;

/// How the log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether there is one.
    pub enabled: bool,
    /// Bytes from which a new file is begun.
    pub largest: u64,
    /// Lines in a minute of one caller's calls that showed nothing; of more only the number is kept, and
    /// whom they named.
    pub refused: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { enabled: true, largest: 64 << 20, refused: 60 }
    }
}

/// A line could not be written; why is in the log of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("adgangsloggen kan ikke skrives")]
pub struct Unlogged;

/// The number of a call's line: 0 until it is written.
pub(super) type Number = AtomicU64;

/// What is handed over: a call's lines, and who waits for them.
struct Order {
    /// That of the call, to which the lines behind its first refer.
    number: Arc<Number>,
    entries: Vec<Entry>,
    reply: Option<oneshot::Sender<Result<(), Unlogged>>>,
}

/// A log that is being written, or none.
#[derive(Clone)]
pub struct Log(Option<Arc<Inner>>);

struct Inner {
    /// Gone when the log is closed.
    orders: Mutex<Option<Sender<Order>>>,
    state: Arc<State>,
    key: Key,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// How it goes with the log.
struct State {
    /// Lines that wait to be written.
    waiting: AtomicUsize,
    /// Whether what was to be written last was not, or the head is behind for long.
    fails: AtomicBool,
    /// Lines that could not be written.
    unwritten: AtomicU64,
    /// Since when the head is behind.
    behind: Mutex<Option<Instant>>,
    /// Calls that showed nothing.
    refusals: Refusals,
}

impl State {
    fn new(settings: Settings) -> State {
        State {
            waiting: AtomicUsize::default(),
            fails: AtomicBool::default(),
            unwritten: AtomicU64::default(),
            behind: Mutex::default(),
            refusals: Refusals::new(settings.refused),
        }
    }

    /// Notes whether so many lines were written.
    fn tell(&self, is_written: bool, lines: usize) {
        self.fails.store(!is_written, Ordering::Release);
        if !is_written {
            self.unwritten.fetch_add(lines as u64, Ordering::Relaxed);
        }
    }

    /// Notes how far the head is.
    fn tell_head(&self, writer: &Writer) {
        *self.behind() = writer.behind_since();
        if writer.is_late() {
            self.tell(false, 0);
        }
    }

    /// A lock whose holder panicked still holds a whole value.
    fn behind(&self) -> MutexGuard<'_, Option<Instant>> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    /// No log: nothing is kept.
    pub const NONE: Log = Log(None);

    /// Goes on with the log of a data folder. Where an older service is ending, this waits for it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open(disk: Disk, data: &Path, settings: Settings) -> anyhow::Result<Log> {
        if !settings.enabled {
            return Ok(Log::NONE);
        }
        let (writer, key) = Writer::open(disk, data, settings.largest)?;
        let (orders, received) = mpsc::channel();
        let state = Arc::new(State::new(settings));
        let own = Arc::clone(&state);
        let thread = std::thread::Builder::new().name("adgangslog".to_owned());
        let thread = thread.spawn(move || run(writer, &received, &own))?;
        Ok(Log(Some(Arc::new(Inner {
            orders: Mutex::new(Some(orders)),
            state,
            key,
            thread: Mutex::new(Some(thread)),
        }))))
    }

    /// What personal values are hashed with; `None` where nothing is kept.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        self.0.as_ref().map(|inner| &inner.key)
    }

    /// Hands over lines of a call. Gives what tells when they are certain.
    pub(super) fn hand_over(
        &self,
        number: &Arc<Number>,
        entries: Vec<Entry>,
    ) -> oneshot::Receiver<Result<(), Unlogged>> {
        let (reply, told) = oneshot::channel();
        self.send(Order { number: Arc::clone(number), entries, reply: Some(reply) });
        told
    }

    /// Hands over lines that nobody waits for. Whether anybody takes them.
    pub(super) fn post(&self, number: &Arc<Number>, entries: Vec<Entry>) -> bool {
        self.send(Order { number: Arc::clone(number), entries, reply: None })
    }

    /// Takes the lines of a call that showed nothing. Whether they are to be written; else it is counted,
    /// and a line with the number comes when the minute is over.
    pub(super) fn take_refused(&self, entries: &[Entry], refused: Refused) -> bool {
        let Some(inner) = &self.0 else { return true };
        let told = inner.state.refusals.take(entries, refused, Instant::now());
        if told == (Told::Counted { is_first: true }) {
            // Whoever writes may sleep: it is to look at the clock from now on.
            self.post(&Arc::default(), Vec::new());
        }
        told == Told::Alone
    }

    /// Whether there is room for whom a call names, should it show nothing.
    pub(super) fn has_room(&self, entry: &Entry, asked: &BTreeSet<String>) -> bool {
        let has_room =
            |inner: &Arc<Inner>| inner.state.refusals.has_room(entry, asked, Instant::now());
        self.0.as_ref().is_none_or(has_room)
    }

    /// Whether everybody waits for their lines: what was to be written last was not, or many wait.
    pub(super) fn is_behind(&self) -> bool {
        self.fails() || self.waiting() > BACKLOG
    }

    /// Whether what was to be written last was not, or the head is behind for long: until something is,
    /// no call is answered.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.0.as_ref().is_some_and(|inner| inner.state.fails.load(Ordering::Acquire))
    }

    /// Lines that wait to be written.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.as_ref().map_or(0, |inner| inner.state.waiting.load(Ordering::Relaxed))
    }

    /// Lines that could not be written since the service began.
    #[must_use]
    pub fn unwritten(&self) -> u64 {
        self.0.as_ref().map_or(0, |inner| inner.state.unwritten.load(Ordering::Relaxed))
    }

    /// How long the head has been behind the lines.
    #[must_use]
    pub fn head_behind(&self) -> Duration {
        let since = |inner: &Inner| *inner.state.behind();
        self.0.as_ref().and_then(|inner| since(inner)).map_or(Duration::ZERO, |at| at.elapsed())
    }

    /// Writes what was handed over, and ends. What is handed over later is lost, and its calls are not
    /// answered.
    pub fn close(&self) {
        let Some(inner) = &self.0 else { return };
        drop(inner.orders.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = inner.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("adgangsloggen endte ikke, som den skulle");
        }
    }

    fn send(&self, order: Order) -> bool {
        let Some(inner) = &self.0 else { return true };
        let orders = inner.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = order.entries.len();
        inner.state.waiting.fetch_add(lines, Ordering::Relaxed);
        // Whoever waits is told by the missing reply.
        let is_taken = orders.as_ref().is_some_and(|orders| orders.send(order).is_ok());
        if !is_taken {
            inner.state.waiting.fetch_sub(lines, Ordering::Relaxed);
            inner.state.tell(false, lines);
        }
        is_taken
    }
}

/// Writes until nobody can hand over anything more. Where the last lines could not be written it is
/// tried again without being asked.
fn run(mut writer: Writer, orders: &Receiver<Order>, state: &State) {
    loop {
        let fails = state.fails.load(Ordering::Acquire);
        let looks = fails || writer.behind_since().is_some() || state.refusals.is_counting();
        let first = match looks {
            true => orders.recv_timeout(BEHIND),
            false => orders.recv().map_err(RecvTimeoutError::from),
        };
        match first {
            Ok(first) => {
                let group = gather(first, orders);
                let lines = group.iter().map(|order| order.entries.len()).sum();
                write(&mut writer, group, state);
                state.waiting.fetch_sub(lines, Ordering::Relaxed);
                writer.settle(false);
            }
            Err(RecvTimeoutError::Timeout) => {
                if fails && writer.write(&[]).is_ok() {
                    state.tell(true, 0);
                }
                writer.settle(true);
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
        write_refusals(&mut writer, state, Some(Instant::now()));
        state.tell_head(&writer);
    }
    write_refusals(&mut writer, state, None);
    let _ = writer.write(&[Entry::note(reason::STOPPED, 0)]);
    writer.settle(true);
}

/// Tells how many calls of each caller have no lines of their own, and whom they named: of the minutes
/// that are over, or of all.
fn write_refusals(writer: &mut Writer, state: &State, now: Option<Instant>) {
    let left_out = state.refusals.end(now);
    if left_out.is_empty() {
        return;
    }
    let mut lines = Vec::new();
    for one in &left_out {
        lines.extend(one.entries(writer.next() + lines.len() as u64));
    }
    let written = writer.write(&lines);
    state.tell(written.is_ok(), 0);
    if let Err(error) = written {
        tracing::error!(%error, "adgangsloggen kan ikke skrives: tallet på afviste kald venter");
        state.refusals.put_back(left_out, Instant::now());
    }
}

/// All that was handed over until now.
fn gather(first: Order, orders: &Receiver<Order>) -> Vec<Order> {
    let mut lines = first.entries.len();
    let mut group = vec![first];
    while lines < GROUP
        && let Ok(next) = orders.try_recv()
    {
        lines += next.entries.len();
        group.push(next);
    }
    group
}

/// Writes a group and tells those who wait.
fn write(writer: &mut Writer, group: Vec<Order>, state: &State) {
    let first = writer.next();
    let (mut entries, mut calls, mut replies) = (Vec::new(), Vec::new(), Vec::new());
    for Order { number, entries: own, reply } in group {
        if own.first().is_some_and(|entry| entry.kind == Kind::Call) {
            number.store(first + entries.len() as u64, Ordering::Relaxed);
            calls.push(Arc::clone(&number));
        }
        let of = number.load(Ordering::Relaxed);
        // What would refer to a line that was never written has shown nothing.
        let is_known = of > 0;
        replies.extend(reply.map(|reply| (reply, is_known)));
        entries.extend(own.into_iter().filter(|_| is_known).map(|entry| match entry.kind {
            Kind::Shown | Kind::Asked | Kind::End => Entry { of: Some(of), ..entry },
            Kind::Call | Kind::Note => entry,
        }));
    }
    let written = writer.write(&entries);
    state.tell(written.is_ok(), entries.len());
    if let Err(error) = &written {
        tracing::error!(%error, "adgangsloggen kan ikke skrives, og kald bliver ikke besvaret");
        calls.iter().for_each(|number| number.store(0, Ordering::Relaxed));
    }
    for (reply, is_known) in replies {
        // Who has gone away is not told.
        let _ = reply.send(if written.is_ok() && is_known { Ok(()) } else { Err(Unlogged) });
    }
}
