//! The sweep: one pass over the rows counts every group and period.

use cube_schema::schema::MeasureKind;

use super::super::Cancel;
use super::super::error::QueryError;
use super::super::notes::Way;
use super::super::plan::TimeChoice;
use super::axis::Axis;
use super::block::{Block, Source};
use super::columns::Columns;
use super::counting::Counting;
use super::counts::{Counts, OfSums};
use super::day_sums;
use super::distinct::Distinct;
use super::extremes::Extremes;
use super::groups::Groups;
use super::means::Means;
use super::place::{OUT, Place};
use super::scan;
use super::single;
use super::sums::Sums;
use crate::cube::Rows;

/// One pass over the rows, in the order of one counting.
pub(super) struct Pass<'a> {
    pub rows: &'a Rows,
    pub counting: Counting,
    pub columns: &'a Columns<'a>,
    pub places: &'a [Place<'a>],
    pub time: &'a TimeChoice,
    /// The axis of days or months, where these are counted.
    pub axis: Option<&'a Axis>,
    /// The first month of the timeline.
    pub first_month: i32,
    pub cancel: &'a Cancel,
}

impl Pass<'_> {
    /// Per last month, or number of month ends, of a row: one more than the last period it reaches.
    pub fn until(&self) -> &[u16] {
        if self.counting.at_end() { &self.time.until_end } else { &self.time.until }
    }

    /// The number of months of the timeline.
    pub fn month_count(&self) -> usize {
        self.time.from.len() - 1
    }

    /// The periods of a stretch of a block's row, which is not empty.
    pub fn periods(&self, from: u32, until: u32) -> (usize, usize) {
        match self.axis {
            Some(axis) => (axis.period(from).into(), usize::from(axis.period(until - 1)) + 1),
            None => (from as usize, until as usize),
        }
    }

    /// The stretch of some periods, as blocks have it.
    pub fn bounds(&self, from: usize, until: usize) -> (u32, u32) {
        match self.axis {
            Some(axis) => (axis.starts[from], axis.starts[until]),
            None => (from as u32, until as u32),
        }
    }
}

/// What is kept of the rows while they are swept.
pub(super) trait Tally {
    /// Makes room for more groups.
    fn grow(&mut self, groups: usize);

    /// Takes a row: its number in the block, its group, and from when to when it counts.
    fn take(&mut self, block: &Block<'_>, row: usize, group: usize, from: u32, until: u32);
}

/// Counts one measure in every group and period, and says in which way.
pub(super) fn sweep(pass: &Pass<'_>, groups: &mut Groups) -> Result<(Counts, Way), QueryError> {
    if single::fits(pass) {
        return Ok((single::count(pass)?, Way::Words));
    }
    let (count, parts) = (groups.count(), pass.columns.part_count());
    let parts_of_one = pass.counting.parts_of_one();
    if let Some(asked) = of_sums(pass.counting) {
        if scan::fits(pass, groups) {
            return Ok((scan::sum(pass, groups, asked)?, Way::Scan));
        }
        let sums = Sums::new(pass.time, count).over(pass, groups)?;
        return Ok((sums.finish(asked, parts_of_one, pass.cancel)?, Way::Sums));
    }
    Ok(match (pass.counting.kind, pass.axis) {
        (kind @ (MeasureKind::Min | MeasureKind::Max), _) => {
            let extremes = Extremes::new(pass.time, count, kind == MeasureKind::Min);
            (extremes.over(pass, groups)?.finish(parts_of_one), Way::Extremes)
        }
        (MeasureKind::MeanOverMonths, Some(months)) => {
            let means = Means::new(months, count).over(pass, groups)?;
            (means.finish(parts_of_one, pass.cancel)?, Way::Means)
        }
        (MeasureKind::Days, Some(days)) => {
            (day_sums::count::<false>(pass, days, groups)?, Way::Days)
        }
        (MeasureKind::CoveredDays, Some(days)) => {
            (day_sums::count::<true>(pass, days, groups)?, Way::Days)
        }
        _ => {
            let distinct = Distinct::new(pass.time, count, parts).over(pass, groups)?;
            (distinct.finish(pass.cancel)?, Way::Distinct)
        }
    })
}

/// What is asked of sums and numbers of rows, where the counting needs them.
fn of_sums(counting: Counting) -> Option<OfSums> {
    match counting.kind {
        MeasureKind::Sum | MeasureKind::SumAtEnd => Some(OfSums::Sum),
        MeasureKind::Avg => Some(OfSums::Mean),
        MeasureKind::Count => counting.column.map(|_| OfSums::Count),
        _ => None,
    }
}

/// Sweeps the rows of a pass.
pub(super) trait Over: Tally + Sized {
    fn over(mut self, pass: &Pass<'_>, groups: &mut Groups) -> Result<Self, QueryError> {
        let mut source = Source::new(pass);
        let mut number = 0_u32;
        while let Some(block) = source.next() {
            match groups {
                Groups::Dense { .. } => {
                    self.take_all(&block, block.codes.iter().map(|&code| code as usize));
                }
                Groups::Sparse { .. } => {
                    let found = groups.find(&block)?;
                    self.grow(groups.count());
                    self.take_all(&block, found.into_iter());
                }
            }
            number += 1;
            if number.is_multiple_of(64) {
                pass.cancel.check()?;
            }
        }
        Ok(self)
    }

    /// Takes the rows of a block, each in its group; a group of [`OUT`] or more does not count.
    fn take_all(&mut self, block: &Block<'_>, groups: impl Iterator<Item = usize>) {
        let spans = block.from.iter().zip(block.until);
        for ((row, (&from, &until)), group) in spans.enumerate().zip(groups) {
            if group < OUT as usize && from < until {
                self.take(block, row, group, from, until);
            }
        }
    }
}

impl<T: Tally> Over for T {}
