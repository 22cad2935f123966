//! Who keeps which day of overlapping stays (C2), in one sweep over the days.
//!
//! On each day the greatest of the stays that have it keeps it. A pair whose only common day ends the
//! one and begins the other is a move: both keep the day. The sweep goes from one day on which a stay
//! begins or is over to the next, so that a citizen number that stands on very many records (a masked
//! one) costs little more than sorting them.

use std::collections::{BTreeMap, BTreeSet};

use crate::day::{Day, Interval};

/// A stay; its place in the list is its rank.
#[derive(Clone, Copy)]
pub(super) struct Stay<'a> {
    /// From its first day to its last.
    pub span: Interval,
    /// Its days, in order, none touching another.
    pub days: &'a [Interval],
}

/// What is left of a stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    /// Its days, in order, none touching another.
    pub days: Vec<Interval>,
    /// Whether it has a day in common with another, but for moves.
    pub overlaps: bool,
}

/// Divides the days of stays that stand in the order of their rank, of which the later start is the
/// first part.
pub(super) fn divide(stays: &[Stay<'_>]) -> Vec<Share> {
    let mut sweep = Sweep {
        stays,
        shares: vec![Share::default(); stays.len()],
        ends: ends(stays),
        present: BTreeSet::new(),
        unmarked: Vec::new(),
    };
    let events = events(stays);
    let mut days = events.chunk_by(|one, next| one.0 == next.0).peekable();
    while let Some(today) = days.next() {
        let last = days.peek().map_or(Day::MAX, |next| next[0].0.before());
        sweep.go_on(Interval { first: today[0].0, last }, today);
    }
    sweep.shares
}

/// What happens to a stay on a day, in the order in which it is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The day before was its last, or the last of a piece.
    Over,
    /// A later piece begins.
    GoesOn,
    /// It begins.
    Begins,
}

fn events(stays: &[Stay<'_>]) -> Vec<(Day, Event, usize)> {
    let mut events = Vec::with_capacity(stays.len() * 2);
    for (at, stay) in stays.iter().enumerate() {
        for days in stay.days {
            let begins = days.first == stay.span.first;
            events.push((days.first, if begins { Event::Begins } else { Event::GoesOn }, at));
            if days.last < Day::MAX {
                events.push((days.last.after(), Event::Over, at));
            }
        }
    }
    events.sort_unstable();
    events
}

/// How many stays that began before have their last day on each day.
fn ends(stays: &[Stay<'_>]) -> BTreeMap<Day, usize> {
    let mut ends = BTreeMap::new();
    for stay in stays.iter().filter(|stay| stay.span.first < stay.span.last) {
        *ends.entry(stay.span.last).or_default() += 1;
    }
    ends
}

struct Sweep<'a> {
    stays: &'a [Stay<'a>],
    shares: Vec<Share>,
    ends: BTreeMap<Day, usize>,
    /// Those that have the day.
    present: BTreeSet<usize>,
    /// Those of them that have overlapped with none: a few, for two that stay are marked.
    unmarked: Vec<usize>,
}

impl Sweep<'_> {
    /// Goes over days on which nothing happens but on the first.
    fn go_on(&mut self, days: Interval, events: &[(Day, Event, usize)]) {
        let begin = events.partition_point(|(_, event, _)| *event != Event::Begins);
        let (former, begin) = events.split_at(begin);
        for &(_, event, at) in former {
            match event {
                Event::Over => {
                    self.present.remove(&at);
                }
                Event::GoesOn | Event::Begins => self.enter(at),
            }
        }
        let (greatest, count) = (self.present.last().copied(), self.present.len());
        begin.iter().for_each(|&(_, _, at)| self.enter(at));
        self.mark(days.first, count, begin.len());
        if let Some(&keeps) = self.present.last() {
            add(&mut self.shares[keeps].days, days);
        }
        // Those that begin today take the last day of none.
        let is_last = |at: &usize| self.stays[*at].span.last == days.first;
        if let Some(moves) = greatest.filter(|at| !begin.is_empty() && is_last(at)) {
            add(&mut self.shares[moves].days, Interval { last: days.first, ..days });
        }
    }

    fn enter(&mut self, at: usize) {
        self.present.insert(at);
        if !self.shares[at].overlaps {
            self.unmarked.push(at);
        }
    }

    /// Marks those that have this day in common with another, but for moves: of so many that began
    /// before, and so many that begin.
    fn mark(&mut self, day: Day, former: usize, begin: usize) {
        let Sweep { stays, shares, ends, present, unmarked } = self;
        let stay_on = former - ends.get(&day).copied().unwrap_or(0).min(former);
        unmarked.retain(|&at| {
            let Interval { first, last } = stays[at].span;
            let overlaps = match (first == day, last == day) {
                (true, _) => begin > 1 || stay_on > 0,
                (false, true) => former > 1,
                (false, false) => former + begin > 1,
            };
            shares[at].overlaps |= overlaps && present.contains(&at);
            present.contains(&at) && !overlaps
        });
    }
}

/// Adds days behind others.
fn add(to: &mut Vec<Interval>, days: Interval) {
    match to.last_mut() {
        Some(last) if last.last.after() == days.first => last.last = days.last,
        _ => to.push(days),
    }
}
