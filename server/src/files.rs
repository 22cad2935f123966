//! The deliveries folder on disk.
//!
//! Nothing outside the folder is read: links are not followed out of it. What is no ordinary file
//! (a pipe would hold the rebuild for ever) and what is too large is refused with a reason.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use terning::cause::of_io;
use terning_engine::delivery::{Store, limits};

/// How many folders lie inside each other: `reference/kodelister/ydelser.csv` is two deep.
const DEEPEST: usize = 4;

/// A folder of deliveries, as it was when it was opened.
#[derive(Clone, Debug)]
pub struct FolderStore {
    root: PathBuf,
    paths: Vec<String>,
}

impl FolderStore {
    /// Opens a folder and lists its files.
    ///
    /// # Errors
    /// It is no folder, or it or a folder in it cannot be read.
    pub fn open(folder: &Path) -> anyhow::Result<FolderStore> {
        let root = folder.canonicalize();
        let root = root.with_context(|| {
            format!("mappen med leverancer, {}, findes ikke eller kan ikke læses", folder.display())
        })?;
        if !root.is_dir() {
            bail!(
                "{} er ikke en mappe; --deliveries skal være mappen med leverancer",
                root.display()
            );
        }
        let mut paths = Vec::new();
        list(&root, "", 0, &mut paths)?;
        paths.sort();
        Ok(FolderStore { root, paths })
    }
}

impl Store for FolderStore {
    fn list(&self) -> Vec<String> {
        self.paths.clone()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let found = self.file(path);
        Ok(Box::new(found.map_err(|error| io::Error::new(error.kind(), of_io(&error)))?))
    }
}

impl FolderStore {
    /// A file, and no more of it than can be a delivery.
    fn file(&self, path: &str) -> io::Result<io::Take<File>> {
        let path = self.root.join(path).canonicalize()?;
        if !path.starts_with(&self.root) {
            return Err(io::Error::other("den er en henvisning ud af mappen med leverancer"));
        }
        let found = fs::metadata(&path)?;
        if !found.is_file() {
            return Err(io::Error::other("den er ikke en almindelig fil"));
        }
        if found.len() > limits::FILE_BYTES {
            let reason = format!("den fylder mere end {} byte", limits::FILE_BYTES);
            return Err(io::Error::other(reason));
        }
        // One that grows meanwhile is read as far as whoever reads can see that.
        Ok(File::open(&path)?.take(limits::FILE_BYTES + 1))
    }
}

/// Lists a folder. A link to a folder is listed as if it were a file, so that it is noticed.
fn list(folder: &Path, prefix: &str, depth: usize, paths: &mut Vec<String>) -> anyhow::Result<()> {
    let unreadable = || format!("mappen {} kan ikke læses", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().with_context(unreadable)?.is_dir() && depth < DEEPEST {
            list(&entry.path(), &format!("{path}/"), depth + 1, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_are_listed_sorted_with_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["reference/kodelister/x.csv", "2026-09/b.csv", "2026-09/a.csv"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "indhold").unwrap();
        }
        let store = FolderStore::open(folder.path()).unwrap();
        assert_eq!(store.list(), ["2026-09/a.csv", "2026-09/b.csv", "reference/kodelister/x.csv"]);
        assert_eq!(store.read("2026-09/a.csv").unwrap(), b"indhold");
    }

    #[test]
    fn nothing_outside_the_folder_is_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("hemmelig.csv"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        symlink(outside.path().join("hemmelig.csv"), folder.path().join("a.csv")).unwrap();
        symlink(outside.path(), folder.path().join("2026-09")).unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        assert_eq!(store.list(), ["2026-09", "a.csv"]);
        for path in ["a.csv", "2026-09", "2026-09/hemmelig.csv", "../a.csv", "/etc/passwd"] {
            assert!(store.read(path).is_err(), "{path}");
        }
        let gone = store.read("b.csv").unwrap_err();
        assert_eq!(
            (gone.kind(), gone.to_string().as_str()),
            (io::ErrorKind::NotFound, "den findes ikke")
        );
    }

    #[test]
    fn a_missing_folder_and_a_file_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("mangler");
        assert!(FolderStore::open(&missing).unwrap_err().to_string().contains("mangler"));
        fs::write(&missing, "").unwrap();
        assert!(FolderStore::open(&missing).unwrap_err().to_string().contains("ikke en mappe"));
    }
}
