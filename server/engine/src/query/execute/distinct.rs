//! Exact distinct counts of every group and period.
//!
//! Rows come by key (an entity, or an entity with something more), and within a key by first day.
//! So it is enough to know, per group, which key was counted last and up to which period: a row
//! adds the periods that its key does not yet cover. A difference array takes +1 where a covered
//! stretch begins and −1 behind its end; one running sum at the end gives every period's count.

use super::super::Cancel;
use super::super::error::QueryError;
use super::super::plan::TimeChoice;
use super::block::Block;
use super::counts::Counts;
use super::sweep::Tally;

/// The counters of one measure.
pub(super) struct Distinct {
    /// Numbers per group: one per period, and one behind the last.
    width: usize,
    /// Per group and part: the key counted last, and one more than the last period it covers.
    covered: Vec<u64>,
    parts: usize,
    differences: Vec<i32>,
}

/// Bits of a period in `covered`; the key stands above them.
const PERIOD_BITS: u32 = 16;

impl Distinct {
    pub fn new(time: &TimeChoice, groups: usize, parts: usize) -> Distinct {
        let width = time.count + 1;
        let (covered, differences) = (vec![0; groups * parts], vec![0; groups * width]);
        Distinct { width, covered, parts, differences }
    }

    /// Turns differences into counts.
    ///
    /// # Errors
    /// The question was ended.
    pub fn finish(mut self, cancel: &Cancel) -> Result<Counts, QueryError> {
        cancel.each(self.differences.chunks_exact_mut(self.width), |group| {
            let mut sum = 0;
            for value in group {
                sum += *value;
                *value = sum;
            }
        })?;
        Ok(Counts::Whole { values: self.differences, width: self.width })
    }
}

impl Tally for Distinct {
    fn grow(&mut self, groups: usize) {
        self.covered.resize(groups * self.parts, 0);
        self.differences.resize(groups * self.width, 0);
    }

    #[inline(always)]
    fn take(&mut self, block: &Block<'_>, row: usize, group: usize, from: u32, until: u32) {
        let key = u64::from(block.keys[row]) << PERIOD_BITS;
        let part = block.parts.get(row).map_or(0, |&part| usize::from(part));
        let covered = &mut self.covered[group * self.parts + part];
        let begin = (key | u64::from(from)).max(*covered);
        let end = key | u64::from(until);
        if begin < end {
            *covered = end;
            let own = &mut self.differences[group * self.width..(group + 1) * self.width];
            own[(begin & 0xffff) as usize] += 1;
            own[until as usize] -= 1;
        }
    }
}
