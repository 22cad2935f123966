//! How much is worked on one answer: it ends when the question does, and at a bound.

use crate::query::error::QueryError;
use crate::query::limits::Cancel;

/// Terms, cells and sets that are looked at for one answer, each time that it is answered: some seconds.
const MOST: u64 = 200_000_000;
/// After so many it is asked whether the question goes on.
const UNCHECKED: u64 = 10_000;

/// Why the work ends before its time.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is too much: what is not proven then must be hidden.
    TooMuch,
    /// The question was ended.
    Ended(QueryError),
}

/// What is left of it.
pub(super) struct Work<'c> {
    left: u64,
    unchecked: u64,
    cancel: &'c Cancel,
}

impl<'c> Work<'c> {
    pub fn new(cancel: &'c Cancel) -> Work<'c> {
        Work { left: MOST, unchecked: 0, cancel }
    }

    /// The same with another bound.
    #[cfg(test)]
    pub fn at_most(self, left: u64) -> Work<'c> {
        Work { left, ..self }
    }

    /// Takes some of it.
    ///
    /// # Errors
    /// Nothing is left, or the question was ended.
    pub fn spend(&mut self, units: usize) -> Result<(), Stop> {
        let units = units as u64;
        self.unchecked += units;
        if self.unchecked >= UNCHECKED {
            self.unchecked = 0;
            self.cancel.check().map_err(Stop::Ended)?;
        }
        self.left = self.left.checked_sub(units).ok_or(Stop::TooMuch)?;
        Ok(())
    }
}
