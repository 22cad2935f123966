//! A value and a format string become a text: what `FORMAT_STRING` and the function `Format` mean.
//!
//! The language of formats is the one that clients of MDX write, which is that of Visual Basic: named
//! formats (`Standard`, `Percent`, `Short Date`), numbers (`#,##0.00;(#,##0.00);"-"`), days
//! (`yyyy-mm-dd`) and texts (`>@@@`). Separators and names follow the language of whoever reads.
//!
//! A number is rounded as people round it: the digits that it is written with, half away from zero.
//! Nothing that a format holds is an error: what it does not know stands in the text as it is. A format is
//! read once and then used for any number of values; a text is never longer than the format, the value
//! and some 400 digits together.

mod day;
mod named;
mod number;
mod text;

pub use cube_schema::language::Language;

use cube_schema::day::Day;

use number::Section;

/// Characters of the longest format. A longer one is no format of a person, and is taken for none.
pub const LONGEST_FORMAT: usize = 1000;

/// A value to be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown<'a> {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// A day.
    Day(Day),
    /// A text.
    Text(&'a str),
}

/// A format that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Format {
    language: Language,
    kind: Kind,
}

/// What a format is made for. Other values are shown as if there were none.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// None: up to three decimals, thousands apart.
    None,
    /// A number with all its digits.
    General,
    /// Thousands apart, and two decimals where a number is not whole: formats of whole numbers and of others.
    Standard([Vec<Section>; 2]),
    /// Numbers, by up to four sections: positive, negative, zero, empty.
    Number(Vec<Section>),
    /// Two words: for what is not zero, and for zero.
    Words([&'static str; 2]),
    /// Days.
    Day(Vec<day::Piece>),
    /// Texts, and in a second section the empty ones.
    Text(Vec<text::Section>),
}

impl Format {
    /// Reads a format. An empty one, and one longer than [`LONGEST_FORMAT`], is none.
    #[must_use]
    pub fn new(format: &str, language: Language) -> Format {
        if format.is_empty() || format.len() > LONGEST_FORMAT {
            return Format { language, kind: Kind::None };
        }
        let kind = named::read(format, language).unwrap_or_else(|| read(format));
        Format { language, kind }
    }

    /// The format of a measure that is shown with so many decimals.
    #[must_use]
    pub fn of_decimals(decimals: u8, language: Language) -> Format {
        let point = if decimals > 0 { "." } else { "" };
        Format::new(&format!("#,##0{point}{}", "0".repeat(decimals.into())), language)
    }

    /// The text of a value.
    #[must_use]
    pub fn show(&self, value: Shown<'_>) -> String {
        let mut out = String::new();
        self.write(value, &mut out);
        out
    }

    /// Writes the text of a value behind a text.
    pub fn write(&self, value: Shown<'_>, out: &mut String) {
        match value {
            Shown::Number(number) if !number.is_finite() => {}
            Shown::Number(number) => self.write_number(number, out),
            Shown::Truth(truth) => self.write_truth(truth, out),
            Shown::Day(day) => match &self.kind {
                Kind::Day(pieces) => day::write(pieces, day.into(), self.language, out),
                _ => day::write(
                    &day::read(self.language.short_date()),
                    day.into(),
                    self.language,
                    out,
                ),
            },
            Shown::Text(text) => match &self.kind {
                Kind::Text(sections) => text::write(sections, text, out),
                _ => out.push_str(text),
            },
            Shown::Empty => match &self.kind {
                Kind::Number(sections) => number::write_empty(sections, out),
                Kind::Text(sections) => text::write(sections, "", out),
                _ => {}
            },
        }
    }

    fn write_number(&self, number: f64, out: &mut String) {
        match &self.kind {
            Kind::None => number::write_plain(number, self.language, out),
            Kind::General => number::write_general(number, self.language, out),
            Kind::Standard([whole, other]) => {
                let sections = if number.fract() == 0.0 { whole } else { other };
                number::write(sections, number, self.language, out);
            }
            Kind::Number(sections) => number::write(sections, number, self.language, out),
            Kind::Words([other, zero]) => out.push_str(if number == 0.0 { zero } else { other }),
            Kind::Day(pieces) => match day::Moment::of_serial(number) {
                Some(moment) => day::write(pieces, moment, self.language, out),
                None => number::write_general(number, self.language, out),
            },
            Kind::Text(sections) => {
                let mut digits = String::new();
                number::write_general(number, self.language, &mut digits);
                text::write(sections, &digits, out);
            }
        }
    }

    fn write_truth(&self, truth: bool, out: &mut String) {
        match &self.kind {
            Kind::Words([other, zero]) => out.push_str(if truth { other } else { zero }),
            _ => out.push_str(self.language.truth(truth)),
        }
    }
}

/// Reads a format that is not named: one with digits is for numbers, else one with letters of days is
/// for days, else one with the signs of texts is for texts.
fn read(format: &str) -> Kind {
    let has = |signs: &str| signs_of(format).any(|sign| signs.contains(sign));
    if has("0#") {
        Kind::Number(number::read(format))
    } else if has("dDmMyYqQwWhHnNsS") {
        Kind::Day(day::read(format))
    } else if has("@&<>!") {
        Kind::Text(text::read(format))
    } else {
        Kind::Number(number::read(format))
    }
}

/// The signs of a format that stand neither in quotes nor behind a backslash.
fn signs_of(format: &str) -> impl Iterator<Item = char> {
    Signs(format).filter_map(|sign| match sign {
        Sign::Plain(sign) => Some(sign),
        Sign::Literal(_) => None,
    })
}

/// The signs of a format, one by one.
struct Signs<'a>(&'a str);

/// A sign of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign<'a> {
    /// One that may mean something.
    Plain(char),
    /// A text that stands for itself.
    Literal(&'a str),
}

impl<'a> Iterator for Signs<'a> {
    type Item = Sign<'a>;

    fn next(&mut self) -> Option<Sign<'a>> {
        let mut rest = self.0.chars();
        let first = rest.next()?;
        let after = rest.as_str();
        match first {
            '\\' => {
                let length = after.chars().next().map_or(0, char::len_utf8);
                self.0 = &after[length..];
                Some(Sign::Literal(&after[..length]))
            }
            '"' => {
                let end = after.find('"');
                self.0 = end.map_or("", |end| &after[end + 1..]);
                Some(Sign::Literal(&after[..end.unwrap_or(after.len())]))
            }
            plain => {
                self.0 = after;
                Some(Sign::Plain(plain))
            }
        }
    }
}

/// The sections of a format, between its semicolons.
fn sections(format: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut signs = Signs(format);
    while let Some(sign) = signs.next() {
        if sign == Sign::Plain(';') {
            let end = format.len() - signs.0.len();
            found.push(&format[start..end - 1]);
            start = end;
        }
    }
    found.push(&format[start..]);
    found
}

#[cfg(test)]
mod tests;
