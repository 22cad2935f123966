//! Files that go out part by part, with their checksums.

use std::io::{self, Write};
use std::sync::Arc;

use sha2::{Digest, Sha256};

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
#[error("{0}")]
pub struct Failed(String);

impl Failed {
    /// A reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Failed {
        Failed(reason.into())
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        Failed(format!("pakken kunne ikke skrives: {error}"))
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
