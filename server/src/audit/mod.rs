//! The access log (rule A4): who has seen which person-level data, when, why and by which call.
//!
//! ```text
//! DATA/audit.key                 what personal values are hashed with; readable by its owner only
//! DATA/audit/                    readable by its owner only
//!   log-000000000001.jsonl       lines from number 1 on, until the file is full or the day is over
//!   log-000000004711.jsonl       … and from number 4711 on
//!   head                         how many lines there are and the hash of the last, sealed with the key;
//!                                at most a second behind
//!   torn-000000004712            what a crash left behind the lines that the head told of
//!   lock                         held by the one service that writes
//! ```
//!
//! **A line** is one JSON object. It ends with the hash of the line before (`prev`) and its own
//! (`hash`: HMAC-SHA-256 with the key of all that stands before it), so that nobody makes one without
//! the key, and a missing, changed or moved line shows; a
//! cut tail shows against `head`. `terning-server audit verify` looks at all of it.
//!
//! **An answer waits for its line** to be on the disk. One thread writes; the lines of all calls that
//! wait at that moment are one write and one sync. Where that fails nobody of them is answered.
//! Questions that show no person-level figures are in the same log, and wait for nothing, unless what
//! was to be written last was not: then nobody is answered before something is written again.
//!
//! **What was answered has a line each.** Calls that showed nothing have so many of each caller in a
//! minute; the rest of these are one line with their number and whom they named, so that nobody fills
//! the disk, and nobody asks for somebody without a trace.
//!
//! **No personal value is in it.** What is asked is told from the bound question, and each value of a
//! personal field, asked or shown, is an HMAC-SHA-256 with the key of the data folder, of which 128
//! bits are kept. What whoever asks writes freely is not logged, but for the purpose, in which
//! anything like a personal number is covered.

mod personal;
mod key;
mod entry;
mod chain;
mod files;
mod head;
mod recover;
mod write;
mod refusals;
mod log;
mod visit;
mod verify;
mod search;

pub use entry::{Entry, Kind, Outcome, Question};
pub use key::Key;
pub use log::{Log, Settings, Unlogged};
pub use personal::{is_number, mask, numbers, plain};
pub use search::{Found, Search, Wanted, search};
pub use verify::{Remark, Verified, verify};
pub use visit::{NAMED, TooMany, Visit};

#[cfg(test)]
mod tests;
