//! Means over the months of a period in which a cell has a row.

use super::super::Cancel;
use super::super::error::QueryError;
use super::axis::Axis;
use super::block::Block;
use super::counts::Counts;
use super::sweep::Tally;
use crate::cube::NULL;

/// The counters of one measure; rows stand on the axis of months.
pub(super) struct Means<'a> {
    months: &'a Axis,
    /// Per group and period, and one behind the last: what comes in, less what went out.
    sums: Vec<i64>,
    /// The same for the number of rows in each month asked for.
    rows: Vec<i32>,
    /// Numbers per group.
    width: usize,
    month_width: usize,
}

impl<'a> Means<'a> {
    pub fn new(months: &'a Axis, groups: usize) -> Means<'a> {
        let month_width = months.starts.last().map_or(0, |&length| length as usize) + 1;
        let (sums, rows) = (Vec::new(), Vec::new());
        let mut means = Means { months, sums, rows, width: months.starts.len(), month_width };
        means.grow(groups);
        means
    }

    /// Turns differences into sums.
    ///
    /// # Errors
    /// The question was ended.
    pub fn finish(mut self, parts_of_one: f64, cancel: &Cancel) -> Result<Counts, QueryError> {
        cancel.each(self.sums.chunks_exact_mut(self.width), |group| {
            (1..group.len()).for_each(|at| group[at] += group[at - 1]);
        })?;
        cancel.each(self.rows.chunks_exact_mut(self.month_width), |group| {
            (1..group.len()).for_each(|at| group[at] += group[at - 1]);
        })?;
        let starts = self.months.starts.clone();
        Ok(Counts::Means { sums: self.sums, rows: self.rows, starts, parts_of_one })
    }
}

impl Tally for Means<'_> {
    fn grow(&mut self, groups: usize) {
        self.sums.resize(groups * self.width, 0);
        self.rows.resize(groups * self.month_width, 0);
    }

    fn take(&mut self, block: &Block<'_>, row: usize, group: usize, from: u32, until: u32) {
        if block.numbers[row] == NULL {
            return;
        }
        let period = |position| group * self.width + usize::from(self.months.period(position));
        let (first, behind) = (period(from), period(until - 1) + 1);
        self.sums[first] += block.numbers[row];
        self.sums[behind] -= block.numbers[row];
        self.rows[group * self.month_width + from as usize] += 1;
        self.rows[group * self.month_width + until as usize] -= 1;
    }
}
