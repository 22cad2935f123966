//! The rows of a sweep as columns: read as they lie, or gathered once for all passes.

use std::borrow::Cow;
use std::ops::Range;

use cube_schema::schema::{DayCount, MeasureKind};

use super::super::plan::Plan;
use super::counting::Counting;
use super::select::Selected;
use crate::cube::array::{Array, Column, Fixed};
use crate::cube::{Rows, Use};

/// The selected rows in the order of one counting.
pub(super) struct Columns<'a> {
    /// What is counted, ascending.
    pub keys: Cow<'a, [u32]>,
    /// From when to when each row counts.
    pub spans: Spans<'a>,
    /// Per dimension of the plan: the keys of the rows; of an age, the entities.
    pub dimensions: Vec<Option<Keys<'a>>>,
    /// What is added up.
    pub numbers: Option<Cow<'a, [i64]>>,
    /// Whether these are all rows, in their own order.
    pub all: bool,
}

/// From when to when rows count.
pub(super) enum Spans<'a> {
    /// First month, and last month or the number of month ends.
    Months { first: Cow<'a, [u16]>, last: Cow<'a, [u16]> },
    /// First day, and the day behind the last, as days of the timeline; or months. A first day that
    /// does not count, because it begins its record, is marked with [`IS_START`].
    OnAxis { begin: Vec<u32>, end: Vec<u32> },
}

/// See [`Spans::OnAxis`].
pub(super) const IS_START: u32 = 1 << 31;

/// Keys in as many bytes as they are stored in.
pub(super) enum Keys<'a> {
    U8(Cow<'a, [u8]>),
    U16(Cow<'a, [u16]>),
    U32(Cow<'a, [u32]>),
}

impl<'a> Columns<'a> {
    pub fn new(plan: &'a Plan<'_>, selected: &Selected, counting: Counting) -> Columns<'a> {
        let rows = plan.rows();
        let (places, mut keys) = order(rows, selected, counting);
        let places = places.as_deref();
        if matches!(counting.kind, MeasureKind::Starts | MeasureKind::Ends) {
            // Each row begins or ends once.
            keys = (0..keys.len() as u32).collect();
        }
        let uses = &plan.view.cube().groups[plan.group].uses;
        let dimensions = plan.dimensions.iter().map(|dimension| {
            let at = dimension.dimension;
            if matches!(uses[at], Some(Use::Entity | Use::Age)) {
                return Some(Keys::U32(gather(&rows.entity, places)));
            }
            rows.keys[at].as_ref().map(|column| match column {
                Column::U8(keys) => Keys::U8(gather(keys, places)),
                Column::U16(keys) => Keys::U16(gather(keys, places)),
                Column::U32(keys) => Keys::U32(gather(keys, places)),
            })
        });
        Columns {
            keys,
            spans: Spans::new(plan, places, counting),
            dimensions: dimensions.collect(),
            numbers: counting.column.map(|column| gather(&rows.numbers[column], places)),
            all: places.is_none(),
        }
    }
}

impl<'a> Spans<'a> {
    fn new(plan: &'a Plan<'_>, places: Option<&[u32]>, counting: Counting) -> Spans<'a> {
        let rows = plan.rows();
        let (first, last) = match counting.kind {
            MeasureKind::Days | MeasureKind::CoveredDays => return Spans::days(plan, places),
            MeasureKind::MeanOverMonths => return Spans::months(rows, places),
            MeasureKind::DistinctAtEnd | MeasureKind::SumAtEnd => {
                (&rows.first_month, &rows.month_ends)
            }
            MeasureKind::Starts => both(rows.starts.as_ref(), rows),
            MeasureKind::Ends => both(rows.ends.as_ref(), rows),
            _ => (&rows.first_month, &rows.last_month),
        };
        Spans::Months { first: gather(first, places), last: gather(last, places) }
    }

    fn days(plan: &Plan<'_>, places: Option<&[u32]>) -> Spans<'a> {
        let (rows, cube) = (plan.rows(), plan.view.cube());
        let zero = cube.timeline.first.first_day().0;
        let length = cube.timeline.as_of().0 - zero + 1;
        let day = |day: i32| day.saturating_sub(zero).clamp(0, length) as u32;
        let end = each(rows.len(), places, |row| day(rows.last_day[row].saturating_add(1)));
        let none = cube.months() as u16;
        let excludes = cube.groups[plan.group].day_count == DayCount::ExcludeStart;
        let begin = match rows.starts.as_ref().filter(|_| excludes) {
            None => each(rows.len(), places, |row| day(rows.first_day[row])),
            Some(starts) => each(rows.len(), places, |row| {
                let is_start = if starts[row] < none { IS_START } else { 0 };
                day(rows.first_day[row]) | is_start
            }),
        };
        Spans::OnAxis { begin, end }
    }

    fn months(rows: &Rows, places: Option<&[u32]>) -> Spans<'a> {
        Spans::OnAxis {
            begin: each(rows.len(), places, |row| rows.first_month[row].into()),
            end: each(rows.len(), places, |row| u32::from(rows.last_month[row]) + 1),
        }
    }
}

/// The month of an event is the first month and the last.
fn both<'a>(events: Option<&'a Array<u16>>, rows: &'a Rows) -> (&'a Array<u16>, &'a Array<u16>) {
    events.map_or((&rows.first_month, &rows.last_month), |events| (events, events))
}

/// A number for each of some rows; for all where none are named.
fn each(count: usize, rows: Option<&[u32]>, value: impl Fn(usize) -> u32) -> Vec<u32> {
    match rows {
        None => (0..count).map(value).collect(),
        Some(rows) => rows.iter().map(|&row| value(row as usize)).collect(),
    }
}

/// The rows in the order of a counting (`None` is all, as they lie), and what is counted in each.
fn order<'a>(
    rows: &'a Rows,
    selected: &Selected,
    counting: Counting,
) -> (Option<Cow<'a, [u32]>>, Cow<'a, [u32]>) {
    let order = counting.order.map(|order| &rows.orders[order]);
    match (&selected.rows, order) {
        (None, None) => (None, Cow::Borrowed(&rows.entity)),
        (Some(chosen), None) => {
            let keys = gather(&rows.entity, Some(chosen));
            (Some(Cow::Owned(chosen.clone())), keys)
        }
        (None, Some(order)) => (Some(Cow::Borrowed(&order.rows)), Cow::Borrowed(&order.keys)),
        (Some(chosen), Some(order)) => {
            let mut places = gather(&order.places, Some(chosen)).into_owned();
            places.sort_unstable();
            let keys = gather(&order.keys, Some(&places));
            (Some(gather(&order.rows, Some(&places))), keys)
        }
    }
}

/// The values of some rows; of all where none are named.
fn gather<'a, T: Fixed>(column: &'a [T], rows: Option<&[u32]>) -> Cow<'a, [T]> {
    match rows {
        None => Cow::Borrowed(column),
        Some(rows) => Cow::Owned(rows.iter().map(|&row| column[row as usize]).collect()),
    }
}

impl Keys<'_> {
    /// The key of one row.
    pub fn get(&self, row: usize) -> usize {
        match self {
            Keys::U8(keys) => keys[row].into(),
            Keys::U16(keys) => keys[row].into(),
            Keys::U32(keys) => keys[row] as usize,
        }
    }

    /// Adds to each number what `add` says of the key of its row.
    pub fn add(&self, range: Range<usize>, codes: &mut [u64], add: impl Fn(usize) -> u64) {
        match self {
            Keys::U8(keys) => {
                codes
                    .iter_mut()
                    .zip(&keys[range])
                    .for_each(|(code, &key)| *code += add(key.into()));
            }
            Keys::U16(keys) => {
                codes
                    .iter_mut()
                    .zip(&keys[range])
                    .for_each(|(code, &key)| *code += add(key.into()));
            }
            Keys::U32(keys) => {
                codes
                    .iter_mut()
                    .zip(&keys[range])
                    .for_each(|(code, &key)| *code += add(key as usize));
            }
        }
    }
}
