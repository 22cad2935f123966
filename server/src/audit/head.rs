//! The head of the log: how many lines there are and the hash of the last, sealed with the key, so
//! that a tail that was cut off shows.
//!
//! It is a file of its own, a line for each group that was written; the last that is whole counts.
//! It follows the log: what it tells of is in the log for certain, and after a crash the log may have
//! more.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::chain::Link;
use super::key::Key;
use crate::disk::{Disk, DiskError, DiskFile};

/// How long it may be behind on the disk: a crash of the program loses nothing of it, one of the
/// machine this much.
pub(super) const BEHIND: Duration = Duration::from_secs(1);
/// Bytes from which it is written anew.
const LARGEST: u64 = 256 << 10;

/// A line of it.
#[derive(Serialize, Deserialize)]
struct Sealed {
    lines: u64,
    hash: String,
    seal: String,
}

impl Sealed {
    fn of(link: &Link, key: &Key) -> Sealed {
        Sealed { lines: link.seq, hash: link.hash.clone(), seal: key.seal(link.seq, &link.hash) }
    }

    fn line(&self) -> io::Result<String> {
        Ok(format!("{}\n", serde_json::to_string(self)?))
    }
}

/// Where it lies.
fn file(folder: &Path) -> PathBuf {
    folder.join("head")
}

/// What it says; `None` where there is nothing that the key has sealed.
///
/// # Errors
/// It cannot be read.
pub(super) fn read(folder: &Path, key: &Key) -> io::Result<Option<Link>> {
    let bytes = match fs::read(file(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes?,
    };
    let lines = bytes.split(|byte| *byte == b'\n').rev();
    let mut sealed = lines.filter_map(|line| serde_json::from_slice::<Sealed>(line).ok());
    let whole = sealed.find(|sealed| key.seal(sealed.lines, &sealed.hash) == sealed.seal);
    Ok(whole.map(|sealed| Link { seq: sealed.lines, hash: sealed.hash }))
}

/// The head while it is written.
pub(super) struct Head {
    disk: Disk,
    path: PathBuf,
    key: Key,
    file: Option<DiskFile>,
    bytes: u64,
    /// Since when it is ahead of the disk.
    since: Option<Instant>,
}

impl Head {
    /// The head of a log in a folder.
    pub fn new(disk: Disk, folder: &Path, key: Key) -> Head {
        Head { disk, path: file(folder), key, file: None, bytes: 0, since: None }
    }

    /// Writes the last line of the log.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn put(&mut self, link: &Link) -> io::Result<()> {
        let line = Sealed::of(link, &self.key).line()?;
        let written = match self.file.as_mut().filter(|_| self.bytes < LARGEST) {
            Some(file) => file.write_all(line.as_bytes()),
            None => self.anew(&line),
        };
        if written.is_err() {
            self.file = None;
            return written;
        }
        self.bytes += line.len() as u64;
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Replaces it whole.
    fn anew(&mut self, line: &str) -> io::Result<()> {
        self.file = None;
        self.disk.replace(&self.path, line.as_bytes())?;
        self.file = Some(self.disk.append(&self.path)?);
        self.bytes = 0;
        Ok(())
    }

    /// Whether it is ahead of the disk.
    pub fn is_ahead(&self) -> bool {
        self.since.is_some()
    }

    /// Brings the disk up to it where it was ahead for long, or `now`.
    ///
    /// # Errors
    /// The disk does not say that it has it.
    pub fn settle(&mut self, now: bool) -> Result<(), DiskError> {
        if self.since.is_some_and(|since| now || since.elapsed() >= BEHIND) {
            self.since = None;
            if let Some(file) = &mut self.file {
                let synced = file.sync();
                if synced.is_err() {
                    self.file = None;
                }
                return synced;
            }
        }
        Ok(())
    }
}
