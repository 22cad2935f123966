//! What can be wrong with a question, said so that the person who asked can mend it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Letters of the longest message: one that quotes a text does not repeat all of a long one.
const LONGEST_MESSAGE: usize = 1000;

/// A question that cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// Whose fault it is.
    pub kind: ErrorKind,
    /// One sentence in Danish: what is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The nearest existing names, best first.
    pub candidates: Vec<String>,
    /// The bytes of the text that the error is about.
    pub place: Option<Place>,
}

/// Part of a text that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The whole text: the MDX query, or one field or condition of a pivot.
    pub text: Arc<str>,
    /// The bytes pointed at, at character borders.
    pub span: Range<usize>,
}

/// Kinds of errors, as a caller tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is not of the language.
    Syntax,
    /// A name that nothing has.
    Unknown,
    /// The question is well formed and means nothing.
    Invalid,
    /// A limit of size was reached.
    TooLarge,
    /// The caller cancelled, or the time was up.
    Cancelled,
    /// It hangs on a figure that is hidden (disclosure control).
    Hidden,
}

impl QueryError {
    /// An error without place, hint or candidates.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> QueryError {
        QueryError {
            kind,
            message: clipped(message.into()),
            hint: None,
            candidates: Vec::new(),
            place: None,
        }
    }

    /// The same error, pointing at part of a text.
    #[must_use]
    pub fn at(self, text: &str, span: Range<usize>) -> QueryError {
        self.pointing(&Arc::from(text), span)
    }

    /// The same error, pointing at part of a text that many errors may point at.
    #[must_use]
    pub fn pointing(mut self, text: &Arc<str>, span: Range<usize>) -> QueryError {
        self.place = Some(Place { text: Arc::clone(text), span });
        self
    }

    /// The same error, its place being in the text that a part was read from.
    #[must_use]
    pub fn within(mut self, text: &str) -> QueryError {
        if let Some(place) = &mut self.place {
            place.text = Arc::from(text);
        }
        self
    }

    /// The same error, naming the formula that it is in.
    #[must_use]
    pub fn in_formula(mut self, name: &str) -> QueryError {
        self.message = clipped(format!("i formlen for '{name}': {}", self.message));
        self
    }

    /// The same error, saying what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> QueryError {
        self.hint = Some(hint.into());
        self
    }

    /// The same error, naming the nearest names.
    #[must_use]
    pub fn candidates(mut self, candidates: Vec<String>) -> QueryError {
        self.candidates = candidates;
        self
    }
}

impl QueryError {
    /// The error with the line it is about, the part pointed at underlined, and what to do.
    #[must_use]
    pub fn explained(&self) -> String {
        let mut text = self.message.clone();
        if let Some(place) = &self.place {
            let (line, column) = place.line_and_column();
            let shown = place.text.lines().nth(line - 1).unwrap_or_default();
            let pointed = place.text.get(place.span.clone()).unwrap_or_default();
            let length = pointed.lines().next().map_or(1, |part| part.chars().count().max(1));
            let (before, carets) = (" ".repeat(column - 1), "^".repeat(length));
            text += &format!(" (linje {line}, kolonne {column})\n  {shown}\n  {before}{carets}");
        }
        if let Some(hint) = &self.hint {
            text += &format!("\n{hint}");
        }
        text
    }
}

impl QueryError {
    /// Bytes that it takes, about; the text that it points at is shared.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let names: usize = self.candidates.iter().map(|one| size_of::<String>() + one.len()).sum();
        let texts = self.message.len() + self.hint.as_ref().map_or(0, String::len);
        size_of::<QueryError>() + texts + names
    }
}

/// A message that is not too long.
fn clipped(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
        message.shrink_to_fit();
    }
    message
}

impl Place {
    /// Line and column of the first byte pointed at, both counted from 1, columns in characters.
    #[must_use]
    pub fn line_and_column(&self) -> (usize, usize) {
        let before = &self.text[..self.span.start.min(self.text.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_explained_with_its_line_and_a_caret() {
        let error =
            QueryError::new(ErrorKind::Unknown, "intet mål 'Bog'").at("1 +\n  [Bog]", 6..11);
        let expected = "intet mål 'Bog' (linje 2, kolonne 3)\n    [Bog]\n    ^^^^^\nret det";
        assert_eq!(error.hint("ret det").explained(), expected);
    }
}
