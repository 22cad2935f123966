//! Versions that could not be opened, and how long that is believed.
//!
//! What files hold is believed until one of them is another. An error of the machine (too many open
//! files, no memory, a disk that does not answer) says nothing about them, and passes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use terning::cause::of_io;

use super::{CUBES, MANIFEST, VersionName};

/// How long after an error that passes a version is looked at again.
const AGAIN: Duration = Duration::from_secs(10);

/// Why a version could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// In one Danish sentence that users may read: it names no folder.
    pub problem: String,
    /// Whether it may be opened later though nobody has changed it.
    pub passes: bool,
}

impl Unread {
    /// Of what a file holds.
    pub(super) fn damaged(problem: String) -> Unread {
        Unread { problem, passes: false }
    }

    /// Of a file that could not be read.
    pub(super) fn file(what: &str, error: &Error) -> Unread {
        use ErrorKind::{InvalidData, InvalidInput, NotFound, UnexpectedEof};
        // A file that is gone, is no text, or holds nothing that can be mapped.
        let passes = !matches!(error.kind(), NotFound | InvalidData | InvalidInput | UnexpectedEof);
        Unread { problem: format!("{what}: {}", of_io(error)), passes }
    }
}

/// By what it is known that a file is another than before: inode, length, and when it and its name
/// were last changed.
type Stamp = Option<[i64; 6]>;

/// What a version's folder and its files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamps([Stamp; 3]);

impl Stamps {
    /// Of a version's folder, as it is now.
    pub(super) fn of(folder: &Path) -> Stamps {
        let paths = [folder.to_owned(), folder.join(MANIFEST), folder.join(CUBES)];
        Stamps(paths.map(|path| {
            let found = fs::metadata(path).ok()?;
            let (inode, length) = (found.ino().cast_signed(), found.size().cast_signed());
            let written = [found.mtime(), found.mtime_nsec()];
            Some([inode, length, written[0], written[1], found.ctime(), found.ctime_nsec()])
        }))
    }
}

struct Mark {
    unread: Unread,
    stamps: Stamps,
    at: Instant,
}

/// The versions that could not be opened.
#[derive(Default)]
pub(super) struct Marks(Mutex<BTreeMap<VersionName, Mark>>);

impl Marks {
    /// Why a version cannot be opened, where that is still believed.
    pub(super) fn find(&self, name: VersionName, folder: &Path) -> Option<Unread> {
        let marks = self.marks();
        let mark = marks.get(&name)?;
        let is_old = mark.unread.passes && mark.at.elapsed() >= AGAIN;
        (!is_old && mark.stamps == Stamps::of(folder)).then(|| mark.unread.clone())
    }

    /// Why a version is damaged, where it is still as it was found.
    pub(super) fn damaged(&self, name: VersionName, folder: &Path) -> Option<String> {
        self.find(name, folder).filter(|unread| !unread.passes).map(|unread| unread.problem)
    }

    /// Notes that a version could not be opened, and what its files were before that was tried. Says
    /// whether this was not known.
    pub(super) fn note(&self, name: VersionName, stamps: Stamps, unread: Unread) -> bool {
        let mark = Mark { unread, stamps, at: Instant::now() };
        let mut marks = self.marks();
        let is_known = marks.get(&name).is_some_and(|before| before.unread == mark.unread);
        marks.insert(name, mark);
        !is_known
    }

    /// A version was opened.
    pub(super) fn clear(&self, name: VersionName) {
        self.marks().remove(&name);
    }

    /// A lock whose holder panicked still holds whole values.
    fn marks(&self) -> MutexGuard<'_, BTreeMap<VersionName, Mark>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> VersionName {
        VersionName::parse("2026-10.1").unwrap()
    }

    #[test]
    fn damage_is_believed_until_a_file_is_another() {
        let (folder, marks) = (tempfile::tempdir().unwrap(), Marks::default());
        let folder = folder.path();
        fs::write(folder.join(CUBES), "x").unwrap();
        let damaged = Unread::damaged("skadet".to_owned());
        assert!(marks.note(name(), Stamps::of(folder), damaged.clone()));
        assert!(!marks.note(name(), Stamps::of(folder), damaged), "that is known");
        assert_eq!(marks.damaged(name(), folder).as_deref(), Some("skadet"));
        fs::write(folder.join("new"), "y").unwrap();
        fs::rename(folder.join("new"), folder.join(CUBES)).unwrap();
        assert_eq!(marks.find(name(), folder), None);
    }

    #[test]
    fn an_error_of_the_machine_is_no_damage_and_passes() {
        let (folder, marks) = (tempfile::tempdir().unwrap(), Marks::default());
        let folder = folder.path();
        // "Too many open files" of Linux.
        let unread = Unread::file(CUBES, &Error::from_raw_os_error(24));
        marks.note(name(), Stamps::of(folder), unread.clone());
        assert_eq!(marks.find(name(), folder), Some(unread), "it is not tried all the time");
        assert_eq!(marks.damaged(name(), folder), None);
        let long_ago = Instant::now().checked_sub(AGAIN).unwrap();
        marks.marks().get_mut(&name()).unwrap().at = long_ago;
        assert_eq!(marks.find(name(), folder), None);
        assert!(!Unread::file(CUBES, &ErrorKind::NotFound.into()).passes, "a lost file is damage");
    }
}
