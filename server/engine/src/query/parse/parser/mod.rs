//! Tokens → statement. One function per construct, one token of foresight; where that is not
//! enough, a copy of the parser looks further.

mod operand;
mod operators;
mod path;
mod select;
mod statement;
#[cfg(test)]
mod tests;
mod with;

use std::ops::Range;

use super::ast::{Expr, Select, Span, Statement};
use super::lexer::{Lexer, Sign, Token, TokenKind};
use super::words::{RESERVED, is_in};
use super::{MAX_DEPTH, MAX_TEXT_BYTES};
use crate::query::{ErrorKind, QueryError};

/// Reads one MDX statement.
///
/// # Errors
/// What in the text is not of the language, with its place.
pub fn statement(text: &str) -> Result<Statement<'_>, QueryError> {
    check_length(text, "teksten", "del forespørgslen op")?;
    let mut parser = Parser::new(text, Lexer::new(text))?;
    let statement = parser.statement()?;
    while parser.take(Sign::Semicolon)? {}
    parser.end("slutningen af forespørgslen")?;
    Ok(statement)
}

/// Reads one MDX `SELECT`.
///
/// # Errors
/// What in the text is not of the language, with its place; or another statement.
pub fn mdx(text: &str) -> Result<Select<'_>, QueryError> {
    statement::only_select(text, statement(text)?)
}

/// Reads one expression, such as the formula of a measure.
///
/// # Errors
/// What in the text is not of the language, with its place.
pub fn expression(text: &str) -> Result<Expr, QueryError> {
    check_length(text, "formlen", "del formlen op")?;
    expression_within(text, 0..text.len())
}

/// Reads the expression that part of a text is.
fn expression_within(text: &str, part: Range<usize>) -> Result<Expr, QueryError> {
    let read = || {
        let mut parser = Parser::new(text, Lexer::within(text, part.clone()))?;
        let expr = parser.expression()?;
        parser.end("slutningen af formlen")?;
        Ok(expr)
    };
    read().map_err(|error: QueryError| error.within(text))
}

fn check_length(text: &str, what: &str, hint: &str) -> Result<(), QueryError> {
    if text.len() <= MAX_TEXT_BYTES {
        return Ok(());
    }
    let message = format!("{what} er længere end {} kB", MAX_TEXT_BYTES / 1024);
    Err(QueryError::new(ErrorKind::TooLarge, message).hint(hint))
}

/// A text being read. A copy looks ahead.
#[derive(Clone, Copy)]
struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The token that is looked at.
    token: Token,
    /// How many expressions are open.
    depth: usize,
}

// Tokens.
impl<'a> Parser<'a> {
    fn new(text: &'a str, mut lexer: Lexer<'a>) -> Result<Parser<'a>, QueryError> {
        let token = lexer.next(false)?;
        Ok(Parser { text, lexer, token, depth: 0 })
    }

    fn advance(&mut self) -> Result<(), QueryError> {
        let after_name = match self.token.kind {
            TokenKind::Word => !self.is_reserved(),
            TokenKind::Bracketed | TokenKind::Text | TokenKind::Parameter => true,
            TokenKind::Sign(sign) => matches!(sign, Sign::Close | Sign::CloseBrace),
            TokenKind::Number | TokenKind::End => false,
        };
        self.token = match self.is(Sign::Ampersand) {
            true => self.lexer.next_key()?,
            false => self.lexer.next(after_name)?,
        };
        Ok(())
    }

    /// The parser one token on; `None` where no token can be read.
    fn ahead(&self) -> Option<Parser<'a>> {
        let mut ahead = *self;
        ahead.advance().ok().map(|()| ahead)
    }

    /// Whether the word after the token that is looked at is this one.
    fn is_word_ahead(&self, word: &str) -> bool {
        self.ahead().is_some_and(|ahead| ahead.is_word(word))
    }

    /// The letters of the token.
    fn letters(&self) -> &'a str {
        &self.text[self.token.span.range()]
    }

    fn is(&self, sign: Sign) -> bool {
        self.token.kind == TokenKind::Sign(sign)
    }

    fn take(&mut self, sign: Sign) -> Result<bool, QueryError> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: Sign, expected: &str) -> Result<(), QueryError> {
        match self.take(sign)? {
            true => Ok(()),
            false => Err(self.unexpected(expected)),
        }
    }

    /// The closing sign of what was opened at a place; returns its own place.
    fn close(&mut self, sign: Sign, expected: &str, open: Span) -> Result<Span, QueryError> {
        let span = self.token.span;
        match self.take(sign)? {
            true => Ok(span),
            false => Err(self.not_closed(expected, open)),
        }
    }

    fn is_word(&self, word: &str) -> bool {
        self.token.kind == TokenKind::Word && self.letters().eq_ignore_ascii_case(word)
    }

    fn take_word(&mut self, word: &str) -> Result<bool, QueryError> {
        let found = self.is_word(word);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect_word(&mut self, word: &str) -> Result<(), QueryError> {
        match self.take_word(word)? {
            true => Ok(()),
            false => Err(self.unexpected(word)),
        }
    }

    fn is_reserved(&self) -> bool {
        self.token.kind == TokenKind::Word && is_in(&RESERVED, self.letters())
    }

    fn end(&self, expected: &str) -> Result<(), QueryError> {
        match self.token.kind {
            TokenKind::End => Ok(()),
            _ => Err(self.unexpected(expected)),
        }
    }

    fn deeper(&mut self) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("udtryk må højst stå {MAX_DEPTH} lag inde i hinanden");
        let error = QueryError::new(ErrorKind::TooLarge, message);
        Err(self.here(error).hint("fjern overflødige parenteser"))
    }
}

// Errors.
impl Parser<'_> {
    fn here(&self, error: QueryError) -> QueryError {
        error.at(self.text, self.token.span.range())
    }

    fn unexpected(&self, expected: &str) -> QueryError {
        let message = match self.token.kind {
            TokenKind::End => format!("forventede {expected}, men teksten slutter"),
            _ => {
                let found: String = self.letters().chars().take(40).collect();
                format!("forventede {expected}, men fandt '{found}'")
            }
        };
        let error = self.here(QueryError::new(ErrorKind::Syntax, message));
        match self.advice() {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    /// Whether a number and a comma stand right before the token, as in `1,5`.
    fn is_behind_a_comma(&self) -> bool {
        let before = self.text[..self.token.span.range().start].strip_suffix(',');
        before.is_some_and(|before| before.ends_with(|letter: char| letter.is_ascii_digit()))
    }

    /// What to do about a token that nothing is expected to begin or go on with.
    fn advice(&self) -> Option<&'static str> {
        match self.token.kind {
            TokenKind::Sign(Sign::Semicolon) => {
                Some("argumenter og medlemmer adskilles med komma; ';' slutter forespørgslen")
            }
            TokenKind::Number if self.is_behind_a_comma() => {
                Some("decimaler skrives med punktum, for eksempel 1.5; komma skiller argumenter")
            }
            TokenKind::Text => Some("navne skrives i [ ] og ikke i anførselstegn"),
            TokenKind::Word if self.is_reserved() => {
                Some("er ordet et navn, skal det stå i [ ]; ellers mangler noget foran det")
            }
            _ => None,
        }
    }

    fn not_closed(&self, expected: &str, open: Span) -> QueryError {
        let error = self.unexpected(expected);
        if self.is(Sign::Semicolon) {
            return error;
        }
        let sign = &self.text[open.range()];
        let place = crate::query::error::Place { text: self.text.into(), span: open.range() };
        let (line, column) = place.line_and_column();
        error.hint(format!("'{sign}' i linje {line}, kolonne {column} er ikke lukket"))
    }
}
