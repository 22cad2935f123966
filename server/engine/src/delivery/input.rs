//! The files that a load has read, each by its checksum.
//!
//! Every read goes through here, so the list of inputs is complete, and a file that changes while
//! it is being loaded is noticed instead of believed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{self, Read};
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
    Unreadable(io::Error),
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
        let mut content = Vec::new();
        let (read, sha256) = self.walk(path, |file| file.read_to_end(&mut content))?;
        read.map_err(InputError::Unreadable)?;
        Ok((content, sha256))
    }

    /// What is made of a file while it is read, and its checksum. The file is read to its end,
    /// however early whoever walks through it stops.
    ///
    /// # Errors
    /// As [`Inputs::read`], whatever was made of it.
    pub fn walk<T>(
        &self,
        path: &str,
        walk: impl FnOnce(&mut dyn Read) -> T,
    ) -> Result<(T, String), InputError> {
        let mut file = Summed::of(self.store.open(path).map_err(InputError::Unreadable)?);
        let made = walk(&mut file);
        let (bytes, sha256) = file.finish()?;
        let input =
            Input { path: path.to_owned(), sha256: sha256.clone(), bytes, set_aside: false };
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let first = seen.entry(path.to_owned()).or_insert_with(|| input.clone());
        if *first == input { Ok((made, sha256)) } else { Err(InputError::Changed) }
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

/// A file whose checksum grows as it is read.
struct Summed<'a> {
    file: Box<dyn Read + 'a>,
    digest: Sha256,
    bytes: u64,
    problem: Option<InputError>,
}

impl<'a> Summed<'a> {
    fn of(file: Box<dyn Read + 'a>) -> Summed<'a> {
        Summed { file, digest: Sha256::new(), bytes: 0, problem: None }
    }

    /// Reads what is left. The number of bytes and their checksum.
    fn finish(mut self) -> Result<(u64, String), InputError> {
        let rest = io::copy(&mut self, &mut io::sink());
        match (self.problem, rest) {
            (Some(problem), _) => Err(problem),
            (None, Err(error)) => Err(InputError::Unreadable(error)),
            (None, Ok(_)) => Ok((self.bytes, hexadecimal(&self.digest.finalize()))),
        }
    }

    /// Keeps what was wrong; whoever reads is told that something is.
    fn stop(&mut self, problem: InputError) -> io::Result<usize> {
        let told = io::Error::other(problem.to_string());
        self.problem.get_or_insert(problem);
        Err(told)
    }
}

impl Read for Summed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.file.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return self.stop(InputError::Unreadable(error)),
        };
        self.digest.update(&buffer[..read]);
        self.bytes += read as u64;
        match self.bytes > limits::FILE_BYTES {
            true => self.stop(InputError::TooLarge(self.bytes)),
            false => Ok(read),
        }
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
