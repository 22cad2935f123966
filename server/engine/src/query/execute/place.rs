//! From a row's key to its place in a dimension, and from its places to the code of its group.

use super::super::plan::{Choice, KeyMap, NONE, PlaceCodes};
use super::ages::AgeRuns;
use crate::cube::Dimension;
use crate::cube::array;

/// Added to the code of a row that does not count. Codes of groups are below it, and a row can be
/// marked so by every dimension without running over.
pub(super) const OUT: u64 = 1 << 56;

/// The places of one dimension in a pass.
pub(super) struct Place<'a> {
    /// How rows come to their places.
    pub map: Map<'a>,
    /// The number of places, those counted apart included.
    pub size: u64,
    /// Places counted apart, the last ones: for each the place that it belongs to. An age place that
    /// an entity can leave and come back to is counted apart after each return, for the sweep
    /// wants periods in order. Nobody has two ages in one period, so that counts add up.
    pub folded: Vec<u64>,
    /// What one place adds to the code of a group.
    pub stride: u64,
    /// What places add to the codes of the axes.
    pub codes: &'a PlaceCodes,
}

/// From the keys of rows to what their places add to the code of a group.
pub(super) enum Map<'a> {
    /// Every row is at place 0.
    One,
    /// The place is the member of a long field.
    Member { members: &'a [u32], stride: u64 },
    /// What each key adds; at least 256 numbers, so that a byte is always in range.
    Table { adds: Vec<u64> },
    /// The places of each list of keys.
    Lists { places: Lists<'a>, stride: u64 },
    /// The places of each age of an entity.
    Age { ages: AgeRuns, births: &'a [i32] },
}

impl<'a> Place<'a> {
    /// The places of a dimension; `stride` is what one place adds to the code of a group.
    pub fn new(dimension: &'a Dimension, choice: &'a Choice, stride: u64) -> Place<'a> {
        let map = match &choice.map {
            KeyMap::One => Map::One,
            KeyMap::Member { field } => {
                Map::Member { members: &dimension.fields[*field].member_of_key, stride }
            }
            KeyMap::Table(table) => Map::Table { adds: adds(table, stride) },
            KeyMap::Lists(places) => Map::Lists { places: Lists::of(places), stride },
        };
        Place { map, size: choice.size, folded: Vec::new(), stride, codes: &choice.codes }
    }

    /// The places of a dimension whose keys are ages.
    pub fn of_ages(
        dimension: &'a Dimension,
        births: &'a [i32],
        choice: &'a Choice,
        stride: u64,
    ) -> Place<'a> {
        let table: &[u32] = match &choice.map {
            KeyMap::Table(table) => table,
            KeyMap::Member { field } => &dimension.fields[*field].member_of_key,
            KeyMap::One | KeyMap::Lists(_) => return Place::new(dimension, choice, stride),
        };
        let (ages, folded) = AgeRuns::new(table, choice.size, stride);
        let size = choice.size + folded.len() as u64;
        Place { map: Map::Age { ages, births }, size, folded, stride, codes: &choice.codes }
    }
}

/// Lists as plain slices, for the sweep.
#[derive(Clone, Copy)]
pub(super) struct Lists<'a> {
    offsets: &'a [u32],
    values: &'a [u32],
}

impl<'a> Lists<'a> {
    fn of(lists: &'a array::Lists) -> Lists<'a> {
        Lists { offsets: &lists.offsets, values: &lists.values }
    }

    /// One list.
    pub fn get(self, list: usize) -> &'a [u32] {
        &self.values[self.offsets[list] as usize..self.offsets[list + 1] as usize]
    }
}

fn adds(table: &[u32], stride: u64) -> Vec<u64> {
    let add = |place: &u32| if *place == NONE { OUT } else { u64::from(*place) * stride };
    let mut adds: Vec<u64> = table.iter().map(add).collect();
    adds.resize(adds.len().max(256), OUT);
    adds
}

impl Map<'_> {
    /// Whether a row can be at several places.
    pub fn spreads(&self) -> bool {
        matches!(self, Map::Lists { .. } | Map::Age { .. })
    }
}
