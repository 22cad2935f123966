//! The disk that a data folder lies on: everything that is written there goes through here.
//!
//! There is one small set of operations ([`Operations`]), so that a test can record them, replay any
//! beginning of them as a power cut would leave it, and let any one of them fail. What is put
//! together of them – a file that is replaced whole, a folder that is removed with what is in it –
//! stands here, and every error says what could not be done, where, why, and what to do.
//!
//! Reading needs nothing of this: what is read is checked, and a version never changes.

mod error;
mod operations;

pub use error::{DiskError, Doing};
pub use operations::{Access, OpenFile, Operations, RealDisk};

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// So much of a file is written before it is brought to the disk. A file system may bring what is written
/// of all files with the next sync of any, and the access log, for whose syncs answers about persons
/// wait, would wait for a whole snapshot. With a fourth of it a snapshot takes longer.
const AT_ONCE_BYTES: usize = 16 << 20;

/// A disk.
#[derive(Clone, Debug)]
pub struct Disk(Arc<dyn Operations>);

impl Disk {
    /// The disk of the machine.
    #[must_use]
    pub fn real() -> Disk {
        Disk(Arc::new(RealDisk))
    }

    /// A disk that does its operations in a way of its own: for tests.
    #[must_use]
    pub fn new(operations: Arc<dyn Operations>) -> Disk {
        Disk(operations)
    }

    /// Makes a folder for its owner only, with the folders that it lies in, each of which the disk
    /// then knows of. One that is there stays as it is.
    ///
    /// # Errors
    /// It cannot be made, or the disk does not say that it knows of it; then it is not there.
    pub fn make_folder(&self, path: &Path) -> Result<(), DiskError> {
        if path.is_dir() {
            return Ok(());
        }
        let above = above(path);
        self.make_folder(above)?;
        let made = self.0.create_folder(path);
        made.map_err(|error| DiskError::new(Doing::Make, path, error))?;
        let known = self.sync_folder(above);
        if known.is_err() {
            let _ = self.0.remove_folder(path);
        }
        known
    }

    /// Begins a new file. What an interrupted program left under its name is removed first.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self, path: &Path, access: Access) -> Result<DiskFile, DiskError> {
        if path.symlink_metadata().is_ok() {
            self.remove_file(path)?;
        }
        let file = self.0.create(path, access);
        let file = file.map_err(|error| DiskError::new(Doing::Make, path, error))?;
        Ok(DiskFile { path: path.to_owned(), file, unsynced: 0 })
    }

    /// Opens a file to write at its end; one that is missing is made, for its owner only. Whoever
    /// wants it to be found after a power cut syncs the folder too.
    ///
    /// # Errors
    /// It cannot be opened or made.
    pub fn append(&self, path: &Path) -> Result<DiskFile, DiskError> {
        let file = self.0.append(path);
        let file = file.map_err(|error| DiskError::new(Doing::Write, path, error))?;
        Ok(DiskFile { path: path.to_owned(), file, unsynced: 0 })
    }

    /// Gives a file or folder another name, in the place of a file that has it. After a power cut
    /// it has the one name or the other; which one is settled by [`Disk::sync_folder`].
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        self.0.rename(from, to).map_err(|error| DiskError::new(Doing::Place, to, error))
    }

    /// Waits until the names in a folder are on the disk.
    ///
    /// # Errors
    /// The disk does not say so.
    pub fn sync_folder(&self, path: &Path) -> Result<(), DiskError> {
        self.0.sync_folder(path).map_err(|error| DiskError::new(Doing::Sync, path, error))
    }

    /// Removes a file.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove_file(&self, path: &Path) -> Result<(), DiskError> {
        self.0.remove_file(path).map_err(|error| DiskError::new(Doing::Remove, path, error))
    }

    /// Removes a folder with everything in it.
    ///
    /// # Errors
    /// Something of it cannot be read or removed.
    pub fn remove_folder(&self, path: &Path) -> Result<(), DiskError> {
        let failed = |error| DiskError::new(Doing::Remove, path, error);
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_type().map_err(failed)?.is_dir() {
                self.remove_folder(&entry.path())?;
            } else {
                self.remove_file(&entry.path())?;
            }
        }
        self.0.remove_folder(path).map_err(failed)
    }

    /// Writes a file whole or not at all, in the place of what had its name: under another name
    /// first, until all of it is on the disk.
    ///
    /// # Errors
    /// It cannot be written, and what had its name is as it was; or the disk does not say that it
    /// knows of the new one, and after a power cut there is either.
    pub fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.tmp"));
        self.write(&temporary, Access::Own, bytes)?;
        self.rename(&temporary, path)?;
        self.sync_folder(above(path))
    }

    /// Writes a new file and waits until its bytes are on the disk; its name need not be.
    ///
    /// # Errors
    /// It cannot be written; what was written of it is removed if it can be.
    pub fn write(&self, path: &Path, access: Access, bytes: &[u8]) -> Result<(), DiskError> {
        let mut file = self.create(path, access)?;
        let failed = |error| DiskError::new(Doing::Write, path, error);
        let written = file.file.write_all(bytes).map_err(failed).and_then(|()| file.sync());
        if written.is_err() {
            let _ = self.remove_file(path);
        }
        written
    }
}

/// The folder that a path lies in.
fn above(path: &Path) -> &Path {
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    }
}

/// A file that is being written. Nothing is certain of it before [`DiskFile::sync`].
pub struct DiskFile {
    path: PathBuf,
    file: Box<dyn OpenFile>,
    /// Bytes that were written since the last sync.
    unsynced: usize,
}

impl DiskFile {
    /// Waits until all that was written is on the disk.
    ///
    /// # Errors
    /// The disk does not say so. What was written is then as good as lost: whether it is there
    /// cannot be learned by asking again.
    pub fn sync(&mut self) -> Result<(), DiskError> {
        self.file.sync().map_err(|error| DiskError::new(Doing::Sync, &self.path, error))?;
        self.unsynced = 0;
        Ok(())
    }

    /// Cuts the file to so many bytes.
    ///
    /// # Errors
    /// It cannot be cut.
    pub fn cut(&mut self, bytes: u64) -> Result<(), DiskError> {
        self.file.cut(bytes).map_err(|error| DiskError::new(Doing::Cut, &self.path, error))
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.unsynced == AT_ONCE_BYTES {
            self.sync()?;
        }
        let bytes = &bytes[..bytes.len().min(AT_ONCE_BYTES - self.unsynced)];
        let written = self.file.write(bytes);
        let written = written.map_err(|error| DiskError::new(Doing::Write, &self.path, error))?;
        self.unsynced += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Mutex;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn folders_and_files_are_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let (disk, deep) = (Disk::real(), folder.path().join("a/b"));
        disk.make_folder(&deep).unwrap();
        disk.make_folder(&deep).unwrap();
        disk.write(&deep.join("x"), Access::Own, b"1").unwrap();
        disk.write(&deep.join("y"), Access::ReadOnly, b"2").unwrap();
        assert_eq!(
            (mode(&deep), mode(&deep.join("x")), mode(&deep.join("y"))),
            (0o700, 0o600, 0o400)
        );
        disk.write(&deep.join("y"), Access::ReadOnly, b"3").unwrap();
        assert_eq!(fs::read(deep.join("y")).unwrap(), b"3", "a leftover is no hindrance");
        disk.remove_folder(&folder.path().join("a")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_is_replaced_whole_and_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let (disk, path) = (Disk::real(), folder.path().join("x"));
        disk.replace(&path, b"long before").unwrap();
        disk.replace(&path, b"after").unwrap();
        let mut file = disk.append(&path).unwrap();
        file.write_all(b"wards, cut").unwrap();
        file.cut(10).unwrap();
        file.sync().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"afterwards");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// Bytes that were written, and 0 for a sync; the second sync fails.
    struct Noted(Arc<Mutex<Vec<usize>>>);

    impl Write for Noted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl OpenFile for Noted {
        fn sync(&mut self) -> io::Result<()> {
            let mut noted = self.0.lock().unwrap();
            let is_first = !noted.contains(&0);
            noted.push(0);
            if is_first { Ok(()) } else { Err(io::Error::other("x")) }
        }

        fn cut(&mut self, _: u64) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_large_file_is_brought_to_the_disk_in_parts_and_what_fails_is_a_sync() {
        let noted = Arc::new(Mutex::new(Vec::new()));
        let file = Box::new(Noted(Arc::clone(&noted)));
        let mut file = DiskFile { path: "x".into(), file, unsynced: 0 };
        let bytes = vec![0; AT_ONCE_BYTES + 1];
        file.write_all(&bytes).unwrap();
        file.write_all(&bytes[..AT_ONCE_BYTES - 1]).unwrap();
        let parts = [AT_ONCE_BYTES, 0, 1, AT_ONCE_BYTES - 1];
        assert_eq!(*noted.lock().unwrap(), parts);
        let failed = file.write_all(&bytes).unwrap_err().to_string();
        assert!(failed.contains("kan ikke gemmes på disken"), "{failed}");
        assert_eq!(noted.lock().unwrap().len(), parts.len() + 1, "nothing behind it is written");
    }

    #[test]
    fn an_error_says_what_where_why_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("mangler/x");
        let said = Disk::real().write(&missing, Access::Own, b"").unwrap_err().to_string();
        assert!(said.contains("mangler/x kan ikke laves: mappen findes ikke; "), "{said}");
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let said = DiskError::new(Doing::Write, &missing, full()).to_string();
        assert!(
            said.ends_with("x kan ikke skrives: disken er fuld; gør plads, og prøv igen"),
            "{said}"
        );
        let wrapped = io::Error::from(DiskError::new(Doing::Write, &missing, full()));
        assert_eq!((wrapped.kind(), wrapped.to_string()), (io::ErrorKind::StorageFull, said));
    }
}
