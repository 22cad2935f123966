//! Writes a version beside the others, and makes it the one that is asked.
//!
//! Files are written in a folder that no reader looks at, flushed, and the folder is renamed into
//! place; then `CURRENT` is replaced the same way. A power cut leaves the old version or the new
//! one, never half of either.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cube_schema::day::Month;
use rustix::fs::{FlockOperation, flock};

use super::remove::removed;
use super::{MANIFEST, Manifest, VersionName, current_file, folder, names};

/// The right to write versions in a data folder: one program has it at a time.
pub struct Lock {
    data: PathBuf,
    /// Given up when it is closed.
    _file: File,
}

impl Lock {
    /// Takes it, before any work is done.
    ///
    /// # Errors
    /// The data folder cannot be written, or another rebuild is running.
    pub fn take(data: &Path) -> anyhow::Result<Lock> {
        let failed = || format!("datamappen {} kan ikke skrives", data.display());
        fs::create_dir_all(data).with_context(failed)?;
        let file = File::create(data.join(".lock")).with_context(failed)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!("en anden genopbygning er i gang i {}; vent, til den er færdig", data.display());
        }
        Ok(Lock { data: data.to_owned(), _file: file })
    }
}

/// A version that is being written. Dropped unpublished, it leaves nothing behind.
pub struct Draft {
    data: PathBuf,
    folder: PathBuf,
    name: VersionName,
    published: bool,
    /// Held so that two rebuilds cannot take the same name.
    _lock: Lock,
}

impl Draft {
    /// Begins the next version of an as-of month.
    ///
    /// # Errors
    /// The data folder cannot be written, or another rebuild is running.
    pub fn begin(data: &Path, month: Month) -> anyhow::Result<Draft> {
        Draft::locked(Lock::take(data)?, month)
    }

    /// The same by whoever has the lock already.
    ///
    /// # Errors
    /// The data folder cannot be written.
    pub fn locked(lock: Lock, month: Month) -> anyhow::Result<Draft> {
        let data = lock.data.clone();
        let versions = folder(&data);
        let failed = || format!("datamappen {} kan ikke skrives", data.display());
        private_folder().recursive(true).create(&versions).with_context(failed)?;
        remove_leftovers(&versions)?;
        let given = names(&data)?.into_iter().chain(removed(&data));
        let last = given.filter(|name| name.month == month).map(|name| name.serial).max();
        let name = VersionName { month, serial: last.unwrap_or_default() + 1 };
        let folder = versions.join(format!(".{name}.tmp"));
        private_folder().create(&folder).with_context(failed)?;
        Ok(Draft { data, folder, name, published: false, _lock: lock })
    }

    /// The name that the version will have.
    #[must_use]
    pub fn name(&self) -> VersionName {
        self.name
    }

    /// Where a file of the version is to be written.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Flushes all files, puts the version in place, and, where it is to be used, makes it the one
    /// that is asked.
    ///
    /// # Errors
    /// A file cannot be written or flushed; the versions before stay as they were.
    pub fn publish(mut self, manifest: &Manifest, in_use: bool) -> anyhow::Result<VersionName> {
        let mut text = serde_json::to_string_pretty(manifest)?;
        text.push('\n');
        fs::write(self.file(MANIFEST), text)?;
        for entry in fs::read_dir(&self.folder)? {
            flush(&entry?.path())?;
        }
        flush(&self.folder)?;
        let versions = folder(&self.data);
        fs::rename(&self.folder, versions.join(self.name.to_string()))?;
        self.published = true;
        flush(&versions)?;
        if in_use {
            make_current(&self.data, self.name)?;
        }
        Ok(self.name)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Makes a version the one that is asked when none is named.
pub(super) fn make_current(data: &Path, name: VersionName) -> anyhow::Result<()> {
    write_whole(&current_file(data), &format!("{name}\n"))
}

/// Writes a small file in the place of the one of its name: a power cut leaves the old or the new one.
pub(super) fn write_whole(path: &Path, text: &str) -> anyhow::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    let mut file = File::create(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    path.parent().map_or(Ok(()), flush)
}

/// Drafts of rebuilds that were killed, and versions that were removed only half.
pub(super) fn remove_leftovers(versions: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(versions)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tmp") {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

/// Waits until a file or folder is on the disk.
pub(super) fn flush(path: &Path) -> anyhow::Result<()> {
    let flushed = File::open(path).and_then(|file| file.sync_all());
    flushed.with_context(|| format!("{} kunne ikke skrives til disken", path.display()))
}

/// A folder that nobody else may look into.
pub(super) fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::current;

    fn write(data: &Path) -> VersionName {
        let draft = Draft::begin(data, Month::new(2026, 10)).unwrap();
        fs::write(draft.file("x"), "y").unwrap();
        let manifest = Manifest::new(draft.name());
        draft.publish(&manifest, true).unwrap()
    }

    #[test]
    fn versions_are_numbered_within_their_month_and_the_newest_is_current() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(write(data.path()).to_string(), "2026-10.1");
        assert_eq!(write(data.path()).to_string(), "2026-10.2");
        assert_eq!(current(data.path()), VersionName::parse("2026-10.2"));
        assert_eq!(names(data.path()).unwrap().len(), 2);
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_nothing_and_two_cannot_run() {
        let data = tempfile::tempdir().unwrap();
        let draft = Draft::begin(data.path(), Month::new(2026, 10)).unwrap();
        assert!(Draft::begin(data.path(), Month::new(2026, 10)).is_err());
        drop(draft);
        assert!(names(data.path()).unwrap().is_empty());
        assert_eq!(write(data.path()).to_string(), "2026-10.1");
    }
}
