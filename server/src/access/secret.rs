//! Secrets of a data folder: files of 32 random bytes that only their owner can read.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, bail};
use rustix::fs::{FlockOperation, flock};
use rustix::rand::{GetRandomFlags, getrandom};

use crate::disk::{Disk, DiskError};

/// The bytes of a secret: as many as its signatures have.
pub const BYTES: usize = 32;

/// A secret; `None` where it was not made yet. Of one that is damaged `then` says what to do.
///
/// # Errors
/// It cannot be read, is not ours, or others can read it.
pub fn read(path: &Path, then: &str) -> anyhow::Result<Option<[u8; BYTES]>> {
    let shown = path.display();
    let found = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.with_context(|| format!("nøglen {shown} kan ikke læses"))?,
    };
    if found.mode() & 0o077 != 0 {
        bail!("nøglen {shown} kan læses eller skrives af andre; kør chmod 600 {shown}");
    }
    let text = fs::read(path).with_context(|| format!("nøglen {shown} kan ikke læses"))?;
    let Ok(bytes) = <[u8; BYTES]>::try_from(text) else {
        bail!("nøglen {shown} er beskadiget; {then}");
    };
    Ok(Some(bytes))
}

/// A secret, made where it is missing.
///
/// # Errors
/// As [`read`], or it cannot be written.
pub fn read_or_make(disk: &Disk, path: &Path, then: &str) -> anyhow::Result<[u8; BYTES]> {
    if let Some(bytes) = read(path, then)? {
        return Ok(bytes);
    }
    make(disk, path, then).with_context(|| format!("nøglen {} kan ikke laves", path.display()))?;
    read(path, then)?.context("nøglen blev ikke skrevet")
}

/// A secret that nobody has had.
///
/// # Errors
/// The system gives no random bytes.
pub fn draw() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0_u8; BYTES];
    getrandom(&mut bytes, GetRandomFlags::empty())?;
    Ok(bytes)
}

/// Writes a secret whole before it has its name, so that nobody reads half of it.
///
/// # Errors
/// It cannot be written.
pub fn write(disk: &Disk, path: &Path, bytes: &[u8; BYTES]) -> Result<(), DiskError> {
    disk.replace(path, bytes)
}

/// Makes a secret, one program at a time. One that another has made in the meantime stays.
fn make(disk: &Disk, path: &Path, then: &str) -> anyhow::Result<()> {
    let folder = File::open(path.parent().unwrap_or(Path::new(".")))?;
    flock(&folder, FlockOperation::LockExclusive)?;
    if read(path, then)?.is_none() {
        write(disk, path, &draw()?)?;
    }
    Ok(())
}
