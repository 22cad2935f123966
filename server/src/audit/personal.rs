//! Finds what looks like a personal number in a text.
//!
//! A number is ten digits, or digits with something between them as people write it: `DDMMYY-SSSS`,
//! `DD MM YY SSSS`. Rather something is taken for a personal number than one overlooked.

use std::ops::Range;

/// Digits of a personal number.
const DIGITS: usize = 10;
/// Digits of a day of birth.
const BIRTH: usize = 6;
/// How digits are written apart: the lengths of the groups.
const APART: [&[usize]; 3] = [&[6, 4], &[2, 2, 2, 4], &[2, 2, 2, 2, 2]];
/// Bytes between two groups, at most.
const BETWEEN: usize = 3;
/// What stands in the place of a personal number.
const COVER: &str = "[nummer]";

/// The personal numbers in some bytes, as ten digits each.
#[must_use]
pub fn numbers(bytes: &[u8]) -> Vec<String> {
    let digits = |span: Range<usize>| -> String {
        bytes[span].iter().filter(|byte| byte.is_ascii_digit()).map(|&byte| byte as char).collect()
    };
    let found = spans(bytes).into_iter().map(digits);
    found.filter(|number| number.len() == DIGITS).collect()
}

/// A personal value as it is compared: in small letters, and a number that stands in the place of a
/// personal number (`DDMMYY-AB12`) without what is between its parts.
#[must_use]
pub fn plain(value: &str) -> String {
    let value = value.trim().to_lowercase();
    let close: String = value.chars().filter(|letter| !matches!(letter, '-' | ' ')).collect();
    match is_number(&close) {
        true => close,
        false => value,
    }
}

/// Whether a plain value is a personal number, or one that stands in its place: six digits, and four
/// digits or letters.
#[must_use]
pub fn is_number(plain: &str) -> bool {
    plain.len() == DIGITS
        && plain.bytes().take(BIRTH).all(|byte| byte.is_ascii_digit())
        && plain.bytes().skip(BIRTH).all(|byte| byte.is_ascii_alphanumeric())
}

/// A text in which everything that may be a personal number is covered.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans(text.as_bytes()) {
        masked.push_str(&text[from..span.start]);
        masked.push_str(COVER);
        from = span.end;
    }
    masked.push_str(&text[from..]);
    masked
}

/// Where personal numbers may stand, in order: each begins and ends with a digit. Longer runs of
/// digits are among them.
fn spans(bytes: &[u8]) -> Vec<Range<usize>> {
    let groups = groups(bytes);
    let mut found = Vec::new();
    let mut at = 0;
    while at < groups.len() {
        let count = match groups[at].len() >= DIGITS {
            true => 1,
            false => APART
                .iter()
                .find(|apart| is_apart(bytes, &groups[at..], apart))
                .map_or(0, |apart| apart.len()),
        };
        if count > 0 {
            found.push(groups[at].start..groups[at + count - 1].end);
        }
        at += count.max(1);
    }
    found
}

/// Runs of digits.
fn groups(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match groups.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

/// Whether groups have these lengths, with little and no letters between them.
fn is_apart(bytes: &[u8], groups: &[Range<usize>], lengths: &[usize]) -> bool {
    let are_long = |group: &Range<usize>, length: &usize| group.len() == *length;
    let Some(groups) = groups.get(..lengths.len()) else { return false };
    let between = groups.windows(2).map(|pair| &bytes[pair[0].end..pair[1].start]);
    groups.iter().zip(lengths).all(|(group, length)| are_long(group, length))
        && between
            .into_iter()
            .all(|between| between.len() <= BETWEEN && !between.iter().any(u8::is_ascii_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_numbers_are_found_however_they_are_written() {
        for text in [
            "6101801234",
            "x6101801234y",
            "610180-1234",
            "610180 1234",
            "610180 - 1234",
            "61 01 80 1234",
            "61.01.80-1234",
            "61-01-80-12-34",
            "æ610180–1234ø",
            "'6101801234'",
        ] {
            assert_eq!(numbers(text.as_bytes()), ["6101801234"], "{text}");
            let masked = mask(text);
            assert!(masked.contains(COVER) && !masked.contains("1234"), "{masked}");
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in ["", "2020-01-01", "153,155", "27.00.00-G01-12", "sag 2026-1234567", "1.8.1"] {
            assert_eq!(mask(text), text);
            assert!(numbers(text.as_bytes()).is_empty());
        }
        // A longer number may hold one: it is covered, and is none.
        assert_eq!(mask("nr. 106101801234!"), "nr. [nummer]!");
        assert!(numbers(b"106101801234").is_empty());
    }

    #[test]
    fn several_in_a_text_are_all_found() {
        let text = "om 610180-1234 og 6202702345.";
        assert_eq!(numbers(text.as_bytes()), ["6101801234", "6202702345"]);
        assert_eq!(mask(text), "om [nummer] og [nummer].");
    }
}
