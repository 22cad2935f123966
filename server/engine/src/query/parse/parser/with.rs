//! What `WITH` defines: members and sets of the question's own.

use std::borrow::Cow;

use super::super::ast::{Definition, Expr};
use super::super::lexer::{Sign, TokenKind};
use super::{Parser, expression, expression_within};
use crate::query::QueryError;

impl<'a> Parser<'a> {
    /// What stands between `WITH` and `SELECT`.
    pub(super) fn definitions(&mut self) -> Result<Vec<Definition<'a>>, QueryError> {
        let mut definitions = Vec::new();
        if !self.take_word("WITH")? {
            return Ok(definitions);
        }
        while !self.is_word("SELECT") {
            let is_member = match (self.take_word("MEMBER")?, self.take_word("SET")?) {
                (false, false) => return Err(self.unexpected("MEMBER, SET eller SELECT")),
                (is_member, _) => is_member,
            };
            definitions.push(self.definition(is_member)?);
        }
        Ok(definitions)
    }

    fn definition(&mut self, is_member: bool) -> Result<Definition<'a>, QueryError> {
        let mut name = vec![self.name("et navn")?];
        self.path(&mut name)?;
        self.expect_word("AS")?;
        let (text, expr) = self.defined()?;
        let mut properties = Vec::new();
        while self.take(Sign::Comma)? {
            let property = self.name("navnet på en egenskab")?;
            self.expect(Sign::Equal, "'=' efter egenskabens navn")?;
            properties.push((property, self.expression()?));
        }
        Ok(Definition { is_member, name, text, expr, properties })
    }

    /// What a name is defined as, with or without quotes around it.
    fn defined(&mut self) -> Result<(Cow<'a, str>, Expr), QueryError> {
        if self.token.kind != TokenKind::Text {
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
}
