//! Hold of reference files: one that can no longer be read, or has lost many of its lines, would
//! change figures of everybody. The one that the former version was made with is used instead,
//! until an operator accepts the new one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::hold::{Hold, sha256_of};
use super::page::number;
use crate::delivery::accept::REFERENCE_FOLDER;
use crate::delivery::{Input, ReferenceData, Store};

/// Files with fewer lines are kept by hand, and lose a fifth of them in an ordinary correction.
const SMALL: u64 = 20;

/// A reference file that is held, or would be had it not been accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldFile {
    /// The file, with its folder.
    pub file: String,
    /// Why, in Danish.
    pub reason: String,
    /// The lines that were used of it in the former version; `None` where that is not known.
    pub lines_before: Option<u64>,
    /// The lines that can be used of the new one.
    pub lines: u64,
}

impl HeldFile {
    /// What it is accepted by: its name without the folder.
    #[must_use]
    pub fn name(&self) -> &str {
        self.file.strip_prefix(REFERENCE_FOLDER).unwrap_or(&self.file)
    }
}

impl Hold<'_> {
    /// Every reference file with a reason to hold it, accepted or not: those of the former version
    /// that are refused now, or have lost too many lines. (A file that is gone was taken away by
    /// somebody; one of which the former version used nothing has nothing to be held by.)
    pub(super) fn files<R>(
        &self,
        reference: &ReferenceData<R>,
        present: &BTreeSet<String>,
    ) -> Vec<HeldFile> {
        let known = self.files.list();
        let former = known.into_iter().filter(|path| path.starts_with(REFERENCE_FOLDER));
        let held = former.filter(|path| present.contains(path)).filter_map(|file| {
            let before = self.lines.get(&file).copied().filter(|&lines| lines > 0)?;
            let lines = reference.lines.get(&file).copied().unwrap_or(0);
            let reason = match reference.refused.get(&file) {
                Some(reason) => reason.clone(),
                None => self.lost(before, lines)?,
            };
            Some(HeldFile { file, reason, lines_before: Some(before), lines })
        });
        held.collect()
    }

    fn lost(&self, before: u64, now: u64) -> Option<String> {
        let lost = before.saturating_sub(now);
        (before >= SMALL && self.is_more(lost, before)).then(|| {
            let (before, now, percent) = (number(before), number(now), self.percent);
            format!("linjer, der kan bruges, falder fra {before} til {now}, mere end {percent} %")
        })
    }
}

/// A folder in which some reference files are those of the former version.
pub(super) struct WithFormer<'a> {
    pub base: &'a dyn Store,
    pub former: &'a dyn Store,
    pub files: BTreeSet<String>,
}

impl Store for WithFormer<'_> {
    fn list(&self) -> Vec<String> {
        self.base.list()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        if self.files.contains(path) { self.former.open(path) } else { self.base.open(path) }
    }
}

/// The inputs of a load with former files in the place of some, and these beside them, set aside.
pub(super) fn set_aside(now: &mut Vec<Input>, read: &[Input], held: &BTreeSet<String>) {
    let changed = |input: &&Input| sha256_of(now, &input.path) != Some(&*input.sha256);
    let aside = read.iter().filter(|input| held.contains(&input.path)).filter(changed);
    let aside: Vec<Input> = aside.map(|input| Input { set_aside: true, ..input.clone() }).collect();
    now.extend(aside);
    now.sort_by(|a, b| (&a.path, a.set_aside).cmp(&(&b.path, b.set_aside)));
}

/// The number of lines of each file, for the version that comes next.
pub type Lines = BTreeMap<String, u64>;
