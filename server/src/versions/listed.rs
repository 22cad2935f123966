//! Versions as they are listed: their manifests are read again only when a file is another.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::unread::Stamps;
use super::{Manifest, State, VersionName};

/// A version as it is listed.
pub struct Listed {
    /// The name.
    pub name: VersionName,
    /// What it is made from, or why it cannot be asked.
    pub manifest: Result<Arc<Manifest>, String>,
    /// What it is to those who ask.
    pub state: State,
    /// What its files take on the disk.
    pub bytes: u64,
}

/// Manifests, with what their files were when they were read.
type Read = BTreeMap<VersionName, (Stamps, Arc<Manifest>)>;

/// Manifests that were read. Whoever watches the service asks every few seconds for all of them, and
/// each is hashed when it is read.
#[derive(Default)]
pub(super) struct Manifests(Mutex<Read>);

impl Manifests {
    /// The manifest of a version.
    ///
    /// # Errors
    /// As [`Manifest::read`].
    pub(super) fn read(&self, name: VersionName, folder: &Path) -> Result<Arc<Manifest>, String> {
        let stamps = Stamps::of(folder);
        let known = self.with(|read| read.get(&name).cloned());
        if let Some((_, manifest)) = known.filter(|(known, _)| *known == stamps) {
            return Ok(manifest);
        }
        let manifest = Arc::new(Manifest::read(folder)?);
        self.with(|read| read.insert(name, (stamps, Arc::clone(&manifest))));
        Ok(manifest)
    }

    /// Forgets all but those of the versions that there are.
    pub(super) fn keep(&self, names: &[VersionName]) {
        self.with(|read| read.retain(|name, _| names.contains(name)));
    }

    /// A lock whose holder panicked still holds whole values.
    fn with<T>(&self, work: impl FnOnce(&mut Read) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::MANIFEST;
    use super::*;

    #[test]
    fn a_manifest_is_read_once_until_its_file_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, name) = (folder.path(), VersionName::parse("2026-10.1").unwrap());
        let write = |name| {
            fs::write(folder.join("new"), Manifest::new(name).to_text().unwrap()).unwrap();
            fs::rename(folder.join("new"), folder.join(MANIFEST)).unwrap();
        };
        write(name);
        let read = Manifests::default();
        let first = read.read(name, folder).unwrap();
        assert!(Arc::ptr_eq(&first, &read.read(name, folder).unwrap()));
        fs::write(folder.join("new"), "ingen manifest").unwrap();
        fs::rename(folder.join("new"), folder.join(MANIFEST)).unwrap();
        assert!(read.read(name, folder).is_err(), "damage is seen");
        write(name);
        assert!(!Arc::ptr_eq(&first, &read.read(name, folder).unwrap()));
        read.keep(&[]);
        assert!(read.with(|read| read.is_empty()));
    }
}
