//! Days that two records have in common, and how they are taken out of one (C2, C3).
//!
//! Where the only common day of two records is the last of the one and the first of the other, later
//! one, it is a move and no overlap. It can only be the first or the last day of a record: so a record
//! is held against all others at once, and these two days are looked at by themselves.

use crate::day::{Day, Interval};

/// The first and last day of pieces in order; `None` where there are none.
pub(super) fn span(pieces: &[Interval]) -> Option<Interval> {
    Interval::new(pieces.first()?.first, pieces.last()?.last)
}

/// The days that some of several records have.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    all: Vec<Interval>,
    /// Without the first day of each.
    begun: Vec<Interval>,
    /// Without the last day of each, but for those of one day.
    going_on: Vec<Interval>,
}

impl Held {
    /// The days of records, by their pieces.
    pub fn of<'a>(records: impl Iterator<Item = &'a [Interval]>) -> Held {
        let mut held = Held::default();
        for pieces in records {
            let Some(span) = span(pieces) else { continue };
            for &Interval { first, last } in pieces {
                let begun = if first == span.first { first.after() } else { first };
                let goes_on = last < span.last || span.first == span.last;
                let going_on = if goes_on { last } else { last.before() };
                held.all.push(Interval { first, last });
                held.begun.extend(Interval::new(begun, last));
                held.going_on.extend(Interval::new(first, going_on));
            }
        }
        let Held { all, begun, going_on } = held;
        Held { all: joined(all), begun: joined(begun), going_on: joined(going_on) }
    }

    /// What is left of a record when the days that it has in common with any of them are taken out.
    pub fn leave(&self, had: &[Interval]) -> Vec<Interval> {
        let Some(Interval { first, last }) = span(had) else { return Vec::new() };
        let mut left = without(had, &self.all);
        // Moves: from those that end on the first day, to those that begin on the last.
        if has(&self.all, first) && !has(&self.going_on, first) {
            left.push(Interval { first, last: first });
        }
        if first < last && has(&self.all, last) && !has(&self.begun, last) {
            left.push(Interval { first: last, last });
        }
        joined(left)
    }
}

/// What is known to be left of a record: where a day from the as-of day on is lost, all behind it is
/// lost with it, for nothing after the as-of day is known.
pub(super) fn as_known(had: &[Interval], left: Vec<Interval>, as_of: Day) -> Vec<Interval> {
    let Some(lost) = first_lost(had, &left, as_of) else { return left };
    let before = |days: Interval| Interval::new(days.first, days.last.min(lost.before()));
    left.into_iter().filter_map(before).collect()
}

/// The first day from the as-of day on that is lost.
fn first_lost(had: &[Interval], left: &[Interval], as_of: Day) -> Option<Day> {
    for days in had.iter().filter(|days| days.last >= as_of) {
        let mut day = days.first.max(as_of);
        loop {
            let at = left.partition_point(|kept| kept.last < day);
            match left.get(at).filter(|kept| kept.first <= day) {
                None => return Some(day),
                Some(kept) if kept.last >= days.last => break,
                Some(kept) => day = kept.last.after(),
            }
        }
    }
    None
}

/// Days in order, those that touch or overlap as one.
fn joined(mut days: Vec<Interval>) -> Vec<Interval> {
    days.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(days.len());
    for days in days {
        match joined.last_mut().filter(|last| days.first <= last.last.after()) {
            Some(last) => last.last = last.last.max(days.last),
            None => joined.push(days),
        }
    }
    joined
}

/// Days without others; both in order.
fn without(had: &[Interval], out: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::new();
    for &Interval { first, last } in had {
        let (mut day, mut is_over) = (first, false);
        let from = out.partition_point(|out| out.last < first);
        for out in out[from..].iter().take_while(|out| out.first <= last) {
            if day < out.first {
                left.push(Interval { first: day, last: out.first.before() });
            }
            (day, is_over) = (out.last.after(), out.last >= last);
        }
        if !is_over {
            left.push(Interval { first: day, last });
        }
    }
    left
}

fn has(days: &[Interval], day: Day) -> bool {
    let at = days.partition_point(|days| days.last < day);
    days.get(at).is_some_and(|days| days.first <= day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: i32, last: i32) -> Interval {
        Interval::new(Day(first), Day(last)).unwrap()
    }

    fn left(had: &[Interval], others: &[&[Interval]]) -> Vec<Interval> {
        Held::of(others.iter().copied()).leave(had)
    }

    #[test]
    fn one_day_at_the_border_is_a_move_only_when_the_later_record_starts_on_it() {
        assert_eq!(left(&[days(1, 5)], &[&[days(5, 9)]]), [days(1, 5)]);
        assert_eq!(left(&[days(5, 9)], &[&[days(1, 5)]]), [days(5, 9)]);
        assert_eq!(left(&[days(5, 5)], &[&[days(5, 9)]]), []);
        assert_eq!(left(&[days(1, 5)], &[&[days(5, 5)]]), [days(1, 5)]);
        assert_eq!(left(&[days(1, 9)], &[&[days(5, 5)]]), [days(1, 4), days(6, 9)]);
        assert_eq!(left(&[days(1, 5)], &[&[days(4, 9)]]), [days(1, 3)]);
        // A move to one of two, and an overlap with the other.
        assert_eq!(left(&[days(1, 5)], &[&[days(5, 9)], &[days(3, 7)]]), [days(1, 2)]);
    }

    #[test]
    fn a_record_in_pieces_goes_by_its_first_and_last_day_left() {
        let pieces = [days(1, 3), days(7, 10)];
        assert_eq!(left(&pieces, &[&[days(10, 20)]]), pieces);
        assert_eq!(left(&pieces, &[&[days(3, 5)]]), [days(1, 2), days(7, 10)]);
        assert_eq!(left(&pieces, &[&[days(2, 8)]]), [days(1, 1), days(9, 10)]);
    }

    #[test]
    fn nothing_is_left_behind_the_as_of_day() {
        let had = [days(1, 100)];
        let known = |left: &[Interval]| as_known(&had, left.to_vec(), Day(40));
        assert_eq!(known(&[days(1, 9), days(51, 100)]), [days(1, 9)]);
        assert_eq!(known(&[days(1, 2), days(5, 100)]), [days(1, 2), days(5, 100)]);
        assert_eq!(known(&[days(1, 60), days(70, 100)]), [days(1, 60)]);
    }
}
