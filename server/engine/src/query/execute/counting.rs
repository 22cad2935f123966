//! What has to be counted for the measures of a question, each different counting once.

use cube_schema::schema::{DayCount, MeasureKind};

use super::super::plan::{Plan, TimeChoice};
use crate::cube::{DIGITS, Measure, parts_of_one};

/// What a sweep counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counting {
    pub kind: MeasureKind,
    /// The order of the rows; `None` is their own, by entity.
    pub order: Option<usize>,
    /// Which numbers of the rows are added up, counted or compared.
    pub column: Option<usize>,
    /// The decimals that these have as integers.
    pub digits: u8,
}

impl Counting {
    pub fn of(measure: &Measure) -> Counting {
        let Measure { kind, order, column, digits, .. } = *measure;
        Counting { kind, order, column, digits }
    }

    /// The counting that tells which cells are active: entities with an active row.
    const ACTIVITY: Counting =
        Counting { kind: MeasureKind::Distinct, order: None, column: None, digits: DIGITS };

    /// The value of a sum of the numbers that are added up.
    pub fn parts_of_one(self) -> f64 {
        parts_of_one(self.digits)
    }

    /// Whether a cell has a count above zero exactly where some row is active: every active row has a
    /// day, unless its first does not count. A key that some rows lack tells nothing of them.
    pub fn tells_activity(self, day_count: DayCount) -> bool {
        match self.kind {
            MeasureKind::Distinct => self.order.is_none(),
            MeasureKind::Count => self.column.is_none(),
            kind => kind.counts_days() && day_count == DayCount::Inclusive,
        }
    }

    /// Whether a cell has a value exactly where it is to be shown, so that no other counting need
    /// tell.
    pub fn knows_its_cells(self) -> bool {
        matches!(
            self.kind,
            MeasureKind::Sum
                | MeasureKind::SumAtEnd
                | MeasureKind::Avg
                | MeasureKind::Min
                | MeasureKind::Max
        )
    }

    /// Whether only rows count that reach the last day of the period.
    pub fn at_end(self) -> bool {
        matches!(self.kind, MeasureKind::DistinctAtEnd | MeasureKind::SumAtEnd)
    }

    /// The room that one group takes, in counters of four bytes, where keys are counted in so many
    /// parts.
    pub fn width(self, time: &TimeChoice, parts: usize) -> usize {
        let periods = time.count + 1;
        2 * parts
            + match self.kind {
                MeasureKind::Days | MeasureKind::CoveredDays => 4 * periods,
                MeasureKind::Sum | MeasureKind::SumAtEnd | MeasureKind::Avg => 3 * periods,
                MeasureKind::Count if self.column.is_some() => 3 * periods,
                MeasureKind::Min | MeasureKind::Max => 2 * periods,
                MeasureKind::MeanOverMonths => 2 * periods + time.live.len() + 1,
                _ => periods,
            }
    }
}

/// The different countings of the measures, and one that tells which cells are active where some of
/// them cannot.
pub(super) fn all(plan: &Plan<'_>) -> Vec<Counting> {
    let mut wanted: Vec<Counting> = Vec::new();
    for (measure, _) in &plan.measures {
        let counting = Counting::of(plan.view.cube().measure(*measure));
        if !wanted.contains(&counting) {
            wanted.push(counting);
        }
    }
    let day_count = plan.view.cube().groups[plan.group].day_count;
    let tells = wanted.iter().any(|counting| counting.tells_activity(day_count));
    if !tells && !wanted.iter().all(|counting| counting.knows_its_cells()) {
        wanted.push(Counting::ACTIVITY);
    }
    wanted
}
