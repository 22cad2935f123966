//! The natural orders of members: Danish names, and codes by their numbers.

use std::cmp::Ordering;

/// Compares names as Danish does: case aside, Æ, Ø, Å last, aa as å.
#[must_use]
pub fn danish(left: &str, right: &str) -> Ordering {
    danish_places(left).cmp(danish_places(right)).then_with(|| left.cmp(right))
}

/// The places of a text's letters in the alphabet.
fn danish_places(text: &str) -> impl Iterator<Item = u32> {
    /// Beyond every other character, in the order of the Danish alphabet.
    const AE: u32 = 0x11_0000;
    let mut letters = text.chars().flat_map(char::to_lowercase).peekable();
    std::iter::from_fn(move || {
        Some(match letters.next()? {
            'a' if letters.next_if_eq(&'a').is_some() => AE + 2,
            'æ' | 'ä' => AE,
            'ø' | 'ö' => AE + 1,
            'å' => AE + 2,
            'é' | 'è' | 'ê' => u32::from('e'),
            'ü' => u32::from('y'),
            other => u32::from(other),
        })
    })
}

/// Compares codes by the numbers in them (`1.8.1` before `1.12.0.1`); codes without come last.
#[must_use]
pub fn number(left: &str, right: &str) -> Ordering {
    let numbers = |text: &str| -> Vec<u64> {
        text.split(|letter: char| !letter.is_ascii_digit())
            .filter_map(|part| part.parse().ok())
            .collect()
    };
    let (first, second) = (numbers(left), numbers(right));
    first
        .is_empty()
        .cmp(&second.is_empty())
        .then_with(|| first.cmp(&second))
        .then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danish_letters_stand_last_and_double_a_is_one_letter() {
        let mut names = ["Aabenraa", "Ærø", "Ballerup", "Århus", "Østby", "albertslund", "Zealand"];
        names.sort_by(|left, right| danish(left, right));
        assert_eq!(
            names,
            ["albertslund", "Ballerup", "Zealand", "Ærø", "Østby", "Aabenraa", "Århus"]
        );
    }

    #[test]
    fn codes_stand_by_their_numbers() {
        let mut codes = ["1.12.0.1", "x", "1.8.1", "1.8", "084", "81"];
        codes.sort_by(|left, right| number(left, right));
        assert_eq!(codes, ["1.8", "1.8.1", "1.12.0.1", "81", "084", "x"]);
    }
}
