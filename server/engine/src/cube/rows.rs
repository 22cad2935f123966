//! The ordered rows of a measure group.

use roaring::RoaringBitmap;

use super::array::{Array, Column, Lists};

/// Rows in the order (entity, first day), as dense columns. Of rows with the same first day, those
/// on which their record begins come last, so that leaving out that day leaves the order as it is.
///
/// Months are numbered from the start of the timeline. A row without a day inside the timeline has
/// `first_month` = the number of months, which no period reaches.
#[derive(Default)]
pub struct Rows {
    /// The entity, ascending.
    pub entity: Array<u32>,
    /// The rows of entity `e` are those from `entity_rows[e]` to `entity_rows[e + 1]`.
    pub entity_rows: Array<u32>,
    /// The month of the first day.
    pub first_month: Array<u16>,
    /// The month of the last day.
    pub last_month: Array<u16>,
    /// One more than the last month whose last day is in the row; 0 where there is none.
    pub month_ends: Array<u16>,
    /// The first day, as days since 1970.
    pub first_day: Array<i32>,
    /// The last day, not after the as-of day.
    pub last_day: Array<i32>,
    /// The month in which the row's record begins, where this row is its first; else the number of
    /// months, which no period reaches. `None` where the facts do not tell.
    pub starts: Option<Array<u16>>,
    /// The month in which the row's record ends, where this row is its last; else the number of
    /// months. `None` where the facts do not tell.
    pub ends: Option<Array<u16>>,
    /// Columns of numbers as integers, with the decimals that the measures say; [`NULL`](super::NULL)
    /// is none.
    pub numbers: Vec<Array<i64>>,
    /// The row of the fact table that this is a piece of.
    pub fact: Array<u32>,
    /// Per dimension of the cube: the key of each row (for a many-valued one, the number of its
    /// list), or `None` where rows do not point at it by a column.
    pub keys: Vec<Option<Column>>,
    /// Per dimension of the cube: the different lists of a many-valued one.
    pub lists: Vec<Option<Lists>>,
    /// Per dimension of the cube: the rows of each key. Empty for time and for the entity.
    pub bitmaps: Vec<Vec<RoaringBitmap>>,
    /// Per year of the timeline (twelve months from its start): the rows with a day in it.
    pub active: Vec<RoaringBitmap>,
    /// One bit per row, in words of 64: whether it is the last of its entity.
    pub last_of_entity: Array<u64>,
    /// Further orders of the same rows, for further distinct keys.
    pub orders: Vec<Order>,
}

/// The rows in the order (key, first day), where the key is not the entity alone. Rows without a
/// key are left out.
#[derive(Default)]
pub struct Order {
    /// The row at each place.
    pub rows: Array<u32>,
    /// The key at each place, ascending.
    pub keys: Array<u32>,
    /// The place of each row, or [`NO_PLACE`].
    pub places: Array<u32>,
    /// Where the key is the entity and one of at most [`PARTS`] things (service codes): the number of
    /// that thing in each row. Different keys are then the different entities of each thing, added up,
    /// and are counted in the rows' own order.
    pub parts: Option<Array<u8>>,
}

/// The place of a row that an order leaves out.
pub const NO_PLACE: u32 = u32::MAX;

/// See [`Order::parts`]: as many as a group keeps apart in two cache lines or so.
pub const PARTS: usize = 32;

impl Rows {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entity.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
