//! Names, and paths of them.

use super::super::ast::{Name, NameKind, PropertyPath, Span};
use super::super::lexer::TokenKind;
use super::super::words::{STEPS, is_in};
use super::{Parser, Sign};
use crate::query::QueryError;

impl Parser<'_> {
    /// A path of names alone, whatever the words of it mean elsewhere.
    pub(super) fn full_path(&mut self) -> Result<Vec<Name>, QueryError> {
        let mut names = vec![self.name("et navn")?];
        while self.is(Sign::Ampersand) || self.take(Sign::Dot)? {
            names.push(self.name("et navn efter '.'")?);
        }
        Ok(names)
    }

    /// The names that follow; stops before the dot of a step.
    pub(super) fn path(&mut self, names: &mut Vec<Name>) -> Result<(), QueryError> {
        loop {
            if self.is(Sign::Ampersand) {
                let after_key = names.last().is_some_and(|name| name.is_key());
                let key = self.name("en nøgle")?;
                let kind = if after_key { NameKind::KeyPart } else { NameKind::Key };
                names.push(Name { kind, ..key });
            } else if self.is(Sign::Dot) && !self.is_step_next() {
                self.advance()?;
                names.push(self.name("et navn efter '.'")?);
            } else {
                return Ok(());
            }
        }
    }

    /// Whether, behind the dot that is looked at, stands a step: a word of steps, or any word with
    /// arguments.
    fn is_step_next(&self) -> bool {
        let Some(word) = self.ahead().filter(|ahead| ahead.token.kind == TokenKind::Word) else {
            return false;
        };
        is_in(&STEPS, word.letters()) || word.ahead().is_some_and(|ahead| ahead.is(Sign::Open))
    }

    pub(super) fn name(&mut self, expected: &str) -> Result<Name, QueryError> {
        let is_key = self.take(Sign::Ampersand)?;
        let span = self.token.span;
        let kind = match self.token.kind {
            TokenKind::Word | TokenKind::Bracketed if is_key => NameKind::Key,
            TokenKind::Word => NameKind::Bare,
            TokenKind::Bracketed => NameKind::Bracketed,
            TokenKind::Number if !self.is_behind_a_comma() => {
                let error = self.unexpected(expected);
                return Err(error.hint("navne, der begynder med et ciffer, skal stå i [ ]"));
            }
            _ => return Err(self.unexpected(expected)),
        };
        self.advance()?;
        Ok(Name { kind, span })
    }

    /// A property that is asked for, also in the odd form `[H].[L].[L]MEMBER_CAPTION`.
    pub(super) fn property(&mut self) -> Result<PropertyPath, QueryError> {
        let expected = "navnet på en egenskab";
        if self.is_word("ON") {
            return Err(self.unexpected(expected));
        }
        let mut names = vec![self.name(expected)?];
        loop {
            let last = names[names.len() - 1];
            let adjoins = self.token.kind == TokenKind::Word
                && last.kind == NameKind::Bracketed
                && last.span.end == self.token.span.start;
            if self.take(Sign::Dot)? || adjoins {
                names.push(self.name("et navn efter '.'")?);
            } else {
                return Ok(PropertyPath { span: span_of(&names), names });
            }
        }
    }
}

/// The place of a path.
pub(super) fn span_of(names: &[Name]) -> Span {
    match names {
        [first, .., last] => first.span.to(last.span),
        [only] => only.span,
        [] => Span::default(),
    }
}
