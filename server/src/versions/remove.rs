//! Versions that are not needed any more, and the raw files that no version is made from then.
//!
//! A name is never given twice: `REMOVED` in the data folder lists those that are gone. Whatever stops
//! the removal on its way, a version is there whole or is not there, and what is left behind goes with
//! the next rebuild or removal.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use super::activate::check_known;
use super::state::State;
use super::write::{draft_folder, remove_leftovers};
use super::{
    Choice, Lock, Manifest, VersionName, answering, current, folder, names, raw, version_folder,
};
use crate::disk::Disk;

/// The file, in the data folder, with the names of removed versions, one in a line.
const REMOVED: &str = "REMOVED";

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The versions.
    pub versions: Vec<VersionName>,
    /// Raw files that no version was made from any more.
    pub raw_files: usize,
    /// What all of it took on the disk.
    pub bytes: u64,
    /// A version that does not say what it was made from: for its sake all raw files are kept.
    pub unread: Option<VersionName>,
}

/// Removes versions.
///
/// # Errors
/// There is no such version, or it is needed: it is the one that is asked, the one that answers
/// where that cannot be read, or the one that the active or a waiting one is compared with. Also
/// where a rebuild is running or the data folder cannot be written.
pub fn remove(disk: &Disk, data: &Path, wanted: &[VersionName]) -> anyhow::Result<Removed> {
    wanted.iter().try_for_each(|name| check_known(data, *name))?;
    let lock = Lock::take(disk, data)?;
    let _choice = Choice::take(data)?;
    let needed = needed(data)?;
    for name in wanted {
        if let Some(why) = needed.get(name) {
            bail!("version {name} kan ikke fjernes: {why}");
        }
    }
    let wanted: BTreeSet<VersionName> = wanted.iter().copied().collect();
    remove_all(&lock, &wanted)
}

/// Removes all but the newest versions, so that at most so many are left, and those that are needed.
///
/// # Errors
/// Another rebuild is running, or the data folder cannot be written.
pub fn keep_newest(disk: &Disk, data: &Path, keep: usize) -> anyhow::Result<Removed> {
    let lock = Lock::take(disk, data)?;
    let _choice = Choice::take(data)?;
    let needed = needed(data)?;
    let old = names(data)?.into_iter().skip(keep);
    let unneeded = old.filter(|name| !needed.contains_key(name)).collect();
    remove_all(&lock, &unneeded)
}

/// The names of removed versions.
#[must_use]
pub fn removed(data: &Path) -> Vec<VersionName> {
    let text = fs::read_to_string(data.join(REMOVED)).unwrap_or_default();
    text.lines().filter_map(VersionName::parse).collect()
}

/// The versions that must stay, and why. Without `CURRENT` nobody knows which is asked: then none goes.
fn needed(data: &Path) -> anyhow::Result<BTreeMap<VersionName, String>> {
    let Some(active) = current(data) else {
        bail!("ingen version er aktiv; tag først en i brug med terning-server activate")
    };
    let mut needed = BTreeMap::from([(active, "den er aktiv".to_owned())]);
    if let Some(answers) = answering(data).filter(|answers| *answers != active) {
        needed.insert(answers, format!("den svarer, fordi {active} ikke kan læses"));
    }
    for name in names(data)? {
        let folder = version_folder(data, name);
        let Ok(manifest) = Manifest::read(&folder) else { continue };
        let state = State::of(&folder, Ok(&manifest), name == active);
        if !matches!(state, State::Active | State::Awaiting(_)) {
            continue;
        }
        if let Some(compared) = manifest.compared_with() {
            let why = format!("version {name} ({}) sammenlignes med den", state.caption());
            needed.entry(compared).or_insert(why);
        }
    }
    Ok(needed)
}

fn remove_all(lock: &Lock, wanted: &BTreeSet<VersionName>) -> anyhow::Result<Removed> {
    let (disk, data) = (lock.disk(), lock.data());
    let mut done = Removed::default();
    if !wanted.is_empty() {
        remember(disk, data, wanted)?;
    }
    let versions = folder(data);
    for name in wanted.iter().rev() {
        let path = version_folder(data, *name);
        done.bytes += bytes_of(&path);
        // From here on it is no version; what is left of it is a leftover like that of a rebuild.
        disk.rename(&path, &draft_folder(data, *name))?;
        done.versions.push(*name);
    }
    disk.sync_folder(&versions)?;
    remove_leftovers(disk, &versions)?;
    match in_use(data)? {
        Err(unread) => done.unread = Some(unread),
        Ok(used) => {
            let (files, bytes) = raw::remove_unused(disk, data, &used)?;
            (done.raw_files, done.bytes) = (files, done.bytes + bytes);
        }
    }
    Ok(done)
}

fn remember(disk: &Disk, data: &Path, wanted: &BTreeSet<VersionName>) -> anyhow::Result<()> {
    let mut all: BTreeSet<VersionName> = removed(data).into_iter().collect();
    all.extend(wanted);
    let text: String = all.iter().map(|name| format!("{name}\n")).collect();
    let written = disk.replace(&data.join(REMOVED), text.as_bytes());
    written.context("listen over fjernede versioner")
}

/// The checksums of all raw files that some version was made from; or the version that does not tell.
fn in_use(data: &Path) -> anyhow::Result<Result<BTreeSet<String>, VersionName>> {
    let mut used = BTreeSet::new();
    for name in names(data)? {
        let manifest = Manifest::read(&version_folder(data, name));
        match manifest.ok().and_then(|manifest| raw::made_from(&manifest)) {
            Some(files) => used.extend(files),
            None => return Ok(Err(name)),
        }
    }
    Ok(Ok(used))
}

/// What the files of a folder take; what cannot be read counts nothing.
#[must_use]
pub fn bytes_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}
