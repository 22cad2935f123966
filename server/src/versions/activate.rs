//! An operator says which version is asked when none is named.

use std::path::Path;

use anyhow::bail;
use serde_json::json;

use super::state::{ACCEPTED, State};
use super::{Choice, Current, VersionName, current, manifest, names, open, version_folder};
use crate::disk::Disk;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activated {
    /// The version that is asked from now on.
    pub name: VersionName,
    /// The one that was asked before.
    pub before: Option<VersionName>,
    /// Why it had waited for this; empty where it had not.
    pub awaited: Vec<String>,
}

/// Makes a version the one that is asked when none is named. It is opened first: one that cannot be
/// read changes nothing. A rebuild may run meanwhile; what it makes stands beside this version then.
///
/// # Errors
/// There is no such version, it cannot be read, or the data folder cannot be written.
pub fn activate(disk: &Disk, data: &Path, name: VersionName) -> anyhow::Result<Activated> {
    let _choice = Choice::take(data)?;
    check_known(data, name)?;
    let folder = version_folder(data, name);
    let opened = match open(data, name) {
        Ok(version) => version,
        Err(problem) => bail!("version {name} kan ikke læses og tages ikke i brug: {problem}"),
    };
    let before = current(data).filter(|before| *before != name);
    let awaited = match State::of(&folder, Ok(&opened.manifest), false) {
        State::Awaiting(reasons) => reasons,
        _ => Vec::new(),
    };
    if !folder.join(ACCEPTED).exists() {
        let mut text = json!({ "at": manifest::now() }).to_string();
        text.push('\n');
        disk.replace(&folder.join(ACCEPTED), text.as_bytes())?;
    }
    Current::write(disk, data, name)?;
    Ok(Activated { name, before, awaited })
}

/// That there is a version of a name.
///
/// # Errors
/// There is none; the sentence names those that there are.
pub fn check_known(data: &Path, name: VersionName) -> anyhow::Result<()> {
    let names = names(data)?;
    if names.contains(&name) {
        return Ok(());
    }
    let known: Vec<String> = names.iter().map(ToString::to_string).collect();
    let known = if known.is_empty() { "ingen".to_owned() } else { known.join(", ") };
    bail!("version {name} findes ikke i {}; der er {known}", data.display())
}
