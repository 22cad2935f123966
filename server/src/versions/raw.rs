//! The raw files that versions were made from, each stored once by its checksum.
//!
//! ```text
//! DATA/inputs/                readable by its owner only
//!   3f2a…                     the bytes as received, named by their SHA-256; never changed
//! ```
//!
//! A version's manifest says which of them it was made from, and under which paths they came.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use terning_engine::delivery::{Input, Store};

use super::{CubesFile, Manifest};
use crate::disk::{Access, Disk};
use crate::hexadecimal::hexadecimal;

/// A raw file of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawFile {
    /// The path below the deliveries folder under which it came.
    pub path: String,
    /// SHA-256 of its bytes, as small hexadecimal digits.
    pub sha256: String,
    /// The number of bytes.
    pub bytes: u64,
    /// Whether it was set aside (Hold), so that nothing in the version comes from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub set_aside: bool,
}

impl From<&Input> for RawFile {
    fn from(input: &Input) -> RawFile {
        let Input { path, sha256, bytes, set_aside } = input.clone();
        RawFile { path, sha256, bytes, set_aside }
    }
}

/// The raw files that a version was made from, by path.
///
/// # Errors
/// The manifest does not list them: the sentence says so.
pub fn raw_files(manifest: &Manifest) -> anyhow::Result<Vec<RawFile>> {
    let version = &manifest.version;
    let listed = manifest.more.get("inputs").cloned();
    let listed =
        listed.with_context(|| format!("versionen {version} siger ikke, hvad den er lavet af"))?;
    serde_json::from_value(listed)
        .with_context(|| format!("listen over filer i versionen {version} kan ikke læses"))
}

/// The checksums of the raw files that a version was made from; `None` where its manifest does not say.
pub(super) fn made_from(manifest: &Manifest) -> Option<Vec<String>> {
    let listed = ["inputs", "tables"].into_iter().find_map(|part| manifest.more.get(part))?;
    let files: Vec<RawFile> = serde_json::from_value(listed.clone()).ok()?;
    Some(files.into_iter().map(|file| file.sha256).collect())
}

/// Removes the raw files that are not among some; how many they were, and their bytes.
///
/// # Errors
/// A file cannot be removed.
pub(super) fn remove_unused(
    disk: &Disk,
    data: &Path,
    used: &BTreeSet<String>,
) -> anyhow::Result<(usize, u64)> {
    let folder = data.join(FOLDER);
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| used.contains(name)) {
            continue;
        }
        bytes += entry.metadata()?.len();
        disk.remove_file(&entry.path())?;
        files += 1;
    }
    if files > 0 {
        disk.sync_folder(&folder)?;
    }
    Ok((files, bytes))
}

/// The bytes of a raw file, checked against its checksum.
///
/// # Errors
/// It is not there, or is not what it was.
pub fn read_raw(data: &Path, sha256: &str) -> io::Result<Vec<u8>> {
    let bytes = fs::read(path_of(data, sha256))?;
    if checksum(&bytes) != sha256 {
        return Err(io::Error::other("den gemte fil er ikke længere den samme"));
    }
    Ok(bytes)
}

/// Where a raw file lies, if it is there and what it was; it is never in memory as a whole.
#[must_use]
pub fn find_raw(data: &Path, sha256: &str) -> Option<PathBuf> {
    let path = path_of(data, sha256);
    let found = File::open(&path).and_then(|mut file| checksum_of(&mut file)).ok()?;
    (found == sha256).then_some(path)
}

/// The raw files of a version as a folder of deliveries, without those that were set aside.
pub struct RawStore {
    data: PathBuf,
    files: BTreeMap<String, String>,
}

impl RawStore {
    /// The files of a version.
    #[must_use]
    pub fn new(data: &Path, files: &[RawFile]) -> RawStore {
        let used = files.iter().filter(|file| !file.set_aside);
        let files = used.map(|file| (file.path.clone(), file.sha256.clone())).collect();
        RawStore { data: data.to_owned(), files }
    }
}

impl Store for RawStore {
    fn list(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let sha256 = self.files.get(path).ok_or_else(|| io::Error::other("filen er ikke gemt"))?;
        let mut file = File::open(path_of(&self.data, sha256))?;
        if checksum_of(&mut file)? != *sha256 {
            return Err(io::Error::other("den gemte fil er ikke længere den samme"));
        }
        file.rewind()?;
        Ok(Box::new(file))
    }
}

/// Stores what is not stored yet, or is not any more what it was. `read` gives the bytes of an input.
///
/// # Errors
/// The data folder cannot be written, or a file has changed since it was read.
pub fn keep_raw(
    disk: &Disk,
    data: &Path,
    inputs: &[Input],
    read: impl Fn(&Input) -> io::Result<Vec<u8>>,
) -> anyhow::Result<()> {
    let folder = data.join(FOLDER);
    disk.make_folder(&folder)?;
    for input in inputs {
        if is_kept(data, &input.sha256, &input.path) {
            continue;
        }
        let bytes = read(input).with_context(|| format!("{} kan ikke læses igen", input.path))?;
        if checksum(&bytes) != input.sha256 {
            bail!("{} er ændret, mens den blev indlæst; kør genopbygningen igen", input.path);
        }
        write(disk, &path_of(data, &input.sha256), &mut bytes.as_slice())?;
    }
    Ok(disk.sync_folder(&folder)?)
}

/// Whether a file is stored and what it was. One that is damaged is named in the log, and stored
/// anew by whoever has it.
fn is_kept(data: &Path, sha256: &str, came_as: &str) -> bool {
    let stored = path_of(data, sha256);
    let found = find_raw(data, sha256).is_some();
    if !found && stored.exists() {
        tracing::warn!(
            "den gemte fil {} ({came_as}) var beskadiget og er gemt igen",
            stored.display()
        );
    }
    found
}

/// Stores files of any size, each by a name of its own, where they are not stored yet, and says what
/// they were.
///
/// # Errors
/// The data folder cannot be written, or a file cannot be read.
pub fn keep_files(
    disk: &Disk,
    data: &Path,
    files: &[(String, PathBuf)],
) -> anyhow::Result<Vec<RawFile>> {
    let folder = data.join(FOLDER);
    disk.make_folder(&folder)?;
    let mut kept = Vec::with_capacity(files.len());
    for (name, path) in files {
        let unread = || format!("{} kan ikke læses igen", path.display());
        let CubesFile { sha256, bytes, .. } = CubesFile::of(path).with_context(unread)?;
        if !is_kept(data, &sha256, name) {
            let mut file = File::open(path).with_context(unread)?;
            write(disk, &path_of(data, &sha256), &mut file)?;
        }
        kept.push(RawFile { path: name.clone(), sha256, bytes, set_aside: false });
    }
    disk.sync_folder(&folder)?;
    Ok(kept)
}

const FOLDER: &str = "inputs";

fn path_of(data: &Path, sha256: &str) -> PathBuf {
    data.join(FOLDER).join(sha256)
}

/// Writes a file that nobody may change, under another name until all of it is on the disk.
fn write(disk: &Disk, target: &Path, bytes: &mut dyn Read) -> anyhow::Result<()> {
    let temporary = target.with_file_name(".raw.tmp");
    let mut file = disk.create(&temporary, Access::ReadOnly)?;
    let written = io::copy(bytes, &mut file).and_then(|_| Ok(file.sync()?));
    if let Err(failed) = written {
        let _ = disk.remove_file(&temporary);
        return Err(failed.into());
    }
    Ok(disk.rename(&temporary, target)?)
}

/// SHA-256 as small hexadecimal digits.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The checksum of what is read to its end, which is never in memory as a whole.
pub(crate) fn checksum_of(from: &mut dyn Read) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&digest.finalize())),
            length => digest.update(&buffer[..length]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, bytes: &[u8]) -> Input {
        let (path, sha256) = (path.to_owned(), checksum(bytes));
        Input { path, sha256, bytes: bytes.len() as u64, set_aside: false }
    }

    #[test]
    fn a_file_is_stored_once_and_read_back_by_its_checksum() {
        let data = tempfile::tempdir().unwrap();
        let inputs = [input("a", b"x"), input("b", b"x"), input("c", b"y")];
        let bytes =
            |input: &Input| Ok(if input.path == "c" { b"y".to_vec() } else { b"x".to_vec() });
        keep_raw(&Disk::real(), data.path(), &inputs, bytes).unwrap();
        keep_raw(&Disk::real(), data.path(), &inputs, |_| panic!("all are there")).unwrap();
        assert_eq!(fs::read_dir(data.path().join(FOLDER)).unwrap().count(), 2);
        assert_eq!(read_raw(data.path(), &checksum(b"y")).unwrap(), b"y");
        let stored = fs::metadata(path_of(data.path(), &checksum(b"y"))).unwrap();
        assert!(stored.permissions().readonly());
    }

    #[test]
    fn a_file_that_is_not_what_it_was_is_noticed() {
        let data = tempfile::tempdir().unwrap();
        let changed =
            keep_raw(&Disk::real(), data.path(), &[input("a", b"x")], |_| Ok(b"z".to_vec()));
        assert!(changed.unwrap_err().to_string().contains("er ændret"));
        keep_raw(&Disk::real(), data.path(), &[input("a", b"x")], |_| Ok(b"x".to_vec())).unwrap();
        let stored = path_of(data.path(), &checksum(b"x"));
        fs::remove_file(&stored).unwrap();
        fs::write(&stored, "w").unwrap();
        assert!(read_raw(data.path(), &checksum(b"x")).is_err());
        keep_raw(&Disk::real(), data.path(), &[input("a", b"x")], |_| Ok(b"x".to_vec())).unwrap();
        assert_eq!(read_raw(data.path(), &checksum(b"x")).unwrap(), b"x", "it is stored anew");
    }
}
