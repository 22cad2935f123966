//! What a comparison holds of the records of two versions, counted as it grows.

use std::cell::Cell;

use crate::query::error::{ErrorKind, QueryError};
use crate::query::{Cancel, Limits};

/// Bytes around a text or a list: where it is, how long, and what the memory keeps beside it.
pub(super) const AROUND: usize = 40;
/// Bytes of a place in a table by name, which is at times half empty.
pub(super) const PLACE: usize = 64;

/// Bytes that are held, and how many may be.
pub(super) struct Held<'a> {
    most: usize,
    bytes: Cell<usize>,
    pub cancel: &'a Cancel,
}

impl<'a> Held<'a> {
    pub fn new((limits, cancel): (&Limits, &'a Cancel)) -> Held<'a> {
        Held { most: limits.record_bytes, bytes: Cell::new(0), cancel }
    }

    /// Bytes that are held now.
    pub fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Holds more.
    ///
    /// # Errors
    /// It is more than may be held.
    pub fn take(&self, bytes: usize) -> Result<(), QueryError> {
        self.bytes.set(self.bytes.get().saturating_add(bytes));
        match self.bytes.get() > self.most {
            true => Err(too_large()),
            false => Ok(()),
        }
    }

    /// Holds less.
    pub fn give(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().saturating_sub(bytes));
    }

    /// Does something with each of many things, and gives how many bytes more are held then.
    ///
    /// # Errors
    /// They are too many, or the question was ended.
    pub fn each<T>(
        &self,
        things: impl IntoIterator<Item = T>,
        mut each: impl FnMut(T) -> usize,
    ) -> Result<(), QueryError> {
        let mut pace = self.cancel.pace();
        for thing in things {
            pace.step(1)?;
            self.take(each(thing))?;
        }
        Ok(())
    }
}

/// The bytes of some texts.
pub(super) fn of_texts<'t>(texts: impl IntoIterator<Item = &'t String>) -> usize {
    texts.into_iter().map(|text| AROUND + text.len()).sum()
}

fn too_large() -> QueryError {
    let message = "versionerne har for mange ydelser til at kunne sammenlignes på én gang";
    QueryError::new(ErrorKind::TooLarge, message).hint(
        "alle de ydelser, den, der spørger, må se, holdes op mod hinanden: spørg med en kommunes \
         adgangsbevis, eller bed den, der passer serveren, om at hæve load.memory",
    )
}
