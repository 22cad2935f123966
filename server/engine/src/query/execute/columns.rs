//! The rows of a sweep as columns: read as they lie, or gathered once for all passes.

use std::borrow::Cow;
use std::ops::Range;

use cube_schema::schema::{DayCount, MeasureKind};

use super::super::Cancel;
use super::super::error::QueryError;
use super::super::plan::Plan;
use super::counting::Counting;
use super::select::Selected;
use crate::cube::array::{Array, Column, Fixed};
use crate::cube::{NO_PLACE, PARTS, Rows, Use};

/// The selected rows in the order of one counting.
pub(super) struct Columns<'a> {
    /// What is counted, ascending.
    pub keys: Cow<'a, [u32]>,
    /// Where keys are counted in parts: the part of each row, and `keys` are entities.
    pub parts: Option<Cow<'a, [u8]>>,
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
    /// First and last day, as days since 1970.
    Days {
        first: Cow<'a, [i32]>,
        last: Cow<'a, [i32]>,
        /// Where a first day does not count if a record begins with it: the month of that day, or the
        /// number of months.
        starts: Option<Cow<'a, [u16]>>,
    },
}

/// Keys in as many bytes as they are stored in.
pub(super) enum Keys<'a> {
    U8(Cow<'a, [u8]>),
    U16(Cow<'a, [u16]>),
    U32(Cow<'a, [u32]>),
}

impl<'a> Columns<'a> {
    /// The columns that a counting needs.
    ///
    /// # Errors
    /// The question was ended.
    pub fn new(
        plan: &'a Plan<'_>,
        selected: &Selected,
        counting: Counting,
        cancel: &Cancel,
    ) -> Result<Columns<'a>, QueryError> {
        let rows = plan.rows();
        let parts = counting.order.and_then(|order| rows.orders[order].parts.as_ref());
        let order_of = counting.order.filter(|_| parts.is_none());
        let (places, mut keys) = order(rows, selected, order_of);
        let places = places.as_deref();
        if matches!(counting.kind, MeasureKind::Starts | MeasureKind::Ends | MeasureKind::Count) {
            // Each row begins or ends once, and is counted once.
            keys = (0..keys.len() as u32).collect();
        }
        let uses = &plan.view.cube().groups[plan.group].uses;
        let dimensions = plan.dimensions.iter().map(|dimension| {
            cancel.check()?;
            let at = dimension.dimension;
            if matches!(uses[at], Some(Use::Entity | Use::Age)) {
                return Ok(Some(Keys::U32(gather(&rows.entity, places))));
            }
            Ok(rows.keys[at].as_ref().map(|column| match column {
                Column::U8(keys) => Keys::U8(gather(keys, places)),
                Column::U16(keys) => Keys::U16(gather(keys, places)),
                Column::U32(keys) => Keys::U32(gather(keys, places)),
            }))
        });
        let dimensions = dimensions.collect::<Result<_, QueryError>>()?;
        cancel.check()?;
        Ok(Columns {
            keys,
            parts: parts.map(|parts| gather(parts, places)),
            spans: Spans::new(plan, places, counting),
            dimensions,
            numbers: counting.column.map(|column| gather(&rows.numbers[column], places)),
            all: places.is_none(),
        })
    }

    /// In how many parts keys are counted.
    pub fn part_count(&self) -> usize {
        if self.parts.is_some() { PARTS } else { 1 }
    }
}

impl<'a> Spans<'a> {
    fn new(plan: &'a Plan<'_>, places: Option<&[u32]>, counting: Counting) -> Spans<'a> {
        let rows = plan.rows();
        let (first, last) = match counting.kind {
            MeasureKind::Days | MeasureKind::CoveredDays => return Spans::days(plan, places),
            MeasureKind::DistinctAtEnd | MeasureKind::SumAtEnd => {
                (&rows.first_month, &rows.month_ends)
            }
            MeasureKind::Starts => both(rows.starts.as_ref(), rows),
            MeasureKind::Ends => both(rows.ends.as_ref(), rows),
            _ => (&rows.first_month, &rows.last_month),
        };
        Spans::Months { first: gather(first, places), last: gather(last, places) }
    }

    fn days(plan: &'a Plan<'_>, places: Option<&[u32]>) -> Spans<'a> {
        let rows = plan.rows();
        let group = &plan.view.cube().groups[plan.group];
        let excludes = group.day_count == DayCount::ExcludeStart;
        let starts = rows.starts.as_ref().filter(|_| excludes);
        Spans::Days {
            first: gather(&rows.first_day, places),
            last: gather(&rows.last_day, places),
            starts: starts.map(|starts| gather(starts, places)),
        }
    }
}

/// The month of an event is the first month and the last.
fn both<'a>(events: Option<&'a Array<u16>>, rows: &'a Rows) -> (&'a Array<u16>, &'a Array<u16>) {
    events.map_or((&rows.first_month, &rows.last_month), |events| (events, events))
}

/// The rows in an order, or their own (`None` is all, as they lie), and what is counted in each.
fn order<'a>(
    rows: &'a Rows,
    selected: &Selected,
    order: Option<usize>,
) -> (Option<Cow<'a, [u32]>>, Cow<'a, [u32]>) {
    let order = order.map(|order| &rows.orders[order]);
    match (&selected.rows, order) {
        (None, None) => (None, Cow::Borrowed(&rows.entity)),
        (Some(chosen), None) => {
            let keys = gather(&rows.entity, Some(chosen));
            (Some(Cow::Owned(chosen.clone())), keys)
        }
        (None, Some(order)) => (Some(Cow::Borrowed(&order.rows)), Cow::Borrowed(&order.keys)),
        (Some(chosen), Some(order)) => {
            let mut places = gather(&order.places, Some(chosen)).into_owned();
            places.retain(|&place| place != NO_PLACE);
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
