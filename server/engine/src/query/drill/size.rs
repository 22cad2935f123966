//! How large a table of records may become.

use std::cell::Cell;
use std::sync::Arc;

use super::Column;
use crate::query::error::{ErrorKind, QueryError};
use crate::query::{Cancel, Limits};

/// Columns of the widest table: more than any cube has fields and columns of records.
pub(super) const MOST_COLUMNS: usize = 200;
/// Bytes that a text takes beside its letters.
const OVERHEAD: usize = 16;

/// That the columns that are asked for are not too many.
///
/// # Errors
/// They are.
pub(super) fn check_count(asked: &[String]) -> Result<(), QueryError> {
    if asked.len() <= MOST_COLUMNS {
        return Ok(());
    }
    let message = format!("der kan højst vises {MOST_COLUMNS} kolonner ad gangen");
    Err(QueryError::new(ErrorKind::TooLarge, message).hint("vælg færre kolonner"))
}

/// That no column is asked for twice.
///
/// # Errors
/// One is.
pub(super) fn check_different(columns: &[Column], asked: &[String]) -> Result<(), QueryError> {
    let is_again = |at: &usize| columns[..*at].contains(&columns[*at]);
    match (0..columns.len()).find(is_again).and_then(|at| asked.get(at)) {
        Some(name) => {
            let message = format!("kolonnen '{}' står to gange", name.trim());
            Err(QueryError::new(ErrorKind::Invalid, message).hint("udelad den ene"))
        }
        None => Ok(()),
    }
}

/// What a table takes while it is made: it has no more cells than an answer, and its texts no more
/// bytes than those of a question.
pub(super) struct Size<'a> {
    text_bytes: Cell<usize>,
    limits: &'a Limits,
    cancel: &'a Cancel,
}

impl<'a> Size<'a> {
    /// Of a table of so many rows and columns.
    ///
    /// # Errors
    /// It has too many cells.
    pub(super) fn of(
        rows: usize,
        columns: usize,
        (limits, cancel): (&'a Limits, &'a Cancel),
    ) -> Result<Size<'a>, QueryError> {
        if rows.saturating_mul(columns) > limits.cells {
            return Err(too_large(format!("tabellen ville få over {} felter", limits.cells)));
        }
        Ok(Size { text_bytes: Cell::new(0), limits, cancel })
    }

    /// A text of its own.
    pub(super) fn text(&self, text: &str) -> Arc<str> {
        self.text_bytes.set(self.text_bytes.get().saturating_add(text.len() + OVERHEAD));
        Arc::from(text)
    }

    /// The values of a column, as long as there is room for the texts among them.
    ///
    /// # Errors
    /// There is not, or the question was ended.
    pub(super) fn collect<T>(
        &self,
        values: impl IntoIterator<Item = T>,
    ) -> Result<Vec<T>, QueryError> {
        let (mut all, mut pace) = (Vec::new(), self.cancel.pace());
        for value in values {
            pace.step(1)?;
            if self.text_bytes.get() > self.limits.text_bytes {
                return Err(too_large("tabellen ville få for meget tekst".to_owned()));
            }
            all.push(value);
        }
        Ok(all)
    }
}

fn too_large(message: String) -> QueryError {
    let hint = "spørg om færre kolonner eller rækker ad gangen, eller begræns dem med betingelser";
    QueryError::new(ErrorKind::TooLarge, message).hint(hint)
}
