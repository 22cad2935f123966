//! Letters → tokens, one at a time.

use std::ops::Range;

use super::ast::Span;
use crate::query::{ErrorKind, QueryError};

/// A token and its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word, keywords included.
    Word,
    /// `[a name]`.
    Bracketed,
    /// A number.
    Number,
    /// `'a text'` or `"a text"`.
    Text,
    /// `@` and a word.
    Parameter,
    /// A sign of one or two letters.
    Sign(Sign),
    /// Behind the last letter.
    End,
}

/// Signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    Comma,
    Dot,
    Colon,
    Semicolon,
    Ampersand,
    Star,
    Slash,
    Caret,
    Plus,
    Minus,
    Bars,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// The rest of a text. A copy looks ahead.
#[derive(Clone, Copy)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0 }
    }

    /// A lexer of part of a text; places are those of the whole.
    pub(super) fn within(text: &'a str, part: Range<usize>) -> Lexer<'a> {
        Lexer { text: &text[..part.end], at: part.start }
    }

    /// The next token. `after_name` tells whether a dot goes on with a name.
    pub(super) fn next(&mut self, after_name: bool) -> Result<Token, QueryError> {
        self.skip_blanks()?;
        let start = self.at;
        let kind = self.kind(after_name)?;
        Ok(Token { kind, span: span(start, self.at) })
    }

    /// The token after `&`: a name in brackets, or a word, which may begin with a digit.
    pub(super) fn next_key(&mut self) -> Result<Token, QueryError> {
        let mut after = *self;
        after.skip_blanks()?;
        match after.text.as_bytes().get(after.at) {
            Some(byte) if byte.is_ascii_digit() => {
                let start = after.at;
                let kind = after.word()?;
                *self = after;
                Ok(Token { kind, span: span(start, self.at) })
            }
            _ => self.next(true),
        }
    }

    fn kind(&mut self, after_name: bool) -> Result<TokenKind, QueryError> {
        let rest = &self.text.as_bytes()[self.at..];
        let Some(&first) = rest.first() else { return Ok(TokenKind::End) };
        match first {
            b'[' => self.enclosed(b']', TokenKind::Bracketed),
            b'\'' | b'"' => self.enclosed(first, TokenKind::Text),
            b'@' => self.parameter(),
            b'0'..=b'9' => Ok(self.number()),
            b'.' if !after_name && rest.get(1).is_some_and(u8::is_ascii_digit) => Ok(self.number()),
            _ => match sign(first, rest.get(1).copied()) {
                Some((sign, length)) => {
                    self.at += length;
                    Ok(TokenKind::Sign(sign))
                }
                None => self.word(),
            },
        }
    }

    /// A token up to its closing letter, which is doubled inside.
    fn enclosed(&mut self, close: u8, kind: TokenKind) -> Result<TokenKind, QueryError> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut at = start + 1;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            if byte == close {
                if bytes.get(at) != Some(&close) {
                    self.at = at;
                    return Ok(kind);
                }
                at += 1;
            }
        }
        let close = char::from(close);
        let message = match kind {
            TokenKind::Bracketed => "et navn i [ ] er ikke afsluttet",
            _ => "en tekst er ikke afsluttet",
        };
        let hint = format!("skriv {close} hvor det slutter; et {close} indeni skrives dobbelt");
        Err(QueryError::new(ErrorKind::Syntax, message).hint(hint).at(self.text, start..start + 1))
    }

    fn number(&mut self) -> TokenKind {
        self.skip_digits();
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.skip_digits();
        }
        let rest = &self.text.as_bytes()[self.at..];
        let signed = usize::from(matches!(rest.get(1), Some(b'+' | b'-')));
        if matches!(rest.first(), Some(b'e' | b'E'))
            && rest.get(1 + signed).is_some_and(u8::is_ascii_digit)
        {
            self.at += 1 + signed;
            self.skip_digits();
        }
        TokenKind::Number
    }

    fn word(&mut self) -> Result<TokenKind, QueryError> {
        let rest = &self.text[self.at..];
        let inside = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = rest.find(|letter| !inside(letter)).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.strange());
        }
        self.at += length;
        Ok(TokenKind::Word)
    }

    fn parameter(&mut self) -> Result<TokenKind, QueryError> {
        let start = self.at;
        self.at += 1;
        let word = self.word().map_err(|_| {
            QueryError::new(ErrorKind::Syntax, "efter @ skal stå navnet på en parameter")
                .hint("skriv for eksempel @Aar")
                .at(self.text, start..start + 1)
        });
        word.map(|_| TokenKind::Parameter)
    }

    fn strange(&self) -> QueryError {
        let letter = self.text[self.at..].chars().next().unwrap_or(' ');
        let hint = match letter {
            '‘' | '’' | '“' | '”' | '´' | '`' => "skriv lige anførselstegn, ' eller \"",
            '!' => "forskellig fra skrives <>",
            _ => "navne med andre tegn end bogstaver og cifre skal stå i [ ]",
        };
        let message = format!("tegnet '{}' hører ikke til i MDX", letter.escape_debug());
        let span = self.at..self.at + letter.len_utf8();
        QueryError::new(ErrorKind::Syntax, message).hint(hint).at(self.text, span)
    }

    fn skip_blanks(&mut self) -> Result<(), QueryError> {
        while self.peek().is_some_and(|byte| byte <= b' ' || byte >= 0x80 || b"-/".contains(&byte))
        {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start_matches(|letter: char| {
                letter.is_whitespace() || letter == '\u{feff}' || letter == '\u{200b}'
            });
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("--") || trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += self.comment(trimmed)?;
            } else {
                break;
            }
        }
        Ok(())
    }

    /// The length of a comment in `/* */`; comments may stand in it.
    fn comment(&self, text: &str) -> Result<usize, QueryError> {
        let bytes = text.as_bytes();
        let (mut open, mut at) = (0_usize, 0);
        while at < bytes.len() {
            match (bytes[at], bytes.get(at + 1)) {
                (b'/', Some(b'*')) => (open, at) = (open + 1, at + 2),
                (b'*', Some(b'/')) => (open, at) = (open - 1, at + 2),
                _ => at += 1,
            }
            if open == 0 {
                return Ok(at);
            }
        }
        Err(QueryError::new(ErrorKind::Syntax, "en kommentar er ikke afsluttet")
            .hint("skriv */ hvor den slutter; hver /* indeni skal også afsluttes")
            .at(self.text, self.at..self.at + 2))
    }

    fn skip_digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// A span of a text that is no longer than [`super::MAX_TEXT_BYTES`].
fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}

fn sign(first: u8, second: Option<u8>) -> Option<(Sign, usize)> {
    let found = match (first, second) {
        (b'<', Some(b'>')) => (Sign::Unequal, 2),
        (b'<', Some(b'=')) => (Sign::AtMost, 2),
        (b'>', Some(b'=')) => (Sign::AtLeast, 2),
        (b'|', Some(b'|')) => (Sign::Bars, 2),
        (b'(', _) => (Sign::Open, 1),
        (b')', _) => (Sign::Close, 1),
        (b'{', _) => (Sign::OpenBrace, 1),
        (b'}', _) => (Sign::CloseBrace, 1),
        (b',', _) => (Sign::Comma, 1),
        (b'.', _) => (Sign::Dot, 1),
        (b':', _) => (Sign::Colon, 1),
        (b';', _) => (Sign::Semicolon, 1),
        (b'&', _) => (Sign::Ampersand, 1),
        (b'*', _) => (Sign::Star, 1),
        (b'/', _) => (Sign::Slash, 1),
        (b'^', _) => (Sign::Caret, 1),
        (b'+', _) => (Sign::Plus, 1),
        (b'-', _) => (Sign::Minus, 1),
        (b'=', _) => (Sign::Equal, 1),
        (b'<', _) => (Sign::Less, 1),
        (b'>', _) => (Sign::Greater, 1),
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<&str>, QueryError> {
        let mut lexer = Lexer::new(text);
        let mut tokens = Vec::new();
        let mut after_name = false;
        loop {
            let token = lexer.next(after_name)?;
            if token.kind == TokenKind::End {
                return Ok(tokens);
            }
            after_name = matches!(token.kind, TokenKind::Word | TokenKind::Bracketed);
            tokens.push(&text[token.span.range()]);
        }
    }

    #[test]
    fn a_text_falls_into_tokens() {
        for (text, expected) in [
            ("[Tid].[År].&[2020]", &["[Tid]", ".", "[År]", ".", "&", "[2020]"][..]),
            ("[a]]b],x", &["[a]]b]", ",", "x"]),
            ("Køn.Members{}", &["Køn", ".", "Members", "{", "}"]),
            ("1. .5 1e3 2.5E-1 1e", &["1.", ".5", "1e3", "2.5E-1", "1", "e"]),
            ("'it''s' \"a\"\"b\"", &["'it''s'", "\"a\"\"b\""]),
            ("a--b\n//c\nd/* e\n */f", &["a", "d", "f"]),
            ("a/* b /* c */ d */e /**/ f", &["a", "e", "f"]),
            ("@Aar,@x1", &["@Aar", ",", "@x1"]),
            ("a<>b<=c||d", &["a", "<>", "b", "<=", "c", "||", "d"]),
            ("  ", &[]),
        ] {
            assert_eq!(tokens(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_closed_is_pointed_at() {
        for (text, message, place) in [
            ("SELECT [Tid", "et navn i [ ] er ikke afsluttet", 7),
            ("'a''", "en tekst er ikke afsluttet", 0),
            ("a /* b", "en kommentar er ikke afsluttet", 2),
            ("a § b", "tegnet '§' hører ikke til i MDX", 2),
            ("{@}", "efter @ skal stå navnet på en parameter", 1),
            ("a /* b /* c */", "en kommentar er ikke afsluttet", 2),
            ("‘a’", "tegnet '‘' hører ikke til i MDX", 0),
        ] {
            let error = tokens(text).unwrap_err();
            assert_eq!(error.message, message);
            assert_eq!(error.place.unwrap().span.start, place, "{text}");
        }
    }
}
