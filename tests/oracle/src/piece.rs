//! Runs of days, both ends included.

use crate::day::Day;

/// A first and a last day, both included.
pub(crate) type Piece = (Day, Day);

/// The days that two pieces share.
pub(crate) fn common(a: Piece, b: Piece) -> Option<Piece> {
    let shared = (a.0.max(b.0), a.1.min(b.1));
    (shared.0 <= shared.1).then_some(shared)
}

/// What is left of some pieces when the days of `cut` are taken out.
pub(crate) fn take_out(pieces: &[Piece], cut: Piece) -> Vec<Piece> {
    let mut left = Vec::new();
    for piece in pieces {
        let Some(lost) = common(*piece, cut) else {
            left.push(*piece);
            continue;
        };
        if piece.0 < lost.0 {
            left.push((piece.0, lost.0.previous()));
        }
        if lost.1 < piece.1 {
            left.push((lost.1.next(), piece.1));
        }
    }
    left
}

/// The days of all pieces added up, a day in two pieces counted twice.
pub(crate) fn count_days(pieces: &[Piece]) -> i32 {
    pieces.iter().map(|piece| piece.0.days_to(piece.1)).sum()
}

/// The distinct days of all pieces.
pub(crate) fn count_distinct_days(pieces: &[Piece]) -> i32 {
    let mut sorted = pieces.to_vec();
    sorted.sort_unstable();
    let mut days = 0;
    let mut counted_to: Option<Day> = None;
    for (first, last) in sorted {
        let first = counted_to.map_or(first, |to| first.max(to.next()));
        if first <= last {
            days += first.days_to(last);
            counted_to = Some(last);
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(first: &str, last: &str) -> Piece {
        (Day::parse(first).unwrap(), Day::parse(last).unwrap())
    }

    #[test]
    fn taking_out_cuts_in_two_shortens_or_leaves_nothing() {
        let year = [piece("2020-01-01", "2020-12-31")];
        let two = [piece("2020-01-01", "2020-02-29"), piece("2020-04-01", "2020-12-31")];
        assert_eq!(take_out(&year, piece("2020-03-01", "2020-03-31")), two);
        assert_eq!(
            take_out(&year, piece("2020-02-01", "2021-12-31")),
            [piece("2020-01-01", "2020-01-31")]
        );
        assert_eq!(
            take_out(&year, piece("2019-02-01", "2020-01-01")),
            [piece("2020-01-02", "2020-12-31")]
        );
        assert!(take_out(&year, year[0]).is_empty());
    }

    #[test]
    fn days_are_counted_once_or_for_each_piece() {
        let pieces = [
            piece("2020-01-05", "2020-01-10"),
            piece("2020-01-01", "2020-01-31"),
            piece("2020-01-31", "2020-02-01"),
        ];
        assert_eq!(count_days(&pieces), 6 + 31 + 2);
        assert_eq!(count_distinct_days(&pieces), 32);
    }
}
