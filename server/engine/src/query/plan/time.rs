//! The periods of a pass: runs of months, and from which to which of them a row reaches.

use super::columns::{Column, Columns, level_choices};
use super::coordinates::{NONE, PlaceCodes};
use crate::cube::Dimension;

/// One choice of a level for each column of time: periods in order, none touching another's months.
pub(crate) struct TimeChoice {
    /// The number of periods.
    pub count: usize,
    /// Per first month of a row (one more than the months of the timeline): the first period it
    /// reaches.
    pub from: Vec<u16>,
    /// Per last month of a row: one more than the last period it reaches.
    pub until: Vec<u16>,
    /// Per number of month ends of a row: one more than the last period whose last day it reaches.
    pub until_end: Vec<u16>,
    /// Where a period has months left out: per month, the first month asked for that is not
    /// before it, and one more than the last that is not after it. A row with none of them in it
    /// does not count.
    pub holes: Option<Holes>,
    /// The codes of the periods.
    pub codes: PlaceCodes,
    /// The months that are asked for, ascending.
    pub live: Vec<u16>,
    /// Where each period begins among the months asked for, and behind the last one their number.
    pub bounds: Vec<u32>,
}

impl TimeChoice {
    /// The first and the last month of all periods; `None` where there is no period.
    pub fn months(&self) -> Option<(usize, usize)> {
        let (first, last) = (self.live.first()?, self.live.last()?);
        Some((usize::from(*first), usize::from(*last)))
    }

    /// The latest month of a period.
    pub fn last_month(&self, period: usize) -> u16 {
        self.live[self.bounds[period + 1] as usize - 1]
    }
}

impl Holes {
    /// Whether days from one month to another lie wholly in months left out.
    pub fn hold(&self, first: u16, last: u16) -> bool {
        self.next[usize::from(first)] >= self.after[usize::from(last)]
    }
}

/// See [`TimeChoice::holes`].
pub(crate) struct Holes {
    /// Per first month.
    pub next: Vec<u16>,
    /// Per last month.
    pub after: Vec<u16>,
}

/// A run of months.
struct Period {
    first: usize,
    last: usize,
}

pub(super) fn choices(
    columns: &Columns,
    places: &[(usize, usize)],
    shape: &Dimension,
    allowed: Option<&[u32]>,
    nested_totals: bool,
) -> Vec<TimeChoice> {
    let own: Vec<&Column> = places.iter().map(|&place| columns.get(place)).collect();
    let width = columns.axis_count();
    let choices = level_choices(&own, nested_totals);
    let choices = choices.iter().map(|levels| {
        let mut codes = vec![0_u64; shape.key_count * width];
        let mut counts = vec![true; shape.key_count];
        for ((&(axis, _), column), level) in places.iter().zip(&own).zip(levels) {
            for (month, code) in level.code_of_keys(shape).into_iter().enumerate() {
                counts[month] &= code != u64::from(NONE);
                codes[month * width + axis] += if counts[month] { code * column.stride } else { 0 };
            }
        }
        let live = |month: &usize| {
            allowed.is_none_or(|months| months.binary_search(&(*month as u32)).is_ok())
        };
        let months: Vec<usize> =
            (0..shape.key_count).filter(live).filter(|&month| counts[month]).collect();
        choice(&months, &codes, width, shape.key_count)
    });
    choices.collect()
}

/// The one choice of a cube without a time dimension: the whole timeline.
pub(super) fn whole(columns: &Columns, month_count: usize) -> TimeChoice {
    let width = columns.axis_count();
    let months: Vec<usize> = (0..month_count).collect();
    choice(&months, &vec![0; month_count * width], width, month_count)
}

/// The periods of some months: neighbours in the list with equal codes belong together.
fn choice(months: &[usize], codes: &[u64], width: usize, month_count: usize) -> TimeChoice {
    let of = |month: usize| &codes[month * width..(month + 1) * width];
    let mut periods: Vec<Period> = Vec::new();
    let mut period_codes = Vec::new();
    let mut bounds = Vec::new();
    let mut whole = true;
    for (at, &month) in months.iter().enumerate() {
        match periods.last_mut().filter(|_| at > 0 && of(months[at - 1]) == of(month)) {
            Some(period) => {
                whole &= period.last + 1 == month;
                period.last = month;
            }
            None => {
                periods.push(Period { first: month, last: month });
                bounds.push(at as u32);
                period_codes.extend_from_slice(of(month));
            }
        }
    }
    let count = |test: &dyn Fn(&Period) -> bool| {
        periods.iter().filter(|period| test(period)).count() as u16
    };
    bounds.push(months.len() as u32);
    TimeChoice {
        count: periods.len(),
        from: (0..=month_count).map(|month| count(&|period| period.last < month)).collect(),
        until: (0..=month_count).map(|month| count(&|period| period.first <= month)).collect(),
        until_end: (0..=month_count).map(|ends| count(&|period| period.last < ends)).collect(),
        holes: (!whole).then(|| holes(months, month_count)),
        codes: PlaceCodes::Table(period_codes),
        live: months.iter().map(|&month| month as u16).collect(),
        bounds,
    }
}

fn holes(months: &[usize], month_count: usize) -> Holes {
    let before = |month: usize| months.partition_point(|&live| live < month) as u16;
    let until = |month: usize| months.partition_point(|&live| live <= month) as u16;
    Holes {
        next: (0..=month_count).map(before).collect(),
        after: (0..=month_count).map(until).collect(),
    }
}
