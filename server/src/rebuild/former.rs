//! The version before: what a new one is compared with, and held against.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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
    /// newest that is not and does not wait for an operator. One that cannot be read is no reason to stop: the new version then has
    /// nothing to be compared with.
    pub fn find(data: &Path, limit: Option<Month>) -> Option<Former> {
        let fits = |name: &VersionName| limit.is_none_or(|limit| name.month <= limit);
        let current = versions::current(data).filter(fits);
        let may_stand = |name: &VersionName| fits(name) && versions::may_answer(data, *name);
        let name = current.or_else(|| versions::names(data).ok()?.into_iter().find(may_stand))?;
        match Former::read(data, name) {
            Ok(former) => Some(former),
            Err(problem) => {
                tracing::warn!("der sammenlignes ikke med version {name}: {problem:#}");
                None
            }
        }
    }

    fn read(data: &Path, name: VersionName) -> anyhow::Result<Former> {
        let folder = versions::folder(data).join(name.to_string());
        let report = serde_json::from_slice(&fs::read(folder.join(REPORT))?)?;
        let manifest = Manifest::read(&folder).map_err(anyhow::Error::msg)?;
        let standings = part(&manifest, KOMMUNER).unwrap_or_default();
        let files = versions::raw_files(&manifest).unwrap_or_default();
        Ok(Former { name, report, standings, files })
    }
}

/// A part of a manifest; `None` where it is not there, or not what it should be.
pub fn part<T: DeserializeOwned>(manifest: &Manifest, name: &str) -> Option<T> {
    serde_json::from_value(manifest.more.get(name)?.clone()).ok()
}
