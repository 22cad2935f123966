//! How large an answer may become, and how a question is ended early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{ErrorKind, QueryError};
use super::notes::{Noted, Notes};

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
    /// Members that are written out, all sets together; twenty million take some tenths of a second.
    pub written: usize,
    /// Bytes of the texts that a question makes, and of those and of the errors that its cells show.
    pub text_bytes: usize,
    /// Steps of working formulas out: a part of a formula at a cell and at a tuple is one.
    pub steps: usize,
}

impl Limits {
    /// Bytes that [`Limits::default`] lets one question hold, all its parts together and rounded:
    /// counters 256 MB, numbers 480 MB, tuples 120 MB, texts 256 MB, cells and the places of their
    /// axes 480 MB.
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
            written: at_most(usual.written),
            text_bytes: part(usual.text_bytes),
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
            written: 20_000_000,
            text_bytes: 256 << 20,
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
}

impl Cancel {
    /// The same end from outside; what is done is noted.
    pub(super) fn noting(&self, notes: &Notes) -> Cancel {
        Cancel { raised: Arc::clone(&self.raised), notes: Some(notes.clone()) }
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
        if self.raised.load(Ordering::Relaxed) {
            return Err(QueryError::new(ErrorKind::Cancelled, "spørgsmålet blev afbrudt"));
        }
        Ok(())
    }
}
