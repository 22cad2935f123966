//! The rows of a sweep as columns: read as they lie, or gathered once for all passes.

use std::borrow::Cow;
use std::ops::Range;

use super::super::plan::Plan;
use super::Counting;
use super::select::Selected;
use crate::cube::array::{Column, Fixed};
use crate::cube::{Rows, Use};

/// The selected rows in the order of one counting.
pub(super) struct Columns<'a> {
    /// What is counted, ascending.
    pub keys: Cow<'a, [u32]>,
    /// First months.
    pub first: Cow<'a, [u16]>,
    /// Last months, or month ends where these are counted.
    pub last: Cow<'a, [u16]>,
    /// Per dimension of the plan: the keys of the rows.
    pub dimensions: Vec<Option<Keys<'a>>>,
    /// Whether these are all rows, in their own order.
    pub all: bool,
}

/// Keys in as many bytes as they are stored in.
pub(super) enum Keys<'a> {
    U8(Cow<'a, [u8]>),
    U16(Cow<'a, [u16]>),
    U32(Cow<'a, [u32]>),
}

impl<'a> Columns<'a> {
    pub fn new(plan: &'a Plan<'_>, selected: &Selected, counting: Counting) -> Columns<'a> {
        let rows = plan.rows();
        let (places, keys) = order(rows, selected, counting);
        let places = places.as_deref();
        let last = if counting.at_end { &rows.month_ends } else { &rows.last_month };
        let dimensions = plan.dimensions.iter().map(|dimension| {
            let at = dimension.dimension;
            if plan.view.cube().groups[plan.group].uses[at] == Some(Use::Entity) {
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
            first: gather(&rows.first_month, places),
            last: gather(last, places),
            dimensions: dimensions.collect(),
            all: places.is_none(),
        }
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
