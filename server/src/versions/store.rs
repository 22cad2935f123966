//! The versions that can be asked: one active, others opened when they are asked for.

use std::collections::VecDeque;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use terning_engine::cube::Cube;
use terning_engine::snapshot::{self, SnapshotError};

use super::listed::{Listed, Manifests};
use super::unread::{Marks, Stamps, Unread};
use super::{
    CUBES, Current, MANIFEST, Manifest, Protection, State, VersionName, Views, bytes_of, folder,
    may_answer, names, version_folder,
};
use crate::map::{map, release};

/// Former versions that are kept open. Each costs its bitmaps; columns are mapped.
const KEPT_OPEN: usize = 4;

/// An opened version. Whoever holds it can go on asking it after it was replaced.
pub struct Version {
    /// The name.
    pub name: VersionName,
    /// What it is.
    pub manifest: Manifest,
    /// The cubes.
    pub cubes: Vec<Arc<Cube>>,
    /// What callers see of them.
    pub views: Views,
    /// Whether small counts are hidden.
    pub protection: Protection,
}

/// Why a version cannot be asked, in one Danish sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// There is no version at all.
    #[error("der er endnu ingen version at spørge; kør terning-server rebuild")]
    None,
    /// None has this name.
    #[error("versionen '{name}' findes ikke")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The versions there are, newest first.
        known: Vec<String>,
    },
    /// It is there and cannot be read.
    #[error("versionen {name} kan ikke læses: {problem}")]
    Damaged {
        /// Its name.
        name: VersionName,
        /// What is wrong with it.
        problem: String,
    },
}

/// All versions in a data folder.
pub struct Versions {
    data: PathBuf,
    protection: Protection,
    active: ArcSwapOption<Version>,
    former: Mutex<VecDeque<Arc<Version>>>,
    /// Held while a former version is opened.
    opening: Mutex<()>,
    unread: Marks,
    read: Manifests,
    /// What was said to be wrong with `CURRENT`, once.
    told: Mutex<Option<String>>,
}

impl Versions {
    /// The versions in a data folder. Nothing is opened before [`Versions::refresh`].
    #[must_use]
    pub fn new(data: &Path) -> Versions {
        Versions {
            data: data.to_owned(),
            protection: Protection::default(),
            active: ArcSwapOption::empty(),
            former: Mutex::default(),
            opening: Mutex::default(),
            unread: Marks::default(),
            read: Manifests::default(),
            told: Mutex::default(),
        }
    }

    /// The same, small counts being hidden or not.
    #[must_use]
    pub fn protecting(self, protection: Protection) -> Versions {
        Versions { protection, ..self }
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The folder of a version.
    #[must_use]
    pub fn folder(&self, name: VersionName) -> PathBuf {
        version_folder(&self.data, name)
    }

    /// The version that is asked when none is named.
    #[must_use]
    pub fn active(&self) -> Option<Arc<Version>> {
        self.active.load_full()
    }

    /// Opens the version that should be active, if it is not already. A version that cannot be
    /// read is named once, and the newest one before it that can be read, and does not wait for an
    /// operator, is taken instead. Returns the version that became active.
    pub fn refresh(&self) -> Option<Arc<Version>> {
        let newest = names(&self.data).unwrap_or_default();
        let may_answer = |name: &VersionName| may_answer(&self.data, *name);
        let Current { name, problem } = Current::read(&self.data);
        self.tell(problem.as_ref());
        let active = self.active().map(|version| version.name);
        // Where nothing says which should be, the version that answers goes on.
        let wanted = name.or(active);
        let wanted = wanted.or_else(|| newest.iter().copied().find(may_answer))?;
        let older = newest.into_iter().filter(|name| *name < wanted && may_answer(name));
        for name in std::iter::once(wanted).chain(older) {
            if active == Some(name) {
                return None;
            }
            if let Some(version) = self.open_once(name) {
                self.active.store(Some(Arc::clone(&version)));
                return Some(version);
            }
        }
        None
    }

    /// Names what is wrong with `CURRENT` in the log, each thing once.
    fn tell(&self, problem: Option<&String>) {
        let mut told = lock(&self.told);
        if let Some(problem) = problem.filter(|problem| told.as_ref() != Some(problem)) {
            tracing::error!("{problem}");
        }
        *told = problem.cloned();
    }

    /// Opens a version unless it is known that it cannot be.
    fn open_once(&self, name: VersionName) -> Option<Arc<Version>> {
        self.find_opened(name).or_else(|| match self.unread.find(name, &self.folder(name)) {
            Some(_) => None,
            None => self.open(name).ok(),
        })
    }

    /// A version by name, if it is open.
    #[must_use]
    pub fn opened(&self, name: &str) -> Option<Arc<Version>> {
        let name = VersionName::parse(name).filter(|name| self.folder(*name).is_dir())?;
        self.find_opened(name)
    }

    /// A version by name; without one, the active version. Opening an old one reads its file, and
    /// waits while another is opened.
    ///
    /// # Errors
    /// There is no such version, or it is damaged.
    pub fn get(&self, name: &str) -> Result<Arc<Version>, VersionError> {
        if name.is_empty() {
            return self.active().ok_or(VersionError::None);
        }
        let known = || names(&self.data).unwrap_or_default();
        let parsed = VersionName::parse(name).filter(|name| known().contains(name));
        let Some(parsed) = parsed else {
            let known = known().iter().map(ToString::to_string).collect();
            return Err(VersionError::Unknown { name: name.to_owned(), known });
        };
        let found = self.find_opened(parsed).map_or_else(|| self.open_alone(parsed), Ok);
        found.map_err(|problem| VersionError::Damaged { name: parsed, problem })
    }

    /// Opens a former version, one at a time: whoever waited for the same one finds it open then, and
    /// the disk is read once.
    fn open_alone(&self, name: VersionName) -> Result<Arc<Version>, String> {
        let _opening = lock(&self.opening);
        if let Some(version) = self.find_opened(name) {
            return Ok(version);
        }
        if let Some(problem) = self.unread.damaged(name, &self.folder(name)) {
            return Err(problem);
        }
        let version = self.open(name)?;
        self.keep(Arc::clone(&version));
        Ok(version)
    }

    /// Opens a version. One that cannot be is named in the log, once, and remembered.
    fn open(&self, name: VersionName) -> Result<Arc<Version>, String> {
        let stamps = Stamps::of(&self.folder(name));
        match read(&self.data, name, self.protection) {
            Ok(version) => {
                self.unread.clear(name);
                Ok(version)
            }
            Err(unread) => {
                let problem = unread.problem.clone();
                if self.unread.note(name, stamps, unread) {
                    tracing::error!(version = %name, %problem, "versionen kan ikke læses");
                }
                Err(problem)
            }
        }
    }

    fn find_opened(&self, name: VersionName) -> Option<Arc<Version>> {
        let active = self.active().filter(|version| version.name == name);
        active.or_else(|| lock(&self.former).iter().find(|version| version.name == name).cloned())
    }

    fn keep(&self, version: Arc<Version>) {
        let mut former = lock(&self.former);
        former.push_front(version);
        former.truncate(KEPT_OPEN);
    }

    /// All versions, newest first.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let active = self.active().map(|version| version.name);
        let names = names(&self.data).unwrap_or_default();
        self.read.keep(&names);
        names.into_iter().map(|name| self.listed(name, active == Some(name))).collect()
    }

    fn listed(&self, name: VersionName, active: bool) -> Listed {
        let folder = self.folder(name);
        let damaged = self.unread.damaged(name, &folder);
        let manifest = damaged.map_or_else(|| self.read.read(name, &folder), Err);
        let state = State::of(&folder, manifest.as_deref(), active);
        Listed { name, manifest, state, bytes: bytes_of(&folder) }
    }
}

/// Whether others may write the data folder or the folder of versions: then a map of a version's file is
/// not safe, and none is opened.
///
/// # Errors
/// They may; the sentence says what to do.
pub fn check_folder(data: &Path) -> anyhow::Result<()> {
    for path in [data, &folder(data)] {
        if fs::metadata(path).is_ok_and(|found| found.mode() & 0o022 != 0) {
            let path = path.display();
            anyhow::bail!("mappen {path} kan skrives af andre brugere; kør chmod go-w {path}");
        }
    }
    Ok(())
}

/// Opens a version: its manifest and its mapped cubes.
///
/// # Errors
/// Something is missing or damaged, in one Danish sentence that users may read: it names no folder.
pub(crate) fn open(data: &Path, name: VersionName) -> Result<Arc<Version>, String> {
    read(data, name, Protection::default()).map_err(|unread| unread.problem)
}

/// The version that a server of a data folder answers from when none is named: the one that `CURRENT`
/// names, or, where that cannot be read, the newest before it that can.
pub(crate) fn answering(data: &Path) -> Option<VersionName> {
    Versions::new(data).refresh().map(|version| version.name)
}

/// The same, small counts being hidden or not.
fn read(data: &Path, name: VersionName, protection: Protection) -> Result<Arc<Version>, Unread> {
    let folder = version_folder(data, name);
    let manifest = Manifest::read_or_why(&folder)?;
    if manifest.version != name.to_string() {
        let problem = format!("{MANIFEST} er af en anden version ({})", manifest.version);
        return Err(Unread::damaged(problem));
    }
    let map = map(&folder.join(CUBES));
    let map = map.map_err(|error| Unread::file(&format!("{CUBES} kan ikke åbnes"), &error))?;
    let damaged = |problem: String| Unread::damaged(format!("{CUBES} er beskadiget: {problem}"));
    let cubes = snapshot::open(map.clone()).map_err(|error| match error {
        SnapshotError::Format { .. } => Unread::damaged(format!("{CUBES} kan ikke læses: {error}")),
        error => damaged(error.to_string()),
    })?;
    if let Some(written) = manifest.cubes() {
        written.check(&map).map_err(damaged)?;
    }
    release(&map);
    let cubes = cubes.into_iter().map(Arc::new).collect();
    Ok(Arc::new(Version { name, manifest, cubes, views: Views::default(), protection }))
}

/// A lock whose holder panicked still holds whole values.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
