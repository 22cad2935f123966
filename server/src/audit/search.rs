//! Finds calls in a log.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use anyhow::Context;
use hashbrown::HashMap;

use super::chain::Line;
use super::entry::{Entry, Kind, Outcome};
use super::files::{self, Lines};
use super::key::Key;
use super::recover::reason;
use super::visit::HASHES;

/// Which calls are wanted; all that is said must hold.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A citizen whom they have shown, or asked for.
    pub citizen: Option<String>,
    /// From this time on, as far as it is written: `2026-11` or `2026-11-23T08`.
    pub from: Option<String>,
    /// Until this time, all of it.
    pub to: Option<String>,
    /// The caller's municipality.
    pub kommune: Option<String>,
    /// The caller's role.
    pub role: Option<String>,
}

/// A call that was found, or several of a caller in a minute that showed nothing (a note).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The number of its line.
    pub seq: u64,
    /// When it was logged, RFC 3339.
    pub time: String,
    /// What the log says of it, with how it ended.
    pub entry: Entry,
    /// Whether it has shown the citizen; else it has only asked for them, or may have shown them.
    pub has_shown: bool,
    /// Whether it has shown citizens of whom nobody can tell who they are.
    pub may_have_shown: bool,
}

/// Calls that were found, and how much of the log could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The calls in the order of their lines.
    pub found: Vec<Found>,
    /// Lines that cannot be read, also of what a crash left: they may hold more.
    pub unreadable: u64,
    /// Calls of whoever is wanted that showed nothing and have no lines of their own. Those of a caller
    /// in a minute are found together by whom they named.
    pub left_out: u64,
}

/// Finds the calls that are wanted in the log of a data folder.
///
/// # Errors
/// There is no log, or it cannot be read.
pub fn search(data: &Path, wanted: &Wanted) -> anyhow::Result<Search> {
    let folder = files::folder(data);
    let key = Key::read(data)?;
    let key = key.with_context(|| format!("der er ingen adgangslog i {}", data.display()))?;
    let hash = wanted.citizen.as_ref().map(|citizen| key.hash(citizen));
    let read = || format!("adgangsloggen i {} kan ikke læses", folder.display());
    let mut looking = Looking::new(wanted, hash.clone());
    for file in files::all(&folder).with_context(read)? {
        looking.lines(&key, file.lines().with_context(read)?).with_context(read)?;
    }
    let mut found = looking.end();
    // What was set aside may be lines of their own: their numbers were given again.
    for file in files::torn(&folder).with_context(read)? {
        let mut looking = Looking::new(wanted, hash.clone());
        looking.lines(&key, Lines::of(&file).with_context(read)?).with_context(read)?;
        let aside = looking.end();
        found.found.extend(aside.found);
        found.unreadable += aside.unreadable;
        found.left_out += aside.left_out;
    }
    found.found.sort_by_key(|call| call.seq);
    Ok(found)
}

/// Calls while the log is read. Those whose end has not been met are kept, without their citizens.
struct Looking<'a> {
    wanted: &'a Wanted,
    hash: Option<String>,
    open: HashMap<u64, Found>,
    found: BTreeMap<u64, Found>,
    unreadable: u64,
    left_out: u64,
}

impl<'a> Looking<'a> {
    fn new(wanted: &'a Wanted, hash: Option<String>) -> Looking<'a> {
        let (open, found) = (HashMap::new(), BTreeMap::new());
        Looking { wanted, hash, open, found, unreadable: 0, left_out: 0 }
    }

    fn lines(&mut self, key: &Key, lines: Lines) -> io::Result<()> {
        for raw in lines {
            match Line::read(key, &raw?.bytes) {
                Ok(line) => self.line(line),
                Err(_) => self.unreadable += 1,
            }
        }
        Ok(())
    }

    fn line(&mut self, line: Line) {
        match (line.entry.kind, line.entry.of) {
            (Kind::Call, _) => self.call(line),
            (Kind::Shown, Some(of)) => self.shown(of, &line.entry),
            (Kind::Asked, Some(of)) if self.names(&line.entry.asked) => {
                if let Some(call) = self.open.get(&of).cloned() {
                    self.found.entry(of).or_insert(call);
                }
            }
            (Kind::End, Some(of)) => {
                self.open.remove(&of);
                if let Some(found) = self.found.get_mut(&of) {
                    found.entry.outcome = line.entry.outcome;
                    found.entry.rows = line.entry.rows.or(found.entry.rows);
                    found.entry.cells = line.entry.cells.or(found.entry.cells);
                    found.entry.citizen_count =
                        line.entry.citizen_count.or(found.entry.citizen_count);
                }
            }
            (Kind::Note, _)
                if line.entry.reason == reason::LEFT_OUT
                    && self.is_wanted(&line.time, &line.entry) =>
            {
                self.left_out += line.entry.count.unwrap_or_default();
                self.left_out_calls(line);
            }
            _ => {}
        }
    }

    /// Citizens that a call has shown.
    fn shown(&mut self, of: u64, entry: &Entry) {
        let is_named = self.names(&entry.citizens);
        let is_unknown = entry.unknown && self.hash.is_some();
        if !is_named && !is_unknown {
            return;
        }
        if let Some(call) = self.open.get(&of).cloned() {
            let found = self.found.entry(of).or_insert(call);
            found.has_shown |= is_named;
            found.may_have_shown |= is_unknown;
        }
    }

    fn call(&mut self, line: Line) {
        let entry = &line.entry;
        if !self.is_wanted(&line.time, entry) {
            return;
        }
        let has_shown = self.names(&entry.citizens);
        let is_found = self.hash.is_none() || has_shown || self.names(&entry.asked);
        let goes_on = entry.outcome == Some(Outcome::Answering)
            || entry.asked.len() == HASHES
            || entry.citizen_count.unwrap_or_default() > entry.citizens.len() as u64;
        let mut entry = line.entry;
        entry.citizens.clear();
        let (seq, time) = (line.seq, line.time);
        let found = Found { seq, time, entry, has_shown, may_have_shown: false };
        if is_found {
            self.found.insert(line.seq, found.clone());
        }
        if goes_on {
            self.open.insert(line.seq, found);
        }
    }

    /// Calls that showed nothing, together; they are told of where one of them names who is wanted.
    fn left_out_calls(&mut self, line: Line) {
        let Line { seq, time, mut entry, .. } = line;
        let (is_named, goes_on) = (self.names(&entry.asked), entry.asked.len() == HASHES);
        entry.asked.clear();
        let found = Found { seq, time, entry, ..Found::default() };
        if is_named {
            self.found.insert(seq, found);
        } else if goes_on {
            self.open.insert(seq, found);
        }
    }

    fn names(&self, hashes: &[String]) -> bool {
        self.hash.as_ref().is_some_and(|hash| hashes.contains(hash))
    }

    fn is_wanted(&self, time: &str, entry: &Entry) -> bool {
        let Wanted { from, to, kommune, role, .. } = self.wanted;
        let until = |to: &String| time.get(..to.len()).is_none_or(|time| time <= to.as_str());
        from.as_ref().is_none_or(|from| time >= from.as_str())
            && to.as_ref().is_none_or(until)
            && kommune.as_ref().is_none_or(|kommune| entry.kommune == *kommune)
            && role.as_ref().is_none_or(|role| entry.role == *role)
    }

    fn end(self) -> Search {
        let Looking { found, unreadable, left_out, .. } = self;
        Search { found: found.into_values().collect(), unreadable, left_out }
    }
}
