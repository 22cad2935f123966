//! Deliveries of two months by hand, the versions made of them, and what must hold of a data folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use terning_engine::load::Accept;
use terning_server::disk::Disk;
use terning_server::rebuild::{Rebuild, rebuild};
use terning_server::versions::{
    self, Manifest, RawFile, VersionName, Versions, find_raw, raw_files, version_folder,
};

/// A folder with `deliveries` and `data` in it.
pub struct World {
    folder: TempDir,
}

/// The services of the corrections.
pub const VARIANTS: [&str; 3] = ["1.8.1", "1.1", "1.4"];

/// What a version is, but for when it was built.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub manifest: Manifest,
    pub cubes: Vec<u8>,
}

/// The versions that there may be.
pub type AllKnown = BTreeMap<VersionName, Known>;

impl World {
    /// Deliveries of the first month.
    pub fn new() -> World {
        let world = World { folder: tempfile::tempdir().unwrap() };
        let lines = |kommune: &str, count: usize| -> Vec<String> {
            let line = |at: usize| {
                let end = if at.is_multiple_of(3) { "2024-01-15" } else { "" };
                let cpr = 6_101_801_000 + at;
                format!("{kommune}-{at};{cpr};{kommune};;1.8.1;2020-01-{:02};{end};;;A", at + 1)
            };
            (0..count).map(line).collect()
        };
        world.deliver("153", "2024-01", &lines("153", 12));
        world.deliver("461", "2024-01", &lines("461", 9));
        world
    }

    /// What 153 delivers for the second month.
    pub fn second_month(&self) {
        let line = |at: usize| {
            format!("153-{at};{};153;;1.1;2020-02-{:02};;;;B", 6_101_801_000 + at, at + 1)
        };
        let lines: Vec<String> = (0..14).map(line).collect();
        self.deliver("153", "2024-02", &lines);
    }

    /// What both deliver for the first month, corrected: as many records, of another service in each of
    /// [`VARIANTS`] and begun in another year, so that no file of one is a file of another, and no figure.
    /// All are open in all of them: where fewer are, a delivery is held.
    pub fn corrected(&self, variant: usize) {
        for (kommune, count) in [("153", 12), ("461", 9)] {
            let line = |at: usize| {
                let (code, cpr) = (VARIANTS[variant], 6_101_801_000 + at);
                let year = 2020 + variant;
                format!("{kommune}-{at};{cpr};{kommune};;{code};{year}-01-{:02};;;;A", at + 1)
            };
            let lines: Vec<String> = (0..count).map(line).collect();
            self.deliver(kommune, "2024-01", &lines);
        }
    }

    fn deliver(&self, kommune: &str, month: &str, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let sha256: String =
            Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let manifest = json!({
            "kommune": kommune, "system": "nexus", "leverandoer": "Prøve", "maaned": month,
            "loebenummer": 1, "fuld_bestand": true, "format": "csv", "header": false,
            "tegnsaet": "utf-8", "antal_raekker": lines.len(), "sha256": sha256,
            "modtaget": format!("{month}-28T08:00:00+01:00"),
        });
        let stem = format!("VH_{kommune}_nexus_{}_1", month.replace('-', ""));
        let folder = self.deliveries().join(month);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{stem}.csv")), text).unwrap();
        fs::write(folder.join(format!("{stem}.json")), manifest.to_string()).unwrap();
    }

    pub fn deliveries(&self) -> PathBuf {
        self.folder.path().join("deliveries")
    }

    /// The folder that the data folder is made in.
    pub fn root(&self) -> PathBuf {
        let root = self.folder.path().join("root");
        fs::create_dir_all(&root).unwrap();
        root
    }

    pub fn data(&self) -> PathBuf {
        data(&self.root())
    }

    pub fn build(&self, disk: Disk) -> anyhow::Result<VersionName> {
        build_in(&self.deliveries(), &self.data(), disk)
    }

    /// All versions that there are.
    pub fn known(&self) -> AllKnown {
        let names = versions::names(&self.data()).unwrap();
        names.into_iter().map(|name| (name, known(&self.data(), name))).collect()
    }
}

/// The data folder in a root.
pub fn data(root: &Path) -> PathBuf {
    root.join("data")
}

/// Builds a version.
pub fn build_in(deliveries: &Path, data: &Path, disk: Disk) -> anyhow::Result<VersionName> {
    let order = Rebuild { disk, accept: Accept::All, ..Rebuild::new(deliveries, data) };
    let outcome = rebuild(&order, &|_| ())?;
    assert_eq!(outcome.exit_code(), 0);
    Ok(name(&outcome.report().version))
}

pub fn name(text: &str) -> VersionName {
    VersionName::parse(text).unwrap()
}

fn known(data: &Path, name: VersionName) -> Known {
    let folder = version_folder(data, name);
    let cubes = fs::read(folder.join(versions::CUBES)).unwrap();
    // Versions of the same deliveries differ in when they were built.
    let manifest = Manifest { built_at: String::new(), ..Manifest::read(&folder).unwrap() };
    Known { manifest, cubes }
}

/// Opens a data folder as a server does: the version that answers, after everything that must hold
/// was looked at. Every version that there is, is whole, and so are the files that it was made from.
pub fn answering(data: &Path, all: &AllKnown, what: &str) -> Option<VersionName> {
    let versions = Versions::new(data);
    versions.refresh();
    for listed in versions.list() {
        let opened = versions.get(&listed.name.to_string());
        let opened = opened.unwrap_or_else(|problem| panic!("{what}: {problem}"));
        let found = known(data, listed.name);
        assert!(all.get(&listed.name) == Some(&found), "{what}: {} is a mixture", listed.name);
        assert!(!opened.cubes.is_empty());
        for file in made_of(&found.manifest) {
            assert!(find_raw(data, &file.sha256).is_some(), "{what}: {} is lost", file.path);
        }
    }
    versions.active().map(|version| version.name)
}

/// The files that a version was made from: deliveries, or tables.
fn made_of(manifest: &Manifest) -> Vec<RawFile> {
    match manifest.more.get("tables") {
        Some(tables) => serde_json::from_value(tables.clone()).unwrap(),
        None => raw_files(manifest).unwrap(),
    }
}

/// The paths in a folder that only a program at work has there.
pub fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "tmp") {
            found.push(path.clone());
        }
        if path.is_dir() {
            found.extend(leftovers(&path));
        }
    }
    found
}

/// Copies a folder with what is in it.
pub fn copy(from: &Path, to: &Path) {
    crate::model::lay(&crate::model::Disk::of(from).after(crate::model::Loss::Kept), to);
}
