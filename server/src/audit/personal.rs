//! Finds what looks like a personal number in a text.
//!
//! A number is ten digits, or digits with something between them as people write it: `DDMMYY-SSSS`,
//! `DD MM YY SSSS`. Rather something is taken for a personal number than one overlooked. In a sentence
//! that somebody writes, any ten digits with little between them are one; lists of years and codes,
//! which questions are made of, are not.

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
    cover(text, spans(text.as_bytes()))
}

/// A sentence in which everything that may be a personal number is covered, however it is written.
#[must_use]
pub fn mask_sentence(text: &str) -> String {
    let runs = runs(text.as_bytes()).into_iter();
    cover(text, runs.map(|run| run[0].start..run[run.len() - 1].end))
}

/// The personal numbers that a sentence may name, as ten digits each: of digits that belong together
/// any ten that begin with a day.
pub fn numbers_of_sentence(bytes: &[u8]) -> impl Iterator<Item = String> {
    runs(bytes).into_iter().flat_map(move |run| {
        let digits: Vec<u8> = run.into_iter().flat_map(|group| &bytes[group]).copied().collect();
        (DIGITS..=digits.len()).filter_map(move |end| dated(&digits[end - DIGITS..end]))
    })
}

/// Digits that begin with a day of birth; that of a replacement number is 60 days later.
fn dated(digits: &[u8]) -> Option<String> {
    let two = |at: usize| (digits[at] - b'0') * 10 + digits[at + 1] - b'0';
    let (day, month) = (two(0), two(2));
    let is_dated = matches!(day, 1..=31 | 61..=91) && matches!(month, 1..=12);
    is_dated.then(|| digits.iter().map(|&digit| digit as char).collect())
}

/// Groups of digits with little and no letters between them, ten digits or more together.
fn runs(bytes: &[u8]) -> Vec<Vec<Range<usize>>> {
    let mut runs: Vec<Vec<Range<usize>>> = Vec::new();
    for group in groups(bytes) {
        match runs.last_mut() {
            Some(run) if is_close(&bytes[run[run.len() - 1].end..group.start]) => run.push(group),
            _ => runs.push(vec![group]),
        }
    }
    runs.retain(|run| run.iter().map(Range::len).sum::<usize>() >= DIGITS);
    runs
}

fn cover(text: &str, spans: impl IntoIterator<Item = Range<usize>>) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
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
        && between.into_iter().all(is_close)
}

/// Whether what is between two groups is little, and has no letters.
fn is_close(between: &[u8]) -> bool {
    between.len() <= BETWEEN && !between.iter().any(u8::is_ascii_alphabetic)
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
    fn in_a_sentence_any_ten_digits_that_belong_together_are_covered_and_found() {
        for text in ["610 180 1234", "6101 80 1234", "610180 12 34", "6-1-0-1-8-0 1 2 3 4"] {
            let said = format!("tilsyn {text}, igen");
            assert_eq!(mask_sentence(&said), "tilsyn [nummer], igen");
            assert!(numbers_of_sentence(said.as_bytes()).any(|found| found == "6101801234"));
        }
        // Other digits may stand before it and behind it.
        let said = "sag 12 61 01 80 12 34/2";
        assert_eq!(mask_sentence(said), "sag [nummer]");
        assert!(numbers_of_sentence(said.as_bytes()).any(|found| found == "6101801234"));
        for text in ["", "november 2026", "kl. 10.30 i 153", "2025 og 2026"] {
            assert_eq!(mask_sentence(text), text);
        }
        assert!(numbers_of_sentence(b"9999999999").next().is_none(), "no day");
    }

    #[test]
    fn several_in_a_text_are_all_found() {
        let text = "om 610180-1234 og 6202702345.";
        assert_eq!(numbers(text.as_bytes()), ["6101801234", "6202702345"]);
        assert_eq!(mask(text), "om [nummer] og [nummer].");
    }
}
