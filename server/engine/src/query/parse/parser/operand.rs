//! What operators join: names, functions, sets, values, and what is taken of them.

use super::super::ast::{Case, Expr, ExprKind, Literal, Name, Span, Step};
use super::super::lexer::TokenKind;
use super::path::span_of;
use super::{Parser, Sign};
use crate::query::{ErrorKind, QueryError};

/// What an operand can be, as an error says it.
const OPERAND: &str = "en mængde, et medlem eller et tal";

impl Parser<'_> {
    /// An operand and what is taken of it.
    pub(super) fn stepped(&mut self) -> Result<Expr, QueryError> {
        let base = self.primary()?;
        let mut steps = Vec::new();
        let mut span = base.span;
        while self.take(Sign::Dot)? {
            let name = self.name("et navn efter '.'")?;
            let mut arguments = None;
            span = span.to(name.span);
            if self.is(Sign::Open) {
                let (list, end) = self.arguments()?;
                span = span.to(end);
                arguments = Some(list);
            }
            steps.push(Step { name, arguments });
        }
        match steps.is_empty() {
            true => Ok(base),
            false => Ok(Expr { kind: ExprKind::Steps(Box::new(base), steps), span }),
        }
    }

    fn primary(&mut self) -> Result<Expr, QueryError> {
        let span = self.token.span;
        let kind = match self.token.kind {
            TokenKind::Sign(Sign::OpenBrace) => return self.braces(),
            TokenKind::Sign(Sign::Open) => return self.tuple(),
            TokenKind::Sign(Sign::Ampersand) => return self.path_or_call(),
            TokenKind::Word if self.is_word("CASE") => return self.case(),
            TokenKind::Word if self.is_reserved() => return Err(self.unexpected(OPERAND)),
            TokenKind::Word | TokenKind::Bracketed => return self.path_or_call(),
            TokenKind::Number => ExprKind::Number(self.number()?),
            TokenKind::Text => ExprKind::Text(Literal { span }),
            TokenKind::Parameter => ExprKind::Parameter(Name {
                kind: super::super::NameKind::Bare,
                span: Span { start: span.start + 1, ..span },
            }),
            _ => return Err(self.unexpected(OPERAND)),
        };
        self.advance()?;
        Ok(Expr { kind, span })
    }

    /// The value of the number that is looked at.
    fn number(&self) -> Result<f64, QueryError> {
        let value: Option<f64> = self.letters().parse().ok();
        value.filter(|value| value.is_finite()).ok_or_else(|| {
            self.here(QueryError::new(ErrorKind::Invalid, "tallet er for stort"))
                .hint("tal kan højst være omkring 1e308")
        })
    }

    fn braces(&mut self) -> Result<Expr, QueryError> {
        let open = self.token.span;
        self.advance()?;
        let mut elements = Vec::new();
        if !self.is(Sign::CloseBrace) {
            elements.push(self.expression()?);
            while self.take(Sign::Comma)? {
                elements.push(self.expression()?);
            }
        }
        let end = self.close(Sign::CloseBrace, "',' eller '}'", open)?;
        Ok(Expr { kind: ExprKind::Braces(elements), span: open.to(end) })
    }

    fn tuple(&mut self) -> Result<Expr, QueryError> {
        let open = self.token.span;
        self.advance()?;
        let mut elements = vec![self.expression()?];
        while self.take(Sign::Comma)? {
            elements.push(self.expression()?);
        }
        let span = open.to(self.close(Sign::Close, "',' eller ')'", open)?);
        match elements.pop() {
            Some(only) if elements.is_empty() => Ok(Expr { span, ..only }),
            last => {
                elements.extend(last);
                Ok(Expr { kind: ExprKind::Tuple(elements), span })
            }
        }
    }

    /// Names with dots between them, up to a step; or a function.
    fn path_or_call(&mut self) -> Result<Expr, QueryError> {
        let is_word = self.token.kind == TokenKind::Word;
        let first = self.name("et navn")?;
        if is_word && self.is(Sign::Open) {
            let (arguments, end) = self.arguments()?;
            let span = first.span.to(end);
            return Ok(Expr { kind: ExprKind::Call(first, arguments), span });
        }
        let mut names = Vec::with_capacity(4);
        names.push(first);
        self.path(&mut names)?;
        Ok(Expr { span: span_of(&names), kind: ExprKind::Path(names) })
    }

    /// What stands in parentheses behind a function, and where they close.
    fn arguments(&mut self) -> Result<(Vec<Option<Expr>>, Span), QueryError> {
        let open = self.token.span;
        self.advance()?;
        let mut arguments = Vec::new();
        loop {
            let end = self.token.span;
            if self.is(Sign::Close) {
                if !arguments.is_empty() {
                    arguments.push(None);
                }
                self.advance()?;
                return Ok((arguments, end));
            }
            if self.take(Sign::Comma)? {
                arguments.push(None);
                continue;
            }
            arguments.push(Some(self.expression()?));
            if !self.take(Sign::Comma)? {
                let end = self.close(Sign::Close, "',' eller ')'", open)?;
                return Ok((arguments, end));
            }
        }
    }

    /// `CASE a WHEN b THEN c … ELSE d END`, or without `a`.
    fn case(&mut self) -> Result<Expr, QueryError> {
        let start = self.token.span;
        self.advance()?;
        let operand = if self.is_word("WHEN") { None } else { Some(self.expression()?) };
        let mut branches = Vec::new();
        while branches.is_empty() || self.is_word("WHEN") {
            self.expect_word("WHEN")?;
            let when = self.expression()?;
            self.expect_word("THEN")?;
            branches.push((when, self.expression()?));
        }
        let otherwise = if self.take_word("ELSE")? { Some(self.expression()?) } else { None };
        let end = self.token.span;
        if !self.take_word("END")? {
            return Err(self.not_closed("WHEN, ELSE eller END", start));
        }
        let case = Box::new(Case { operand, branches, otherwise });
        Ok(Expr { kind: ExprKind::Case(case), span: start.to(end) })
    }
}
