//! Secrets of a data folder: files of 32 random bytes that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use rustix::rand::{GetRandomFlags, getrandom};

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
pub fn read_or_make(path: &Path, then: &str) -> anyhow::Result<[u8; BYTES]> {
    if let Some(bytes) = read(path, then)? {
        return Ok(bytes);
    }
    make(path).with_context(|| format!("nøglen {} kan ikke laves", path.display()))?;
    read(path, then)?.context("nøglen blev ikke skrevet")
}

/// Makes a secret whole before it has its name, so that nobody reads half of it. One that another
/// program made in the meantime stays.
fn make(path: &Path) -> anyhow::Result<()> {
    let mut bytes = [0_u8; BYTES];
    getrandom(&mut bytes, GetRandomFlags::empty())?;
    let name = path.file_name().unwrap_or_default().display();
    let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = write(&temporary, &bytes).and_then(|()| match fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let _ = fs::remove_file(&temporary);
    written?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
