//! A folder of deliveries → a new version of all cubes, with its load report beside it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use cube_schema::day::Month;
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use cube_schema::schema::Schema;
use serde_json::json;
use terning_engine::cube::{Cube, build};
use terning_engine::delivery::Progress;
use terning_engine::delivery::findings::write_rejects;
use terning_engine::load::{LoadError, LoadReport, Loaded, load};
use terning_engine::query::{View, bind};
use terning_engine::snapshot;

use crate::files::FolderStore;
use crate::versions::{self, Draft, Manifest, VersionName};

/// The load report, for programs.
pub const REPORT: &str = "load-report.json";
/// The same for people.
pub const REPORT_TEXT: &str = "load-report.txt";
/// Every line that could not be read.
pub const REJECTS: &str = "rejects.csv";

/// What to build a version from.
#[derive(Clone, Debug)]
pub struct Rebuild {
    /// The folder of deliveries and reference files.
    pub deliveries: PathBuf,
    /// The folder of versions.
    pub data: PathBuf,
    /// Deliveries of later months are refused.
    pub month: Option<Month>,
}

/// How a rebuild ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// There is a new version.
    Built(VersionName, Box<LoadReport>),
    /// No delivery can be used; the report says why. The versions before stay as they were.
    NothingUsable(Box<LoadReport>),
}

impl Outcome {
    /// What the program ends with. (1 is for errors.)
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Outcome::Built(..) => 0,
            Outcome::NothingUsable(_) => 2,
        }
    }

    /// What became of the deliveries.
    #[must_use]
    pub fn report(&self) -> &LoadReport {
        match self {
            Outcome::Built(_, report) | Outcome::NothingUsable(report) => report,
        }
    }
}

/// Builds the next version.
///
/// # Errors
/// A folder cannot be read or written, or another rebuild is running.
pub fn rebuild(order: &Rebuild, progress: &(dyn Fn(Progress) + Sync)) -> anyhow::Result<Outcome> {
    let domain = Vh::new()?;
    let store = FolderStore::open(&order.deliveries)?;
    let mut loaded = match load(&domain, &store, order.month, progress) {
        Err(LoadError::NothingUsable(report)) => return Ok(Outcome::NothingUsable(report)),
        loaded => loaded?,
    };
    let draft = Draft::begin(&order.data, loaded.timeline.last)?;
    loaded.report.version = draft.name().to_string();
    loaded.report.compare(former_report(&order.data).as_ref());
    write_reports(&draft, &loaded)?;
    write_cubes(domain.schema(), &loaded, &draft.file(versions::CUBES))?;
    let mut manifest = manifest(&draft, &loaded, order.month);
    manifest.roles.clone_from(&domain.schema().roles);
    let name = draft.publish(&manifest)?;
    Ok(Outcome::Built(name, Box::new(loaded.report)))
}

/// Builds all cubes of a schema and writes them as one file.
fn write_cubes(schema: &Schema, loaded: &Loaded, path: &Path) -> anyhow::Result<()> {
    let cubes = schema.cubes.iter().map(|cube| build(schema, cube, &loaded.star, loaded.timeline));
    let cubes: Vec<Arc<Cube>> = cubes.map(|cube| cube.map(Arc::new)).collect::<Result<_, _>>()?;
    for cube in &cubes {
        let checked = bind::check(&View::everything(Arc::clone(cube)));
        checked.map_err(|error| anyhow!("kuben '{}': {}", cube.name, error.explained()))?;
    }
    let mut file = BufWriter::new(File::create(path)?);
    snapshot::write(&cubes.iter().map(Arc::as_ref).collect::<Vec<_>>(), &mut file)?;
    file.flush()?;
    Ok(())
}

/// The load report of the version that is asked now. One that cannot be read is no reason to
/// stop: the new version then has nothing to be compared with.
fn former_report(data: &Path) -> Option<LoadReport> {
    let name = versions::current(data)?;
    let path = versions::folder(data).join(name.to_string()).join(REPORT);
    let read = fs::read(&path).map_err(anyhow::Error::from);
    match read.and_then(|bytes| Ok(serde_json::from_slice(&bytes)?)) {
        Ok(report) => Some(report),
        Err(problem) => {
            let path = path.display();
            tracing::warn!("{path} kan ikke læses, så der sammenlignes ikke: {problem}");
            None
        }
    }
}

fn write_reports(draft: &Draft, loaded: &Loaded) -> anyhow::Result<()> {
    let mut json = serde_json::to_string_pretty(&loaded.report)?;
    json.push('\n');
    fs::write(draft.file(REPORT), json)?;
    fs::write(draft.file(REPORT_TEXT), loaded.report.to_text())?;
    write_rejects(&loaded.rejects, BufWriter::new(File::create(draft.file(REJECTS))?))?;
    Ok(())
}

/// What the version is made from, so that it can be made again.
fn manifest(draft: &Draft, loaded: &Loaded, month: Option<Month>) -> Manifest {
    let mut manifest = Manifest::new(draft.name());
    let inputs = loaded
        .inputs
        .iter()
        .map(|input| json!({ "path": input.path, "sha256": input.sha256, "bytes": input.bytes }));
    let limit = month.map(|month| month.to_string());
    manifest.more.insert("inputs".to_owned(), inputs.collect());
    manifest.more.insert("month_limit".to_owned(), json!(limit));
    manifest.more.insert("replaced".to_owned(), json!(loaded.report.replaced));
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(folder: &Path) -> Rebuild {
        let (deliveries, data) = (folder.join("deliveries"), folder.join("data"));
        Rebuild { deliveries, data, month: None }
    }

    /// One municipality's delivery of services to made-up citizens with replacement numbers.
    fn deliver(folder: &Path, month: &str, lines: &[&str]) {
        use sha2::{Digest, Sha256};
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let sha256: String =
            Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let manifest = json!({
            "kommune": "153", "system": "nexus", "leverandoer": "Prøve", "maaned": month,
            "loebenummer": 1, "fuld_bestand": true, "format": "csv", "header": false,
            "tegnsaet": "utf-8", "antal_raekker": lines.len(), "sha256": sha256,
            "modtaget": format!("{month}-28T08:00:00+01:00"),
        });
        let stem = format!("VH_153_nexus_{}_1", month.replace('-', ""));
        let folder = folder.join("deliveries").join(month);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{stem}.csv")), text).unwrap();
        fs::write(folder.join(format!("{stem}.json")), manifest.to_string()).unwrap();
    }

    const GOOD: &str = "a;6101801234;153;;1.8.1;2020-01-01;;;;A";

    #[test]
    fn a_version_has_its_reports_beside_it_and_knows_the_former() {
        let folder = tempfile::tempdir().unwrap();
        deliver(folder.path(), "2026-09", &[GOOD, "b;kort"]);
        let first = rebuild(&order(folder.path()), &|_| ()).unwrap();
        assert_eq!((first.exit_code(), first.report().version.as_str()), (0, "2026-09.1"));
        assert!(first.report().change.is_empty());

        let version = folder.path().join("data/versions/2026-09.1");
        let rejects = fs::read_to_string(version.join(REJECTS)).unwrap();
        let reason = "linjen har 2 felter; den skal have 10";
        let line = format!("2026-09/VH_153_nexus_202609_1.csv;2;;\"{reason}\"\n");
        assert_eq!(rejects, format!("file;line;field;reason\n{line}"));
        let written = fs::read(version.join(REPORT)).unwrap();
        let written: LoadReport = serde_json::from_slice(&written).unwrap();
        assert_eq!(&written, first.report());
        assert!(fs::read_to_string(version.join(REPORT_TEXT)).unwrap().contains("2026-09.1"));
        let manifest = Manifest::read(&version).unwrap();
        assert_eq!(manifest.more["inputs"].as_array().unwrap().len(), 2);
        let asked = versions::Versions::new(&folder.path().join("data"));
        assert_eq!(asked.get("2026-09.1").unwrap().cubes.len(), 3);

        deliver(folder.path(), "2026-10", &[GOOD, &GOOD.replace("a;", "b;")]);
        let second = rebuild(&order(folder.path()), &|_| ()).unwrap();
        assert_eq!(second.report().version, "2026-10.1");
        let change = &second.report().change[0];
        assert_eq!((change.records_before, change.records), (1, 2));
    }

    #[test]
    fn without_a_usable_delivery_the_versions_stay_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        deliver(folder.path(), "2026-09", &[GOOD]);
        let order = Rebuild { month: Month::parse("2026-08"), ..order(folder.path()) };
        let outcome = rebuild(&order, &|_| ()).unwrap();
        assert_eq!(outcome.exit_code(), 2);
        assert_eq!(outcome.report().deliveries.len(), 1);
        assert!(!order.data.exists());
    }
}
