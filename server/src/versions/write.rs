//! Writes a version beside the others, and makes it the one that is asked.
//!
//! Files are written in a folder that no reader looks at, flushed, and the folder is renamed into
//! place; then `CURRENT` is replaced the same way. A power cut leaves the old version or the new
//! one, never half of either.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cube_schema::day::Month;
use rustix::fs::{FlockOperation, flock};

use super::remove::removed;
use super::{Current, MANIFEST, Manifest, VersionName, check_folder, folder, names};
use crate::disk::{Access, Disk, DiskError, DiskFile};

/// The right to write versions in a data folder: one program has it at a time.
pub struct Lock {
    data: PathBuf,
    disk: Disk,
    /// Given up when it is closed.
    _file: File,
}

impl Lock {
    /// The data folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// What it lies on.
    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Takes it, before any work is done, and clears away what a rebuild that was killed left.
    ///
    /// # Errors
    /// The data folder cannot be written, others may write it, or another rebuild is running.
    pub fn take(disk: &Disk, data: &Path) -> anyhow::Result<Lock> {
        disk.make_folder(data)?;
        let path = data.join(".lock");
        drop(disk.append(&path)?);
        let file = File::open(&path)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!("en anden genopbygning er i gang i {}; vent, til den er færdig", data.display());
        }
        let versions = folder(data);
        disk.make_folder(&versions)?;
        check_folder(data)?;
        remove_leftovers(disk, &versions)?;
        Ok(Lock { data: data.to_owned(), disk: disk.clone(), _file: file })
    }
}

/// A version that is being written. Dropped unpublished, it leaves nothing behind.
pub struct Draft {
    folder: PathBuf,
    name: VersionName,
    published: bool,
    /// Held so that two rebuilds cannot take the same name.
    lock: Lock,
}

impl Draft {
    /// Begins the next version of an as-of month.
    ///
    /// # Errors
    /// The data folder cannot be written, or another rebuild is running.
    pub fn begin(disk: &Disk, data: &Path, month: Month) -> anyhow::Result<Draft> {
        Draft::locked(Lock::take(disk, data)?, month)
    }

    /// The same by whoever has the lock already.
    ///
    /// # Errors
    /// The data folder cannot be written.
    pub fn locked(lock: Lock, month: Month) -> anyhow::Result<Draft> {
        let given = names(&lock.data)?.into_iter().chain(removed(&lock.data));
        let last = given.filter(|name| name.month == month).map(|name| name.serial).max();
        let name = VersionName { month, serial: last.unwrap_or_default() + 1 };
        let folder = draft_folder(&lock.data, name);
        lock.disk.make_folder(&folder)?;
        Ok(Draft { folder, name, published: false, lock })
    }

    /// The name that the version will have.
    #[must_use]
    pub fn name(&self) -> VersionName {
        self.name
    }

    /// Where a file of the version lies until it is published, for whoever reads it back.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Begins a file of the version. Whoever writes it syncs it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self, name: &str) -> Result<DiskFile, DiskError> {
        self.lock.disk.create(&self.file(name), Access::Own)
    }

    /// Writes a file of the version, by a writer that fills it, and syncs it.
    ///
    /// # Errors
    /// It cannot be written, or the writer fails.
    pub fn write(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let mut file = io::BufWriter::new(self.create(name)?);
        fill(&mut file)?;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(file.sync()?)
    }

    /// Puts the version in place, and, where it is to be used, makes it the one that is asked. All
    /// of its files are synced already.
    ///
    /// # Errors
    /// Something cannot be written. The versions before stay as they were; only where the last step
    /// of all fails, that `CURRENT` is certain to be on the disk, may the new version be asked.
    pub fn publish(mut self, manifest: &Manifest, in_use: bool) -> anyhow::Result<VersionName> {
        let text = manifest.to_text()?;
        self.write(MANIFEST, |file| file.write_all(text.as_bytes()))?;
        let Lock { disk, data, .. } = &self.lock;
        disk.sync_folder(&self.folder)?;
        let (versions, placed) = (folder(data), folder(data).join(self.name.to_string()));
        disk.rename(&self.folder, &placed)?;
        if let Err(uncertain) = disk.sync_folder(&versions) {
            // Taken back: a version that may be gone after a power cut is none.
            self.published = disk.rename(&placed, &self.folder).is_err();
            return Err(uncertain.into());
        }
        self.published = true;
        if in_use {
            let name = self.name;
            Current::write(disk, data, name).with_context(|| {
                format!(
                    "version {name} er bygget, og måske ikke taget i brug (terning-server activate)"
                )
            })?;
        }
        Ok(self.name)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let _ = self.lock.disk.remove_folder(&self.folder);
        }
    }
}

/// What the folders of drafts end with.
const DRAFT: &str = "tmp";

/// The folder of a version that is none: not yet, or not any more. No reader looks at it.
pub(super) fn draft_folder(data: &Path, name: VersionName) -> PathBuf {
    folder(data).join(format!(".{name}.{DRAFT}"))
}

/// Drafts of rebuilds that were killed, and versions that were removed only half.
pub(super) fn remove_leftovers(disk: &Disk, versions: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(versions)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == DRAFT) {
            disk.remove_folder(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::current;

    fn write(data: &Path) -> VersionName {
        let draft = Draft::begin(&Disk::real(), data, Month::new(2026, 10)).unwrap();
        draft.write("x", |file| file.write_all(b"y")).unwrap();
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
        let draft = Draft::begin(&Disk::real(), data.path(), Month::new(2026, 10)).unwrap();
        assert!(Draft::begin(&Disk::real(), data.path(), Month::new(2026, 10)).is_err());
        drop(draft);
        assert!(names(data.path()).unwrap().is_empty());
        assert_eq!(write(data.path()).to_string(), "2026-10.1");
    }
}
