//! Files that go out part by part, with their checksums.

use std::io::{self, Write};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use terning::cause::of_io;
use terning_engine::query::{ErrorKind, QueryError};

use crate::hexadecimal::hexadecimal;

/// Bytes of a part: well below what clients accept by default.
const PART: usize = 256 << 10;

/// A part of a file.
#[derive(Debug)]
pub struct Part {
    /// The file's name.
    pub file: String,
    /// Its next bytes.
    pub content: Vec<u8>,
}

/// Where parts go: waits until there is room for one, and fails where nobody takes them any more.
pub type Parts = Arc<dyn Fn(Part) -> io::Result<()> + Send + Sync>;

/// Whom a part of a package shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// These citizens.
    Citizens(Vec<String>),
    /// Nobody can tell: it is no text.
    Unknown,
}

/// Is told whom a package shows, before it goes out.
pub type Witness = Arc<dyn Fn(Shown) -> Result<(), Failed> + Send + Sync>;

/// Why a package cannot be made, in one Danish sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// Something cannot be read or written.
    #[error("{0}")]
    Reason(String),
    /// The engine refuses, because the package would hold too much or was ended, and says what to do.
    #[error("{}", .0.message)]
    Refused(Box<QueryError>),
}

impl Failed {
    /// A reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Failed {
        Failed::Reason(reason.into())
    }

    /// That the package would hold more than one may: the bytes of what.
    #[must_use]
    pub fn too_large(what: &str) -> Failed {
        Failed::from(too_large(what))
    }
}

/// The refusal of a package that would hold too much of something.
pub(super) fn too_large(what: &str) -> QueryError {
    let message = format!("{what} er for meget til at kunne holdes, mens datapakken laves");
    let hint = "bed den, der passer serveren, om at hæve load.memory";
    QueryError::new(ErrorKind::TooLarge, message).hint(hint)
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        Failed::new(format!("pakken kunne ikke skrives: {}", of_io(&error)))
    }
}

impl From<QueryError> for Failed {
    fn from(error: QueryError) -> Failed {
        match error.kind {
            ErrorKind::TooLarge | ErrorKind::Cancelled => Failed::Refused(Box::new(error)),
            _ => Failed::Reason(error.message),
        }
    }
}

/// A file that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its name.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its checksum, as small hexadecimal digits.
    pub sha256: String,
}

/// The files of a package.
pub struct Out {
    parts: Parts,
    witness: Witness,
    /// Those that are complete.
    pub sent: Vec<Sent>,
}

impl Out {
    pub fn new(parts: Parts, witness: Witness) -> Out {
        Out { parts, witness, sent: Vec::new() }
    }

    /// Who is told whom the package shows.
    pub fn witness(&self) -> Witness {
        Arc::clone(&self.witness)
    }

    /// Begins a file.
    pub fn begin(&self, file: impl Into<String>) -> FileOut {
        FileOut {
            parts: Arc::clone(&self.parts),
            file: file.into(),
            waiting: Vec::with_capacity(PART),
            checksum: Sha256::new(),
            bytes: 0,
        }
    }

    /// Sends what is left of a file.
    pub fn end(&mut self, mut file: FileOut) -> Result<(), Failed> {
        file.send()?;
        let sha256 = hexadecimal(&file.checksum.finalize());
        self.sent.push(Sent { file: file.file, bytes: file.bytes, sha256 });
        Ok(())
    }

    /// Sends a whole file.
    pub fn whole(&mut self, file: &str, content: &[u8]) -> Result<(), Failed> {
        let mut out = self.begin(file);
        out.write_all(content)?;
        self.end(out)
    }
}

/// A file that is being sent.
pub struct FileOut {
    parts: Parts,
    file: String,
    waiting: Vec<u8>,
    checksum: Sha256,
    bytes: u64,
}

impl FileOut {
    /// Sends what is waiting; an empty file is one empty part.
    fn send(&mut self) -> io::Result<()> {
        let content = std::mem::replace(&mut self.waiting, Vec::with_capacity(PART));
        self.checksum.update(&content);
        self.bytes += content.len() as u64;
        let part = Part { file: self.file.clone(), content };
        (self.parts)(part)
    }
}

impl Write for FileOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.len() >= PART {
            self.send()?;
        }
        let taken = bytes.len().min(PART - self.waiting.len());
        self.waiting.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
