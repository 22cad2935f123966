//! One call, from when it was let in until it is answered: what becomes its lines.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashSet;

use super::entry::{Entry, Kind, Outcome, Question};
use super::log::{Log, Number, Unlogged};
use super::personal::{numbers, numbers_of_sentence};
use super::refusals::Refused;

/// Hashes of one list of a line, at most.
pub(super) const HASHES: usize = 1000;
/// Personal numbers that the texts of a call may name.
pub const NAMED: usize = 10_000;

/// A call names more personal numbers than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("spørgsmålet nævner for mange personnumre")]
pub struct TooMany;

/// A call that is being answered. Dropped unanswered, it is logged as cancelled.
pub struct Visit {
    log: Log,
    /// That of the call's line, as soon as it is written: the lines behind it refer to it.
    number: Arc<Number>,
    draft: Mutex<Draft>,
}

/// What is known of a call so far.
struct Draft {
    entry: Entry,
    asked: BTreeSet<String>,
    /// Hashes of the citizens that are shown, and how many of them are in lines.
    citizens: BTreeSet<String>,
    stage: Stage,
}

/// How far its lines are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// None is handed over.
    New,
    /// That of the call is, and perhaps not written yet.
    Begun,
    /// All are.
    Done,
}

impl Visit {
    /// A call that was let in.
    #[must_use]
    pub fn new(log: Log, entry: Entry) -> Visit {
        let (asked, citizens) = (BTreeSet::new(), BTreeSet::new());
        let draft = Draft { entry, asked, citizens, stage: Stage::New };
        Visit { log, number: Arc::default(), draft: Mutex::new(draft) }
    }

    /// Adds what is known.
    pub fn note(&self, note: impl FnOnce(&mut Entry)) {
        note(&mut self.draft().entry);
    }

    /// What stands for a personal value that is asked for; it is kept.
    pub fn asks(&self, value: &str) -> String {
        let hash = self.log.key().map_or_else(String::new, |key| key.hash(value));
        self.draft().asked.insert(hash.clone());
        hash
    }

    /// Whom texts name that somebody wrote, and the sentence that says why.
    ///
    /// # Errors
    /// They are more than [`NAMED`]; so many of them are kept.
    pub fn names<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
        purpose: &str,
    ) -> Result<(), TooMany> {
        let mut found = HashSet::new();
        let texts = texts.into_iter().flat_map(|text| numbers(text.as_bytes()));
        let purpose = purpose.as_bytes();
        let said = numbers(purpose).into_iter().chain(numbers_of_sentence(purpose));
        for number in texts.chain(said) {
            if found.len() == NAMED && !found.contains(&number) {
                return Err(TooMany);
            }
            if !found.contains(&number) {
                self.asks(&number);
                found.insert(number);
            }
        }
        Ok(())
    }

    /// Whether the log has room for whom the call names, should it show nothing.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let draft = self.draft();
        self.log.has_room(&draft.entry, &draft.asked)
    }

    /// That citizens are going to be shown.
    pub fn shows<T: AsRef<str>>(&self, citizens: impl IntoIterator<Item = T>) {
        let Some(key) = self.log.key() else { return };
        let hashes: Vec<String> = citizens.into_iter().map(|one| key.hash(one.as_ref())).collect();
        self.draft().citizens.extend(hashes);
    }

    /// Whether anything is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.log.key().is_some()
    }

    /// Logs the call before the first part of its answer goes out.
    ///
    /// # Errors
    /// It cannot be logged.
    pub async fn begin(&self) -> Result<(), Unlogged> {
        self.lines(Outcome::Answering, "", Refused::Seen).await
    }

    /// Logs a call that was turned away before anything of it was looked at. It was told nothing, so it
    /// does not wait until its line is on the disk, unless lines cannot be written.
    ///
    /// # Errors
    /// It cannot be logged.
    pub async fn turn_away(&self, reason: &str) -> Result<(), Unlogged> {
        self.lines(Outcome::Refused, reason, Refused::Unseen).await
    }

    /// Logs a call whose answer is whole, or refused.
    ///
    /// # Errors
    /// It cannot be logged.
    pub async fn end(&self, outcome: Outcome, reason: &str) -> Result<(), Unlogged> {
        self.close(outcome, reason, (0, 0));
        self.lines(outcome, reason, Refused::Seen).await
    }

    /// Logs citizens before they are shown, of a call that was begun. For threads that may wait.
    ///
    /// # Errors
    /// They cannot be logged.
    pub fn shows_now<T: AsRef<str>>(
        &self,
        citizens: impl IntoIterator<Item = T>,
    ) -> Result<(), Unlogged> {
        let Some(key) = self.log.key() else { return Ok(()) };
        let hashes: BTreeSet<String> =
            citizens.into_iter().map(|one| key.hash(one.as_ref())).collect();
        let mut draft = self.draft();
        let new: Vec<String> = hashes.difference(&draft.citizens).cloned().collect();
        draft.citizens.extend(new.iter().cloned());
        self.further(draft, shown(&new))
    }

    /// Logs that citizens are shown of whom nobody can tell who they are, before they are, of a call
    /// that was begun. For threads that may wait.
    ///
    /// # Errors
    /// It cannot be logged.
    pub fn shows_unknown_now(&self) -> Result<(), Unlogged> {
        let line = Entry { kind: Kind::Shown, unknown: true, ..Entry::default() };
        self.further(self.draft(), vec![line])
    }

    /// Hands over further lines of a call that was begun, before its end can be, and waits for them.
    fn further(&self, draft: MutexGuard<'_, Draft>, entries: Vec<Entry>) -> Result<(), Unlogged> {
        if !self.is_kept() {
            return Ok(());
        }
        if draft.stage != Stage::Begun {
            return Err(Unlogged);
        }
        if entries.is_empty() {
            return Ok(());
        }
        let told = self.log.hand_over(&self.number, entries);
        drop(draft);
        told.blocking_recv().unwrap_or(Err(Unlogged))
    }

    /// Logs how an answer in parts ended, with the rows and cells that were sent. Nobody waits for it.
    pub fn close(&self, outcome: Outcome, reason: &str, (rows, cells): (u64, u64)) {
        let mut draft = self.draft();
        if draft.stage != Stage::Begun {
            return;
        }
        draft.stage = Stage::Done;
        let count = |count: u64| Some(count).filter(|&count| count > 0);
        self.log.post(
            &self.number,
            vec![Entry {
                kind: Kind::End,
                citizen_count: count(draft.citizens.len() as u64),
                rows: count(rows),
                cells: count(cells),
                outcome: Some(outcome),
                reason: reason.to_owned(),
                ..Entry::default()
            }],
        );
    }

    /// Writes the line of the call, and those of further citizens. Where nobody waits for that any
    /// more the visit ends it. Unless it was `refused` unseen, it waits for them where it must.
    async fn lines(
        &self,
        outcome: Outcome,
        reason: &str,
        refused: Refused,
    ) -> Result<(), Unlogged> {
        if !self.is_kept() {
            return Ok(());
        }
        let told = {
            let mut draft = self.draft();
            if draft.stage != Stage::New {
                return Ok(());
            }
            let waits = refused == Refused::Seen && draft.waits();
            let is_begun = waits && outcome == Outcome::Answering;
            draft.stage = if is_begun { Stage::Begun } else { Stage::Done };
            // Of what nobody waits for there is one line.
            let outcome =
                if waits || outcome != Outcome::Answering { outcome } else { Outcome::Answered };
            let entries = draft.entries(outcome, reason);
            if !shows(outcome) && !self.log.take_refused(&entries, refused) {
                return if self.log.fails() { Err(Unlogged) } else { Ok(()) };
            }
            if !waits && !self.log.is_behind() {
                return self.log.post(&self.number, entries).then_some(()).ok_or(Unlogged);
            }
            self.log.hand_over(&self.number, entries)
        };
        let told = told.await.unwrap_or(Err(Unlogged));
        if told.is_err() {
            self.draft().stage = Stage::Done;
        }
        told
    }

    fn draft(&self) -> MutexGuard<'_, Draft> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Draft {
    /// Whether the answer waits until its lines are on the disk: unless it is known to be about a cube
    /// without persons, and names none.
    fn waits(&self) -> bool {
        let entry = &self.entry;
        entry.personal || entry.cube.is_empty() || !self.asked.is_empty()
    }

    fn entries(&self, outcome: Outcome, reason: &str) -> Vec<Entry> {
        // What is refused shows nobody, and what is cancelled may have come to nothing.
        let citizens: Vec<String> = match shows(outcome) {
            true => self.citizens.iter().cloned().collect(),
            false => Vec::new(),
        };
        let (own, further) = citizens.split_at(citizens.len().min(HASHES));
        let (named, further_named) = asked(&self.asked);
        let count = citizens.len() as u64;
        let mut entry = self.entry.clone();
        entry.question.iter_mut().for_each(Question::shorten);
        let mut entries = vec![Entry {
            asked: named,
            citizens: own.to_vec(),
            citizen_count: Some(count).filter(|&count| count > 0),
            outcome: Some(outcome),
            reason: reason.to_owned(),
            ..entry
        }];
        entries.extend(further_named);
        entries.extend(shown(further));
        entries
    }
}

/// Whether a call that ends so has shown anything, where it was not begun.
fn shows(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Answering | Outcome::Answered)
}

/// Hashes of whom somebody named: those of the first line, and further lines.
pub(super) fn asked(hashes: &BTreeSet<String>) -> (Vec<String>, Vec<Entry>) {
    let hashes: Vec<String> = hashes.iter().cloned().collect();
    let (own, further) = hashes.split_at(hashes.len().min(HASHES));
    let line =
        |asked: &[String]| Entry { kind: Kind::Asked, asked: asked.to_vec(), ..Entry::default() };
    (own.to_vec(), further.chunks(HASHES).map(line).collect())
}

/// Lines of citizens that are shown by a call.
fn shown(hashes: &[String]) -> Vec<Entry> {
    let line = |citizens: &[String]| Entry {
        kind: Kind::Shown,
        citizens: citizens.to_vec(),
        ..Entry::default()
    };
    hashes.chunks(HASHES).map(line).collect()
}

impl Drop for Visit {
    fn drop(&mut self) {
        let draft = self.draft.get_mut().unwrap_or_else(PoisonError::into_inner);
        let entries = match draft.stage {
            Stage::New => {
                let entries = draft.entries(Outcome::Cancelled, "");
                if !self.log.take_refused(&entries, Refused::Seen) {
                    return;
                }
                entries
            }
            Stage::Begun => {
                let outcome = Some(Outcome::Cancelled);
                vec![Entry { kind: Kind::End, outcome, ..Entry::default() }]
            }
            Stage::Done => return,
        };
        self.log.post(&self.number, entries);
    }
}
