//! What is held of records by itself, counted as it grows: by a comparison of two versions, or by whoever
//! makes a package.

use std::cell::Cell;

use super::error::QueryError;
use super::limits::{Cancel, Limits};

/// Bytes around a text or a list: where it is, how long, and what the memory keeps beside it.
pub const AROUND: usize = 40;
/// Bytes of a place in a table by name, which is at times half empty.
pub const PLACE: usize = 64;

/// Bytes that are held, and how many may be.
pub struct Held<'a> {
    most: usize,
    bytes: Cell<usize>,
    /// The end of whatever it is held for.
    pub cancel: &'a Cancel,
    /// What is said where it is too much.
    too_large: fn() -> QueryError,
}

impl<'a> Held<'a> {
    /// Nothing is held yet.
    #[must_use]
    pub fn new((limits, cancel): (&Limits, &'a Cancel), too_large: fn() -> QueryError) -> Held<'a> {
        Held { most: limits.record_bytes, bytes: Cell::new(0), cancel, too_large }
    }

    /// Bytes that are held now.
    #[must_use]
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
            true => Err((self.too_large)()),
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
pub fn of_texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> usize {
    texts.into_iter().map(|text| AROUND + text.as_ref().len()).sum()
}
