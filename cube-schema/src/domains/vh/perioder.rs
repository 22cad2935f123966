//! The pieces of a record that a rule has cut (C2, C3), as text: what a drill-through shows of them,
//! and what the data package reads again.

use crate::day::{Day, Interval};

/// Between the first and the last day of a piece.
const TIL: &str = " – ";
/// Between pieces.
const OG: &str = ", ";

/// The pieces of a record that has several: `2020-01-01 – 2020-02-29, 2020-07-01 – `, where the last is
/// open. Of one piece its first and last day tell, and there is no text.
#[must_use]
pub fn skriv(pieces: &[Interval]) -> String {
    if pieces.len() < 2 {
        return String::new();
    }
    let written = pieces.iter().map(|piece| match piece.last {
        Day::MAX => format!("{}{TIL}", piece.first),
        last => format!("{}{TIL}{last}", piece.first),
    });
    written.collect::<Vec<_>>().join(OG)
}

/// What [`skriv`] has written; nothing of other text.
#[must_use]
pub fn laes(text: &str) -> Vec<Interval> {
    let piece = |written: &str| {
        let (first, last) = written.split_once(TIL)?;
        let last = if last.is_empty() { Some(Day::MAX) } else { Day::parse(last) };
        Interval::new(Day::parse(first)?, last?)
    };
    text.split(OG).map_while(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(first: &str, last: &str) -> Interval {
        let last = if last.is_empty() { Day::MAX } else { Day::parse(last).unwrap() };
        Interval::new(Day::parse(first).unwrap(), last).unwrap()
    }

    #[test]
    fn pieces_are_read_as_they_were_written() {
        let pieces = [
            interval("2020-01-01", "2020-02-29"),
            interval("2020-07-01", "2020-07-01"),
            interval("2021-01-01", ""),
        ];
        let text = skriv(&pieces);
        assert_eq!(text, "2020-01-01 – 2020-02-29, 2020-07-01 – 2020-07-01, 2021-01-01 – ");
        assert_eq!(laes(&text), pieces);
        assert_eq!(skriv(&pieces[..1]), "");
        assert_eq!(laes(""), []);
    }
}
