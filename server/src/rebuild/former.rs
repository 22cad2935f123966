//! The version before: what a new one is compared with, and held against.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::Path;

use anyhow::Context;
use cube_schema::day::Month;
use serde::de::DeserializeOwned;
use terning_engine::load::{LoadReport, Standing};

use super::{KOMMUNER, REPORT};
use crate::versions::{self, Manifest, RawFile, VersionName};

/// What is known of a version.
pub struct Former {
    /// Its name.
    pub name: VersionName,
    /// Its load report.
    pub report: LoadReport,
    /// What counts of each reporter in it; empty where its manifest does not say.
    pub standings: BTreeMap<String, Standing>,
    /// The raw files that it was made from.
    pub files: Vec<RawFile>,
}

impl Former {
    /// The version that is asked now; where months are limited and it is of a later one, the
    /// newest that is not and does not wait for an operator. Nothing where there is none.
    ///
    /// # Errors
    /// It cannot be read. That is no reason to stop: the new version then has nothing to be compared
    /// with, and somebody must look at it.
    pub fn find(data: &Path, limit: Option<Month>) -> Result<Option<Former>, Unreadable> {
        let fits = |name: &VersionName| limit.is_none_or(|limit| name.month <= limit);
        let current = versions::current(data).filter(fits);
        let may_stand = |name: &VersionName| fits(name) && versions::may_answer(data, *name);
        let name = current.or_else(|| versions::names(data).ok()?.into_iter().find(may_stand));
        let read = |name| Former::read(data, name).map_err(|error| Unreadable::new(name, &error));
        name.map(read).transpose()
    }

    fn read(data: &Path, name: VersionName) -> anyhow::Result<Former> {
        let folder = versions::folder(data).join(name.to_string());
        let report = read_report(&folder).with_context(|| format!("{REPORT} kan ikke læses"))?;
        let manifest = Manifest::read(&folder).map_err(anyhow::Error::msg)?;
        let standings = part(&manifest, KOMMUNER).unwrap_or_default();
        let files = versions::raw_files(&manifest).unwrap_or_default();
        Ok(Former { name, report, standings, files })
    }
}

/// What the newest version of an earlier month tells of its load; one that waits for an operator, or
/// cannot be read, is passed over.
pub fn month_before(data: &Path, month: Month) -> Option<LoadReport> {
    let mut names = versions::names(data).ok()?.into_iter();
    names.find_map(|name| {
        let stands = name.month < month && versions::may_answer(data, name);
        stands.then(|| read_report(&versions::folder(data).join(name.to_string())).ok())?
    })
}

fn read_report(folder: &Path) -> anyhow::Result<LoadReport> {
    Ok(serde_json::from_slice(&fs::read(folder.join(REPORT))?)?)
}

/// Why a version is not compared with the one before.
#[derive(Debug)]
pub struct Unreadable {
    /// In one Danish sentence, as an operator reads it.
    pub reason: String,
}

impl Unreadable {
    /// Of a version, and what is wrong with it.
    pub fn new(name: VersionName, problem: &impl Display) -> Unreadable {
        Unreadable { reason: format!("kan ikke sammenlignes med version {name}: {problem:#}") }
    }
}

/// A part of a manifest; `None` where it is not there, or not what it should be.
pub fn part<T: DeserializeOwned>(manifest: &Manifest, name: &str) -> Option<T> {
    serde_json::from_value(manifest.more.get(name)?.clone()).ok()
}
