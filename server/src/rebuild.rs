//! A folder of deliveries → a new version of all cubes, with its load report beside it.

mod accepted;
mod again;
mod former;
mod last;
mod of_tables;
mod program;
mod restore;
mod suspicion;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, IntoInnerError};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::anyhow;
use cube_schema::day::Month;
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use cube_schema::schema::Schema;
use cube_schema::table::{Star, Timeline};
use serde::{Deserialize, Serialize};
use serde_json::json;
use terning_engine::cube::{Cube, build};
use terning_engine::delivery::findings::{write_rejects, write_warnings};
use terning_engine::delivery::{Input, Progress, Store};
use terning_engine::history::Settled;
use terning_engine::load::hold::{self, Finding, PERCENT, Standing};
use terning_engine::load::hold_files::HeldFile;
use terning_engine::load::{Accept, Hold, LoadError, LoadReport, Loaded, Order, load_ordered};
use terning_engine::query::{View, bind};
use terning_engine::snapshot;

use crate::disk::Disk;
use crate::files::FolderStore;
use crate::map::map;
use crate::versions::{
    self, Choice, CubesFile, Draft, Lock, Manifest, RawFile, RawStore, VersionName, checksum,
    keep_raw,
};

pub use again::{Again, rebuild_again};
use former::{Former, Unreadable};
pub use last::{Ended, LastRun};
pub use of_tables::{TablesBuilt, TablesRebuild, rebuild_of_tables};
pub use suspicion::Shares;
use suspicion::Side;

/// The load report, for programs.
pub const REPORT: &str = "load-report.json";
/// The same for people.
pub const REPORT_TEXT: &str = "load-report.txt";
/// Every line that could not be read.
pub const REJECTS: &str = "rejects.csv";
/// Every warning of a line.
pub const WARNINGS: &str = "warnings.csv";

/// The folder, in the data folder, of the reports of a rebuild that nothing came of.
pub const REFUSED: &str = "afvist";

// Parts of a version's manifest.
const INPUTS: &str = "inputs";
const MONTH_LIMIT: &str = "month_limit";
const DECISIONS: &str = "decisions";
const KOMMUNER: &str = "kommuner";
const CUBES: &str = "cubes";
const SCHEMA_PART: &str = "schema";
const REPLACED: &str = "replaced";

/// The deliveries of which something counts in a version, by reporter; none where the manifest, of
/// an earlier program, does not say.
#[must_use]
pub fn standings(manifest: &Manifest) -> Option<BTreeMap<String, Standing>> {
    serde_json::from_value(manifest.more.get(KOMMUNER)?.clone()).ok()
}

/// How much of each delivery counts in a version, by reporter; of none where the manifest, of an
/// earlier program, does not say.
#[must_use]
pub fn settled(manifest: &Manifest) -> Settled {
    let standings = standings(manifest).unwrap_or_default().into_iter();
    standings.map(|(reporter, standing)| (reporter, hold::settled(&standing))).collect()
}

/// The compiled-in lists that a file has replaced in a version, by path.
#[must_use]
pub fn replaced(manifest: &Manifest) -> Vec<String> {
    former::part(manifest, REPLACED).unwrap_or_default()
}

/// What was decided when a version was made; `None` where the manifest, of an earlier program, does
/// not say.
#[must_use]
pub fn decisions(manifest: &Manifest) -> Option<Decisions> {
    former::part(manifest, DECISIONS)
}

/// What was decided when a version was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decisions {
    /// By how many percent a stock may shrink.
    pub percent: u32,
    /// The version that it was held against; empty where there was none.
    pub former: String,
    /// Reporters that keep what they had.
    pub held: Vec<Finding>,
    /// Reporters that would be held had the operator not accepted them.
    pub accepted: Vec<Finding>,
    /// Reference files in whose place the former version's are used.
    pub held_files: Vec<HeldFile>,
    /// Reference files that would be held had the operator not accepted them.
    pub accepted_files: Vec<HeldFile>,
}

/// What to build a version from.
#[derive(Clone, Debug)]
pub struct Rebuild {
    /// The folder of deliveries and reference files.
    pub deliveries: PathBuf,
    /// The folder of versions.
    pub data: PathBuf,
    /// Deliveries of later months are refused.
    pub month: Option<Month>,
    /// Whose new records are accepted however they look.
    pub accept: Accept,
    /// By how many percent a municipality's records may shrink before it is held.
    pub percent: u32,
    /// What the folder of versions lies on.
    pub disk: Disk,
    /// By how much figures may move before the version waits for an operator.
    pub suspicious: Shares,
}

impl Rebuild {
    /// Of all months, with the usual shares, and nobody accepted beforehand.
    #[must_use]
    pub fn new(deliveries: impl Into<PathBuf>, data: impl Into<PathBuf>) -> Rebuild {
        let (deliveries, data) = (deliveries.into(), data.into());
        Rebuild {
            deliveries,
            data,
            month: None,
            accept: Accept::None,
            percent: PERCENT,
            suspicious: Shares::default(),
            disk: Disk::real(),
        }
    }
}

/// How a rebuild ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// There is a new version. Where the report says what it awaits, it is not in use.
    Built(VersionName, Box<LoadReport>),
    /// No delivery can be used; the report says why. The versions before stay as they were.
    NothingUsable(Box<LoadReport>),
}

impl Outcome {
    /// The same without what became of the deliveries.
    #[must_use]
    pub fn ended(&self) -> Ended {
        match self {
            Outcome::Built(_, report) if report.awaiting.is_empty() => Ended::Built,
            Outcome::NothingUsable(_) => Ended::Refused,
            Outcome::Built(..) => Ended::Awaiting,
        }
    }

    /// What the program ends with. (1 is for errors.)
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.ended().exit_code()
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
/// A folder cannot be read or written, another rebuild is running, or somebody is accepted who has
/// delivered nothing.
pub fn rebuild(order: &Rebuild, progress: &(dyn Fn(Progress) + Sync)) -> anyhow::Result<Outcome> {
    let domain = Vh::new()?;
    let store = FolderStore::open(&order.deliveries)?;
    let lock = Lock::take(&order.disk, &order.data)?;
    let asked_before = versions::chosen(&order.data);
    let (former, unreadable) = match Former::find(&order.data, order.month) {
        Ok(former) => (former, None),
        Err(unreadable) => (None, Some(unreadable)),
    };
    let mut loaded = match load_against(&domain, &store, order, former.as_ref(), progress) {
        Err(LoadError::NothingUsable(report)) => {
            write_refused(order, &report)?;
            return Ok(Outcome::NothingUsable(report));
        }
        loaded => loaded?,
    };
    accepted::check(&order.accept, former.as_ref(), &loaded)?;
    let draft = Draft::locked(lock, loaded.timeline.last)?;
    loaded.report.version = draft.name().to_string();
    loaded.report.compare(former.as_ref().map(|former| &former.report));
    if former.as_ref().is_some_and(|former| former.name.month >= draft.name().month)
        && let Some(before) = former::month_before(&order.data, draft.name().month)
    {
        loaded.report.compare_month(&before);
    }
    accepted::note_idle(&order.accept, &mut loaded.report);
    let (star, inputs) = (std::mem::take(&mut loaded.star), &loaded.inputs);
    let read = |input: &Input| read_again(&store, order, former.as_ref(), input);
    let keep = || keep_raw(&order.disk, &order.data, inputs, read);
    // Many small files wait for the disk, and the cubes for the processor.
    let (kept, made) = beside(keep, || write_cubes(domain.schema(), star, loaded.timeline, &draft));
    kept?;
    let (cubes, built) = made?;
    let looks = match (&former, unreadable) {
        (_, Some(unreadable)) => Taken::uncompared(unreadable),
        (Some(former), None) => suspect(order, former, &loaded.report, &built)?,
        (None, None) => Taken::InUse,
    };
    drop(built);
    let _choice = Choice::take(&order.data)?;
    let taken = match decide_use(order, draft.name(), asked_before, &mut loaded.report) {
        Taken::InUse => looks,
        aside => aside,
    };
    if let Taken::Awaiting(reasons) = &taken {
        loaded.report.awaiting.clone_from(reasons);
    }
    write_reports(&draft, &loaded)?;
    let mut manifest = manifest(&domain, &draft, &loaded, order, &cubes);
    manifest.take_access(domain.schema());
    taken.tell(&mut manifest);
    let name = draft.publish(&manifest, taken == Taken::InUse)?;
    Ok(Outcome::Built(name, Box::new(loaded.report)))
}

/// Whether a new version is the one that is asked when none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Taken {
    /// It is.
    InUse,
    /// It stands beside the others, and why.
    Aside(String),
    /// It waits for an operator, and why.
    Awaiting(Vec<String>),
}

impl Taken {
    /// An operator has taken another into use.
    fn meanwhile(current: VersionName) -> Taken {
        Taken::Aside(format!("{current} blev taget i brug, mens den blev bygget"))
    }

    /// Nobody knows whether its figures look right.
    fn uncompared(why: Unreadable) -> Taken {
        tracing::warn!("den nye version {}", why.reason);
        Taken::Awaiting(vec![why.reason])
    }

    fn tell(&self, manifest: &mut Manifest) {
        let (name, part) = match self {
            Taken::InUse => return,
            Taken::Aside(why) => (versions::ASIDE, json!(why)),
            Taken::Awaiting(reasons) => (versions::AWAITING, json!(reasons)),
        };
        manifest.more.insert(name.to_owned(), part);
    }
}

/// Whether a version that would be used looks wrong beside the one that is used now, or cannot be
/// compared with it.
fn suspect(
    order: &Rebuild,
    former: &Former,
    report: &LoadReport,
    cubes: &[Arc<Cube>],
) -> anyhow::Result<Taken> {
    let opened = match versions::open(&order.data, former.name) {
        Ok(opened) => opened,
        Err(problem) => return Ok(Taken::uncompared(Unreadable::new(former.name, &problem))),
    };
    let before = Side { report: &former.report, cubes: &opened.cubes };
    let reasons = suspicion::find(Side { report, cubes }, before, order.suspicious, &order.accept)?;
    Ok(if reasons.is_empty() { Taken::InUse } else { Taken::Awaiting(reasons) })
}

/// Does what waits for the disk beside what does not.
fn beside<A: Send, B>(waits: impl FnOnce() -> A + Send, works: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let waits = scope.spawn(waits);
        let worked = works();
        (waits.join().unwrap_or_else(|panic| resume_unwind(panic)), worked)
    })
}

fn load_against(
    domain: &Vh,
    store: &dyn Store,
    order: &Rebuild,
    former: Option<&Former>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Loaded, LoadError> {
    let files = former.map(|former| RawStore::new(&order.data, &former.files));
    let hold = former.zip(files.as_ref()).map(|(former, files)| Hold {
        former: &former.standings,
        lines: &former.report.references,
        files,
        percent: order.percent,
        accept: &order.accept,
    });
    let ordered = Order { limit: order.month, hold, ..Order::default() };
    load_ordered(domain, store, &ordered, progress)
}

/// Whether the new version is to be asked when none is named, and what is to be said of that. A
/// version of an earlier month that was ordered stands beside the others, and so does one during
/// whose making an operator has taken another into use; one that has become earlier because
/// deliveries are gone is used, and said to be.
fn decide_use(
    order: &Rebuild,
    name: VersionName,
    before: Option<VersionName>,
    report: &mut LoadReport,
) -> Taken {
    let Some(current) = versions::chosen(&order.data) else { return Taken::InUse };
    if before != Some(current) {
        report.notes.push(format!(
            "version {name} er ikke taget i brug, for {current} blev taget i brug, mens den blev \
             bygget; spørg den med --version {name}"
        ));
        return Taken::meanwhile(current);
    }
    if name.month >= current.month {
        return Taken::InUse;
    }
    if order.month.is_some() {
        report.notes.push(format!(
            "version {name} er ikke taget i brug, for {current} er for en senere måned; \
             spørg den med --version {name}"
        ));
        return Taken::Aside(format!("{current}, der var aktiv, er for en senere måned"));
    }
    report.notes.push(format!(
        "opgørelsesdagen går tilbage: version {name} er taget i brug i stedet for {current}, \
         fordi ingen leverance for en senere måned kan bruges"
    ));
    Taken::InUse
}

/// The bytes of an input once more: from the folder, or from what the former version was made of.
fn read_again(
    store: &dyn Store,
    order: &Rebuild,
    former: Option<&Former>,
    input: &Input,
) -> io::Result<Vec<u8>> {
    let read = store.read(&input.path);
    match (read, former) {
        (Ok(bytes), _) if checksum(&bytes) == input.sha256 => Ok(bytes),
        (_, Some(_)) => versions::read_raw(&order.data, &input.sha256),
        (read, None) => read,
    }
}

/// Builds all cubes of a schema and writes them as one file; gives the file and the cubes. A table
/// is let go when its last cube has been built: a country's are as large as its cubes.
fn write_cubes(
    schema: &Schema,
    mut star: Star,
    timeline: Timeline,
    draft: &Draft,
) -> anyhow::Result<(CubesFile, Vec<Arc<Cube>>)> {
    let mut cubes: Vec<Arc<Cube>> = Vec::with_capacity(schema.cubes.len());
    for (at, cube) in schema.cubes.iter().enumerate() {
        cubes.push(Arc::new(build(schema, cube, &star, timeline)?));
        let later = || schema.cubes[at + 1..].iter().flat_map(|cube| &cube.groups);
        star.facts.retain(|table| later().any(|group| group.facts == table.name));
    }
    drop(star);
    check_formulas(&cubes)?;
    Ok((write_snapshot(&cubes, draft)?, cubes))
}

/// That every formula of the cubes can be read.
fn check_formulas(cubes: &[Arc<Cube>]) -> anyhow::Result<()> {
    let faults = cubes.iter().flat_map(|cube| {
        let found = bind::faults(&View::everything(Arc::clone(cube)));
        found.into_iter().map(|fault| format!("kuben '{}': {}", cube.name, fault.error.explained()))
    });
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { Ok(()) } else { Err(anyhow!(faults.join("\n"))) }
}

/// Bytes of cubes that are handed to the disk at a time.
const CHUNK: usize = 1 << 20;

/// Writes cubes as one file.
fn write_snapshot(cubes: &[Arc<Cube>], draft: &Draft) -> anyhow::Result<CubesFile> {
    let mut file = BufWriter::with_capacity(CHUNK, draft.create(versions::CUBES)?);
    snapshot::write(&cubes.iter().map(Arc::as_ref).collect::<Vec<_>>(), &mut file)?;
    let mut file = file.into_inner().map_err(IntoInnerError::into_error)?;
    // It is summed up while the disk takes it.
    let path = draft.file(versions::CUBES);
    let (synced, summed) = beside(|| file.sync(), || CubesFile::of(&path));
    synced?;
    Ok(summed?.with_head(&map(&path)?))
}

fn write_reports(draft: &Draft, loaded: &Loaded) -> anyhow::Result<()> {
    let [json, text] = report_texts(&loaded.report)?;
    draft.write(REPORT, |file| file.write_all(json.as_bytes()))?;
    draft.write(REPORT_TEXT, |file| file.write_all(text.as_bytes()))?;
    draft.write(REJECTS, |file| write_rejects(&loaded.rejects, file))?;
    draft.write(WARNINGS, |file| write_warnings(&loaded.warnings, file))
}

/// A report for programs, and for people.
fn report_texts(report: &LoadReport) -> anyhow::Result<[String; 2]> {
    Ok([serde_json::to_string_pretty(report)? + "\n", report.to_text()])
}

/// The reports of a rebuild that nothing came of, beside the versions, which stay as they were.
fn write_refused(order: &Rebuild, report: &LoadReport) -> anyhow::Result<()> {
    let folder = order.data.join(REFUSED);
    order.disk.make_folder(&folder)?;
    for (name, text) in [REPORT, REPORT_TEXT].into_iter().zip(report_texts(report)?) {
        order.disk.replace(&folder.join(name), text.as_bytes())?;
    }
    Ok(())
}

/// What the version is made from and what was decided, so that it can be made again.
fn manifest(
    domain: &Vh,
    draft: &Draft,
    loaded: &Loaded,
    order: &Rebuild,
    cubes: &CubesFile,
) -> Manifest {
    let mut manifest = Manifest::new(draft.name());
    let report = &loaded.report;
    let decisions = Decisions {
        percent: order.percent,
        former: report.former.clone(),
        held: report.held.clone(),
        accepted: report.accepted.clone(),
        held_files: report.held_files.clone(),
        accepted_files: report.accepted_files.clone(),
    };
    let inputs: Vec<RawFile> = loaded.inputs.iter().map(RawFile::from).collect();
    for (name, part) in [
        (INPUTS, json!(inputs)),
        (MONTH_LIMIT, json!(order.month.map(|month| month.to_string()))),
        (DECISIONS, json!(decisions)),
        (KOMMUNER, json!(loaded.standings)),
        (CUBES, json!(cubes)),
        (REPLACED, json!(report.replaced)),
    ] {
        manifest.more.insert(name.to_owned(), part);
    }
    program::tell(domain, &mut manifest, &report.replaced);
    manifest
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn order(folder: &Path) -> Rebuild {
        Rebuild::new(folder.join("deliveries"), folder.join("data"))
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
        assert_eq!(asked.get("2026-09.1").unwrap().cubes.len(), 4);

        deliver(folder.path(), "2026-10", &[GOOD, &GOOD.replace("a;", "b;")]);
        let second = rebuild(&order(folder.path()), &|_| ()).unwrap();
        assert_eq!(second.report().version, "2026-10.1");
        let change = &second.report().change[0];
        assert_eq!((change.records_before, change.records), (1, 2));
    }

    #[test]
    fn what_an_operator_takes_into_use_meanwhile_stays_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let (order, disk) = (order(folder.path()), Disk::real());
        for month in ["2026-09", "2026-10"] {
            deliver(folder.path(), month, &[GOOD]);
            rebuild(&order, &|_| ()).unwrap();
        }
        let older = VersionName::parse("2026-09.1").unwrap();
        let back = |_| drop(versions::activate(&disk, &order.data, older).unwrap());
        let outcome = rebuild(&order, &back).unwrap();
        assert_eq!((outcome.exit_code(), outcome.report().version.as_str()), (0, "2026-10.2"));
        assert!(outcome.report().notes.iter().any(|note| note.contains("mens den blev bygget")));
        assert_eq!(versions::current(&order.data), Some(older));
        // The next one is compared with what is in use then, and takes over.
        assert_eq!(rebuild(&order, &|_| ()).unwrap().report().version, "2026-10.3");
        assert_eq!(versions::current(&order.data), VersionName::parse("2026-10.3"));
    }

    #[test]
    fn without_a_usable_delivery_the_versions_stay_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        deliver(folder.path(), "2026-09", &[GOOD]);
        let order = Rebuild { month: Month::parse("2026-08"), ..order(folder.path()) };
        let outcome = rebuild(&order, &|_| ()).unwrap();
        assert_eq!(outcome.exit_code(), 2);
        assert_eq!(outcome.report().deliveries.len(), 1);
        assert!(order.data.join("afvist/load-report.txt").exists());
        assert_eq!(versions::names(&order.data).unwrap(), []);
    }
}
