//! How large an answer may become, and how a question is ended early.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{ErrorKind, QueryError};
use super::notes::{Noted, Notes};

/// Small things that are done between two looks at whether a question goes on: each takes up to a
/// microsecond, so that all of them take some milliseconds.
const LOOK: usize = 1 << 13;

/// Values of a table that are written between two looks: a megabyte or some.
const FILLED: usize = 1 << 18;

/// Limits of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Positions of one axis.
    pub positions: usize,
    /// Cells of the answer, the empty ones included.
    pub cells: usize,
    /// Counters held while counting (four bytes each).
    pub counters: usize,
    /// Places that formulas look at: a tuple, or the tuples of a set, at all cells at once is one.
    pub formula_parts: usize,
    /// Counts of the cube that the formulas of one question need.
    pub grids: usize,
    /// Numbers held of all these counts together (eight bytes each).
    pub grid_numbers: usize,
    /// Tuples of the sets that formulas go through, all sets together.
    pub formula_tuples: usize,
    /// Products of sets from this size on are written out only where something is stored, if that
    /// is enough.
    pub large_product: usize,
    /// Tuples of one set that is written out: what is not said as a cross join of members, or goes
    /// through a function that needs each of them.
    pub tuples: usize,
    /// Members that are written out, all sets together; twenty million take some tenths of a second.
    pub written: usize,
    /// Bytes of the texts that a question makes, and of those and of the errors that its cells show.
    pub text_bytes: usize,
    /// Bytes of the records that a comparison of versions or a package holds by themselves, before
    /// anything is counted.
    pub record_bytes: usize,
    /// Steps of working formulas out: a part of a formula at a cell and at a tuple is one.
    pub steps: usize,
}

impl Limits {
    /// Bytes that [`Limits::default`] lets one question hold, all its parts together and rounded:
    /// counters 256 MB, numbers 480 MB, tuples 120 MB, texts 256 MB, cells and the places of their
    /// axes 480 MB. Records ([`Limits::record_bytes`]) may be as many bytes, beside what is counted: a
    /// comparison of versions may hold twice this.
    pub const MEMORY: usize = 1536 << 20;

    /// Limits for so many bytes of one question: all that is held is limited in proportion to
    /// [`Limits::MEMORY`], and no answer is larger than by default.
    #[must_use]
    pub fn within(bytes: usize) -> Limits {
        let usual = Limits::default();
        let part = |whole: usize| (whole as u128 * bytes as u128 / Limits::MEMORY as u128) as usize;
        let at_most = |whole: usize| part(whole).min(whole);
        Limits {
            positions: at_most(usual.positions),
            cells: at_most(usual.cells),
            counters: part(usual.counters),
            grid_numbers: part(usual.grid_numbers),
            formula_tuples: part(usual.formula_tuples),
            tuples: at_most(usual.tuples),
            written: at_most(usual.written),
            text_bytes: part(usual.text_bytes),
            record_bytes: bytes,
            ..usual
        }
    }
}

impl Default for Limits {
    /// A million positions, twenty million cells (most of them empty in a wide answer), and
    /// counters of 256 MB. Formulas: some hundred times what the largest known question needs,
    /// 480 MB of numbers, 120 MB of tuples, 256 MB of texts, and steps of some ten seconds.
    fn default() -> Limits {
        Limits {
            positions: 1_000_000,
            cells: 20_000_000,
            counters: 64_000_000,
            formula_parts: 100_000,
            grids: 1_000,
            grid_numbers: 60_000_000,
            formula_tuples: 5_000_000,
            large_product: 1 << 16,
            tuples: 1_000_000,
            written: 20_000_000,
            text_bytes: 256 << 20,
            record_bytes: Limits::MEMORY,
            steps: 1_000_000_000,
        }
    }
}

/// A question that runs, seen from outside: cloned into the question. Whoever asked may end it, and
/// may have it noted what is done.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    raised: Arc<AtomicBool>,
    notes: Option<Notes>,
    watch: Option<Watch>,
}

/// What is done each time that a question looks whether it goes on.
#[derive(Clone)]
struct Watch(Arc<dyn Fn() + Send + Sync>);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Cancel {
    /// The same end from outside; what is done is noted.
    pub(super) fn noting(&self, notes: &Notes) -> Cancel {
        let (raised, watch) = (Arc::clone(&self.raised), self.watch.clone());
        Cancel { raised, notes: Some(notes.clone()), watch }
    }

    /// A question of which is seen how often it looks whether it goes on: `look` is called each time,
    /// before the question is ended where it was.
    #[must_use]
    pub fn watched(look: impl Fn() + Send + Sync + 'static) -> Cancel {
        Cancel { watch: Some(Watch(Arc::new(look))), ..Cancel::default() }
    }

    /// Notes something, where somebody wants to know.
    pub(super) fn note(&self, note: impl FnOnce(&mut Noted)) {
        if let Some(notes) = &self.notes {
            notes.note(note);
        }
    }

    /// Ends the question at its next block of rows.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::Relaxed);
    }

    /// Whether the question goes on.
    ///
    /// # Errors
    /// It was ended.
    pub fn check(&self) -> Result<(), QueryError> {
        if let Some(Watch(look)) = &self.watch {
            look();
        }
        if self.raised.load(Ordering::Relaxed) {
            return Err(QueryError::new(ErrorKind::Cancelled, "spørgsmålet blev afbrudt"));
        }
        Ok(())
    }
}

/// Long loops, which look now and then.
impl Cancel {
    /// Does something with each of many things.
    ///
    /// # Errors
    /// The question was ended.
    pub fn each<T>(
        &self,
        things: impl IntoIterator<Item = T>,
        mut each: impl FnMut(T),
    ) -> Result<(), QueryError> {
        for (at, thing) in things.into_iter().enumerate() {
            if at.is_multiple_of(LOOK) {
                self.check()?;
            }
            each(thing);
        }
        Ok(())
    }

    /// Many things together.
    ///
    /// # Errors
    /// The question was ended.
    pub fn collect<T, C: Default + Extend<T>>(
        &self,
        things: impl IntoIterator<Item = T>,
    ) -> Result<C, QueryError> {
        let (mut all, mut things) = (C::default(), things.into_iter());
        loop {
            self.check()?;
            let mut taken = 0;
            all.extend(things.by_ref().take(LOOK).inspect(|_| taken += 1));
            if taken < LOOK {
                return Ok(all);
            }
        }
    }

    /// A table with the same in every place.
    ///
    /// # Errors
    /// The question was ended.
    pub(super) fn filled<T: Clone>(&self, value: &T, count: usize) -> Result<Vec<T>, QueryError> {
        let mut all = Vec::with_capacity(count);
        while all.len() < count {
            self.check()?;
            all.resize(count.min(all.len() + FILLED), value.clone());
        }
        Ok(all)
    }

    /// Looks once in so many steps, however loops lie inside each other.
    pub(super) fn pace(&self) -> Pace<'_> {
        Pace { cancel: self, left: 0 }
    }
}

/// See [`Cancel::pace`].
pub(super) struct Pace<'c> {
    cancel: &'c Cancel,
    left: usize,
}

impl Pace<'_> {
    /// Takes some steps.
    ///
    /// # Errors
    /// The question was ended.
    pub fn step(&mut self, count: usize) -> Result<(), QueryError> {
        match self.left.checked_sub(count) {
            Some(left) => self.left = left,
            None => {
                self.left = LOOK;
                self.cancel.check()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// How often something looks.
    fn looks(of: impl FnOnce(&Cancel)) -> usize {
        let seen = Arc::new(AtomicUsize::new(0));
        let own = Arc::clone(&seen);
        of(&Cancel::watched(move || {
            own.fetch_add(1, Ordering::Relaxed);
        }));
        seen.load(Ordering::Relaxed)
    }

    #[test]
    fn loops_do_all_they_should_and_look_in_proportion() {
        for count in [0, 1, LOOK - 1, LOOK, LOOK + 1, 5 * LOOK] {
            let expected: Vec<usize> = (0..count).collect();
            let mut each = Vec::new();
            let own = looks(|cancel| cancel.each(0..count, |at| each.push(at)).unwrap());
            assert_eq!((each, own), (expected.clone(), count.div_ceil(LOOK)));
            let mut all: Vec<usize> = Vec::new();
            let own = looks(|cancel| all = cancel.collect(0..count).unwrap());
            assert_eq!((all, own), (expected, count / LOOK + 1));
            let own = looks(|cancel| {
                let mut pace = cancel.pace();
                (0..count).for_each(|_| pace.step(1).unwrap());
            });
            assert_eq!(own, count.div_ceil(LOOK + 1));
        }
        for count in [0, 1, FILLED, 3 * FILLED + 1] {
            let mut all = Vec::new();
            let own = looks(|cancel| all = cancel.filled(&7, count).unwrap());
            assert_eq!((all, own), (vec![7; count], count.div_ceil(FILLED)));
        }
    }

    #[test]
    fn a_loop_of_an_ended_question_ends() {
        let cancel = Cancel::default();
        let mut done = 0;
        let ended = cancel.each(0..9 * LOOK, |at| {
            done = at + 1;
            if at == LOOK + 5 {
                cancel.raise();
            }
        });
        assert_eq!((ended.unwrap_err().kind, done), (ErrorKind::Cancelled, 2 * LOOK));
        assert!(cancel.collect::<_, Vec<usize>>(0..1).is_err());
        assert!(cancel.filled(&0, 1).is_err());
    }
}
