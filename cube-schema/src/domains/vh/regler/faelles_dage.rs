//! Days that two records have in common, and how they are taken out of one (C2, C3).

use crate::day::{Day, Interval};

/// The first and last day of pieces in order; `None` where there are none.
pub(super) fn span(pieces: &[Interval]) -> Option<Interval> {
    Interval::new(pieces.first()?.first, pieces.last()?.last)
}

/// The common days of two records, by the pieces left of each; empty where a change-over day is
/// the only one: that is a move and no overlap.
pub(super) fn common_days(a: &[Interval], b: &[Interval]) -> Vec<Interval> {
    let common: Vec<Interval> =
        a.iter().flat_map(|one| b.iter().filter_map(|other| one.common(*other))).collect();
    let (Some(a), Some(b)) = (span(a), span(b)) else { return common };
    match *common {
        [Interval { first, last }] if first == last && is_move(a, b, first) => Vec::new(),
        _ => common,
    }
}

/// Whether one record ends on the day on which the other, later one starts.
fn is_move(a: Interval, b: Interval, day: Day) -> bool {
    let follows = |former: Interval, later: Interval| {
        former.last == day && later.first == day && former.first < later.first
    };
    follows(a, b) || follows(b, a)
}

/// Takes days out of pieces. Days that reach the as-of day take all behind it with them: nothing
/// after it is known, so that nothing of the record is left there.
pub(super) fn take_out(pieces: &mut Vec<Interval>, days: &[Interval], as_of: Day) {
    for days in days {
        let last = if days.last >= as_of { Day::MAX } else { days.last };
        let out = Interval { first: days.first, last };
        *pieces = pieces.iter().flat_map(|piece| piece.without(out)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: i32, last: i32) -> Interval {
        Interval::new(Day(first), Day(last)).unwrap()
    }

    #[test]
    fn one_day_at_the_border_is_a_move_only_when_the_later_record_starts_on_it() {
        let common = |a, b| common_days(&[a], &[b]).len();
        assert_eq!(common(days(1, 5), days(5, 9)), 0);
        assert_eq!(common(days(5, 9), days(1, 5)), 0);
        assert_eq!(common(days(5, 5), days(5, 9)), 1);
        assert_eq!(common(days(1, 5), days(5, 5)), 0);
        assert_eq!(common(days(1, 9), days(5, 5)), 1);
        assert_eq!(common(days(1, 5), days(4, 9)), 1);
    }

    #[test]
    fn a_record_in_pieces_goes_by_its_first_and_last_day_left() {
        let pieces = [days(1, 3), days(7, 10)];
        assert_eq!(common_days(&pieces, &[days(10, 20)]), []);
        assert_eq!(common_days(&pieces, &[days(3, 5)]), [days(3, 3)]);
        assert_eq!(common_days(&pieces, &[days(2, 8)]), [days(2, 3), days(7, 8)]);
    }

    #[test]
    fn nothing_is_left_behind_the_as_of_day() {
        let mut pieces = vec![days(1, 100)];
        take_out(&mut pieces, &[days(10, 50)], Day(40));
        assert_eq!(pieces, [days(1, 9)]);
        take_out(&mut pieces, &[days(3, 4)], Day(40));
        assert_eq!(pieces, [days(1, 2), days(5, 9)]);
    }
}
