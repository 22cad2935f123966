//! A schema file and a folder of tables → a new version.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use cube_schema::day::Month;
use cube_schema::schema::Schema;
use serde_json::json;
use terning_engine::cube::Cube;
use terning_engine::delivery::Progress;
use terning_engine::snapshot;
use terning_engine::tables::{Findings, build_cubes};

use super::{CUBES, REPORT, REPORT_TEXT, check_formulas, write_snapshot};
use crate::tables::TableFolder;
use crate::versions::{self, CubesFile, Draft, Manifest, VersionName, checksum};

/// What to build a version from.
#[derive(Clone, Debug)]
pub struct TablesRebuild {
    /// The schema file.
    pub schema: PathBuf,
    /// The folder of tables.
    pub tables: PathBuf,
    /// The folder of versions.
    pub data: PathBuf,
}

/// Builds the next version from tables.
///
/// # Errors
/// The schema or the tables do not hold what they promise, a folder cannot be read or written, or
/// another rebuild is running.
pub fn rebuild_of_tables(
    order: &TablesRebuild,
    progress: &(dyn Fn(Progress) + Sync),
) -> anyhow::Result<(VersionName, Findings)> {
    let text = fs::read_to_string(&order.schema)
        .with_context(|| format!("skemaet {} kan ikke læses", order.schema.display()))?;
    let named = |error: String| anyhow!("{}: {error}", order.schema.display());
    let schema = Schema::parse(&text).map_err(|error| named(error.to_string()))?;
    let folder = TableFolder::open(&order.tables)?;
    let mut cubes: Vec<Arc<Cube>> = Vec::with_capacity(schema.cubes.len());
    let findings =
        build_cubes(&schema, &text, &folder, progress, |cube| cubes.push(Arc::new(cube)))
            .map_err(|error| named(error.to_string()))?;
    check_formulas(&cubes).map_err(|error| named(error.to_string()))?;
    let draft = Draft::begin(&order.data, month(&schema, &cubes))?;
    write_report(&draft, &findings)?;
    let file = write_snapshot(&cubes, &draft.file(versions::CUBES))?;
    let manifest = manifest(&draft, &schema, &text, &folder, &findings, &file)?;
    let name = draft.publish(&manifest, true)?;
    Ok((name, findings))
}

/// The month that the version is named after: the last one of its cubes, or, where the star has no
/// days, the present one.
fn month(schema: &Schema, cubes: &[Arc<Cube>]) -> Month {
    let last = cubes.iter().map(|cube| cube.timeline.last).max();
    let today = jiff::Zoned::now().date();
    let present = Month::new(today.year(), today.month());
    last.filter(|_| schema.has_days()).unwrap_or(present)
}

fn write_report(draft: &Draft, findings: &Findings) -> anyhow::Result<()> {
    let mut written = serde_json::to_string_pretty(findings)?;
    written.push('\n');
    fs::write(draft.file(REPORT), written)?;
    Ok(fs::write(draft.file(REPORT_TEXT), findings.to_text())?)
}

/// What the version was made from: the schema itself, and of the tables their checksums. The tables
/// are not kept: they are somebody else's, and can be large.
fn manifest(
    draft: &Draft,
    schema: &Schema,
    text: &str,
    folder: &TableFolder,
    findings: &Findings,
    cubes: &CubesFile,
) -> anyhow::Result<Manifest> {
    let mut manifest = Manifest::new(draft.name());
    manifest.roles.clone_from(&schema.roles);
    let read = findings.tables.iter().map(|read| read.table.as_str());
    let mut names: Vec<&str> = read.collect();
    names.sort_unstable();
    names.dedup();
    let file = |name: &str| schema.table(name).and_then(|table| table.file.clone());
    let files: Vec<Option<String>> = names.iter().map(|name| file(name)).collect();
    let pairs = names.iter().copied().zip(files.iter().map(Option::as_deref));
    let tables =
        folder.files(pairs).map(|path| table_file(&path)).collect::<Result<Vec<_>, _>>()?;
    for (name, part) in [
        ("tables", json!(tables)),
        (CUBES, json!(cubes)),
        (
            "schema",
            json!({ "name": schema.name, "sha256": checksum(text.as_bytes()), "text": text }),
        ),
        ("snapshot_format", json!(snapshot::FORMAT)),
    ] {
        manifest.more.insert(name.to_owned(), part);
    }
    Ok(manifest)
}

fn table_file(path: &Path) -> std::io::Result<serde_json::Value> {
    let file = CubesFile::of(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(json!({ "file": name, "sha256": file.sha256, "bytes": file.bytes }))
}
