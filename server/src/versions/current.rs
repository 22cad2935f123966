//! `CURRENT`: which version is asked when none is named.
//!
//! One line: the name of the version, and the first digits of the name's SHA-256, so that a flipped
//! bit is not the name of another version. Earlier programs, and operators by hand, write the name
//! alone. `CURRENT.copy` says the same, and is written first: where the one is damaged the other
//! answers; where both are, a server that runs stays with the version it answers from, and one that starts
//! takes the newest. Whoever decides which it is to be holds the
//! [`Choice`] until it is written, so that nobody decides by what another is about to change.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rustix::fs::{FlockOperation, flock};
use terning::cause::of_io;

use super::{VersionName, checksum, may_answer, names};
use crate::disk::{Disk, DiskError};

/// What it comes to where neither file names a version, and what to do.
const UNKNOWN: &str =
    "det vides ikke, hvilken version der er valgt; vælg den med terning-server activate";

/// Digits of the checksum of a name.
const DIGITS: usize = 16;

/// What `CURRENT` and its copy say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Current {
    /// The version that is asked when none is named, if it is said.
    pub name: Option<VersionName>,
    /// What is wrong with the files, in one Danish sentence.
    pub problem: Option<String>,
}

impl Current {
    /// Reads both files of a data folder.
    #[must_use]
    pub fn read(data: &Path) -> Current {
        let (file, copy) = (current_file(data), copy_file(data));
        match (name_in(&file), name_in(&copy)) {
            (Ok(Some(name)), Ok(Some(other))) if name != other => {
                let (file, copy) = (file.display(), copy.display());
                let problem =
                    format!("{file} siger {name}, og {copy} siger {other}; {name} bruges");
                let problem = (!Choice::is_taken(data)).then_some(problem);
                Current { name: Some(name), problem }
            }
            (Ok(Some(name)), Ok(_)) => Current { name: Some(name), problem: None },
            (Ok(None), Ok(None)) => Current { name: None, problem: missing(data) },
            (Ok(None), Ok(name)) => {
                let problem = format!("{} mangler; {} bruges", file.display(), copy.display());
                Current { name, problem: (!Choice::is_taken(data)).then_some(problem) }
            }
            (Err(problem), Ok(Some(name))) => {
                let problem = format!("{problem}; {} bruges", copy.display());
                Current { name: Some(name), problem: Some(problem) }
            }
            (Err(problem), Ok(None) | Err(_)) => {
                Current { name: None, problem: Some(format!("{problem}; {UNKNOWN}")) }
            }
            (Ok(name), Err(problem)) => Current { name, problem: Some(problem) },
        }
    }

    /// Makes a version the one that is asked when none is named.
    ///
    /// # Errors
    /// It cannot be written. Where only the disk does not say that it knows of it, it is asked now,
    /// and after a power cut it or the one before.
    pub fn write(disk: &Disk, data: &Path, name: VersionName) -> Result<(), DiskError> {
        let line = line(name);
        disk.replace(&copy_file(data), line.as_bytes())?;
        disk.replace(&current_file(data), line.as_bytes())
    }
}

/// The right to say which version is asked: one program has it at a time, for a moment. It is not
/// that to write versions, so that an operator can go back to an older one while a rebuild runs.
pub struct Choice {
    /// The data folder, locked until it is closed.
    _folder: File,
}

impl Choice {
    /// Takes it; where another has it, waits.
    ///
    /// # Errors
    /// There is no data folder, or it cannot be locked.
    pub fn take(data: &Path) -> anyhow::Result<Choice> {
        let locked = || {
            let folder = File::open(data)?;
            flock(&folder, FlockOperation::LockExclusive)?;
            io::Result::Ok(Choice { _folder: folder })
        };
        locked().with_context(|| format!("datamappen {} kan ikke låses", data.display()))
    }

    /// Whether somebody has it at this moment.
    fn is_taken(data: &Path) -> bool {
        let folder = File::open(data);
        folder.is_ok_and(|folder| flock(&folder, FlockOperation::NonBlockingLockShared).is_err())
    }
}

/// The version that is asked when none is named, where it is said which.
#[must_use]
pub fn current(data: &Path) -> Option<VersionName> {
    Current::read(data).name
}

/// The same, or else the newest that may be asked without being named.
#[must_use]
pub fn chosen(data: &Path) -> Option<VersionName> {
    let newest = || names(data).ok()?.into_iter().find(|name| may_answer(data, *name));
    current(data).or_else(newest)
}

/// The file that names the version that is asked when none is named.
#[must_use]
pub fn current_file(data: &Path) -> PathBuf {
    data.join("CURRENT")
}

fn copy_file(data: &Path) -> PathBuf {
    data.join("CURRENT.copy")
}

fn line(name: VersionName) -> String {
    let name = name.to_string();
    format!("{name} {}\n", &checksum(name.as_bytes())[..DIGITS])
}

/// The name in a file; none where there is no file.
fn name_in(path: &Path) -> Result<Option<VersionName>, String> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{} kan ikke læses: {}", path.display(), of_io(&error))),
    };
    let said = std::str::from_utf8(&bytes).ok().and_then(parse);
    said.map(Some).ok_or_else(|| format!("{} er beskadiget", path.display()))
}

/// What is wrong where neither file is there: something, where a version could answer.
fn missing(data: &Path) -> Option<String> {
    let mut names = names(data).unwrap_or_default().into_iter();
    let is_missed = names.any(|name| may_answer(data, name)) && !Choice::is_taken(data);
    is_missed.then(|| {
        let (file, copy) = (current_file(data), copy_file(data));
        format!("{} og {} mangler; {UNKNOWN}", file.display(), copy.display())
    })
}

/// The name on a line, with its checksum or alone. A line without its end has been cut.
fn parse(text: &str) -> Option<VersionName> {
    let said = text.strip_suffix('\n')?;
    let name = VersionName::parse(said.split(' ').next()?)?;
    (said == name.to_string() || text == line(name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::version_folder;

    fn name(text: &str) -> VersionName {
        VersionName::parse(text).unwrap()
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed_and_the_copy_used() {
        let data = tempfile::tempdir().unwrap();
        let (file, version) = (current_file(data.path()), name("2026-10.12"));
        Current::write(&Disk::real(), data.path(), version).unwrap();
        let sound = fs::read(&file).unwrap();
        assert_eq!(Current::read(data.path()), Current { name: Some(version), problem: None });
        let flipped = (0..sound.len() * 8).map(|bit| {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        });
        for bytes in flipped.chain((0..sound.len()).map(|length| sound[..length].to_vec())) {
            fs::write(&file, &bytes).unwrap();
            let read = Current::read(data.path());
            assert_eq!(read.name, Some(version), "{bytes:?}");
            assert!(read.problem.unwrap().contains("CURRENT er beskadiget"), "{bytes:?}");
        }
        fs::remove_file(&file).unwrap();
        assert!(Current::read(data.path()).problem.unwrap().contains("mangler"));
    }

    #[test]
    fn where_the_copy_says_another_name_that_is_told_unless_it_is_being_written() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path();
        Current::write(&Disk::real(), data, name("2026-10.1")).unwrap();
        fs::write(copy_file(data), line(name("2026-10.2"))).unwrap();
        let read = Current::read(data);
        assert_eq!(read.name, Some(name("2026-10.1")));
        assert!(read.problem.unwrap().contains("CURRENT.copy siger 2026-10.2"));
        let choice = Choice::take(data).unwrap();
        assert_eq!(Current::read(data).problem, None);
        drop(choice);
        assert!(Current::read(data).problem.is_some());
    }

    #[test]
    fn a_name_alone_is_believed_and_without_a_copy_none_is_named() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(Current::read(data.path()), Current::default());
        fs::write(current_file(data.path()), "2026-10.2\n").unwrap();
        assert_eq!(current(data.path()), Some(name("2026-10.2")));
        fs::write(current_file(data.path()), "2026-10.").unwrap();
        let read = Current::read(data.path());
        assert_eq!(read.name, None);
        assert!(read.problem.unwrap().contains("det vides ikke, hvilken"));
    }

    #[test]
    fn that_both_are_missing_is_told_where_a_version_may_answer() {
        let data = tempfile::tempdir().unwrap();
        let folder = version_folder(data.path(), name("2026-10.2"));
        fs::create_dir_all(&folder).unwrap();
        let read = Current::read(data.path());
        assert_eq!(read.name, None);
        assert!(read.problem.unwrap().contains("CURRENT.copy mangler"));
        let choice = Choice::take(data.path()).unwrap();
        assert_eq!(Current::read(data.path()).problem, None);
        drop(choice);
    }
}
