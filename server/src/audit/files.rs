//! The files of a log.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// What their names begin and end with.
const BEGIN: &str = "log-";
const ENDING: &str = ".jsonl";
/// What the names of files begin with that hold what a crash left.
pub(super) const TORN: &str = "torn-";
/// Bytes of the longest line that is written, and read.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// Where the log of a data folder lies.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("audit")
}

/// What is held by the one who writes a log.
pub(super) fn lock(folder: &Path) -> PathBuf {
    folder.join("lock")
}

/// A file of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogFile {
    /// The number of its first line.
    pub first: u64,
    pub path: PathBuf,
}

impl LogFile {
    /// The file whose first line has a number.
    pub fn of(folder: &Path, first: u64) -> LogFile {
        LogFile { first, path: folder.join(format!("{BEGIN}{first:012}{ENDING}")) }
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Its lines.
    pub fn lines(&self) -> io::Result<Lines> {
        Lines::of(&self.path)
    }
}

/// All files of a log, in the order of their lines.
pub(super) fn all(folder: &Path) -> io::Result<Vec<LogFile>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(BEGIN)?.strip_suffix(ENDING));
        files.extend(number.and_then(|number| number.parse().ok()).map(|first| (first, name)));
    }
    files.sort_unstable();
    Ok(files.into_iter().map(|(first, name)| LogFile { first, path: folder.join(name) }).collect())
}

/// What was set aside when the log went on after a crash.
pub(super) fn torn(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(TORN) {
            files.push(entry.path());
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The lines of a file, with where each begins, and whether it ends as lines do. A line that is far
/// too long is cut.
pub(super) struct Lines {
    file: BufReader<File>,
    at: u64,
}

impl Lines {
    /// Those of a file.
    pub fn of(path: &Path) -> io::Result<Lines> {
        Ok(Lines { file: BufReader::new(File::open(path)?), at: 0 })
    }
}

/// A line of a file.
pub(super) struct RawLine {
    /// Where it begins.
    pub at: u64,
    /// Its bytes without the line feed.
    pub bytes: Vec<u8>,
    /// Whether there is a line feed.
    pub ends: bool,
}

impl Iterator for Lines {
    type Item = io::Result<RawLine>;

    fn next(&mut self) -> Option<io::Result<RawLine>> {
        let mut bytes = Vec::new();
        let mut limited = io::Read::take(&mut self.file, LONGEST_LINE as u64);
        match limited.read_until(b'\n', &mut bytes) {
            Err(error) => Some(Err(error)),
            Ok(0) => None,
            Ok(read) => {
                let at = self.at;
                self.at += read as u64;
                let ends = bytes.last() == Some(&b'\n');
                if ends {
                    bytes.pop();
                }
                Some(Ok(RawLine { at, bytes, ends }))
            }
        }
    }
}
