//! Where a log goes on after a restart: behind its last line.
//!
//! A crash can leave half a line, or worse, of calls that nobody was answered on. Where that lies
//! behind the last line that the head tells of, it is set aside in a file of its own, and the log says
//! so. Lines that the head tells of were certain: where one of them is missing or changed, that is
//! damage. Then nothing is moved or cut, and the log says that too.

use std::fs;
use std::path::Path;

use super::chain::{Line, Link};
use super::entry::Entry;
use super::files::{self, LogFile};
use super::head;
use super::key::Key;
use crate::disk::{Access, Disk};

/// What notes say.
pub(super) mod reason {
    /// What a crash had left behind the last whole line was set aside.
    pub const TORN: &str = "torn";
    /// Lines are there that the head did not tell of yet.
    pub const ADOPTED: &str = "adopted";
    /// Lines that the head tells of are missing or changed.
    pub const DAMAGED: &str = "damaged";
    /// There are lines, and no head that the key has sealed.
    pub const HEAD_MISSING: &str = "head_missing";
    /// There is a key, and neither a line nor a head: the log that it was made for is gone.
    pub const ANEW: &str = "anew";
    /// Lines could not be written, and their calls were not answered. Where they could not be cut off
    /// again either, the file that they stand in is named.
    pub const UNWRITTEN: &str = "unwritten";
    /// Calls of somebody that showed nothing, and have no lines of their own, with whom they named.
    pub const LEFT_OUT: &str = "left_out";
    /// The service began to write.
    pub const STARTED: &str = "started";
    /// The service ended.
    pub const STOPPED: &str = "stopped";
}

/// Where a log goes on.
pub(super) struct Recovered {
    /// Its last line.
    pub end: Link,
    /// What there is to say of it.
    pub notes: Vec<Entry>,
}

/// Finds where a log goes on, and sets aside what cannot stay.
///
/// # Errors
/// It cannot be read, or what cannot stay not be set aside.
pub(super) fn recover(disk: &Disk, folder: &Path, key: &Key) -> anyhow::Result<Recovered> {
    let head = head::read(folder, key)?;
    let certain = head.as_ref().map_or(0, |head| head.seq);
    let mut notes = Vec::new();
    let mut walked = Walked::default();
    for file in files::all(folder)?.iter().rev() {
        walked = walk(file, key, certain)?;
        if let Some(from) = walked.torn_from {
            notes.push(set_aside(disk, folder, file, from, &walked.last)?);
        }
        if walked.last.is_some() || walked.damaged > 0 {
            break;
        }
        disk.remove_file(&file.path)?;
        disk.sync_folder(folder)?;
    }
    notes.reverse();
    if walked.damaged > 0 {
        notes.push(Entry::note(reason::DAMAGED, walked.damaged));
    }
    let Some(mut end) = walked.last else { return Ok(without_lines(head, notes)) };
    match head {
        None => notes.push(Entry::note(reason::HEAD_MISSING, end.seq)),
        Some(head) if head.seq > end.seq => {
            notes.push(Entry::note(reason::DAMAGED, head.seq - end.seq));
            end = head;
        }
        Some(head) if head.seq < end.seq => {
            notes.push(Entry::note(reason::ADOPTED, end.seq - head.seq));
        }
        Some(head) if head != end => notes.push(Entry::note(reason::DAMAGED, 1)),
        Some(_) => {}
    }
    Ok(Recovered { end, notes })
}

/// A log that has no line. One that was begun has a head from before its key had a name.
fn without_lines(head: Option<Link>, mut notes: Vec<Entry>) -> Recovered {
    match &head {
        None => notes.push(Entry::note(reason::ANEW, 0)),
        Some(head) if head.seq > 0 => notes.push(Entry::note(reason::DAMAGED, head.seq)),
        Some(_) => {}
    }
    Recovered { end: head.unwrap_or_default(), notes }
}

/// A file up to its last line, or to what a crash has left.
#[derive(Default)]
struct Walked {
    /// The last whole line.
    last: Option<Link>,
    /// Where what a crash has left begins.
    torn_from: Option<u64>,
    /// Places before that where lines are missing or changed.
    damaged: u64,
}

/// Reads a file of which the lines up to the number `certain` must be there.
fn walk(file: &LogFile, key: &Key, certain: u64) -> std::io::Result<Walked> {
    let mut walked = Walked::default();
    let mut seq = file.first.saturating_sub(1);
    for raw in file.lines()? {
        let raw = raw?;
        let read = Line::read(key, &raw.bytes).ok().filter(|line| raw.ends && line.seq > seq);
        let follows = |line: &Line| match &walked.last {
            Some(last) => last.holds(line),
            None => line.seq == seq + 1,
        };
        let is_next = read.as_ref().is_some_and(follows);
        if !is_next && seq >= certain {
            walked.torn_from = Some(raw.at);
            break;
        }
        walked.damaged += u64::from(!is_next);
        if let Some(line) = read {
            seq = line.seq;
            walked.last = Some(line.link());
        }
    }
    Ok(walked)
}

/// Moves the end of a file to one of its own.
fn set_aside(
    disk: &Disk,
    folder: &Path,
    file: &LogFile,
    from: u64,
    last: &Option<Link>,
) -> anyhow::Result<Entry> {
    let bytes = fs::read(&file.path)?;
    let torn = &bytes[usize::try_from(from)?..];
    let next = last.as_ref().map_or(file.first, |last| last.seq + 1);
    let mut name = format!("{}{next:012}", files::TORN);
    while folder.join(&name).exists() {
        name.push('+');
    }
    disk.write(&folder.join(&name), Access::Own, torn)?;
    disk.sync_folder(folder)?;
    let mut open = disk.append(&file.path)?;
    open.cut(from)?;
    open.sync()?;
    Ok(Entry { file: name, ..Entry::note(reason::TORN, torn.len() as u64) })
}
