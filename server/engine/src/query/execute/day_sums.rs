//! Days of every group and period: of every row, or the different days of every key.
//!
//! A stretch of days begins in one period and ends in another. In the period of its begin the days
//! before it are taken off, in the period of its end the days up to it are added, and it is open at
//! the end of every period from the first to before the last, which is worth that period's whole
//! length. So a stretch of any length costs two additions. Begins and ends are added up as positions
//! from the start of the axis; what lies before a period is taken off once, at the end.

use super::super::Cancel;
use super::super::error::QueryError;
use super::axis::Axis;
use super::block::Block;
use super::counts::Counts;
use super::sweep::Tally;

/// The counters of one measure. Where `COVERED`, rows come by key and within a key by first day,
/// and a day counts once for each key.
pub(super) struct DaySums<'a, const COVERED: bool> {
    days: &'a Axis,
    /// Per group and part: the key counted last, and one more than the last position it covers.
    covered: Vec<u64>,
    parts: usize,
    /// Per group one per period, and one behind the last.
    periods: Vec<Period>,
    width: usize,
}

#[derive(Clone, Copy, Default)]
struct Period {
    /// The positions of ends of stretches, less those of their begins.
    positions: i64,
    /// Stretches that begin, less those that end.
    begun: i64,
}

/// Bits of a position in `covered`; the key stands above them.
const POSITION_BITS: u32 = 32;

impl<'a, const COVERED: bool> DaySums<'a, COVERED> {
    pub fn new(days: &'a Axis, groups: usize, parts: usize) -> Self {
        let width = days.starts.len();
        let (covered, periods) = (Vec::new(), Vec::new());
        let mut sums = DaySums { days, covered, parts, periods, width };
        sums.grow(groups);
        sums
    }

    /// Adds the whole lengths of periods at whose end a stretch is open.
    ///
    /// # Errors
    /// The question was ended.
    pub fn finish(self, cancel: &Cancel) -> Result<Counts, QueryError> {
        let lengths = self.days.lengths();
        let mut days = Vec::with_capacity(self.periods.len());
        cancel.each(self.periods.chunks_exact(self.width), |group| {
            let mut open = 0;
            for ((period, length), start) in group.iter().zip(&lengths).zip(&self.days.starts) {
                open += period.begun;
                let within = period.positions + period.begun * i64::from(*start);
                days.push(within + open * i64::from(*length));
            }
        })?;
        Ok(Counts::Days { days, lengths })
    }

    #[inline(always)]
    fn add(&mut self, group: usize, begin: u32, end: u32) {
        let own = &mut self.periods[group * self.width..(group + 1) * self.width];
        let first = &mut own[usize::from(self.days.period(begin))];
        first.positions -= i64::from(begin);
        first.begun += 1;
        let last = &mut own[usize::from(self.days.period(end))];
        last.positions += i64::from(end);
        last.begun -= 1;
    }
}

impl<const COVERED: bool> Tally for DaySums<'_, COVERED> {
    fn grow(&mut self, groups: usize) {
        self.covered.resize(if COVERED { groups * self.parts } else { 0 }, 0);
        self.periods.resize(groups * self.width, Period::default());
    }

    #[inline(always)]
    fn take(&mut self, block: &Block<'_>, row: usize, group: usize, from: u32, until: u32) {
        if !COVERED {
            return self.add(group, from, until);
        }
        let key = u64::from(block.keys[row]) << POSITION_BITS;
        let part = block.parts.get(row).map_or(0, |&part| usize::from(part));
        let covered = &mut self.covered[group * self.parts + part];
        let begin = (key | u64::from(from)).max(*covered);
        let end = key | u64::from(until);
        if begin < end {
            *covered = end;
            self.add(group, begin as u32, until);
        }
    }
}
