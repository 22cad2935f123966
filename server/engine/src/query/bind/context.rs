//! What binding an MDX text needs everywhere: the view, the text, and errors that point into it.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use super::definitions::Definitions;
use super::{ErrorKind, QueryError, View};
use crate::cube::{Cube, Dimension};
use crate::query::bound::HierarchyRef;
use crate::query::names;
use crate::query::parse::{Name, Span};

/// The text that expressions keep where nobody may be told what is written.
static UNTOLD: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));

/// A question being bound.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) view: &'a View,
    pub(super) cube: &'a Cube,
    /// The text that names and places are of.
    pub(super) text: &'a str,
    /// The same text, as expressions keep it.
    pub(super) shared: &'a Arc<str>,
    /// What the question itself gives names to.
    pub(super) definitions: &'a Definitions<'a>,
    /// Whether it is a formula that is bound: a set of the schema is then that of the cell.
    pub(super) in_formula: bool,
    /// Whether a member that does not exist is left out of braces, with a warning.
    pub(super) drops: bool,
    /// Whether the text is one of the schema that names what the caller may not see: what of it is left
    /// out is not told.
    pub(super) untold: bool,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        view: &'a View,
        text: &'a Arc<str>,
        definitions: &'a Definitions<'a>,
    ) -> Context<'a> {
        let cube = view.cube();
        Context {
            view,
            cube,
            text,
            shared: text,
            definitions,
            in_formula: false,
            drops: false,
            untold: false,
        }
    }

    /// The same question, in another text.
    pub(super) fn in_text<'b>(self, text: &'b Arc<str>) -> Context<'b>
    where
        'a: 'b,
    {
        Context { text, shared: text, ..self }
    }

    /// The same question, in a formula.
    pub(super) fn in_formula<'b>(self, text: &'b Arc<str>) -> Context<'b>
    where
        'a: 'b,
    {
        Context { in_formula: true, drops: false, ..self.in_text(text) }
    }

    /// The same question, in a text of the schema. For whom members do not exist, braces have the others,
    /// and no error shows what is written.
    pub(super) fn of_schema<'b>(self, text: &'b Arc<str>) -> Context<'b>
    where
        'a: 'b,
    {
        match self.view.lacks_members() {
            true => Context { text, shared: &UNTOLD, drops: true, untold: true, ..self },
            false => self.in_text(text),
        }
    }

    /// What is wrong with a formula or a set of the schema, as it may be told.
    pub(super) fn told(self, name: &str, error: QueryError) -> QueryError {
        if !self.view.lacks_members() {
            return error;
        }
        let message = format!("'{name}' bygger på noget, der ikke findes her");
        QueryError::new(ErrorKind::Invalid, message)
            .hint("spørg uden den, eller om det, der findes")
    }

    /// The same question, where it lists what it shows: members that do not exist are left out.
    pub(super) fn dropping(self) -> Context<'a> {
        Context { drops: true, ..self }
    }

    /// The letters of a name.
    pub(super) fn name(self, name: Name) -> Cow<'a, str> {
        name.text(self.text)
    }

    pub(super) fn dimension(self, dimension: usize) -> &'a Dimension {
        &self.cube.dimensions[dimension]
    }

    pub(super) fn hierarchy_name(self, hierarchy: HierarchyRef) -> String {
        names::hierarchy_name(self.cube, hierarchy)
    }

    /// A question that means nothing, with the place that is wrong.
    pub(super) fn invalid(self, message: impl Into<String>, span: Span) -> QueryError {
        QueryError::new(ErrorKind::Invalid, message).at(self.text, span.range())
    }

    /// Something of the language that is not understood here, with its place.
    pub(super) fn not_yet(self, span: Span) -> QueryError {
        let written = self.text.get(span.range()).unwrap_or_default();
        let shown: String = written.chars().take(40).collect();
        self.invalid(format!("'{shown}' er endnu ikke understøttet her"), span)
    }

    /// A name that nothing has, with its place.
    pub(super) fn unknown(self, message: impl Into<String>, span: Span) -> QueryError {
        QueryError::new(ErrorKind::Unknown, message).at(self.text, span.range())
    }

    /// A personal value that nobody has: neither it nor any number of the text is repeated.
    pub(super) fn unknown_personal(self, message: impl Into<String>, span: Span) -> QueryError {
        let (mut masked, mut place) = (String::with_capacity(self.text.len()), 0..0);
        for (at, letter) in self.text.char_indices() {
            if at == span.start as usize {
                place.start = masked.len();
            }
            let hidden = span.range().contains(&at) && !matches!(letter, '[' | ']');
            masked.push(if hidden || letter.is_numeric() { '*' } else { letter });
            if span.range().contains(&at) {
                place.end = masked.len();
            }
        }
        QueryError::new(ErrorKind::Unknown, message).at(&masked, place)
    }

    pub(super) fn too_large(self, message: impl Into<String>, span: Span) -> QueryError {
        QueryError::new(ErrorKind::TooLarge, message).at(self.text, span.range())
    }
}
