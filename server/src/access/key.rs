//! The secret that tokens are signed with: a file in the data folder that only its owner can read.

use std::path::{Path, PathBuf};

use super::secret;
use crate::disk::Disk;

/// What to do about a damaged one.
const DAMAGED: &str = "slet den, og lav nye adgangsbeviser";

/// A secret.
pub struct Key(pub(super) [u8; secret::BYTES]);

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
        Ok(secret::read(&file(data), DAMAGED)?.map(Key))
    }

    /// The secret of a data folder, made where it is missing.
    ///
    /// # Errors
    /// As [`Key::read`], or it cannot be written.
    pub fn read_or_make(disk: &Disk, data: &Path) -> anyhow::Result<Key> {
        secret::read_or_make(disk, &file(data), DAMAGED).map(Key)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_only() {
        let data = tempfile::tempdir().unwrap();
        assert!(Key::read(data.path()).unwrap().is_none());
        let make = || Key::read_or_make(&Disk::real(), data.path()).unwrap();
        let made = make();
        assert_eq!(make().0, made.0);
        assert_eq!(fs::metadata(file(data.path())).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1);
        fs::set_permissions(file(data.path()), fs::Permissions::from_mode(0o644)).unwrap();
        let open = Key::read(data.path()).err().unwrap().to_string();
        assert!(open.contains("chmod 600"), "{open}");
    }

    #[test]
    fn two_data_folders_have_different_keys() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key =
            |data: &tempfile::TempDir| Key::read_or_make(&Disk::real(), data.path()).unwrap().0;
        assert_ne!(key(&one), key(&other));
    }
    #[test]
    fn what_a_program_left_that_was_killed_while_it_made_a_key_is_no_hindrance() {
        let data = tempfile::tempdir().unwrap();
        let leftover = data.path().join(".token.key.tmp");
        fs::write(&leftover, "half").unwrap();
        let made = Key::read_or_make(&Disk::real(), data.path()).unwrap();
        assert_eq!(Key::read(data.path()).unwrap().unwrap().0, made.0);
        assert!(!leftover.exists());
    }

    #[test]
    fn programs_that_make_a_key_at_the_same_time_have_the_same() {
        let data = tempfile::tempdir().unwrap();
        let made: Vec<_> = std::thread::scope(|scope| {
            let make = || Key::read_or_make(&Disk::real(), data.path()).unwrap().0;
            let makers: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            makers.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(made.iter().all(|one| *one == made[0]));
    }
}
