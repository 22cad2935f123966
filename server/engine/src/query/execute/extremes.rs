//! The least or the largest number of a column in every group and period.

use super::super::plan::TimeChoice;
use super::block::Block;
use super::counts::{Counts, extreme};
use super::sweep::Tally;
use crate::cube::NULL;

/// What is kept for one measure.
pub(super) struct Extremes {
    /// Numbers per group: one per period.
    width: usize,
    least: bool,
    numbers: Vec<i64>,
}

impl Extremes {
    pub fn new(time: &TimeChoice, groups: usize, least: bool) -> Extremes {
        let width = time.count;
        Extremes { width, least, numbers: vec![NULL; groups * width] }
    }

    pub fn finish(self, parts_of_one: f64) -> Counts {
        let Extremes { width, least, numbers } = self;
        Counts::Extremes { numbers, width, least, parts_of_one }
    }
}

impl Tally for Extremes {
    fn grow(&mut self, groups: usize) {
        self.numbers.resize(groups * self.width, NULL);
    }

    fn take(&mut self, block: &Block<'_>, row: usize, group: usize, from: u32, until: u32) {
        let own = &mut self.numbers[group * self.width..(group + 1) * self.width];
        for kept in &mut own[from as usize..until as usize] {
            *kept = extreme(*kept, block.numbers[row], self.least);
        }
    }
}
