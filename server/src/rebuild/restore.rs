//! What a version that is made again tells of what was delivered and decided. It is loaded from the
//! files that were used, so that nothing is held or compared anew; what was set aside, and what the
//! figures were held against, is taken from the version that it is made from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context;
use cube_schema::domain::Domain;
use terning_engine::delivery::Reject;
use terning_engine::load::report::DeliveryLine;
use terning_engine::load::{LoadReport, Loaded};

use super::{REJECTS, REPORT, decisions};
use crate::versions::Manifest;

/// Adds to a load what the version in a folder says of what was decided, and of what was set aside.
///
/// # Errors
/// A report of the version cannot be read.
pub(super) fn restore<D: Domain>(
    loaded: &mut Loaded,
    domain: &D,
    folder: &Path,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let damaged = |name| format!("version {} har en beskadiget {name}", manifest.version);
    let old = fs::read(folder.join(REPORT)).with_context(|| damaged(REPORT))?;
    let old: LoadReport = serde_json::from_slice(&old).with_context(|| damaged(REPORT))?;
    let decided = decisions(manifest).unwrap_or_default();
    let report = &mut loaded.report;
    report.compare_again(&old);
    (report.held, report.accepted) = (decided.held, decided.accepted);
    (report.held_files, report.accepted_files) = (decided.held_files, decided.accepted_files);
    let aside = set_aside(&old, report);
    let files: BTreeSet<&str> = aside.iter().map(|line| line.file.as_str()).collect();
    if !files.is_empty() {
        let rejects = fs::File::open(folder.join(REJECTS)).with_context(|| damaged(REJECTS))?;
        let of_aside = rejects_of(domain, rejects, &files, &loaded.rejects);
        loaded.rejects.splice(0..0, of_aside.with_context(|| damaged(REJECTS))?);
        loaded.rejects.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    }
    report.deliveries.extend(aside);
    report.deliveries.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(())
}

/// The lines of deliveries that were set aside: those that the new report does not have. A file that
/// was delivered again under its name has two, of which the one that counts stands first.
fn set_aside(old: &LoadReport, new: &LoadReport) -> Vec<DeliveryLine> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &new.deliveries {
        *known.entry(&line.file).or_default() += 1;
    }
    let aside = old.deliveries.iter().filter(|line| !take_one(&mut known, &line.file.as_str()));
    aside.cloned().collect()
}

/// The rejected lines of files that were set aside.
fn rejects_of<D: Domain>(
    domain: &D,
    old: fs::File,
    files: &BTreeSet<&str>,
    new: &[Reject],
) -> Result<Vec<Reject>, csv::Error> {
    let mut known: BTreeMap<(String, u64, String, String), usize> = BTreeMap::new();
    for Reject { file, line, field, reason } in new {
        let row = (file.to_string(), *line, (*field).to_owned(), reason.clone());
        *known.entry(row).or_default() += 1;
    }
    let mut found = Vec::new();
    for row in csv::ReaderBuilder::new().delimiter(b';').from_reader(old).into_deserialize() {
        let row: (String, u64, String, String) = row?;
        if take_one(&mut known, &row) || !files.contains(row.0.as_str()) {
            continue;
        }
        let (file, line, field, reason) = row;
        let field = domain.fields().iter().find(|known| known.name == field);
        let field = field.map_or("", |field| field.name);
        found.push(Reject { file: file.into(), line, field, reason });
    }
    Ok(found)
}

/// Takes one of the things that are counted; whether there was one left.
fn take_one<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) -> bool {
    let left = counts.get_mut(key).filter(|left| **left > 0);
    left.map(|left| *left -= 1).is_some()
}
