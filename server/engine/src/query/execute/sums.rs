//! Sums of a column in every group and period, in integers: the same in whatever order rows come.

use super::super::Cancel;
use super::super::error::QueryError;
use super::super::plan::TimeChoice;
use super::block::Block;
use super::counts::{Counts, OfSums};
use super::sweep::Tally;
use crate::cube::NULL;

/// The counters of one measure.
pub(super) struct Sums {
    /// Numbers per group: one per period, and one behind the last.
    width: usize,
    /// What comes in with a period, less what went out with the one before.
    sums: Vec<i64>,
    /// The same for the number of rows.
    rows: Vec<i32>,
}

impl Sums {
    pub fn new(time: &TimeChoice, groups: usize) -> Sums {
        let width = time.count + 1;
        Sums { width, sums: vec![0; groups * width], rows: vec![0; groups * width] }
    }

    /// Turns differences into sums.
    ///
    /// # Errors
    /// The question was ended.
    pub fn finish(
        mut self,
        asked: OfSums,
        parts_of_one: f64,
        cancel: &Cancel,
    ) -> Result<Counts, QueryError> {
        let groups = self.sums.chunks_exact_mut(self.width);
        cancel.each(groups.zip(self.rows.chunks_exact_mut(self.width)), |(sums, rows)| {
            for at in 1..sums.len() {
                sums[at] += sums[at - 1];
                rows[at] += rows[at - 1];
            }
        })?;
        let Sums { sums, rows, width } = self;
        Ok(Counts::Sums { asked, sums, rows, width, parts_of_one })
    }
}

impl Tally for Sums {
    fn grow(&mut self, groups: usize) {
        self.sums.resize(groups * self.width, 0);
        self.rows.resize(groups * self.width, 0);
    }

    fn take(&mut self, block: &Block<'_>, row: usize, group: usize, from: u32, until: u32) {
        if block.numbers[row] == NULL {
            return;
        }
        let (from, until) =
            (group * self.width + from as usize, group * self.width + until as usize);
        self.sums[from] += block.numbers[row];
        self.sums[until] -= block.numbers[row];
        self.rows[from] += 1;
        self.rows[until] -= 1;
    }
}
