//! Hold: a reporter whose stock shrinks suspiciously keeps the records it had, until an operator
//! accepts the new ones.
//!
//! What a reporter had is told by the former version: how many records counted, and of which
//! deliveries. Where a reporter is held, its new deliveries are set aside, the former ones are
//! laid in their place, and the load is run over that; how much of each counts is what it was.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use cube_schema::domain::Domain;
use cube_schema::rule::Take;
use serde::{Deserialize, Serialize};

use super::hold_files::Lines;
use super::page::number;
use crate::delivery::{Input, Store};
use crate::history::{History, Outcome};

/// By how much a stock may shrink, and how much of a file may be rejected, unless set otherwise.
pub const PERCENT: u32 = 20;

/// What counts of a reporter in a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Records that count.
    pub records: u64,
    /// Those of them without an end.
    pub open: u64,
    /// The deliveries of which something counts.
    pub deliveries: Vec<Kept>,
}

/// A delivery of which something counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The data file, with its folder.
    pub file: String,
    /// Its checksum.
    pub sha256: String,
    /// Whether only its ended records count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended_only: bool,
}

impl Kept {
    fn take(&self) -> Take {
        if self.ended_only { Take::Ended } else { Take::All }
    }
}

/// What a standing settles for its reporter.
#[must_use]
pub fn settled(standing: &Standing) -> BTreeMap<String, Take> {
    standing.deliveries.iter().map(|kept| (kept.file.clone(), kept.take())).collect()
}

/// Against what a load is held.
pub struct Hold<'a> {
    /// What counts of each reporter in the former version.
    pub former: &'a BTreeMap<String, Standing>,
    /// The files of the former version.
    pub files: &'a dyn Store,
    /// How many lines of each of its reference files were used.
    pub lines: &'a Lines,
    /// By how many percent records may shrink, and how many of a file may be rejected.
    pub percent: u32,
    /// Whose new records an operator has accepted.
    pub accept: &'a Accept,
}

/// Whose new records are accepted however they look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Accept {
    /// Nobody's.
    #[default]
    None,
    /// Those of these reporters, and reference files of these names.
    Some(BTreeSet<String>),
    /// Everybody's.
    All,
}

impl Accept {
    /// Whether a reporter's are, or a reference file is.
    #[must_use]
    pub fn has(&self, reporter: &str) -> bool {
        match self {
            Accept::None => false,
            Accept::Some(reporters) => reporters.contains(reporter),
            Accept::All => true,
        }
    }
}

/// A reporter that is held, or would be had it not been accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Who reports.
    pub kommune: String,
    /// Why, in Danish.
    pub reason: String,
    /// Records that counted in the former version, and count on when held.
    pub records_before: u64,
    /// Records that would count.
    pub records: u64,
    /// Open ones in the former version.
    pub open_before: u64,
    /// Open ones that would count.
    pub open: u64,
}

impl Hold<'_> {
    /// Every reporter with a reason to hold it, accepted or not.
    #[must_use]
    pub fn findings<R>(
        &self,
        standings: &BTreeMap<String, Standing>,
        history: &History<R>,
    ) -> Vec<Finding> {
        let nothing = Standing::default();
        let finding = |(reporter, former): (&String, &Standing)| {
            let now = standings.get(reporter).unwrap_or(&nothing);
            let reason = self
                .shrunk(former, now)
                .or_else(|| self.rejected(reporter, former, now, &history.outcomes))?;
            Some(Finding {
                kommune: reporter.clone(),
                reason,
                records_before: former.records,
                records: now.records,
                open_before: former.open,
                open: now.open,
            })
        };
        self.former.iter().filter_map(finding).collect()
    }

    fn shrunk(&self, former: &Standing, now: &Standing) -> Option<String> {
        if former.records > 0 && now.deliveries.is_empty() {
            return Some("kommunen har ingen leverance, der kan bruges".to_owned());
        }
        let numbers =
            [("ydelser", former.records, now.records), ("åbne ydelser", former.open, now.open)];
        let (what, before, after) = numbers
            .into_iter()
            .find(|(_, before, after)| self.is_more(before.saturating_sub(*after), *before))?;
        let (before, after, percent) = (number(before), number(after), self.percent);
        Some(format!("{what} falder fra {before} til {after}, mere end {percent} %"))
    }

    /// Whether too much of a newest file, that of each system in the newest month, is rejected. A
    /// file that counted in the former version has been accepted before.
    fn rejected(
        &self,
        reporter: &str,
        former: &Standing,
        now: &Standing,
        outcomes: &[Outcome],
    ) -> Option<String> {
        let own: Vec<&Outcome> =
            outcomes.iter().filter(|one| one.info.reporter == reporter).collect();
        let newest = own.iter().map(|one| one.info.month).max()?;
        // Deliveries stand by system, and in each in their order.
        let last_of_system = own.chunk_by(|one, next| one.info.system == next.info.system);
        let is_new = |one: &&&Outcome| {
            let kept = now.deliveries.iter().find(|kept| kept.file == one.info.file);
            one.info.month == newest && kept.is_none_or(|kept| !former.deliveries.contains(kept))
        };
        let bad = last_of_system
            .filter_map(|system| system.last())
            .filter(is_new)
            .find(|one| self.is_more(one.rejected, one.read + one.rejected))?;
        let (rejected, all) = (number(bad.rejected), number(bad.read + bad.rejected));
        Some(format!("{rejected} af {all} poster er afvist, mere end {} %", self.percent))
    }

    /// Whether a part is more than the share that is let through.
    pub(super) fn is_more(&self, part: u64, whole: u64) -> bool {
        u128::from(part) * 100 > u128::from(whole) * u128::from(self.percent)
    }
}

/// What counts of each reporter, of a history whose records have not been handed on.
pub fn standings<D: Domain>(
    domain: &D,
    history: &History<D::Record>,
    inputs: &[Input],
) -> BTreeMap<String, Standing> {
    let mut standings: BTreeMap<String, Standing> = BTreeMap::new();
    for (delivery, records) in history.deliveries.iter().zip(&history.records) {
        let standing = standings.entry(delivery.reporter.clone()).or_default();
        let open = records.iter().filter(|read| !domain.is_ended(&read.record)).count();
        standing.records += records.len() as u64;
        standing.open += open as u64;
    }
    for outcome in history.outcomes.iter().filter(|outcome| outcome.take != Take::Nothing) {
        let file = outcome.info.file.clone();
        let sha256 = sha256_of(inputs, &file).unwrap_or_default().to_owned();
        let kept = Kept { file, sha256, ended_only: outcome.take == Take::Ended };
        standings.entry(outcome.info.reporter.clone()).or_default().deliveries.push(kept);
    }
    standings
}

/// The checksum of a file that has been read.
#[must_use]
pub fn sha256_of<'i>(inputs: &'i [Input], path: &str) -> Option<&'i str> {
    inputs.iter().find(|input| input.path == path).map(|input| &*input.sha256)
}

/// The manifest beside a data file.
#[must_use]
pub fn manifest_of(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("{stem}.json")
}

/// A folder in which the deliveries of held reporters are those of the former version.
pub struct Overlay<'a> {
    base: &'a dyn Store,
    former: &'a dyn Store,
    hidden: BTreeSet<String>,
    shown: BTreeSet<String>,
}

impl<'a> Overlay<'a> {
    /// Hides the deliveries of the held reporters, and shows what they had.
    #[must_use]
    pub fn new<'h>(
        base: &'a dyn Store,
        hold: &Hold<'a>,
        held: impl Iterator<Item = &'h str>,
        outcomes: &[Outcome],
    ) -> Overlay<'a> {
        let (mut hidden, mut shown) = (BTreeSet::new(), BTreeSet::new());
        let with_manifest = |file: &str| [file.to_owned(), manifest_of(file)];
        for reporter in held {
            let own = outcomes.iter().filter(|outcome| outcome.info.reporter == reporter);
            hidden.extend(own.flat_map(|outcome| with_manifest(&outcome.info.file)));
            let kept = hold.former.get(reporter).into_iter().flat_map(|one| &one.deliveries);
            shown.extend(kept.flat_map(|kept| with_manifest(&kept.file)));
        }
        Overlay { base, former: hold.files, hidden, shown }
    }

    /// Whether a file of the folder is hidden.
    #[must_use]
    pub fn hides(&self, path: &str) -> bool {
        self.hidden.contains(path)
    }
}

impl Store for Overlay<'_> {
    fn list(&self) -> Vec<String> {
        let mut paths = self.base.list();
        paths.retain(|path| !self.hidden.contains(path) && !self.shown.contains(path));
        paths.extend(self.shown.iter().cloned());
        paths.sort();
        paths
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        if self.shown.contains(path) { self.former.open(path) } else { self.base.open(path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::MemoryStore;

    #[test]
    fn more_than_the_share_is_held_and_exactly_the_share_is_not() {
        let files = MemoryStore::default();
        let hold = Hold {
            former: &BTreeMap::new(),
            files: &files,
            lines: &BTreeMap::new(),
            percent: 20,
            accept: &Accept::None,
        };
        let standing = |records, open| Standing {
            records,
            open,
            deliveries: vec![Kept {
                file: "f".to_owned(),
                sha256: String::new(),
                ended_only: false,
            }],
        };
        let former = standing(100, 10);
        assert_eq!(hold.shrunk(&former, &standing(80, 8)), None);
        assert_eq!(hold.shrunk(&former, &standing(1000, 10)), None);
        let reason = hold.shrunk(&former, &standing(79, 10)).unwrap();
        assert_eq!(reason, "ydelser falder fra 100 til 79, mere end 20 %");
        let reason = hold.shrunk(&former, &standing(100, 7)).unwrap();
        assert_eq!(reason, "åbne ydelser falder fra 10 til 7, mere end 20 %");
        assert!(hold.shrunk(&former, &Standing::default()).unwrap().contains("ingen leverance"));
        assert_eq!(hold.shrunk(&Standing::default(), &Standing::default()), None);
    }
}
