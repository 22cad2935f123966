//! Sums without an order: where rows are only added up, it does not matter in which order they come.
//!
//! So the rows are cut into stretches for several threads, and of each block of rows the conditions
//! leave fewer and fewer: each dimension looks only at the rows that those before it have left, the
//! one that leaves fewest first. What is left is added up in the counters of its group, which are
//! integers, and the same however the rows were cut.

use cube_schema::schema::MeasureKind;
use rayon::prelude::*;

use super::super::error::QueryError;
use super::columns::{Keys, Spans};
use super::counting::Counting;
use super::counts::{Counts, OfSums};
use super::groups::Groups;
use super::place::{Map, OUT, Place};
use super::sweep::Pass;
use crate::cube::NULL;

/// Rows that are looked at together: their numbers and codes stay in the innermost cache.
const BLOCK: usize = 1024;
/// Rows of a stretch, which one thread takes: so many that its counters are worth making.
const STRETCH: usize = 1 << 18;
/// A stretch has at most one counter for so many rows, or adding up the counters costs more than
/// the rows.
const ROWS_PER_COUNTER: usize = 8;
/// A row that does not count.
const GONE: u32 = u32::MAX;

/// Whether the rows of all countings are best looked at where they lie.
pub(super) fn wants_rows_as_they_lie(countings: &[Counting]) -> bool {
    countings.iter().all(|counting| {
        matches!(counting.kind, MeasureKind::Sum | MeasureKind::SumAtEnd | MeasureKind::Avg)
    })
}

/// Whether a pass adds up rows and nothing more.
pub(super) fn fits(pass: &Pass<'_>, groups: &Groups) -> bool {
    let plain = |place: &Place<'_>| !place.map.spreads();
    let counters = groups.count().saturating_mul(pass.time.count + 1);
    matches!(groups, Groups::Dense { .. })
        && pass.columns.numbers.is_some()
        && pass.columns.parts.is_none()
        && matches!(pass.columns.spans, Spans::Months { .. })
        && counters <= STRETCH / ROWS_PER_COUNTER
        && pass.places.iter().all(plain)
}

/// Adds up the rows of a pass.
pub(super) fn sum(pass: &Pass<'_>, groups: &Groups, asked: OfSums) -> Result<Counts, QueryError> {
    let scan = Scan::new(pass, groups.count());
    let rows = pass.columns.keys.len();
    let stretches: Vec<usize> = (0..rows).step_by(STRETCH).collect();
    let own = |counters: Result<Counters, QueryError>, start: usize| {
        let mut counters = counters?;
        pass.cancel.check()?;
        scan.stretch(start..rows.min(start + STRETCH), &mut counters);
        Ok(counters)
    };
    let none = || Ok(Counters::new(scan.counters));
    let counters = stretches
        .into_par_iter()
        .fold(none, own)
        .reduce(none, |left, right| Ok(left?.with(&right?)));
    Ok(counters?.finish(pass, asked))
}

/// Sums and numbers of rows, by group and period.
struct Counters {
    sums: Vec<i64>,
    rows: Vec<i32>,
}

impl Counters {
    fn new(count: usize) -> Counters {
        Counters { sums: vec![0; count], rows: vec![0; count] }
    }

    fn with(mut self, other: &Counters) -> Counters {
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, own)| *sum += own);
        self.rows.iter_mut().zip(&other.rows).for_each(|(rows, own)| *rows += own);
        self
    }

    /// Turns differences into sums.
    fn finish(mut self, pass: &Pass<'_>, asked: OfSums) -> Counts {
        let width = pass.time.count + 1;
        for (sums, rows) in self.sums.chunks_exact_mut(width).zip(self.rows.chunks_exact_mut(width))
        {
            for at in 1..width {
                sums[at] += sums[at - 1];
                rows[at] += rows[at - 1];
            }
        }
        let parts_of_one = pass.counting.parts_of_one();
        Counts::Sums { asked, sums: self.sums, rows: self.rows, width, parts_of_one }
    }
}

/// A dimension: for every key what it adds to the number of the group, or [`GONE`].
struct Step<'a> {
    keys: &'a Keys<'a>,
    adds: Vec<u32>,
    /// The share of keys that are left.
    left: f64,
}

struct Scan<'a> {
    steps: Vec<Step<'a>>,
    first: &'a [u16],
    last: &'a [u16],
    from: &'a [u16],
    until: &'a [u16],
    pass: &'a Pass<'a>,
    numbers: &'a [i64],
    counters: usize,
}

/// The rows of a block that are left, and the numbers of their groups.
struct Left {
    rows: [u32; BLOCK],
    groups: [u32; BLOCK],
    count: usize,
}

impl<'a> Scan<'a> {
    fn new(pass: &'a Pass<'a>, groups: usize) -> Scan<'a> {
        let dimensions = pass.places.iter().zip(&pass.columns.dimensions);
        let steps = dimensions.filter_map(|(place, keys)| Step::new(place, keys.as_ref()?));
        let mut steps: Vec<Step<'_>> = steps.collect();
        steps.sort_by(|one, other| one.left.total_cmp(&other.left));
        let (first, last): (&[u16], &[u16]) = match &pass.columns.spans {
            Spans::Months { first, last } => (first, last),
            Spans::Days { .. } => (&[], &[]),
        };
        Scan {
            steps,
            first,
            last,
            from: &pass.time.from,
            until: pass.until(),
            pass,
            numbers: pass.columns.numbers.as_deref().unwrap_or(&[]),
            counters: groups * (pass.time.count + 1),
        }
    }

    fn stretch(&self, rows: std::ops::Range<usize>, counters: &mut Counters) {
        let mut left = Left { rows: [0; BLOCK], groups: [0; BLOCK], count: 0 };
        for start in rows.clone().step_by(BLOCK) {
            left.all(start as u32, rows.end.min(start + BLOCK) as u32);
            self.steps.iter().for_each(|step| step.keep(&mut left));
            self.add(&left, counters);
        }
    }

    fn add(&self, left: &Left, counters: &mut Counters) {
        let width = self.pass.time.count + 1;
        let holes = self.pass.time.holes.as_ref().filter(|_| !self.pass.counting.at_end());
        for (&row, &group) in left.rows[..left.count].iter().zip(&left.groups) {
            let (row, group) = (row as usize, group as usize * width);
            let (first, last, number) = (self.first[row], self.last[row], self.numbers[row]);
            let from = self.from[usize::from(first)];
            let until = self.until[usize::from(last)];
            if from >= until || number == NULL || holes.is_some_and(|holes| holes.hold(first, last))
            {
                continue;
            }
            let (from, until) = (group + usize::from(from), group + usize::from(until));
            counters.sums[from] += number;
            counters.sums[until] -= number;
            counters.rows[from] += 1;
            counters.rows[until] -= 1;
        }
    }
}

impl<'a> Step<'a> {
    /// Nothing where no row is left out and none is told from another.
    fn new(place: &Place<'_>, keys: &'a Keys<'a>) -> Option<Step<'a>> {
        let add = |add: u64| if add >= OUT { GONE } else { add as u32 };
        let adds: Vec<u32> = match &place.map {
            Map::Member { members, stride } => {
                let of_member = |&member: &u32| match member {
                    GONE => GONE,
                    member => add(u64::from(member) * stride),
                };
                members.iter().map(of_member).collect()
            }
            Map::Table { adds } => adds.iter().map(|&own| add(own)).collect(),
            Map::One | Map::Lists { .. } | Map::Age { .. } => return None,
        };
        let kept = adds.iter().filter(|add| **add != GONE).count();
        let left = kept as f64 / adds.len().max(1) as f64;
        Some(Step { keys, adds, left })
    }

    fn keep(&self, left: &mut Left) {
        match self.keys {
            Keys::U8(keys) => left.keep(&self.adds, |row| keys[row].into()),
            Keys::U16(keys) => left.keep(&self.adds, |row| keys[row].into()),
            Keys::U32(keys) => left.keep(&self.adds, |row| keys[row] as usize),
        }
    }
}

impl Left {
    fn all(&mut self, start: u32, end: u32) {
        self.count = (end - start) as usize;
        self.rows[..self.count].iter_mut().zip(start..end).for_each(|(own, row)| *own = row);
        self.groups[..self.count].fill(0);
    }

    /// Keeps the rows whose key is left. Every row is written, and one that is gone is written over.
    fn keep(&mut self, adds: &[u32], key: impl Fn(usize) -> usize) {
        let mut kept = 0;
        for at in 0..self.count {
            let (row, group) = (self.rows[at], self.groups[at]);
            let add = adds[key(row as usize)];
            self.rows[kept] = row;
            self.groups[kept] = group.wrapping_add(add);
            kept += usize::from(add != GONE);
        }
        self.count = kept;
    }
}
