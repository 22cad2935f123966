//! A version made again from the raw files that it was made from, with the decisions that were
//! taken then.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail};
use cube_schema::day::Month;
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use serde_json::json;
use terning_engine::delivery::Progress;
use terning_engine::load::{Order, load_ordered};

use super::former::part;
use super::of_tables::{is_of_tables, make_again};
use super::restore::restore;
use super::{
    CUBES, MONTH_LIMIT, decisions, program, replaced, settled, write_cubes, write_reports,
};
use crate::disk::Disk;
use crate::versions::{
    self, Choice, CubesFile, Draft, Lock, Manifest, RawStore, VersionName, find_raw,
};

/// How a version made again compares with the one it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The new version.
    pub name: VersionName,
    /// The one it was made from.
    pub from: VersionName,
    /// Its cubes.
    pub cubes: CubesFile,
    /// Whether the cubes are the same, byte for byte.
    pub same: bool,
    /// Whether the new version is the one that is asked. One whose cubes differ waits for an operator.
    pub in_use: bool,
    /// What of the program is another than when the version was made, as an operator reads it.
    pub differing: Vec<String>,
}

/// Makes a version again. It is asked in the place of the old one only where that is the one that
/// is asked now and the cubes are the same; where they differ it waits for an operator.
///
/// # Errors
/// There is no such version, it does not say which cubes it had, its raw files are not there any more,
/// or the data folder cannot be written.
pub fn rebuild_again(
    disk: &Disk,
    data: &Path,
    from: VersionName,
    progress: &(dyn Fn(Progress) + Sync),
) -> anyhow::Result<Again> {
    versions::check_known(data, from)?;
    let lock = Lock::take(disk, data)?;
    let folder = versions::folder(data).join(from.to_string());
    let old = Manifest::read(&folder).map_err(anyhow::Error::msg)?;
    let mut differing = Vec::new();
    let former = old
        .cubes()
        .with_context(|| format!("version {from} siger ikke, hvilke kuber den havde"))?;
    let (draft, mut manifest, cubes) = if is_of_tables(&old) {
        make_again(data, lock, &old, from.month, progress)?
    } else {
        differing = program::differing(&Vh::new()?, &old, &replaced(&old));
        of_deliveries(data, lock, &old, from, progress)?
    };
    manifest.more.insert("from".to_owned(), from.to_string().into());
    let same = former.sha256 == cubes.sha256;
    let _choice = Choice::take(data)?;
    let in_use = same && versions::current(data) == Some(from);
    let more = &mut manifest.more;
    if in_use {
        // Whoever took the old version into use has accepted this one.
        more.remove(versions::AWAITING);
        more.remove(versions::ASIDE);
    } else {
        let parts = [versions::AWAITING, versions::ASIDE];
        let said =
            parts.into_iter().filter_map(|part| Some((part.to_owned(), old.more.get(part)?)));
        more.extend(said.map(|(part, said)| (part, said.clone())));
    }
    if !same {
        more.insert(versions::AWAITING.to_owned(), json!([differs(from)]));
    }
    let name = draft.publish(&manifest, in_use)?;
    Ok(Again { name, from, cubes, same, in_use, differing })
}

/// Why a version that was made again waits for an operator.
fn differs(from: VersionName) -> String {
    format!(
        "kuberne er ikke de samme som i {from}, som den er lavet af; programmet er måske et andet"
    )
}

fn of_deliveries(
    data: &Path,
    lock: Lock,
    old: &Manifest,
    from: VersionName,
    progress: &(dyn Fn(Progress) + Sync),
) -> anyhow::Result<(Draft, Manifest, CubesFile)> {
    let files = versions::raw_files(old)?;
    if let Some(file) = files.iter().find(|file| find_raw(data, &file.sha256).is_none()) {
        bail!(lost(&old.version, &file.path));
    }
    let domain = Vh::new()?;
    let store = RawStore::new(data, &files);
    let mut loaded = load_ordered(&domain, &store, &order(old), progress)?;
    let draft = Draft::locked(lock, loaded.timeline.last)?;
    restore(&mut loaded, &domain, &versions::folder(data).join(from.to_string()), old)?;
    loaded.report.version = draft.name().to_string();
    loaded.report.notes.push(format!("lavet igen af filerne til version {from}"));
    write_reports(&draft, &loaded)?;
    let star = std::mem::take(&mut loaded.star);
    let (cubes, _) = write_cubes(domain.schema(), star, loaded.timeline, &draft)?;
    let mut manifest = Manifest::new(draft.name());
    manifest.roles.clone_from(&old.roles);
    manifest.disclosure.clone_from(&old.disclosure);
    manifest.more.clone_from(&old.more);
    manifest.more.insert(CUBES.to_owned(), serde_json::to_value(&cubes)?);
    program::tell(&domain, &mut manifest, &loaded.report.replaced);
    Ok((draft, manifest, cubes))
}

/// Why a version cannot be made again.
pub(super) fn lost(version: &str, path: &str) -> String {
    format!(
        "version {version} kan ikke laves igen: {path} er ikke gemt i datamappen, eller er ændret"
    )
}

/// What was ordered when a version was made.
fn order(manifest: &Manifest) -> Order<'static> {
    let limit: Option<String> = part(manifest, MONTH_LIMIT);
    let held = decisions(manifest).unwrap_or_default().held;
    let held: BTreeSet<String> = held.into_iter().map(|finding| finding.kommune).collect();
    let mut settled = settled(manifest);
    settled.retain(|reporter, _| held.contains(reporter));
    let limit = limit.and_then(|month| Month::parse(&month));
    Order { limit, settled, hold: None }
}
