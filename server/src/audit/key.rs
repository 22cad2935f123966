//! What personal values are hashed with, and lines and the head of the log are sealed with.

use std::io;
use std::path::{Path, PathBuf};

use ring::hmac;

use super::personal;
use crate::access::secret;
use crate::disk::Disk;
use crate::hexadecimal::hexadecimal;

/// What to do about a damaged one.
const DAMAGED: &str =
    "læg den tilbage fra en sikkerhedskopi: uden den kan der ikke søges i adgangsloggen";
/// Bytes that are kept of a hash.
const KEPT: usize = 16;

/// The key of an access log.
#[derive(Clone)]
pub struct Key(hmac::Key);

/// Where the key of a data folder lies.
pub(super) fn file(data: &Path) -> PathBuf {
    data.join("audit.key")
}

impl Key {
    /// The key of a data folder; `None` where there is none yet.
    ///
    /// # Errors
    /// It cannot be read, or others can read it.
    pub fn read(data: &Path) -> anyhow::Result<Option<Key>> {
        Ok(secret::read(&file(data), DAMAGED)?.map(|bytes| Key::of(&bytes)))
    }

    /// Makes the key of a data folder that has none. `before` is done with it before it has its name.
    ///
    /// # Errors
    /// It cannot be written, or what is done before fails.
    pub(super) fn make(
        disk: &Disk,
        data: &Path,
        before: impl FnOnce(&Key) -> io::Result<()>,
    ) -> anyhow::Result<Key> {
        let bytes = secret::draw()?;
        let key = Key::of(&bytes);
        before(&key)?;
        secret::write(disk, &file(data), &bytes)?;
        Ok(key)
    }

    pub(super) fn of(bytes: &[u8]) -> Key {
        Key(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// What stands for a personal value in the log: 32 hexadecimal digits. A personal number, or one
    /// that stands in its place, gives the same however it is written.
    #[must_use]
    pub fn hash(&self, value: &str) -> String {
        let number = personal::numbers(value.as_bytes()).pop();
        let value = number.unwrap_or_else(|| personal::plain(value));
        hexadecimal(&self.sign("value", value.as_bytes()).as_ref()[..KEPT])
    }

    /// What seals the head of the log.
    pub(super) fn seal(&self, lines: u64, hash: &str) -> String {
        hexadecimal(self.sign("head", format!("{lines} {hash}").as_bytes()).as_ref())
    }

    /// The hash of a line of the log, from all that stands before it.
    pub(super) fn line(&self, told: &[u8]) -> String {
        hexadecimal(self.sign("line", told).as_ref())
    }

    fn sign(&self, of: &str, bytes: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        [of.as_bytes(), b"\n", bytes].iter().for_each(|part| context.update(part));
        context.sign()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_hash_however_it_is_written_and_another_with_another_key() {
        let (key, other) = (Key::of(&[1; 32]), Key::of(&[2; 32]));
        let hash = key.hash("6101801234");
        assert_eq!(hash.len(), 32);
        assert_eq!(key.hash(" 610180-1234 "), hash);
        assert_ne!(key.hash("6101801235"), hash);
        assert_ne!(other.hash("6101801234"), hash);
        assert_eq!(key.hash("Låner 7"), key.hash("låner 7 "));
        assert_eq!(key.hash("010150-AB12"), key.hash("010150ab12"));
        assert_ne!(key.hash("010150-AB12"), key.hash("010150ab13"));
    }

    #[test]
    fn a_hash_is_hmac_sha_256() {
        // RFC 4231, test case 2: the key "Jefe".
        let key = Key(hmac::Key::new(hmac::HMAC_SHA256, b"Jefe"));
        let tag = hmac::sign(&key.0, b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hexadecimal(tag.as_ref()), expected);
    }
}
