//! The ordered sweep: exact distinct counts of every group and period in one pass over the rows.
//!
//! Rows come by key (an entity, or an entity with something more), and within a key by first day.
//! So it is enough to know, per group, which key was counted last and up to which period: a row
//! adds the periods that its key does not yet cover. A difference array takes +1 where a covered
//! stretch begins and −1 behind its end; one running sum at the end gives every period's count.

use super::super::Cancel;
use super::super::error::QueryError;
use super::super::plan::{Choice, KeyMap, NONE, PlaceCodes, TimeChoice};
use super::Counting;
use super::groups::Groups;
use super::select::Selected;
use crate::cube::array::{Column, Lists};
use crate::cube::{Cube, Rows, Use};

/// Rows are taken in blocks that stay in the innermost cache.
const BLOCK: usize = 1024;

/// One pass over the rows.
pub(super) struct Pass<'a> {
    pub rows: &'a Rows,
    pub selected: &'a Selected,
    pub places: &'a [Place<'a>],
    pub time: &'a TimeChoice,
    pub cancel: &'a Cancel,
}

/// The places of one dimension in a pass.
pub(super) struct Place<'a> {
    map: Map<'a>,
    /// The number of places.
    pub size: u64,
    /// What places add to the codes of the axes.
    pub codes: &'a PlaceCodes,
}

/// From rows to places.
enum Map<'a> {
    One,
    Member(Keys<'a>, &'a [u32]),
    Table(Keys<'a>, &'a [u32]),
    Lists(Keys<'a>, &'a Lists),
}

/// The keys of the rows, as they are stored.
#[derive(Clone, Copy)]
enum Keys<'a> {
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
}

/// Counts by group and period: `periods` numbers per group.
pub(super) struct Counts {
    pub values: Vec<i32>,
    periods: usize,
}

impl Counts {
    /// The counts of one group; those of a group that was found later are all zero.
    pub fn of(&self, group: usize) -> &[i32] {
        let width = self.periods + 1;
        self.values.get(group * width..group * width + self.periods).unwrap_or_default()
    }
}

impl<'a> Place<'a> {
    pub fn new(
        cube: &'a Cube,
        group: usize,
        rows: &'a Rows,
        dimension: usize,
        choice: &'a Choice,
    ) -> Place<'a> {
        let keys = match cube.groups[group].uses[dimension] {
            Some(Use::Entity) => Some(Keys::U32(&rows.entity)),
            _ => rows.keys[dimension].as_ref().map(Keys::of),
        };
        let map = match (&choice.map, keys) {
            (KeyMap::Member { field }, Some(keys)) => {
                Map::Member(keys, &cube.dimensions[dimension].fields[*field].member_of_key)
            }
            (KeyMap::Table(table), Some(keys)) => Map::Table(keys, table),
            (KeyMap::Lists(lists), Some(keys)) => Map::Lists(keys, lists),
            _ => Map::One,
        };
        Place { map, size: choice.size, codes: &choice.codes }
    }
}

impl<'a> Keys<'a> {
    fn of(column: &'a Column) -> Keys<'a> {
        match column {
            Column::U8(keys) => Keys::U8(keys),
            Column::U16(keys) => Keys::U16(keys),
            Column::U32(keys) => Keys::U32(keys),
        }
    }
}

/// A block of rows on its way to the counters.
#[derive(Default)]
struct Block {
    rows: Vec<u32>,
    keys: Vec<u32>,
    codes: Vec<u64>,
}

/// Counts one measure in every group and period.
pub(super) fn sweep(
    pass: &Pass<'_>,
    counting: Counting,
    groups: &mut Groups,
) -> Result<Counts, QueryError> {
    let mut counters = Counters::new(pass, counting, groups.count());
    let mut block = Block::default();
    let mut source = Source::new(pass, counting);
    let mut blocks = 0_u32;
    while source.fill(&mut block) {
        for place in strides(pass.places) {
            place.apply(&mut block);
        }
        counters.count(&block, groups)?;
        blocks += 1;
        if blocks.is_multiple_of(64) {
            pass.cancel.check()?;
        }
    }
    Ok(counters.finish())
}

/// Where rows come from, block by block, in the order of the counting.
enum Source<'a> {
    /// All rows, or all places of an order.
    All { next: usize, rows: &'a Rows, order: Option<usize> },
    /// Chosen rows.
    Chosen { next: usize, rows: &'a Rows, order: Option<usize>, chosen: Chosen<'a> },
}

/// Chosen rows, or chosen places of an order.
enum Chosen<'a> {
    Rows(&'a [u32]),
    Places(Vec<u32>),
}

impl<'a> Source<'a> {
    fn new(pass: &Pass<'a>, counting: Counting) -> Source<'a> {
        let (rows, order) = (pass.rows, counting.order);
        let Some(chosen) = &pass.selected.rows else { return Source::All { next: 0, rows, order } };
        let chosen = match order {
            None => Chosen::Rows(chosen),
            Some(order) => {
                let places = &rows.orders[order].places;
                let mut places: Vec<u32> = chosen.iter().map(|&row| places[row as usize]).collect();
                places.sort_unstable();
                Chosen::Places(places)
            }
        };
        Source::Chosen { next: 0, rows, order, chosen }
    }

    /// Fills a block; false at the end.
    fn fill(&mut self, block: &mut Block) -> bool {
        block.rows.clear();
        block.keys.clear();
        match self {
            Source::All { next, rows, order } => {
                let range = *next..rows.len().min(*next + BLOCK);
                *next = range.end;
                match order {
                    None => {
                        block.rows.extend(range.start as u32..range.end as u32);
                        block.keys.extend_from_slice(&rows.entity[range]);
                    }
                    Some(order) => {
                        block.rows.extend_from_slice(&rows.orders[*order].rows[range.clone()]);
                        block.keys.extend_from_slice(&rows.orders[*order].keys[range]);
                    }
                }
            }
            Source::Chosen { next, rows, order, chosen } => {
                let all = match chosen {
                    Chosen::Rows(all) => *all,
                    Chosen::Places(all) => all,
                };
                let own = &all[*next..all.len().min(*next + BLOCK)];
                *next += own.len();
                match order {
                    None => {
                        block.rows.extend_from_slice(own);
                        block.keys.extend(own.iter().map(|&row| rows.entity[row as usize]));
                    }
                    Some(order) => {
                        let order = &rows.orders[*order];
                        block.rows.extend(own.iter().map(|&place| order.rows[place as usize]));
                        block.keys.extend(own.iter().map(|&place| order.keys[place as usize]));
                    }
                }
            }
        }
        block.codes.clear();
        block.codes.resize(block.rows.len(), 0);
        !block.rows.is_empty()
    }
}

/// A dimension's places with what one step adds to the code of a group.
struct Strided<'a> {
    map: &'a Map<'a>,
    stride: u64,
}

/// Added to the code of a row that does not count. Codes of groups are below it, and a row can be
/// marked so by every dimension without running over.
pub(super) const OUT: u64 = 1 << 56;

fn strides<'a>(places: &'a [Place<'a>]) -> impl Iterator<Item = Strided<'a>> {
    let mut stride = 1_u64;
    places.iter().map(move |place| {
        let own = stride;
        stride *= place.size;
        Strided { map: &place.map, stride: own }
    })
}

impl Strided<'_> {
    /// Adds the places of a block's rows to their codes.
    fn apply(&self, block: &mut Block) {
        match self.map {
            Map::One => {}
            Map::Member(keys, members) => {
                self.each(*keys, block, |key| u64::from(members[key]) * self.stride);
            }
            Map::Table(keys, table) => self.each(*keys, block, |key| match table[key] {
                NONE => OUT,
                place => u64::from(place) * self.stride,
            }),
            Map::Lists(keys, lists) => self.spread(*keys, lists, block),
        }
    }

    fn each(&self, keys: Keys<'_>, block: &mut Block, add: impl Fn(usize) -> u64) {
        let rows = block.rows.iter().zip(&mut block.codes);
        match keys {
            Keys::U8(keys) => rows.for_each(|(&row, code)| *code += add(keys[row as usize].into())),
            Keys::U16(keys) => {
                rows.for_each(|(&row, code)| *code += add(keys[row as usize].into()))
            }
            Keys::U32(keys) => {
                rows.for_each(|(&row, code)| *code += add(keys[row as usize] as usize))
            }
        }
    }

    /// A row with several places becomes several, one behind the other.
    fn spread(&self, keys: Keys<'_>, lists: &Lists, block: &mut Block) {
        let mut wider = Block::default();
        for ((&row, &key), &code) in block.rows.iter().zip(&block.keys).zip(&block.codes) {
            let list = match keys {
                Keys::U8(keys) => keys[row as usize].into(),
                Keys::U16(keys) => keys[row as usize].into(),
                Keys::U32(keys) => keys[row as usize] as usize,
            };
            for &place in lists.get(list) {
                wider.rows.push(row);
                wider.keys.push(key);
                wider.codes.push(code + u64::from(place) * self.stride);
            }
        }
        *block = wider;
    }
}

/// The counters of one measure.
struct Counters<'a> {
    first: &'a [u16],
    last: &'a [u16],
    from: &'a [u16],
    until: &'a [u16],
    time: &'a TimeChoice,
    last_month: &'a [u16],
    width: usize,
    /// Per group: the key counted last, and one more than the last period it covers.
    covered: Vec<u64>,
    differences: Vec<i32>,
}

/// Bits of a period in `covered`; the key stands above them.
const PERIOD_BITS: u32 = 16;

impl<'a> Counters<'a> {
    fn new(pass: &Pass<'a>, counting: Counting, groups: usize) -> Counters<'a> {
        let (rows, time) = (pass.rows, pass.time);
        let width = time.count + 1;
        Counters {
            first: &rows.first_month,
            last: if counting.at_end { &rows.month_ends } else { &rows.last_month },
            from: &time.from,
            until: if counting.at_end { &time.until_end } else { &time.until },
            time,
            last_month: &rows.last_month,
            width,
            covered: vec![0; groups],
            differences: vec![0; groups * width],
        }
    }

    fn count(&mut self, block: &Block, groups: &mut Groups) -> Result<(), QueryError> {
        for ((&row, &key), &code) in block.rows.iter().zip(&block.keys).zip(&block.codes) {
            if code >= OUT {
                continue;
            }
            let (first, last) =
                (self.first[row as usize] as usize, self.last[row as usize] as usize);
            let (from, until) = (self.from[first], self.until[last]);
            if from >= until || self.in_hole(row) {
                continue;
            }
            let group = match groups {
                Groups::Dense { .. } => code as usize,
                Groups::Sparse { numbers, codes, limit } => {
                    let next = codes.len() as u32;
                    let number = *numbers.entry(code).or_insert(next);
                    if number == next {
                        if codes.len() * self.width >= *limit {
                            return Err(super::groups::too_many(*limit));
                        }
                        codes.push(code);
                    }
                    number as usize
                }
            };
            self.cover(group, key, from, until);
        }
        Ok(())
    }

    /// Counts a key in the periods that it does not cover yet.
    fn cover(&mut self, group: usize, key: u32, from: u16, until: u16) {
        if group >= self.covered.len() {
            self.covered.resize(group + 1, 0);
            self.differences.resize((group + 1) * self.width, 0);
        }
        let key = u64::from(key) << PERIOD_BITS;
        let begin = (key | u64::from(from)).max(self.covered[group]);
        let end = key | u64::from(until);
        if begin < end {
            let base = group * self.width;
            self.differences[base + (begin & 0xffff) as usize] += 1;
            self.differences[base + until as usize] -= 1;
            self.covered[group] = end;
        }
    }

    /// Whether a row lies wholly in months that were left out of the period.
    fn in_hole(&self, row: u32) -> bool {
        let Some(holes) = &self.time.holes else { return false };
        let (first, last) =
            (self.first[row as usize] as usize, self.last_month[row as usize] as usize);
        holes.next[first] >= holes.after[last]
    }

    /// Turns differences into counts.
    fn finish(mut self) -> Counts {
        for group in self.differences.chunks_exact_mut(self.width) {
            let mut sum = 0;
            for value in group {
                sum += *value;
                *value = sum;
            }
        }
        Counts { values: self.differences, periods: self.width - 1 }
    }
}
