//! Texts that a question makes: none is longer than people can use, and all of them together have
//! room.

use std::sync::Arc;

use super::scope::Scope;
use super::value::Value;
use crate::query::cellset::Special;
use crate::query::error::{ErrorKind, QueryError};

/// Letters of the longest text that is made: a cell of a spreadsheet has no room for more.
pub(crate) const LONGEST: usize = 32_767;

/// Bytes that a text or an error takes besides what it says, about.
const OVERHEAD: usize = 64;

impl Scope<'_> {
    /// A text that was made.
    ///
    /// # Errors
    /// It is too long, or the question makes too much text.
    pub(crate) fn text(&self, text: &str) -> Result<Value, QueryError> {
        check_length(text)?;
        self.count_text(text.len())?;
        Ok(Value::text(text))
    }

    /// Texts put together, with one between them.
    ///
    /// # Errors
    /// As [`Scope::text`], as soon as the text is too long; and the first error among the texts.
    pub(crate) fn joined<T: AsRef<str>>(
        &self,
        texts: impl IntoIterator<Item = Result<T, QueryError>>,
        between: &str,
    ) -> Result<Value, QueryError> {
        let mut all = String::new();
        for (at, text) in texts.into_iter().enumerate() {
            if at > 0 {
                all.push_str(between);
            }
            all.push_str(text?.as_ref());
            if all.len() > LONGEST * char::MAX.len_utf8() {
                break;
            }
        }
        self.text(&all)
    }

    /// Counts what a cell shows that is no number, and the format that it is shown in.
    pub(super) fn show(
        &self,
        special: Option<&Special>,
        format: Option<&str>,
    ) -> Result<(), QueryError> {
        if special.is_none() && format.is_none() {
            return Ok(());
        }
        self.count_text(format.map_or(0, str::len))?;
        match special {
            Some(Special::Text(text)) => self.count_text(text.len()),
            Some(Special::Error(error)) => self.count_text(error.bytes()),
            Some(Special::Truth(_) | Special::Day(_) | Special::Hidden) | None => Ok(()),
        }
    }

    fn count_text(&self, bytes: usize) -> Result<(), QueryError> {
        let before = self.text_bytes.get();
        self.text_bytes.set(before.saturating_add(bytes + OVERHEAD));
        match self.text_bytes.get() > self.limits.text_bytes {
            true => Err(QueryError::new(ErrorKind::TooLarge, "spørgsmålet laver for meget tekst")
                .hint("lad færre celler og tupler få en tekst, eller lav kortere tekster")),
            false => Ok(()),
        }
    }
}

/// The letters of a text that something is made of.
///
/// # Errors
/// There are too many.
pub(crate) fn short_enough(text: Arc<str>) -> Result<Arc<str>, QueryError> {
    check_length(&text)?;
    Ok(text)
}

fn check_length(text: &str) -> Result<(), QueryError> {
    // A letter takes a byte at least, so most texts need no counting.
    match text.len() > LONGEST && text.chars().nth(LONGEST).is_some() {
        true => Err(QueryError::new(
            ErrorKind::Invalid,
            format!("en tekst i en formel må højst have {LONGEST} tegn"),
        )
        .hint("lav en kortere tekst")),
        false => Ok(()),
    }
}
