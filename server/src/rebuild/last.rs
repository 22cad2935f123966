//! How the last rebuild of a data folder ended, for whoever watches over the service: a rebuild is a
//! process of its own, and is over when somebody asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::disk::Disk;
use crate::versions::VersionName;

/// How a rebuild ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// There is a new version.
    Built,
    /// There is one, and it waits for an operator: it looks wrong, or what was made again differs.
    Awaiting,
    /// No delivery can be used.
    Refused,
    /// It was given up.
    Failed,
}

impl Ended {
    /// What the program ends with.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Ended::Built => 0,
            Ended::Failed => 1,
            Ended::Refused => 2,
            Ended::Awaiting => 3,
        }
    }

    /// Its name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Ended::Built => "built",
            Ended::Awaiting => "awaiting",
            Ended::Refused => "refused",
            Ended::Failed => "failed",
        }
    }
}

/// The last rebuild of a data folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastRun {
    /// When it ended, Unix time in seconds.
    pub at: i64,
    /// How many seconds it took.
    pub seconds: f64,
    /// How it ended.
    pub ended: Ended,
    /// The version that was made; empty where none was.
    pub version: String,
}

impl LastRun {
    /// One that began then and ends now.
    #[must_use]
    pub fn new(began: Instant, ended: Ended, version: Option<VersionName>) -> LastRun {
        let version = version.map_or_else(String::new, |name| name.to_string());
        let at = jiff::Timestamp::now().as_second();
        LastRun { at, seconds: began.elapsed().as_secs_f64(), ended, version }
    }

    /// What is known of the last one of a data folder; nothing where there was none.
    #[must_use]
    pub fn read(data: &Path) -> Option<LastRun> {
        serde_json::from_slice(&fs::read(file(data)).ok()?).ok()
    }

    /// Writes it in the place of the one before.
    ///
    /// # Errors
    /// The data folder cannot be written.
    pub fn write(&self, disk: &Disk, data: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string(self)?;
        text.push('\n');
        Ok(disk.replace(&file(data), text.as_bytes())?)
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("rebuild.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_the_last_run_is_what_was_written_of_it() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(LastRun::read(data.path()), None);
        let failed = LastRun::new(Instant::now(), Ended::Failed, None);
        failed.write(&Disk::real(), data.path()).unwrap();
        let built = LastRun::new(Instant::now(), Ended::Built, VersionName::parse("2026-10.1"));
        built.write(&Disk::real(), data.path()).unwrap();
        assert_eq!(LastRun::read(data.path()), Some(built));
        fs::write(file(data.path()), "x").unwrap();
        assert_eq!(LastRun::read(data.path()), None);
    }
}
