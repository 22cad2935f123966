//! The period of a cell, and what a record does in it.

use crate::choices::DayCount;
use crate::cube::Fact;
use crate::day::{Day, Month};
use crate::measure::Active;
use crate::piece::{Piece, common, count_days, take_out};

/// A set of months, with or without holes.
pub(crate) struct Period {
    pub(crate) months: Vec<Month>,
    pub(crate) first_day: Day,
    pub(crate) last_day: Day,
    pub(crate) day_count: i32,
}

impl Period {
    /// Nothing where there are no months. They come in order.
    pub(crate) fn of(months: Vec<Month>) -> Option<Period> {
        let (first_day, last_day) = (months.first()?.first_day(), months.last()?.last_day());
        let days: Vec<Piece> = months.iter().map(|month| days_of(*month)).collect();
        Some(Period { months, first_day, last_day, day_count: count_days(&days) })
    }
}

fn days_of(month: Month) -> Piece {
    (month.first_day(), month.last_day())
}

/// Which quarters belong to a cell (rule G2).
#[derive(Clone, Copy)]
pub(crate) struct Approval {
    pub(crate) approved: bool,
    pub(crate) not_approved: bool,
}

impl Approval {
    /// All quarters.
    pub(crate) const EITHER: Approval = Approval { approved: true, not_approved: true };

    fn allows(self, fact: &Fact, month: Month) -> bool {
        let quarter = month.quarter().place().expect("the timeline begins with 2013K1");
        if fact.approved_quarters[quarter] { self.approved } else { self.not_approved }
    }
}

/// What a record does in a period: its days in the months whose quarter is allowed. Nothing where
/// it has no day.
pub(crate) fn activity<'f>(
    fact: &'f Fact,
    period: &Period,
    allowed: Approval,
    day_count: DayCount,
) -> Option<Active<'f>> {
    let mut days: Vec<Piece> = Vec::new();
    let (mut starts, mut ends) = (false, false);
    for month in period.months.iter().filter(|month| allowed.allows(fact, **month)) {
        let of_month = days_of(*month);
        days.extend(fact.dates.pieces.iter().filter_map(|piece| common(*piece, of_month)));
        starts |= fact.dates.first_day.is_some_and(|day| lies_in(day, of_month));
        ends |= fact.dates.last_day.is_some_and(|day| lies_in(day, of_month));
    }
    if days.is_empty() {
        return None;
    }
    let is_active_on_last_day = days.iter().any(|piece| lies_in(period.last_day, *piece));
    let counted_days = counted(&days, fact, period, day_count);
    Some(Active { fact, counted_days, starts, ends, is_active_on_last_day })
}

/// The days that M6 and M7 count: all, or all but the first day left, unless that is the period's
/// first day or earlier.
fn counted(days: &[Piece], fact: &Fact, period: &Period, day_count: DayCount) -> Vec<Piece> {
    match (day_count, fact.dates.first_day) {
        (DayCount::ExcludeStart, Some(first)) if first > period.first_day => {
            take_out(days, (first, first))
        }
        _ => days.to_vec(),
    }
}

fn lies_in(day: Day, piece: Piece) -> bool {
    piece.0 <= day && day <= piece.1
}
