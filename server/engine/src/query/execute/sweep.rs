//! The ordered sweep: exact distinct counts of every group and period in one pass over the rows.
//!
//! Rows come by key (an entity, or an entity with something more), and within a key by first day.
//! So it is enough to know, per group, which key was counted last and up to which period: a row
//! adds the periods that its key does not yet cover. A difference array takes +1 where a covered
//! stretch begins and −1 behind its end; one running sum at the end gives every period's count.

use super::super::Cancel;
use super::super::error::QueryError;
use super::super::plan::TimeChoice;
use super::Counting;
use super::block::{Block, Source};
use super::columns::Columns;
use super::groups::Groups;
use super::place::{OUT, Place};
use super::single;
use crate::cube::Rows;

/// One pass over the rows, in the order of one counting.
pub(super) struct Pass<'a> {
    pub rows: &'a Rows,
    pub counting: Counting,
    pub columns: &'a Columns<'a>,
    pub places: &'a [Place<'a>],
    pub time: &'a TimeChoice,
    pub cancel: &'a Cancel,
}

/// Counts by group and period.
pub(super) struct Counts {
    /// For each group one number per period, and a zero.
    values: Vec<i32>,
    periods: usize,
}

impl Counts {
    /// The count of the only group in the only period.
    pub fn single(count: i32) -> Counts {
        Counts { values: vec![count, 0], periods: 1 }
    }

    /// How many counts are above zero.
    pub fn active(&self) -> usize {
        self.values.iter().filter(|count| **count > 0).count()
    }

    /// The counts of one group; none for a group that was found by a later sweep.
    pub fn of(&self, group: usize) -> &[i32] {
        let width = self.periods + 1;
        self.values.get(group * width..group * width + self.periods).unwrap_or_default()
    }
}

/// Counts one measure in every group and period.
pub(super) fn sweep(pass: &Pass<'_>, groups: &mut Groups) -> Result<Counts, QueryError> {
    if single::fits(pass) {
        return single::count(pass);
    }
    let mut counters = Counters::new(pass, groups.count());
    let mut source = Source::new(pass.columns, pass.places);
    let mut number = 0_u32;
    while let Some(block) = source.next() {
        match groups {
            Groups::Dense { .. } => {
                counters.count(&block, block.codes.iter().map(|&code| code as usize));
            }
            Groups::Sparse { .. } => {
                let found = groups.find(&block, &counters)?;
                counters.grow(groups.count());
                counters.count(&block, found.into_iter());
            }
        }
        number += 1;
        if number.is_multiple_of(64) {
            pass.cancel.check()?;
        }
    }
    Ok(counters.finish())
}

/// The counters of one measure.
pub(super) struct Counters<'a> {
    time: &'a TimeChoice,
    at_end: bool,
    until: &'a [u16],
    /// Numbers per group: one per period, and one behind the last.
    pub width: usize,
    /// Per group: the key counted last, and one more than the last period it covers.
    covered: Vec<u64>,
    differences: Vec<i32>,
}

/// Bits of a period in `covered`; the key stands above them.
const PERIOD_BITS: u32 = 16;

impl<'a> Counters<'a> {
    fn new(pass: &Pass<'a>, groups: usize) -> Counters<'a> {
        let time = pass.time;
        let width = time.count + 1;
        Counters {
            time,
            at_end: pass.counting.at_end,
            until: if pass.counting.at_end { &time.until_end } else { &time.until },
            width,
            covered: vec![0; groups],
            differences: vec![0; groups * width],
        }
    }

    fn grow(&mut self, groups: usize) {
        self.covered.resize(groups, 0);
        self.differences.resize(groups * self.width, 0);
    }

    /// The periods that a row reaches: from the first to before the second.
    pub fn periods(&self, first: u16, last: u16) -> (u16, u16) {
        (self.time.from[usize::from(first)], self.until[usize::from(last)])
    }

    /// Counts the rows of a block, each in its group; a group of [`OUT`] or more does not count.
    fn count(&mut self, block: &Block<'_>, groups: impl Iterator<Item = usize>) {
        // A row that reaches the last day of a period is in no hole of it.
        let holes = self.time.holes.as_ref().filter(|_| !self.at_end);
        let months = block.first.iter().zip(block.last);
        for ((&key, (&first, &last)), group) in block.keys.iter().zip(months).zip(groups) {
            let (from, until) = self.periods(first, last);
            if group >= OUT as usize || from >= until {
                continue;
            }
            if holes.is_some_and(|holes| holes.hold(first, last)) {
                continue;
            }
            let key = u64::from(key) << PERIOD_BITS;
            let covered = &mut self.covered[group];
            let begin = (key | u64::from(from)).max(*covered);
            let end = key | u64::from(until);
            if begin < end {
                *covered = end;
                let own = &mut self.differences[group * self.width..(group + 1) * self.width];
                own[(begin & 0xffff) as usize] += 1;
                own[usize::from(until)] -= 1;
            }
        }
    }

    /// Turns differences into counts.
    fn finish(mut self) -> Counts {
        for group in self.differences.chunks_exact_mut(self.width) {
            let mut sum = 0;
            for value in group {
                sum += *value;
                *value = sum;
            }
        }
        Counts { values: self.differences, periods: self.width - 1 }
    }
}
