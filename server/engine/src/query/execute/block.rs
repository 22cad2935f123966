//! Rows in blocks that stay in the innermost cache, with the code of each row's group.

use std::ops::Range;

use super::Counting;
use super::place::{Keys, Map};
use super::sweep::Pass;

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
    /// Last months where `last` are month ends.
    months: Months<'a>,
}

/// Where a block's last months are found.
enum Months<'a> {
    /// They are `last`.
    Last,
    /// Beside it, row by row.
    Beside(&'a [u16], Option<&'a [u32]>),
}

impl Block<'_> {
    /// The last month of a row.
    pub fn last_month(&self, at: usize) -> u16 {
        match self.months {
            Months::Last => self.last[at],
            Months::Beside(months, None) => months[at],
            Months::Beside(months, Some(rows)) => months[rows[at] as usize],
        }
    }
}

/// Blocks of a pass, one after the other.
pub(super) struct Source<'a> {
    pass: &'a Pass<'a>,
    counting: Counting,
    /// The last months or month ends.
    last: &'a [u16],
    chosen: Chosen<'a>,
    next: usize,
    scratch: Scratch,
}

/// The rows of a pass.
enum Chosen<'a> {
    /// All, in their own order.
    All(usize),
    /// These rows.
    Rows(&'a [u32]),
    /// The rows at these places of a further order.
    Places(Vec<u32>),
}

/// Room for one block.
#[derive(Default)]
struct Scratch {
    rows: Vec<u32>,
    keys: Vec<u32>,
    first: Vec<u16>,
    last: Vec<u16>,
    codes: Vec<u64>,
    wider_rows: Vec<u32>,
    wider_keys: Vec<u32>,
    wider_codes: Vec<u64>,
}

impl<'a> Source<'a> {
    pub fn new(pass: &'a Pass<'a>, counting: Counting) -> Source<'a> {
        let rows = pass.rows;
        let chosen = match (&pass.selected.rows, counting.order) {
            (None, None) => Chosen::All(rows.len()),
            (Some(chosen), None) => Chosen::Rows(chosen),
            (None, Some(_)) => Chosen::Places((0..rows.len() as u32).collect()),
            (Some(chosen), Some(order)) => {
                let places = &rows.orders[order].places;
                let mut places: Vec<u32> = chosen.iter().map(|&row| places[row as usize]).collect();
                places.sort_unstable();
                Chosen::Places(places)
            }
        };
        let last = if counting.at_end { &rows.month_ends } else { &rows.last_month };
        Source { pass, counting, last, chosen, next: 0, scratch: Scratch::default() }
    }

    /// The next block; `None` at the end.
    pub fn next(&mut self) -> Option<Block<'_>> {
        let all = match &self.chosen {
            Chosen::All(count) => *count,
            Chosen::Rows(rows) => rows.len(),
            Chosen::Places(places) => places.len(),
        };
        let range = self.next..all.min(self.next + BLOCK);
        self.next = range.end;
        if range.is_empty() {
            return None;
        }
        let spreads = self.pass.places.iter().any(|place| place.map.spreads());
        if matches!(self.chosen, Chosen::All(_)) && !spreads {
            return Some(self.neighbours(range));
        }
        Some(self.gathered(range))
    }

    /// Rows that are neighbours: their columns are read as they lie.
    fn neighbours(&mut self, range: Range<usize>) -> Block<'_> {
        let rows = self.pass.rows;
        self.scratch.codes.clear();
        self.scratch.codes.resize(range.len(), 0);
        for place in self.pass.places {
            add(&place.map, None, range.clone(), &mut self.scratch.codes);
        }
        Block {
            keys: &rows.entity[range.clone()],
            first: &rows.first_month[range.clone()],
            last: &self.last[range.clone()],
            codes: &self.scratch.codes,
            months: self.months(&rows.last_month[range], None),
        }
    }

    /// Rows from anywhere: their columns are gathered.
    fn gathered(&mut self, range: Range<usize>) -> Block<'_> {
        let rows = self.pass.rows;
        self.scratch.choose(&self.chosen, range, self.pass, self.counting);
        for place in self.pass.places {
            match &place.map {
                Map::Lists { .. } => self.scratch.spread(&place.map),
                map => add(map, Some(&self.scratch.rows), 0..rows.len(), &mut self.scratch.codes),
            }
        }
        let scratch = &mut self.scratch;
        gather(&mut scratch.first, &rows.first_month, &scratch.rows);
        gather(&mut scratch.last, self.last, &scratch.rows);
        let months = if self.counting.at_end {
            Months::Beside(&rows.last_month, Some(&self.scratch.rows))
        } else {
            Months::Last
        };
        Block {
            keys: &self.scratch.keys,
            first: &self.scratch.first,
            last: &self.scratch.last,
            codes: &self.scratch.codes,
            months,
        }
    }

    fn months<'b>(&self, months: &'b [u16], rows: Option<&'b [u32]>) -> Months<'b> {
        if self.counting.at_end { Months::Beside(months, rows) } else { Months::Last }
    }
}

/// Adds what the keys of rows add to their codes.
fn add(map: &Map<'_>, rows: Option<&[u32]>, range: Range<usize>, codes: &mut [u64]) {
    match map {
        Map::One | Map::Lists { .. } => {}
        Map::Member { keys, members, stride } => {
            let stride = *stride;
            keys.range(range).each(rows, |at, key| codes[at] += u64::from(members[key]) * stride);
        }
        Map::Table { keys: Keys::U8(keys), adds } if rows.is_none() => {
            let Some(adds) = adds.first_chunk::<256>() else { return };
            codes
                .iter_mut()
                .zip(&keys[range])
                .for_each(|(code, key)| *code += adds[usize::from(*key)]);
        }
        Map::Table { keys, adds } => {
            keys.range(range).each(rows, |at, key| codes[at] += adds[key]);
        }
    }
}

fn gather(into: &mut Vec<u16>, column: &[u16], rows: &[u32]) {
    into.clear();
    into.extend(rows.iter().map(|&row| column[row as usize]));
}

impl Scratch {
    /// Takes the rows of a block and their keys.
    fn choose(
        &mut self,
        chosen: &Chosen<'_>,
        range: Range<usize>,
        pass: &Pass<'_>,
        counting: Counting,
    ) {
        self.rows.clear();
        self.keys.clear();
        match (chosen, counting.order) {
            (Chosen::Places(places), Some(order)) => {
                let order = &pass.rows.orders[order];
                self.rows
                    .extend(places[range.clone()].iter().map(|&place| order.rows[place as usize]));
                self.keys.extend(places[range].iter().map(|&place| order.keys[place as usize]));
            }
            (Chosen::Rows(rows), _) => self.rows.extend_from_slice(&rows[range]),
            _ => self.rows.extend(range.start as u32..range.end as u32),
        }
        if self.keys.is_empty() {
            self.keys.extend(self.rows.iter().map(|&row| pass.rows.entity[row as usize]));
        }
        self.codes.clear();
        self.codes.resize(self.rows.len(), 0);
    }

    /// A row with several places becomes several, one behind the other.
    fn spread(&mut self, map: &Map<'_>) {
        let Map::Lists { keys, places, stride } = map else { return };
        self.wider_rows.clear();
        self.wider_keys.clear();
        self.wider_codes.clear();
        keys.each(Some(&self.rows), |at, list| {
            for &place in places.get(list) {
                self.wider_rows.push(self.rows[at]);
                self.wider_keys.push(self.keys[at]);
                self.wider_codes.push(self.codes[at] + u64::from(place) * stride);
            }
        });
        std::mem::swap(&mut self.rows, &mut self.wider_rows);
        std::mem::swap(&mut self.keys, &mut self.wider_keys);
        std::mem::swap(&mut self.codes, &mut self.wider_codes);
    }
}
