//! Versions of all cubes: written beside the old ones, never changed, asked by name.
//!
//! ```text
//! DATA/
//!   CURRENT                   the name of the version that is asked when none is named
//!   CURRENT.copy              the same again
//!   REMOVED                   the names of versions that were removed; none is given again
//!   inputs/                   the raw files, each stored once by its checksum
//!   versions/                 readable by its owner only: the cubes hold personal data
//!     2026-10.1/              as-of month, serial number of the rebuild
//!       cubes.terning         all cubes, mapped and read in place
//!       version.json          what it was made from, and what was decided
//!       accepted.json         when an operator took it into use, if one did
//!       …                     load report, rejects
//! ```

mod activate;
mod cache;
mod current;
mod listed;
mod manifest;
mod name;
mod protection;
mod raw;
mod remove;
mod state;
mod store;
mod unread;
mod views;
mod watch;
mod write;

pub use activate::{Activated, activate, check_known};
pub use cache::{Asked, CACHE_BYTES, Cache};
pub use current::{Choice, Current, chosen, current, current_file};
pub use listed::Listed;
pub use manifest::{CubesFile, Manifest};
pub use name::VersionName;
pub use protection::Protection;
pub use raw::{RawFile, RawStore, find_raw, keep_files, keep_raw, raw_files, read_raw};
pub(crate) use raw::{checksum, checksum_of};
pub use remove::{Removed, bytes_of, keep_newest, remove};
pub use state::{ASIDE, AWAITING, State, awaited, may_answer};
pub use store::{Version, VersionError, Versions, check_folder};
pub(crate) use store::{answering, open};
pub use views::Views;
pub use watch::watch;
pub use write::{Draft, Lock};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The file with all cubes.
pub const CUBES: &str = "cubes.terning";
/// The file that tells what the version was made from.
pub const MANIFEST: &str = "version.json";

/// The folder that holds the versions.
#[must_use]
pub fn folder(data: &Path) -> PathBuf {
    data.join("versions")
}

/// The folder of a version.
#[must_use]
pub fn version_folder(data: &Path, name: VersionName) -> PathBuf {
    folder(data).join(name.to_string())
}

/// The names of all published versions, newest first.
///
/// # Errors
/// The folder exists and cannot be read.
pub fn names(data: &Path) -> io::Result<Vec<VersionName>> {
    let entries = match fs::read_dir(folder(data)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().to_str().and_then(VersionName::parse));
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    Ok(names)
}
