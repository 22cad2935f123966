//! What an MDX text says, before anybody knows what its names mean.

mod expression;
mod statement;

use std::borrow::Cow;
use std::ops::Range;

pub use expression::{Case, Expr, ExprKind, Operator, Step};
pub use statement::{
    AxisClause, Create, Definition, DrillThrough, DropDefinition, PropertyPath, Select, Source,
    Statement,
};

/// Bytes of the text, at character borders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl Span {
    /// The bytes from one span to the end of another.
    #[must_use]
    pub fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }

    /// The bytes as a range.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One name of a path. The text has its letters: see [`Name::text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// How it is written.
    pub kind: NameKind,
    /// Its place, brackets included.
    pub span: Span,
}

/// Ways to write a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A word.
    Bare,
    /// `[in brackets]`.
    Bracketed,
    /// `&[a key]`, or `&` and a word or a number.
    Key,
    /// `&[a key]` right behind another key: the next part of a key of several parts.
    KeyPart,
}

impl Name {
    /// Whether it is a key, or part of one.
    #[must_use]
    pub fn is_key(self) -> bool {
        matches!(self.kind, NameKind::Key | NameKind::KeyPart)
    }

    /// Whether it is this word, written without brackets.
    #[must_use]
    pub fn is_word(self, query: &str, word: &str) -> bool {
        self.kind == NameKind::Bare && query[self.span.range()].eq_ignore_ascii_case(word)
    }

    /// The letters of the name, without brackets, `]]` being one bracket.
    #[must_use]
    pub fn text(self, query: &str) -> Cow<'_, str> {
        let written = &query[self.span.range()];
        match written.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            Some(inner) if inner.contains("]]") => Cow::from(inner.replace("]]", "]")),
            Some(inner) => Cow::from(inner),
            None => Cow::from(written),
        }
    }
}

/// A text in quotes. The text has its letters: see [`Literal::text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Its place, quotes included.
    pub span: Span,
}

impl Literal {
    /// What stands between the quotes, a doubled one being one.
    #[must_use]
    pub fn text(self, query: &str) -> Cow<'_, str> {
        let written = &query[self.span.range()];
        let Some(quote) = written.chars().next() else { return Cow::from(written) };
        let inner = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        match inner {
            Some(inner) if inner.contains(quote) => {
                Cow::from(inner.replace(&quote.to_string().repeat(2), &quote.to_string()))
            }
            Some(inner) => Cow::from(inner),
            None => Cow::from(written),
        }
    }
}
