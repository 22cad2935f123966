//! The head of the log: how many lines there are and the hash of the last, sealed with the key, so
//! that a tail that was cut off shows.
//!
//! It is a file of its own with the newest record alone: no older one is left that a cut log could be
//! made to agree with. It follows the log by [`BEHIND`]: what it tells of is in the log for
//! certain, and after a crash the log may have more. Where it cannot be written for longer than [`LATE`]
//! nobody is answered until it can.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::chain::Link;
use super::key::Key;
use crate::disk::Disk;

/// How long it may be behind the log.
pub(super) const BEHIND: Duration = Duration::from_secs(1);
/// How long it may be behind before nobody is answered.
pub(super) const LATE: Duration = Duration::from_secs(5);

/// What stands in it.
#[derive(Serialize, Deserialize)]
struct Sealed {
    lines: u64,
    hash: String,
    seal: String,
}

/// Where it lies.
fn file(folder: &Path) -> PathBuf {
    folder.join("head")
}

/// What it says; `None` where there is nothing, or not what the key has sealed.
///
/// # Errors
/// It cannot be read.
pub(super) fn read(folder: &Path, key: &Key) -> io::Result<Option<Link>> {
    let bytes = match fs::read(file(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes?,
    };
    let sealed = serde_json::from_slice::<Sealed>(&bytes).ok();
    let whole = sealed.filter(|sealed| key.seal(sealed.lines, &sealed.hash) == sealed.seal);
    Ok(whole.map(|sealed| Link { seq: sealed.lines, hash: sealed.hash }))
}

/// The head while it is written.
pub(super) struct Head {
    disk: Disk,
    path: PathBuf,
    key: Key,
    /// What it is to say.
    next: Option<Next>,
}

/// What a head does not say yet.
struct Next {
    link: Link,
    /// Since when it is behind.
    since: Instant,
    /// When it was written last in vain; before that, since when it is behind.
    tried: Instant,
}

impl Head {
    /// The head of a log in a folder.
    pub fn new(disk: Disk, folder: &Path, key: Key) -> Head {
        Head { disk, path: file(folder), key, next: None }
    }

    /// Takes the last line of the log, to be written when it is time.
    pub fn put(&mut self, link: &Link) {
        let link = link.clone();
        self.next = Some(match self.next.take() {
            Some(next) => Next { link, ..next },
            None => {
                let now = Instant::now();
                Next { link, since: now, tried: now }
            }
        });
    }

    /// Since when it is behind the log; nothing where it is not.
    pub fn behind_since(&self) -> Option<Instant> {
        self.next.as_ref().map(|next| next.since)
    }

    /// Writes it where it was behind for long, or `now`. Where that fails it is tried again later.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn settle(&mut self, now: bool) -> io::Result<()> {
        let Some(Next { link, tried, .. }) = &mut self.next else { return Ok(()) };
        if !now && tried.elapsed() < BEHIND {
            return Ok(());
        }
        let seal = self.key.seal(link.seq, &link.hash);
        let sealed = Sealed { lines: link.seq, hash: link.hash.clone(), seal };
        *tried = Instant::now();
        self.disk.replace(&self.path, serde_json::to_string(&sealed)?.as_bytes())?;
        self.next = None;
        Ok(())
    }
}
