//! What could not be done on a disk, for whoever operates the server.

use std::borrow::Cow;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// What was to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// A file or folder was to be made.
    Make,
    /// Bytes were to be written.
    Write,
    /// Bytes or names were to be on the disk for certain.
    Sync,
    /// Something was to get its name.
    Place,
    /// Something was to be removed.
    Remove,
    /// A file was to be cut.
    Cut,
}

/// Something that could not be done: what, where, why, and what to do, in one Danish sentence.
#[derive(Debug, thiserror::Error)]
#[error("{path} kan ikke {}: {}; {}", verb(*.doing), reason(.error).0, reason(.error).1, path = .path.display())]
pub struct DiskError {
    doing: Doing,
    path: PathBuf,
    error: io::Error,
}

impl DiskError {
    pub(super) fn new(doing: Doing, path: &Path, error: io::Error) -> DiskError {
        DiskError { doing, path: path.to_owned(), error }
    }

    /// What the system says.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }
}

impl From<DiskError> for io::Error {
    fn from(error: DiskError) -> io::Error {
        io::Error::new(error.kind(), error)
    }
}

fn verb(doing: Doing) -> &'static str {
    match doing {
        Doing::Make => "laves",
        Doing::Write => "skrives",
        Doing::Sync => "gemmes på disken",
        Doing::Place => "sættes på plads",
        Doing::Remove => "slettes",
        Doing::Cut => "afkortes",
    }
}

/// Why, and what to do.
fn reason(error: &io::Error) -> (Cow<'static, str>, &'static str) {
    let (why, then) = match error.kind() {
        ErrorKind::StorageFull => ("disken er fuld", "gør plads, og prøv igen"),
        ErrorKind::QuotaExceeded => {
            ("brugerens kvote på disken er brugt", "gør plads, og prøv igen")
        }
        ErrorKind::WriteZero => ("disken tager ikke imod mere", "gør plads, og prøv igen"),
        ErrorKind::FileTooLarge => {
            ("filen bliver større, end systemet tillader", "hæv grænsen, og prøv igen")
        }
        ErrorKind::PermissionDenied => {
            ("programmet har ikke lov", "se, hvem der ejer mappen, og prøv igen")
        }
        ErrorKind::ReadOnlyFilesystem => {
            ("filsystemet kan kun læses", "se systemets log, og prøv igen, når det kan skrives")
        }
        ErrorKind::NotFound => ("mappen findes ikke", "se, om stien er rigtig, og prøv igen"),
        _ if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
            ("disken melder fejl", "se systemets log, og skift disken, før du prøver igen")
        }
        _ => return (error.to_string().into(), "se systemets log, og prøv igen"),
    };
    (why.into(), then)
}
