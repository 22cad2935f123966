//! From a row's key to its place in a dimension, and from its places to the code of its group.

use super::super::plan::{Choice, KeyMap, NONE, PlaceCodes};
use crate::cube::array::{Column, Lists};
use crate::cube::{Cube, Rows, Use};

/// Added to the code of a row that does not count. Codes of groups are below it, and a row can be
/// marked so by every dimension without running over.
pub(super) const OUT: u64 = 1 << 56;

/// The places of one dimension in a pass.
pub(super) struct Place<'a> {
    /// How rows come to their places.
    pub map: Map<'a>,
    /// The number of places.
    pub size: u64,
    /// What places add to the codes of the axes.
    pub codes: &'a PlaceCodes,
}

/// From rows to what their places add to the code of a group.
pub(super) enum Map<'a> {
    /// Every row is at place 0.
    One,
    /// The place is the member of a long field.
    Member { keys: Keys<'a>, members: &'a [u32], stride: u64 },
    /// What each key adds; at least 256 numbers, so that a byte is always in range.
    Table { keys: Keys<'a>, adds: Vec<u64> },
    /// What each list of keys adds, once for each of its places.
    Lists { keys: Keys<'a>, places: &'a Lists, stride: u64 },
}

/// The keys of rows, as they are stored.
#[derive(Clone, Copy)]
pub(super) enum Keys<'a> {
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
}

impl<'a> Place<'a> {
    /// The places of a dimension; `stride` is what one place adds to the code of a group.
    pub fn new(
        cube: &'a Cube,
        group: usize,
        rows: &'a Rows,
        dimension: usize,
        choice: &'a Choice,
        stride: u64,
    ) -> Place<'a> {
        let keys = match cube.groups[group].uses[dimension] {
            Some(Use::Entity) => Some(Keys::U32(&rows.entity)),
            _ => rows.keys[dimension].as_ref().map(Keys::of),
        };
        let map = match (&choice.map, keys) {
            (KeyMap::Member { field }, Some(keys)) => {
                let members = &cube.dimensions[dimension].fields[*field].member_of_key;
                Map::Member { keys, members, stride }
            }
            (KeyMap::Table(table), Some(keys)) => Map::Table { keys, adds: adds(table, stride) },
            (KeyMap::Lists(places), Some(keys)) => Map::Lists { keys, places, stride },
            _ => Map::One,
        };
        Place { map, size: choice.size, codes: &choice.codes }
    }
}

fn adds(table: &[u32], stride: u64) -> Vec<u64> {
    let add = |place: &u32| if *place == NONE { OUT } else { u64::from(*place) * stride };
    let mut adds: Vec<u64> = table.iter().map(add).collect();
    adds.resize(adds.len().max(256), OUT);
    adds
}

impl<'a> Keys<'a> {
    fn of(column: &'a Column) -> Keys<'a> {
        match column {
            Column::U8(keys) => Keys::U8(keys),
            Column::U16(keys) => Keys::U16(keys),
            Column::U32(keys) => Keys::U32(keys),
        }
    }

    /// The keys of rows that are neighbours.
    pub fn range(self, range: std::ops::Range<usize>) -> Keys<'a> {
        match self {
            Keys::U8(keys) => Keys::U8(&keys[range]),
            Keys::U16(keys) => Keys::U16(&keys[range]),
            Keys::U32(keys) => Keys::U32(&keys[range]),
        }
    }

    /// Calls `each` with the key of every one of some rows; of all rows where none are named.
    pub fn each(self, rows: Option<&[u32]>, mut each: impl FnMut(usize, usize)) {
        match (self, rows) {
            (Keys::U8(keys), None) => {
                keys.iter().enumerate().for_each(|(at, &key)| each(at, key.into()));
            }
            (Keys::U16(keys), None) => {
                keys.iter().enumerate().for_each(|(at, &key)| each(at, key.into()));
            }
            (Keys::U32(keys), None) => {
                keys.iter().enumerate().for_each(|(at, &key)| each(at, key as usize));
            }
            (Keys::U8(keys), Some(rows)) => {
                rows.iter().enumerate().for_each(|(at, &row)| each(at, keys[row as usize].into()));
            }
            (Keys::U16(keys), Some(rows)) => {
                rows.iter().enumerate().for_each(|(at, &row)| each(at, keys[row as usize].into()));
            }
            (Keys::U32(keys), Some(rows)) => {
                rows.iter()
                    .enumerate()
                    .for_each(|(at, &row)| each(at, keys[row as usize] as usize));
            }
        }
    }
}

impl Map<'_> {
    /// Whether a row can be at several places.
    pub fn spreads(&self) -> bool {
        matches!(self, Map::Lists { .. })
    }
}
