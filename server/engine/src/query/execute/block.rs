//! Rows in blocks that stay in the innermost cache: for each the code of its group, and from when
//! to when it counts there.

use std::ops::Range;

use super::ages::{AgeRuns, Calendar};
use super::axis::Axis;
use super::columns::{Keys, Spans};
use super::place::{Map, OUT};
use super::sweep::Pass;
use crate::cube::age::Birth;

/// Rows per block.
const BLOCK: usize = 1024;

/// Some rows in the order of a sweep. A row with several places stands here several times.
pub(super) struct Block<'a> {
    /// What is counted.
    pub keys: &'a [u32],
    /// The first period, or the position of the first day (or month).
    pub from: &'a [u32],
    /// One more than the last period or position; a row that is not beyond `from` does not count.
    pub until: &'a [u32],
    /// The codes of the groups.
    pub codes: &'a [u64],
    /// What is added up; empty where nothing is.
    pub numbers: &'a [i64],
    /// The parts in which keys are counted; empty where they are not.
    pub parts: &'a [u8],
}

/// Blocks of a pass, one after the other.
pub(super) struct Source<'a> {
    pass: &'a Pass<'a>,
    next: usize,
    spreads: bool,
    rows: Spread,
    wider: Spread,
    keys: Vec<u32>,
    numbers: Vec<i64>,
    parts: Vec<u8>,
}

/// The rows of a block, each as often as it has places.
#[derive(Default)]
struct Spread {
    /// Which row of the columns; empty as long as every row stands here once.
    origins: Vec<u32>,
    from: Vec<u32>,
    until: Vec<u32>,
    codes: Vec<u64>,
}

impl<'a> Source<'a> {
    pub fn new(pass: &'a Pass<'a>) -> Source<'a> {
        Source {
            pass,
            next: 0,
            spreads: pass.places.iter().any(|place| place.map.spreads()),
            rows: Spread::default(),
            wider: Spread::default(),
            keys: Vec::new(),
            numbers: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// The next block; `None` at the end.
    pub fn next(&mut self) -> Option<Block<'_>> {
        let columns = self.pass.columns;
        let range = self.next..columns.keys.len().min(self.next + BLOCK);
        self.next = range.end;
        if range.is_empty() {
            return None;
        }
        self.rows.codes.clear();
        self.rows.codes.resize(range.len(), 0);
        for (map, keys) in placed(self.pass) {
            add(map, keys, range.clone(), &mut self.rows.codes);
        }
        self.rows.span(self.pass, range.clone());
        if self.spreads {
            return Some(self.spread(range));
        }
        let numbers = columns.numbers.as_ref().map(|numbers| &numbers[range.clone()]);
        let parts = columns.parts.as_ref().map(|parts| &parts[range.clone()]);
        Some(Block {
            keys: &columns.keys[range],
            from: &self.rows.from,
            until: &self.rows.until,
            codes: &self.rows.codes,
            numbers: numbers.unwrap_or_default(),
            parts: parts.unwrap_or_default(),
        })
    }

    /// A row with several places becomes several, one behind the other.
    fn spread(&mut self, range: Range<usize>) -> Block<'_> {
        let columns = self.pass.columns;
        self.rows.origins.clear();
        self.rows.origins.extend(range.start as u32..range.end as u32);
        for (map, keys) in placed(self.pass) {
            match map {
                Map::Lists { places, stride } => {
                    self.rows.widen(&mut self.wider, |row| places.get(keys.get(row)), *stride);
                }
                Map::Age { ages, births } => {
                    let birth = |row| Birth::of(births[keys.get(row)]);
                    self.rows.divide(&mut self.wider, birth, ages, self.pass);
                }
                _ => continue,
            }
            std::mem::swap(&mut self.rows, &mut self.wider);
        }
        gather(&mut self.keys, &columns.keys, &self.rows.origins);
        if let Some(numbers) = &columns.numbers {
            gather(&mut self.numbers, numbers, &self.rows.origins);
        }
        if let Some(parts) = &columns.parts {
            gather(&mut self.parts, parts, &self.rows.origins);
        }
        Block {
            keys: &self.keys,
            from: &self.rows.from,
            until: &self.rows.until,
            codes: &self.rows.codes,
            numbers: &self.numbers,
            parts: &self.parts,
        }
    }
}

/// The places of a pass with the keys that they are found by.
fn placed<'a>(pass: &'a Pass<'a>) -> impl Iterator<Item = (&'a Map<'a>, &'a Keys<'a>)> {
    let dimensions = pass.columns.dimensions.iter();
    pass.places
        .iter()
        .zip(dimensions)
        .filter_map(|(place, keys)| Some((&place.map, keys.as_ref()?)))
}

impl Spread {
    fn clear(&mut self) {
        self.origins.clear();
        self.from.clear();
        self.until.clear();
        self.codes.clear();
    }

    fn push(&mut self, origin: u32, from: u32, until: u32, code: u64) {
        self.origins.push(origin);
        self.from.push(from);
        self.until.push(until);
        self.codes.push(code);
    }

    /// From when to when the rows of a range count.
    fn span(&mut self, pass: &Pass<'_>, range: Range<usize>) {
        self.from.clear();
        self.until.clear();
        match (&pass.columns.spans, pass.axis) {
            (Spans::Months { first, last }, Some(axis)) => {
                let (first, last) = (&first[range.clone()], &last[range]);
                axis.positions(first.iter().map(|&first| first.into()), &mut self.from);
                axis.positions(last.iter().map(|&last| i32::from(last) + 1), &mut self.until);
            }
            (Spans::Months { first, last }, None) => {
                self.span_months(pass, &first[range.clone()], &last[range]);
            }
            (Spans::Days { first, last, starts }, Some(axis)) => {
                let (first, last) = (&first[range.clone()], &last[range.clone()]);
                let starts = starts.as_ref().map(|starts| &starts[range]);
                self.span_days(axis, first, last, starts, pass.month_count());
            }
            (Spans::Days { .. }, None) => {}
        }
    }

    fn span_months(&mut self, pass: &Pass<'_>, first: &[u16], last: &[u16]) {
        let (from, until) = (&pass.time.from[..], pass.until());
        self.from.extend(first.iter().map(|&first| u32::from(from[usize::from(first)])));
        self.until.extend(last.iter().map(|&last| u32::from(until[usize::from(last)])));
        // A row that reaches the last day of a period is in no hole of it.
        let Some(holes) = pass.time.holes.as_ref().filter(|_| !pass.counting.at_end()) else {
            return;
        };
        for ((until, &first), &last) in self.until.iter_mut().zip(first).zip(last) {
            *until = if holes.hold(first, last) { 0 } else { *until };
        }
    }

    fn span_days(
        &mut self,
        axis: &Axis,
        first: &[i32],
        last: &[i32],
        starts: Option<&[u16]>,
        month_count: usize,
    ) {
        axis.positions(last.iter().map(|&last| last.min(i32::MAX - 1) + 1), &mut self.until);
        axis.positions(first.iter().copied(), &mut self.from);
        for ((from, &first), &month) in self.from.iter_mut().zip(first).zip(starts.unwrap_or(&[])) {
            if usize::from(month) < month_count {
                *from = axis.after_start(first);
            }
        }
    }

    /// Every row once for each of its places.
    fn widen<'a>(&self, wider: &mut Spread, places: impl Fn(usize) -> &'a [u32], stride: u64) {
        wider.clear();
        let spans = self.from.iter().zip(&self.until);
        for ((&origin, &code), (&from, &until)) in self.origins.iter().zip(&self.codes).zip(spans) {
            for &place in places(origin as usize) {
                wider.push(origin, from, until, code + u64::from(place) * stride);
            }
        }
    }

    /// Every row once for each stretch of periods in which its entity has one place.
    fn divide(
        &self,
        wider: &mut Spread,
        birth: impl Fn(usize) -> Option<Birth>,
        ages: &AgeRuns,
        pass: &Pass<'_>,
    ) {
        wider.clear();
        let calendar = Calendar::new(pass.time, pass.first_month);
        let spans = self.from.iter().zip(&self.until);
        for ((&origin, &code), (&from, &until)) in self.origins.iter().zip(&self.codes).zip(spans) {
            if code >= OUT || from >= until {
                continue;
            }
            let birth = birth(origin as usize);
            ages.divide(birth, pass.periods(from, until), &calendar, |add, first, next| {
                if add < OUT {
                    let (first, next) = pass.bounds(first, next);
                    wider.push(origin, from.max(first), until.min(next), code + add);
                }
            });
        }
    }
}

/// Adds what the keys of rows add to their codes.
fn add(map: &Map<'_>, keys: &Keys<'_>, range: Range<usize>, codes: &mut [u64]) {
    match (map, keys) {
        (Map::One | Map::Lists { .. } | Map::Age { .. }, _) => {}
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
