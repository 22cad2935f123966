//! The files that a load has read, each by its checksum.
//!
//! Every read goes through here, so the list of inputs is complete, and a file that changes while
//! it is being loaded is noticed instead of believed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::limits;
use super::store::Store;

/// A file that a load has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path below the deliveries folder.
    pub path: String,
    /// SHA-256 of its bytes, as small hexadecimal digits.
    pub sha256: String,
    /// The number of bytes.
    pub bytes: u64,
    /// Whether it was set aside (Hold), so that nothing in the version comes from it.
    pub set_aside: bool,
}

/// A file that cannot be read, or that has changed since it was read before.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The store could not deliver the bytes.
    #[error("filen kan ikke læses: {0}")]
    Unreadable(std::io::Error),
    /// The file is larger than the engine reads.
    #[error("filen fylder {0} byte; grænsen er {max} byte", max = limits::FILE_BYTES)]
    TooLarge(u64),
    /// The bytes are not those that were read before.
    #[error("filen er ændret, mens den blev indlæst; kør genopbygningen igen")]
    Changed,
}

/// A store that remembers what has been read from it.
pub struct Inputs<'a> {
    store: &'a dyn Store,
    seen: Mutex<BTreeMap<String, Input>>,
}

impl<'a> Inputs<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn of(store: &'a dyn Store) -> Self {
        Inputs { store, seen: Mutex::default() }
    }

    /// The paths of the store, without hidden files.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        let mut paths = self.store.list();
        paths.retain(|path| !path.split('/').any(|part| part.starts_with('.')));
        paths.sort();
        paths
    }

    /// The bytes and the checksum of a file.
    ///
    /// # Errors
    /// It cannot be read, is too large, or has changed since it was read before.
    pub fn read(&self, path: &str) -> Result<(Vec<u8>, String), InputError> {
        let content = self.store.read(path).map_err(InputError::Unreadable)?;
        let bytes = content.len() as u64;
        if bytes > limits::FILE_BYTES {
            return Err(InputError::TooLarge(bytes));
        }
        let sha256 = hexadecimal(&Sha256::digest(&content));
        let input =
            Input { path: path.to_owned(), sha256: sha256.clone(), bytes, set_aside: false };
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let first = seen.entry(path.to_owned()).or_insert_with(|| input.clone());
        if *first == input { Ok((content, sha256)) } else { Err(InputError::Changed) }
    }

    /// Leaves a file out of what has been read: nothing of the version hangs on it.
    pub fn forget(&self, path: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        seen.remove(path);
    }

    /// All that has been read, by path.
    #[must_use]
    pub fn into_list(self) -> Vec<Input> {
        let seen = self.seen.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        seen.into_values().collect()
    }
}

/// Bytes as small hexadecimal digits, two for each.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes after a UTF-8 byte order mark, if there is one.
#[must_use]
pub fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}
