//! Days of every group and period: of every row, or the different days of every key.
//!
//! A stretch of days begins in one period and ends in another. In the period of its begin the days
//! before it are taken off, in the period of its end the days up to it are added, and it is open at
//! the end of every period from the first to before the last, which is worth that period's whole
//! length. So a stretch of any length costs two additions. Begins and ends are added up as positions
//! from the start of the axis; what lies before a period is taken off once, at the end.
//!
//! How many begin and where are added up in one number of 64 bits: most of the time of a sweep goes
//! to these two additions. Where there are so many rows that it could run over, they are two numbers.

use std::ops::AddAssign;

use super::super::Cancel;
use super::super::error::QueryError;
use super::axis::Axis;
use super::block::Block;
use super::counts::Counts;
use super::groups::Groups;
use super::sweep::{Over, Pass, Tally};

/// Counts the days of every group and period; where `COVERED`, the different days of every key.
///
/// # Errors
/// The question was ended.
pub(super) fn count<const COVERED: bool>(
    pass: &Pass<'_>,
    days: &Axis,
    groups: &mut Groups,
) -> Result<Counts, QueryError> {
    let parts = pass.columns.part_count();
    match Packing::of(pass.columns.keys.len(), days) {
        Some(packing) => {
            let sums = DaySums::<COVERED, Packing>::new(days, groups.count(), parts, packing);
            sums.over(pass, groups)?.finish(pass.cancel)
        }
        None => {
            let sums = DaySums::<COVERED, Apart>::new(days, groups.count(), parts, Apart);
            sums.over(pass, groups)?.finish(pass.cancel)
        }
    }
}

/// How many stretches begin, less those that end, and the positions of ends, less those of begins: how
/// both are kept.
trait Kept {
    /// Both; by default of no stretch.
    type Sum: Copy + Default + AddAssign;

    /// Of one stretch that begins.
    fn begin(&self, position: u32) -> Self::Sum;

    /// Of one stretch that ends.
    fn end(&self, position: u32) -> Self::Sum;

    /// Begun and positions.
    fn parts(&self, sum: Self::Sum) -> (i64, i64);
}

/// Both in one number: positions in the low bits, and what begins above them.
struct Packing {
    /// The bits of positions.
    low: u32,
}

impl Packing {
    /// A packing that does not run over however some rows lie on an axis, each at most once in a
    /// group.
    fn of(rows: usize, days: &Axis) -> Option<Packing> {
        let length = days.starts.last().copied().unwrap_or(0);
        let bits = |number: u64| u64::BITS - number.leading_zeros();
        // One more each, for the sign.
        let low = 1 + bits((rows as u64).checked_mul(length.into())?);
        let high = 1 + bits(rows as u64);
        (low + high <= i64::BITS).then_some(Packing { low })
    }
}

impl Kept for Packing {
    type Sum = i64;

    #[inline(always)]
    fn begin(&self, position: u32) -> i64 {
        (1 << self.low) - i64::from(position)
    }

    #[inline(always)]
    fn end(&self, position: u32) -> i64 {
        i64::from(position) - (1 << self.low)
    }

    fn parts(&self, sum: i64) -> (i64, i64) {
        let above = i64::BITS - self.low;
        let positions = (sum << above) >> above;
        ((sum - positions) >> self.low, positions)
    }
}

/// Each in a number of its own.
struct Apart;

/// Begun and positions.
#[derive(Clone, Copy, Default)]
struct Two(i64, i64);

impl AddAssign for Two {
    fn add_assign(&mut self, other: Two) {
        self.0 += other.0;
        self.1 += other.1;
    }
}

impl Kept for Apart {
    type Sum = Two;

    #[inline(always)]
    fn begin(&self, position: u32) -> Two {
        Two(1, -i64::from(position))
    }

    #[inline(always)]
    fn end(&self, position: u32) -> Two {
        Two(-1, position.into())
    }

    fn parts(&self, sum: Two) -> (i64, i64) {
        (sum.0, sum.1)
    }
}

/// The counters of one measure. Where `COVERED`, rows come by key and within a key by first day,
/// and a day counts once for each key.
struct DaySums<'a, const COVERED: bool, K: Kept> {
    kept: K,
    days: &'a Axis,
    /// Per group and part: the key counted last, and one more than the last position it covers.
    covered: Vec<u64>,
    parts: usize,
    /// Per group one per period, and one behind the last.
    periods: Vec<K::Sum>,
    width: usize,
}

/// Bits of a position in `covered`; the key stands above them.
const POSITION_BITS: u32 = 32;

impl<'a, const COVERED: bool, K: Kept> DaySums<'a, COVERED, K> {
    fn new(days: &'a Axis, groups: usize, parts: usize, kept: K) -> Self {
        let width = days.starts.len();
        let (covered, periods) = (Vec::new(), Vec::new());
        let mut sums = DaySums { kept, days, covered, parts, periods, width };
        sums.grow(groups);
        sums
    }

    /// Adds the whole lengths of periods at whose end a stretch is open.
    ///
    /// # Errors
    /// The question was ended.
    fn finish(self, cancel: &Cancel) -> Result<Counts, QueryError> {
        let lengths = self.days.lengths();
        let mut days = Vec::with_capacity(self.periods.len());
        cancel.each(self.periods.chunks_exact(self.width), |group| {
            let mut open = 0;
            for ((period, length), start) in group.iter().zip(&lengths).zip(&self.days.starts) {
                let (begun, positions) = self.kept.parts(*period);
                open += begun;
                let within = positions + begun * i64::from(*start);
                days.push(within + open * i64::from(*length));
            }
        })?;
        Ok(Counts::Days { days, lengths })
    }

    #[inline(always)]
    fn add(&mut self, group: usize, begin: u32, end: u32) {
        let own = &mut self.periods[group * self.width..(group + 1) * self.width];
        own[usize::from(self.days.period(begin))] += self.kept.begin(begin);
        own[usize::from(self.days.period(end))] += self.kept.end(end);
    }
}

impl<const COVERED: bool, K: Kept> Tally for DaySums<'_, COVERED, K> {
    fn grow(&mut self, groups: usize) {
        self.covered.resize(if COVERED { groups * self.parts } else { 0 }, 0);
        self.periods.resize(groups * self.width, K::Sum::default());
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a stretch that begins and one that ends, as often as there are rows.
    fn sums<K: Kept>(kept: &K, rows: usize, begins: &[u32], ends: &[u32]) -> (i64, i64) {
        let mut sum = K::Sum::default();
        for _ in 0..rows {
            begins.iter().for_each(|&position| sum += kept.begin(position));
            ends.iter().for_each(|&position| sum += kept.end(position));
        }
        kept.parts(sum)
    }

    #[test]
    fn what_is_packed_is_what_is_apart() {
        let days = Axis::of_length(4_000);
        let packing = Packing::of(1_000, &days).expect("there is room");
        let cases: [(&[u32], &[u32]); 5] =
            [(&[4_000], &[]), (&[], &[4_000]), (&[0], &[4_000]), (&[17], &[17]), (&[], &[])];
        for (begins, ends) in cases {
            let expected = sums(&Apart, 1_000, begins, ends);
            assert_eq!(sums(&packing, 1_000, begins, ends), expected, "{begins:?} {ends:?}");
        }
    }

    #[test]
    fn many_rows_are_not_packed() {
        let days = Axis::of_length(4_000);
        assert!(Packing::of(10_000_000, &days).is_some());
        assert!(Packing::of(1_000_000_000, &days).is_none());
        assert!(Packing::of(usize::MAX, &days).is_none());
    }
}
