//! The words of a text that is being written: enough of MDX to see where a query ends and what stands
//! before the cursor. What is right and wrong is for the server to say.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name in brackets.
    Bracketed,
    /// A bare word.
    Word,
    /// The dot between the steps of a name.
    Dot,
    /// The sign before a key.
    Ampersand,
    /// A text in quotes.
    Quoted,
    /// A comment.
    Comment,
    /// The end of a query.
    Semicolon,
    /// Any other sign.
    Other,
}

/// A part of a text, by bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Whether it ended before the text did, where it has an end of its own.
    pub closed: bool,
}

impl Token {
    /// The part of the text that it is.
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }
}

/// The tokens of a text, blanks left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let (kind, length, closed) = token(&text[at..], next);
        tokens.push(Token { kind, start: at, end: at + length, closed });
        at += length;
    }
    tokens
}

/// The token that a text begins with: what it is, its length, and whether it is closed.
fn token(rest: &str, first: char) -> (Kind, usize, bool) {
    match first {
        '[' => enclosed(Kind::Bracketed, rest, "]"),
        '\'' => enclosed(Kind::Quoted, rest, "'"),
        '"' => enclosed(Kind::Quoted, rest, "\""),
        '.' => (Kind::Dot, 1, true),
        '&' => (Kind::Ampersand, 1, true),
        ';' => (Kind::Semicolon, 1, true),
        _ if rest.starts_with("--") || rest.starts_with("//") => comment(rest, "\n"),
        _ if rest.starts_with("/*") => comment(rest, "*/"),
        _ if is_word(first) => {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            (Kind::Word, length, true)
        }
        other => (Kind::Other, other.len_utf8(), true),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A token that ends at a sign; the sign twice stands for itself.
fn enclosed(kind: Kind, rest: &str, end: &str) -> (Kind, usize, bool) {
    let mut at = 1;
    while let Some(found) = rest[at..].find(end) {
        at += found + end.len();
        if !rest[at..].starts_with(end) {
            return (kind, at, true);
        }
        at += end.len();
    }
    (kind, rest.len(), false)
}

fn comment(rest: &str, end: &str) -> (Kind, usize, bool) {
    let found = rest[2..].find(end).map(|at| 2 + at + end.len());
    (Kind::Comment, found.unwrap_or(rest.len()), found.is_some())
}

/// Whether what was written can be asked: it is a command, ends with `;`, or ends with a blank line.
pub(super) fn is_complete(text: &str) -> bool {
    let begins = text.trim_start();
    let (before, last_line) = text.rsplit_once('\n').unwrap_or(("", text));
    let is_blank_end = !before.is_empty() && last_line.trim().is_empty();
    begins.is_empty()
        || super::command::is_one_line(begins)
        || is_blank_end
        || (last_line.contains(';') && ends_with_semicolon(text))
}

fn ends_with_semicolon(text: &str) -> bool {
    let last = tokens(text).into_iter().rfind(|token| token.kind != Kind::Comment);
    last.is_some_and(|token| token.kind == Kind::Semicolon)
}

/// The queries of a text, one behind the other.
pub(super) fn queries(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut filled) = (0, false);
    for token in tokens(text) {
        match token.kind {
            Kind::Comment => {}
            Kind::Semicolon => {
                found.extend(filled.then(|| text[start..token.start].trim()));
                (start, filled) = (token.end, false);
            }
            _ => filled = true,
        }
    }
    found.extend(filled.then(|| text[start..].trim()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_ends_with_a_semicolon_or_a_blank_line() {
        for (text, complete) in [
            ("", true),
            ("  ", true),
            ("SELECT", false),
            ("SELECT\nFROM [Ting]", false),
            ("SELECT\nFROM [Ting];", true),
            ("SELECT\nFROM [Ting]; -- done", true),
            ("SELECT\nFROM [Ting]\n", true),
            ("SELECT\nFROM [Ting]\n  ", true),
            ("SELECT FROM [a;", false),
            ("SELECT \"a;", false),
            ("SELECT -- a;", false),
            ("SELECT /* a;\n */", false),
            ("SELECT FROM [a]];", false),
            ("SELECT FROM [a]]];", true),
            (".cubes", true),
            ("help", true),
        ] {
            assert_eq!(is_complete(text), complete, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_cut_where_queries_end() {
        let text = "SELECT FROM [a;b]; -- first;\n SELECT ';' ;; SELECT 3 ; -- nothing";
        assert_eq!(queries(text), ["SELECT FROM [a;b]", "-- first;\n SELECT ';'", "SELECT 3"]);
        assert!(queries(" ; -- nothing").is_empty());
    }

    #[test]
    fn no_text_is_cut_within_a_character() {
        for text in ["[å", "'ø", "/*æ", "--é", "ÆØÅ.&[ß]", "”"] {
            let found = tokens(text);
            assert_eq!(found.last().map(|token| token.end), Some(text.len()), "{text}");
        }
    }
}
