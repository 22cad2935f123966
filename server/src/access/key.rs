//! The secret that tokens are signed with: a file in the data folder that only its owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rustix::rand::{GetRandomFlags, getrandom};

/// The bytes of a secret: as many as its signatures have.
const BYTES: usize = 32;

/// A secret.
pub struct Key(pub(super) [u8; BYTES]);

/// Where the secret of a data folder lies.
fn file(data: &Path) -> PathBuf {
    data.join("token.key")
}

impl Key {
    /// The secret of a data folder; `None` where no token was made yet.
    ///
    /// # Errors
    /// It cannot be read, is not ours, or others can read it.
    pub fn read(data: &Path) -> anyhow::Result<Option<Key>> {
        let path = file(data);
        let shown = path.display();
        let found = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            found => found.with_context(|| format!("nøglen {shown} kan ikke læses"))?,
        };
        if found.mode() & 0o077 != 0 {
            bail!("nøglen {shown} kan læses eller skrives af andre; kør chmod 600 {shown}");
        }
        let text = fs::read(&path).with_context(|| format!("nøglen {shown} kan ikke læses"))?;
        let Ok(bytes) = <[u8; BYTES]>::try_from(text) else {
            bail!("nøglen {shown} er beskadiget; slet den, og lav nye adgangsbeviser");
        };
        Ok(Some(Key(bytes)))
    }

    /// The secret of a data folder, made where it is missing.
    ///
    /// # Errors
    /// As [`Key::read`], or it cannot be written.
    pub fn read_or_make(data: &Path) -> anyhow::Result<Key> {
        if let Some(key) = Key::read(data)? {
            return Ok(key);
        }
        make(data).with_context(|| format!("der kan ikke laves en nøgle i {}", data.display()))?;
        Key::read(data)?.context("nøglen blev ikke skrevet")
    }
}

/// Makes a secret whole before it has its name, so that nobody reads half of it. One that another
/// program made in the meantime stays.
fn make(data: &Path) -> anyhow::Result<()> {
    let mut bytes = [0_u8; BYTES];
    getrandom(&mut bytes, GetRandomFlags::empty())?;
    let temporary = data.join(format!(".token.key.{}", std::process::id()));
    let written =
        write(&temporary, &bytes).and_then(|()| match fs::hard_link(&temporary, file(data)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    let _ = fs::remove_file(&temporary);
    written?;
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_only() {
        let data = tempfile::tempdir().unwrap();
        assert!(Key::read(data.path()).unwrap().is_none());
        let made = Key::read_or_make(data.path()).unwrap();
        assert_eq!(Key::read_or_make(data.path()).unwrap().0, made.0);
        assert_eq!(fs::metadata(file(data.path())).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1);
        fs::set_permissions(file(data.path()), fs::Permissions::from_mode(0o644)).unwrap();
        let open = Key::read(data.path()).err().unwrap().to_string();
        assert!(open.contains("chmod 600"), "{open}");
    }

    #[test]
    fn two_data_folders_have_different_keys() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = |data: &tempfile::TempDir| Key::read_or_make(data.path()).unwrap().0;
        assert_ne!(key(&one), key(&other));
    }
}
