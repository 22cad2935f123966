//! A schema file and a folder of tables → a new version.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use cube_schema::day::{Day, Month};
use cube_schema::schema::{Problems, Schema, SchemaError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use terning_engine::cube::Cube;
use terning_engine::delivery::Progress;
use terning_engine::query::{QueryError, View, bind};
use terning_engine::snapshot;
use terning_engine::tables::{Findings, build_cubes, read_schema};

use super::again::lost;
use super::former::{Unreadable, part};
use super::{
    CUBES, DECISIONS, Decisions, Ended, REPORT, REPORT_TEXT, SCHEMA_PART, Shares, Taken, suspicion,
    write_snapshot,
};
use crate::disk::Disk;
use crate::tables::TableFolder;
use crate::versions::{
    self, Choice, CubesFile, Draft, Lock, Manifest, RawFile, VersionName, checksum, find_raw,
    keep_files,
};

/// What to build a version from.
#[derive(Clone, Debug)]
pub struct TablesRebuild {
    /// The schema file.
    pub schema: PathBuf,
    /// The folder of tables.
    pub tables: PathBuf,
    /// The folder of versions.
    pub data: PathBuf,
    /// What it lies on.
    pub disk: Disk,
    /// By how much figures may move before the version waits for an operator: that of the whole country
    /// is that of all of a cube.
    pub suspicious: Shares,
}

/// A version that was built from tables.
#[derive(Clone, Debug)]
pub struct TablesBuilt {
    /// Its name.
    pub name: VersionName,
    /// What was missing in the tables.
    pub findings: Findings,
    /// Why it waits for an operator; empty where it does not.
    pub awaiting: Vec<String>,
    /// Why it was not taken into use otherwise.
    pub aside: Option<String>,
}

impl TablesBuilt {
    /// How the rebuild ended.
    #[must_use]
    pub fn ended(&self) -> Ended {
        if self.awaiting.is_empty() { Ended::Built } else { Ended::Awaiting }
    }
}

/// The part of a manifest that lists the tables.
const TABLES: &str = "tables";

/// Builds the next version from tables. The tables that were read are kept by their checksums. Where it
/// looks wrong beside the version that is asked now it waits for an operator.
///
/// # Errors
/// The schema or the tables do not hold what they promise, a folder cannot be read or written, or
/// another rebuild is running.
pub fn rebuild_of_tables(
    order: &TablesRebuild,
    progress: &(dyn Fn(Progress) + Sync),
) -> anyhow::Result<TablesBuilt> {
    let text = fs::read_to_string(&order.schema)
        .with_context(|| format!("skemaet {} kan ikke læses", order.schema.display()))?;
    let named = |error: anyhow::Error| anyhow!("{}: {error}", order.schema.display());
    let folder = match TableFolder::open(&order.tables) {
        Ok(folder) => folder,
        Err(error) => {
            Schema::parse(&text).map_err(|error| named(error.into()))?;
            return Err(error);
        }
    };
    let schema = read_schema(&text, &folder).map_err(|error| named(error.into()))?;
    let lock = Lock::take(&order.disk, &order.data)?;
    let former = versions::chosen(&order.data);
    let made = Made::of(schema, text, &folder, progress).map_err(named)?;
    let tables = keep_files(&order.disk, &order.data, &folder.used()?)?;
    let draft = Draft::locked(lock, made.month())?;
    let (mut manifest, _) = made.write(&draft, &tables)?;
    let compared = |former| compare(order, draft.name(), former, &made.cubes);
    let looks = former.map_or(Taken::InUse, compared);
    let _choice = Choice::take(&order.data)?;
    let meanwhile = versions::chosen(&order.data).filter(|chosen| former != Some(*chosen));
    let taken = meanwhile.map_or(looks, Taken::meanwhile);
    taken.tell(&mut manifest);
    let former = former.map_or_else(String::new, |former| former.to_string());
    let decisions = Decisions { former, ..Decisions::default() };
    manifest.more.insert(DECISIONS.to_owned(), json!(decisions));
    let name = draft.publish(&manifest, taken == Taken::InUse)?;
    let (awaiting, aside) = match taken {
        Taken::InUse => (Vec::new(), None),
        Taken::Aside(why) => (Vec::new(), Some(why)),
        Taken::Awaiting(reasons) => (reasons, None),
    };
    Ok(TablesBuilt { name, findings: made.findings, awaiting, aside })
}

/// Whether a new version looks wrong beside the former.
fn compare(
    order: &TablesRebuild,
    name: VersionName,
    former: VersionName,
    cubes: &[Arc<Cube>],
) -> Taken {
    let opened = match versions::open(&order.data, former) {
        Ok(opened) => opened,
        Err(problem) => return Taken::uncompared(Unreadable::new(former, &problem)),
    };
    let mut reasons = match suspicion::find_in_cubes(cubes, &opened.cubes, order.suspicious) {
        Ok(reasons) => reasons,
        Err(error) => return Taken::uncompared(Unreadable::new(former, &error.explained())),
    };
    if name.month < former.month {
        reasons.push(format!("den er for {}, og {former} er for en senere måned", name.month));
    }
    if reasons.is_empty() { Taken::InUse } else { Taken::Awaiting(reasons) }
}

/// Whether a version was made of tables.
pub(super) fn is_of_tables(manifest: &Manifest) -> bool {
    manifest.more.contains_key(TABLES)
}

/// Makes a version again of its schema and the tables that were kept: a draft of the same month, its
/// manifest and its cubes.
pub(super) fn make_again(
    data: &Path,
    lock: Lock,
    old: &Manifest,
    month: Month,
    progress: &(dyn Fn(Progress) + Sync),
) -> anyhow::Result<(Draft, Manifest, CubesFile)> {
    let known = part::<WrittenSchema>(old, SCHEMA_PART).zip(part::<Vec<RawFile>>(old, TABLES));
    let (written, tables) = known.with_context(|| {
        format!("versionen {} siger ikke, hvilket skema og hvilke tabeller den har", old.version)
    })?;
    let mut files = BTreeMap::new();
    for table in &tables {
        let path =
            find_raw(data, &table.sha256).with_context(|| lost(&old.version, &table.path))?;
        files.insert(table.path.clone(), path);
    }
    let folder = TableFolder::of_files(files);
    let schema = read_schema(&written.text, &folder)?;
    let made = Made::of(schema, written.text, &folder, progress)?;
    let draft = Draft::locked(lock, month)?;
    let (manifest, cubes) = made.write(&draft, &tables)?;
    Ok((draft, manifest, cubes))
}

/// A schema as a manifest keeps it.
#[derive(Serialize, Deserialize)]
struct WrittenSchema {
    name: String,
    sha256: String,
    text: String,
}

/// Cubes, and what they are made by.
struct Made {
    schema: Schema,
    text: String,
    cubes: Vec<Arc<Cube>>,
    findings: Findings,
}

impl Made {
    fn of(
        schema: Schema,
        text: String,
        folder: &TableFolder,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> anyhow::Result<Made> {
        let mut cubes: Vec<Arc<Cube>> = Vec::with_capacity(schema.cubes.len());
        let take = |cube| cubes.push(Arc::new(cube));
        let findings = build_cubes(&schema, &text, folder, progress, take)?;
        formulas(&text, &cubes)?;
        Ok(Made { schema, text, cubes, findings })
    }

    /// The month that the version is named after: the last one with facts, or, where the star has no
    /// time, the present one.
    fn month(&self) -> Month {
        let last = self.cubes.iter().filter_map(|cube| cube.as_of()).max();
        let today = jiff::Zoned::now().date();
        last.map_or(Month::new(today.year(), today.month()), Day::month)
    }

    /// Writes cubes and reports, and tells what they are made of.
    fn write(&self, draft: &Draft, tables: &[RawFile]) -> anyhow::Result<(Manifest, CubesFile)> {
        let report = serde_json::to_string_pretty(&self.findings)? + "\n";
        draft.write(REPORT, |file| file.write_all(report.as_bytes()))?;
        draft.write(REPORT_TEXT, |file| file.write_all(self.findings.to_text().as_bytes()))?;
        let cubes = write_snapshot(&self.cubes, draft)?;
        let mut manifest = Manifest::new(draft.name());
        manifest.take_access(&self.schema);
        let (name, text) = (self.schema.name.clone(), self.text.clone());
        let schema = WrittenSchema { name, sha256: checksum(text.as_bytes()), text };
        for (name, part) in [
            (TABLES, json!(tables)),
            (SCHEMA_PART, json!(schema)),
            (CUBES, json!(cubes)),
            ("snapshot_format", json!(snapshot::FORMAT)),
        ] {
            manifest.more.insert(name.to_owned(), part);
        }
        Ok((manifest, cubes))
    }
}

/// That every formula of the cubes can be read.
///
/// # Errors
/// All that cannot, each with its line in the schema's text.
fn formulas(text: &str, cubes: &[Arc<Cube>]) -> Result<(), SchemaError> {
    let mut problems = Problems::new(text);
    for cube in cubes {
        for fault in bind::faults(&View::everything(Arc::clone(cube))) {
            let (part, pointed) = part_of_formula(&fault.error);
            let hint = fault.error.hint.iter().map(|hint| format!("\n      {hint}"));
            let what = format!("kuben '{}': {}{pointed}", cube.name, fault.error.message);
            let what = what + &hint.collect::<String>();
            problems.add_of_formula(&cube.name, &fault.name, part, what);
        }
    }
    problems.finish()
}

/// The line of a formula that an error is about, and the same line with the part pointed at underlined.
fn part_of_formula(error: &QueryError) -> (&str, String) {
    let Some(place) = &error.place else { return ("", String::new()) };
    let (line, column) = place.line_and_column();
    let shown = place.text.lines().nth(line - 1).unwrap_or_default();
    let pointed = place.text.get(place.span.clone()).and_then(|text| text.lines().next());
    let length = pointed.map_or(1, |text| text.chars().count().max(1));
    let carets = " ".repeat(column - 1) + &"^".repeat(length);
    (shown, format!("\n      {shown}\n      {carets}"))
}

#[cfg(test)]
mod tests;
