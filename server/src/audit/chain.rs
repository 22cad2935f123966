//! How a line hangs on the one before.

use std::io;

use serde::Deserialize;

use super::entry::Entry;
use super::files::LONGEST_LINE;
use super::key::Key;

/// What the first line hangs on.
const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// What stands between the rest of a line and its own hash.
const HASH: &str = ",\"hash\":\"";
/// What a line ends with, behind its hash.
const END: &str = "\"}";
/// Digits of a hash.
const DIGITS: usize = 64;

/// The last line of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number; 0 is before the first.
    pub seq: u64,
    /// Its hash, which nobody can make without the key.
    pub hash: String,
}

/// A line that is whole in itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// Its number, from 1.
    pub seq: u64,
    /// When it was written, RFC 3339.
    pub time: String,
    /// The hash of the line before.
    pub prev: String,
    /// Its own hash.
    pub hash: String,
    /// What it tells.
    #[serde(flatten)]
    pub entry: Entry,
}

/// What is wrong with a line by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is not written as lines are.
    #[error("linjen er ikke skrevet, som linjer i loggen er")]
    Shape,
    /// It is not what its hash was made of.
    #[error("linjen er ændret")]
    Changed,
}

impl Default for Link {
    fn default() -> Link {
        Link { seq: 0, hash: START.to_owned() }
    }
}

impl Link {
    /// Hangs a line on this one, which becomes the last; its text, with the line feed.
    ///
    /// # Errors
    /// It cannot be written as JSON, or is longer than lines are read.
    pub fn hang(&mut self, key: &Key, time: &str, entry: &Entry) -> io::Result<String> {
        let (seq, told) = (self.seq + 1, serde_json::to_string(entry)?);
        let told = &told[1..told.len() - 1];
        let mut line =
            format!("{{\"seq\":{seq},\"time\":\"{time}\",{told},\"prev\":\"{}\"", self.hash);
        let hash = key.line(line.as_bytes());
        line.push_str(HASH);
        line.push_str(&hash);
        line.push_str(END);
        line.push('\n');
        if line.len() > LONGEST_LINE {
            return Err(io::Error::other("linjen er for lang"));
        }
        *self = Link { seq, hash };
        Ok(line)
    }

    /// Whether a line hangs on this one.
    #[must_use]
    pub fn holds(&self, line: &Line) -> bool {
        line.seq == self.seq + 1 && line.prev == self.hash
    }
}

impl Line {
    /// Reads a line without its line feed.
    ///
    /// # Errors
    /// It is no line, or not one that this key has made.
    pub fn read(key: &Key, bytes: &[u8]) -> Result<Line, Broken> {
        let end = HASH.len() + DIGITS + END.len();
        let (told, last) =
            bytes.split_at_checked(bytes.len().wrapping_sub(end)).ok_or(Broken::Shape)?;
        let line: Line = serde_json::from_slice(bytes).map_err(|_| Broken::Shape)?;
        let expected = format!("{HASH}{}{END}", key.line(told));
        if last != expected.as_bytes() {
            return Err(Broken::Changed);
        }
        Ok(line)
    }

    /// Where it is in the chain.
    #[must_use]
    pub fn link(&self) -> Link {
        Link { seq: self.seq, hash: self.hash.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Kind, Question};

    fn entry() -> Entry {
        let question = Question { axes: vec![vec!["Tid.År".to_owned()]], ..Question::default() };
        Entry { call: "Query".to_owned(), question: Some(question), ..Entry::default() }
    }

    #[test]
    fn lines_are_read_as_they_were_written_and_hang_on_each_other() {
        let (key, mut end) = (Key::of(&[1; 32]), Link::default());
        let first = end.hang(&key, "2026-11-23T00:00:00Z", &entry()).unwrap();
        let before = end.clone();
        let second = end.hang(&key, "2026-11-23T00:00:01Z", &Entry::note("x", 3)).unwrap();
        let read = |text: &str| Line::read(&key, text.trim_end().as_bytes()).unwrap();
        assert_eq!((read(&first).seq, read(&first).entry), (1, entry()));
        assert_eq!((read(&second).link(), read(&second).entry.kind), (end, Kind::Note));
        assert!(Link::default().holds(&read(&first)) && before.holds(&read(&second)));
        assert!(!Link::default().holds(&read(&second)));
    }

    #[test]
    fn a_change_of_any_byte_is_found() {
        let key = Key::of(&[1; 32]);
        let line = Link::default().hang(&key, "2026-11-23T00:00:00Z", &entry()).unwrap();
        let bytes = line.trim_end().as_bytes();
        for at in 0..bytes.len() {
            for flip in [1, 0x20, 0x80] {
                let mut changed = bytes.to_vec();
                changed[at] ^= flip;
                assert!(Line::read(&key, &changed).is_err(), "byte {at} of {line}");
            }
            assert!(Line::read(&key, &bytes[..at]).is_err());
        }
        assert!(Line::read(&key, bytes).is_ok());
        assert!(matches!(Line::read(&Key::of(&[2; 32]), bytes), Err(Broken::Changed)));
    }
}
