//! Operands joined by operators.

use super::super::ast::{Expr, ExprKind, Operator};
use super::super::lexer::TokenKind;
use super::{Parser, Sign};
use crate::query::QueryError;

/// Words between operands.
const WORDS: [(&str, Operator); 6] = [
    ("AND", Operator::And),
    ("OR", Operator::Or),
    ("XOR", Operator::Xor),
    ("IS", Operator::Is),
    ("IN", Operator::In),
    ("MATCHES", Operator::Matches),
];

impl Parser<'_> {
    /// An expression, perhaps with a name given to it.
    pub(super) fn expression(&mut self) -> Result<Expr, QueryError> {
        self.deeper()?;
        let mut expr = self.chain(0)?;
        if self.take_word("AS")? {
            let name = self.name("et navn efter AS")?;
            let span = expr.span.to(name.span);
            expr = Expr { kind: ExprKind::Alias(Box::new(expr), name), span };
        }
        self.depth -= 1;
        Ok(expr)
    }

    /// Operands joined by operators that bind at least as tight as `level`.
    fn chain(&mut self, level: u8) -> Result<Expr, QueryError> {
        let mut left = self.operand()?;
        while let Some(operator) = self.operator().filter(|operator| operator.level() >= level) {
            let mut rest = Vec::new();
            let same = |next: &Operator| next.level() == operator.level();
            while let Some(next) = self.operator().filter(same) {
                self.advance_operator(next)?;
                rest.push((next, self.chain(next.level() + 1)?));
            }
            let span = rest.last().map_or(left.span, |(_, last)| left.span.to(last.span));
            left = Expr { kind: ExprKind::Chain(Box::new(left), rest), span };
        }
        Ok(left)
    }

    /// The operator that is looked at, if it is one between operands.
    pub(super) fn operator(&self) -> Option<Operator> {
        match self.token.kind {
            TokenKind::Sign(sign) => sign_operator(sign),
            TokenKind::Word if self.is_word("NOT") => match () {
                () if self.is_word_ahead("IN") => Some(Operator::NotIn),
                () if self.is_word_ahead("MATCHES") => Some(Operator::NotMatches),
                () => None,
            },
            TokenKind::Word => {
                let letters = self.letters();
                let found = WORDS.iter().find(|(word, _)| letters.eq_ignore_ascii_case(word));
                found.map(|&(_, operator)| operator)
            }
            _ => None,
        }
    }

    fn advance_operator(&mut self, operator: Operator) -> Result<(), QueryError> {
        if matches!(operator, Operator::NotIn | Operator::NotMatches) {
            self.advance()?;
        }
        self.advance()
    }

    fn operand(&mut self) -> Result<Expr, QueryError> {
        let start = self.token.span;
        let (operator, binds_as) = match self.token.kind {
            TokenKind::Sign(Sign::Minus) => (Operator::Minus, Operator::Power),
            TokenKind::Sign(Sign::Plus) => (Operator::Plus, Operator::Power),
            TokenKind::Word if self.is_word("NOT") => (Operator::Not, Operator::Not),
            TokenKind::Word if self.is_word("EXISTING") => (Operator::Existing, Operator::Existing),
            _ => return self.stepped(),
        };
        self.deeper()?;
        self.advance()?;
        let operand = self.chain(binds_as.level())?;
        self.depth -= 1;
        let span = start.to(operand.span);
        Ok(Expr { kind: ExprKind::Prefix(operator, Box::new(operand)), span })
    }
}

fn sign_operator(sign: Sign) -> Option<Operator> {
    match sign {
        Sign::Colon => Some(Operator::Range),
        Sign::Caret => Some(Operator::Power),
        Sign::Star => Some(Operator::Times),
        Sign::Slash => Some(Operator::Divide),
        Sign::Plus => Some(Operator::Plus),
        Sign::Minus => Some(Operator::Minus),
        Sign::Bars => Some(Operator::Join),
        Sign::Equal => Some(Operator::Equal),
        Sign::Unequal => Some(Operator::Unequal),
        Sign::Less => Some(Operator::Less),
        Sign::AtMost => Some(Operator::AtMost),
        Sign::Greater => Some(Operator::Greater),
        Sign::AtLeast => Some(Operator::AtLeast),
        _ => None,
    }
}
