//! A schema file and a folder of tables → a new version.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use cube_schema::day::Month;
use cube_schema::schema::{Dimension, DimensionKind, Schema};
use serde::{Deserialize, Serialize};
use serde_json::json;
use terning_engine::cube::Cube;
use terning_engine::delivery::Progress;
use terning_engine::snapshot;
use terning_engine::tables::{Findings, build_cubes, read_schema};

use super::again::lost;
use super::former::part;
use super::{CUBES, REPORT, REPORT_TEXT, SCHEMA_PART, check_formulas, write_snapshot};
use crate::disk::Disk;
use crate::tables::TableFolder;
use crate::versions::{
    Choice, CubesFile, Draft, Lock, Manifest, RawFile, VersionName, checksum, find_raw, keep_files,
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
}

/// The part of a manifest that lists the tables.
const TABLES: &str = "tables";

/// Builds the next version from tables. The tables that were read are kept by their checksums.
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
    let made = Made::of(schema, text, &folder, progress).map_err(named)?;
    let tables = keep_files(&order.disk, &order.data, &folder.used()?)?;
    let draft = Draft::locked(lock, made.month())?;
    let (manifest, _) = made.write(&draft, &tables)?;
    let _choice = Choice::take(&order.data)?;
    let name = draft.publish(&manifest, true)?;
    Ok((name, made.findings))
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
        check_formulas(&cubes)?;
        Ok(Made { schema, text, cubes, findings })
    }

    /// The month that the version is named after: the last one with facts, or, where the star has no
    /// time, the present one.
    fn month(&self) -> Month {
        let last = self.cubes.iter().map(|cube| cube.timeline.last).max();
        let today = jiff::Zoned::now().date();
        let present = Month::new(today.year(), today.month());
        let has_time = |one: &Dimension| one.kind == DimensionKind::Time;
        let has_time = self.schema.has_days() || self.schema.dimensions.iter().any(has_time);
        last.filter(|_| has_time).unwrap_or(present)
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

#[cfg(test)]
mod tests {
    use super::super::rebuild_again;
    use super::*;
    use crate::versions;

    const SHOP: &str = r#"
name = "butik"
[[dimension]]
name = "Vare"
table = "products"
key = "id"
[[dimension.hierarchies]]
levels = [{ name = "Vare", key = "id", caption = "name" }]
[[cube]]
name = "Salg"
[[cube.group]]
facts = "sales"
dimensions = [{ dimension = "Vare", column = "product" }]
measures = [{ name = "Beløb", kind = "sum", column = "amount" }]
"#;

    fn shop(folder: &Path) -> TablesRebuild {
        let (schema, tables) = (folder.join("shop.toml"), folder.join("tables"));
        fs::create_dir(&tables).unwrap();
        fs::write(&schema, SHOP).unwrap();
        fs::write(tables.join("products.csv"), "id,name\n1,Ost\n2,Rugbrød\n").unwrap();
        fs::write(tables.join("sales.csv"), "product,amount\n1,2.5\n2,3\n9,4\n").unwrap();
        fs::write(tables.join("andet.csv"), "x\n1\n").unwrap();
        TablesRebuild { schema, tables, data: folder.join("data"), disk: Disk::real() }
    }

    #[test]
    fn a_version_of_tables_is_made_again_though_the_tables_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let order = shop(folder.path());
        let (name, findings) = rebuild_of_tables(&order, &|_| ()).unwrap();
        assert_eq!(findings.unmatched.iter().map(|one| one.unknown).sum::<u64>(), 1);
        fs::remove_dir_all(&order.tables).unwrap();
        fs::remove_file(&order.schema).unwrap();
        let again = rebuild_again(&order.disk, &order.data, name, &|_| ()).unwrap();
        assert!(again.same && again.in_use);
        assert_eq!(again.name.month, name.month);
        // And what was made again can be made again.
        assert!(rebuild_again(&order.disk, &order.data, again.name, &|_| ()).unwrap().same);
        let kept = fs::read_dir(order.data.join("inputs")).unwrap().count();
        assert_eq!(kept, 2, "only what was read is kept");
    }

    #[test]
    fn a_cube_or_a_measure_that_is_gone_looks_wrong() {
        use crate::rebuild::suspicion::gone;
        let folder = tempfile::tempdir().unwrap();
        let order = shop(folder.path());
        let cubes = || {
            let (name, _) = rebuild_of_tables(&order, &|_| ()).unwrap();
            versions::open(&order.data, name).unwrap().cubes.clone()
        };
        let before = cubes();
        fs::write(&order.schema, SHOP.replace("Beløb", "Omsætning")).unwrap();
        let renamed = cubes();
        assert_eq!(gone(&before, &before), [""; 0]);
        assert_eq!(gone(&[], &before), ["kuben 'Salg' er der ikke længere"]);
        let measure = "målet 'Beløb' er der ikke længere i kuben 'Salg'";
        assert_eq!(gone(&renamed, &before), [measure]);
    }

    #[test]
    fn a_table_that_is_not_kept_any_more_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let order = shop(folder.path());
        let (name, _) = rebuild_of_tables(&order, &|_| ()).unwrap();
        let sales = fs::read(order.tables.join("sales.csv")).unwrap();
        fs::remove_file(order.data.join("inputs").join(checksum(&sales))).unwrap();
        let problem =
            rebuild_again(&order.disk, &order.data, name, &|_| ()).unwrap_err().to_string();
        assert!(problem.contains("sales.csv er ikke gemt i datamappen"), "{problem}");
    }

    #[test]
    fn what_the_schema_says_and_the_tables_do_not_hold_leaves_no_version() {
        let folder = tempfile::tempdir().unwrap();
        let order = shop(folder.path());
        fs::write(order.tables.join("products.csv"), "id,name\n1,Ost\n1,Brød\n").unwrap();
        let problem = rebuild_of_tables(&order, &|_| ()).unwrap_err().to_string();
        assert!(problem.contains("shop.toml") && problem.contains("linje 3"), "{problem}");
        assert_eq!(versions::names(&order.data).unwrap(), []);
    }
}
