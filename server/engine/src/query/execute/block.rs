//! Rows in blocks that stay in the innermost cache, with the code of each row's group.

use std::ops::Range;

use super::columns::{Columns, Keys};
use super::place::{Map, Place};

/// Rows per block.
const BLOCK: usize = 1024;

/// Some rows in the order of a sweep. A row with several places stands here several times.
pub(super) struct Block<'a> {
    /// What is counted.
    pub keys: &'a [u32],
    /// First months.
    pub first: &'a [u16],
    /// Last months, or month ends where these are counted.
    pub last: &'a [u16],
    /// The codes of the groups.
    pub codes: &'a [u64],
}

/// Blocks of a pass, one after the other.
pub(super) struct Source<'a> {
    columns: &'a Columns<'a>,
    places: &'a [Place<'a>],
    next: usize,
    codes: Vec<u64>,
    wide: Wide,
}

/// Room for the rows of a block in which some stand several times.
#[derive(Default)]
struct Wide {
    /// Which row of the block.
    origins: Vec<u32>,
    codes: Vec<u64>,
    wider_origins: Vec<u32>,
    wider_codes: Vec<u64>,
    keys: Vec<u32>,
    first: Vec<u16>,
    last: Vec<u16>,
}

impl<'a> Source<'a> {
    pub fn new(columns: &'a Columns<'a>, places: &'a [Place<'a>]) -> Source<'a> {
        Source { columns, places, next: 0, codes: Vec::new(), wide: Wide::default() }
    }

    /// The next block; `None` at the end.
    pub fn next(&mut self) -> Option<Block<'_>> {
        let range = self.next..self.columns.keys.len().min(self.next + BLOCK);
        self.next = range.end;
        if range.is_empty() {
            return None;
        }
        self.codes.clear();
        self.codes.resize(range.len(), 0);
        for (place, keys) in self.placed() {
            add(&place.map, keys, range.clone(), &mut self.codes);
        }
        if self.places.iter().any(|place| place.map.spreads()) {
            return Some(self.spread(range));
        }
        Some(Block {
            keys: &self.columns.keys[range.clone()],
            first: &self.columns.first[range.clone()],
            last: &self.columns.last[range],
            codes: &self.codes,
        })
    }

    /// The places with the keys that they are found by.
    fn placed(&self) -> impl Iterator<Item = (&'a Place<'a>, &'a Keys<'a>)> + use<'a> {
        let dimensions = self.columns.dimensions.iter();
        self.places.iter().zip(dimensions).filter_map(|(place, keys)| Some((place, keys.as_ref()?)))
    }

    /// A row with several places becomes several, one behind the other.
    fn spread(&mut self, range: Range<usize>) -> Block<'_> {
        let placed = self.placed();
        let wide = &mut self.wide;
        wide.origins.clear();
        wide.origins.extend(range.start as u32..range.end as u32);
        wide.codes.clone_from(&self.codes);
        for (place, keys) in placed {
            if let Map::Lists { places, stride } = place.map {
                wide.widen(|row| places.get(keys.get(row)), stride);
            }
        }
        gather(&mut wide.keys, &self.columns.keys, &wide.origins);
        gather(&mut wide.first, &self.columns.first, &wide.origins);
        gather(&mut wide.last, &self.columns.last, &wide.origins);
        Block { keys: &wide.keys, first: &wide.first, last: &wide.last, codes: &wide.codes }
    }
}

impl Wide {
    /// Every row once for each of its places.
    fn widen<'a>(&mut self, places: impl Fn(usize) -> &'a [u32], stride: u64) {
        self.wider_origins.clear();
        self.wider_codes.clear();
        for (&origin, &code) in self.origins.iter().zip(&self.codes) {
            for &place in places(origin as usize) {
                self.wider_origins.push(origin);
                self.wider_codes.push(code + u64::from(place) * stride);
            }
        }
        std::mem::swap(&mut self.origins, &mut self.wider_origins);
        std::mem::swap(&mut self.codes, &mut self.wider_codes);
    }
}

/// Adds what the keys of rows add to their codes.
fn add(map: &Map<'_>, keys: &Keys<'_>, range: Range<usize>, codes: &mut [u64]) {
    match (map, keys) {
        (Map::One | Map::Lists { .. }, _) => {}
        (Map::Member { members, stride }, _) => {
            keys.add(range, codes, |key| u64::from(members[key]) * stride);
        }
        (Map::Table { adds }, Keys::U8(keys)) => {
            let Some(adds) = adds.first_chunk::<256>() else { return };
            let rows = codes.iter_mut().zip(&keys[range]);
            rows.for_each(|(code, key)| *code += adds[usize::from(*key)]);
        }
        (Map::Table { adds }, _) => keys.add(range, codes, |key| adds[key]),
    }
}

fn gather<T: Copy>(into: &mut Vec<T>, column: &[T], rows: &[u32]) {
    into.clear();
    into.extend(rows.iter().map(|&row| column[row as usize]));
}
