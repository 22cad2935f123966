//! `[load]`: how much the service takes on at a time, and how much one question may take.

use std::time::Duration;

use terning_engine::query::Limits;

use super::read::Section;

/// How much the service takes on, and how much one question may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Questions that are answered at a time.
    pub places: usize,
    /// The same of one caller.
    pub places_each: usize,
    /// Questions that wait for a place.
    pub queue: usize,
    /// The same of one caller.
    pub queue_each: usize,
    /// The longest that a question may take, waiting included, whatever the caller allows.
    pub longest: Duration,
    /// How large an answer may become, and what is held while it is worked out.
    pub limits: Limits,
    /// Bytes of answers that are on their way to whoever asked; of one caller half of that.
    pub sending: usize,
    /// How long nothing of an answer may be taken before it is given up.
    pub unread: Duration,
    /// Connections that are open at a time.
    pub connections: usize,
    /// How long questions that are being answered may go on after the service was told to stop.
    pub drain: Duration,
}

/// Questions that may wait, and of one caller.
const QUEUE: (u32, u32) = (512, 128);
/// Seconds of a question.
const SECONDS: u32 = 30;
/// Mebibytes of answers on their way.
const SENDING: u32 = 1024;
/// Seconds in which nothing of an answer is taken.
const UNREAD: u32 = 30;
/// Connections at a time: half of the files that a process may have open where nobody says otherwise.
const CONNECTIONS: u32 = 512;
/// Seconds that the service stays after it was told to stop.
const DRAIN: u32 = 5;
/// The most of anything that is counted.
const MOST: u32 = 1_000_000;

impl Default for Load {
    /// Two places per core: one that counts, one that waits for memory. One of them is never a
    /// single caller's.
    fn default() -> Load {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Load {
            places: 2 * cores,
            places_each: (2 * cores - 1).max(1),
            queue: QUEUE.0 as usize,
            queue_each: QUEUE.1 as usize,
            longest: Duration::from_secs(SECONDS.into()),
            limits: Limits::default(),
            sending: (SENDING as usize) << 20,
            unread: Duration::from_secs(UNREAD.into()),
            connections: CONNECTIONS as usize,
            drain: Duration::from_secs(DRAIN.into()),
        }
    }
}

/// Reads the section.
pub(super) fn read(top: &mut Section<'_, '_>) -> Load {
    let mut section = top.section("load");
    let usual = Load::default();
    let places = section.count_or("places", 1..=1024, usual.places as u32) as usize;
    let each = places.saturating_sub(1).max(1) as u32;
    let places_each = section.count_or("places_each", 1..=places as u32, each) as usize;
    let queue = section.count_or("queue", 0..=MOST, QUEUE.0) as usize;
    let queue_each =
        section.count_or("queue_each", 0..=queue as u32, QUEUE.1.min(queue as u32)) as usize;
    let seconds = section.count_or("seconds", 1..=3600, SECONDS);
    let memory = section.count_or("memory", 16..=MOST, (Limits::MEMORY >> 20) as u32);
    let limits = Limits::within((memory as usize) << 20);
    let cells = section.count_or("cells", 1..=u32::MAX, limits.cells as u32) as usize;
    let sending = section.count_or("sending", 2..=MOST, SENDING) as usize;
    let unread = section.count_or("unread", 1..=3600, UNREAD);
    let connections = section.count_or("connections", 1..=MOST, CONNECTIONS) as usize;
    let drain = section.count_or("drain", 0..=3600, DRAIN);
    section.end();
    Load {
        places,
        places_each,
        queue,
        queue_each,
        longest: Duration::from_secs(seconds.into()),
        limits: Limits { cells: cells.min(limits.cells), ..limits },
        sending: sending << 20,
        unread: Duration::from_secs(unread.into()),
        connections,
        drain: Duration::from_secs(drain.into()),
    }
}
