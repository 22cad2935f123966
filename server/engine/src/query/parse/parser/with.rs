//! What `WITH` defines: members and sets of the question's own.

use std::borrow::Cow;

use super::super::ast::{Definition, Expr, Name};
use super::super::lexer::TokenKind;
use super::{Parser, Sign, expression, expression_within};
use crate::query::{ErrorKind, QueryError};

impl<'a> Parser<'a> {
    /// What stands between `WITH` and `SELECT`.
    pub(super) fn definitions(&mut self) -> Result<Vec<Definition<'a>>, QueryError> {
        let mut definitions = Vec::new();
        if !self.take_word("WITH")? {
            return Ok(definitions);
        }
        while definitions.is_empty() || !self.is_word("SELECT") {
            if self.is_word("CELL") {
                let message = "WITH CELL CALCULATION er ikke understøttet";
                let error = self.here(QueryError::new(ErrorKind::Invalid, message));
                return Err(
                    error.hint("skriv beregningen som et mål: WITH MEMBER [Measures].[navn]")
                );
            }
            let is_member = match (self.take_word("MEMBER")?, self.take_word("SET")?) {
                (false, false) => return Err(self.unexpected("MEMBER, SET eller SELECT")),
                (is_member, _) => is_member,
            };
            definitions.push(self.definition(is_member)?);
        }
        Ok(definitions)
    }

    /// What stands after `MEMBER` or `SET`.
    pub(super) fn definition(&mut self, is_member: bool) -> Result<Definition<'a>, QueryError> {
        let name = self.full_path()?;
        self.expect_word("AS")?;
        let (text, expr) = self.defined(is_member)?;
        let mut properties = Vec::new();
        loop {
            let comma = self.take(Sign::Comma)?;
            if self.ends_definition() || (!comma && !self.is_property_next()) {
                return Ok(Definition { is_member, name, text, expr, properties });
            }
            properties.push(self.defined_property()?);
        }
    }

    /// Whether the next definition or the statement itself begins, also behind a comma too many.
    fn ends_definition(&self) -> bool {
        let begins = ["MEMBER", "SET", "SELECT"].iter().any(|word| self.is_word(word));
        begins && !self.is_property_next()
    }

    fn is_property_next(&self) -> bool {
        matches!(self.token.kind, TokenKind::Word | TokenKind::Bracketed)
            && self.ahead().is_some_and(|ahead| ahead.is(Sign::Equal))
    }

    fn defined_property(&mut self) -> Result<(Name, Expr), QueryError> {
        let name = self.name("navnet på en egenskab")?;
        self.expect(Sign::Equal, "'=' efter egenskabens navn")?;
        Ok((name, self.expression()?))
    }

    /// What a name is defined as, with or without quotes around it.
    fn defined(&mut self, is_member: bool) -> Result<(Cow<'a, str>, Expr), QueryError> {
        if !self.is_quoted_formula(is_member) {
            return Ok((Cow::from(self.text), self.expression()?));
        }
        let span = self.token.span.range();
        let (inner, quote) = (span.start + 1..span.end - 1, &self.text[span.start..=span.start]);
        self.advance()?;
        let doubled = quote.repeat(2);
        if !self.text[inner.clone()].contains(&doubled) {
            return Ok((Cow::from(self.text), expression_within(self.text, inner)?));
        }
        let text = self.text[inner].replace(&doubled, quote);
        let expr = expression(&text)?;
        Ok((Cow::from(text), expr))
    }

    /// Whether a formula in quotes is looked at, and not a text that a formula begins with. A
    /// member can be a text, and is where that stands in double quotes; a set cannot.
    fn is_quoted_formula(&self, is_member: bool) -> bool {
        self.token.kind == TokenKind::Text
            && !(is_member && self.letters().starts_with('"'))
            && self.ahead().is_none_or(|ahead| ahead.operator().is_none())
    }
}
