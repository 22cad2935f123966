//! Bitmaps select: the rows that the conditions, the axes and the view leave.

use std::borrow::Cow;
use std::ops::Range;

use roaring::{MultiOps, RoaringBitmap};

use super::super::bound::{self, Union};
use super::super::notes::{By, Ran};
use super::super::plan::{DimensionPlan, Plan, TimeChoice, keys};
use crate::cube::array::Column;
use crate::cube::{Rows, Use};

/// Bitmaps select where some condition leaves at most one row in this many; a wider selection costs
/// more than looking keys up during the sweep.
const SELECTIVE: u64 = 3;

/// The same for one cell, which takes all rows 64 at a time.
const SELECTIVE_FOR_ONE_CELL: u64 = 16;

/// The same for sums, which leave rows out as they come ([`super::scan`]): bitmaps must save nearly
/// all of that.
const SELECTIVE_FOR_SUMS: u64 = 64;

/// From this many passes on, conditions are looked up once for all of them.
const MANY_PASSES: usize = 3;

/// The rows that a question is about.
pub(super) struct Selected {
    /// The rows, ascending; `None` is all.
    pub rows: Option<Vec<u32>>,
    /// Per dimension of the plan: whether `rows` are those of its wanted keys, and no others.
    pub exact: Vec<bool>,
    /// What bitmaps selected them by.
    by: Vec<By>,
    /// Whether what is left of the conditions was looked up once for all passes.
    looked_up: bool,
}

impl Selected {
    /// What is said of the selection: numbers of rows that may be seen. Which conditions were worth a
    /// bitmap, and which were looked up later, depends on all rows of the cube; whoever may see some
    /// of them only is told neither, nor how many rows were left.
    pub fn told(&self, plan: &Plan<'_>) -> Ran {
        let (mut by, cut) = (self.by.clone(), plan.cut);
        if let Some(seen) = plan.view.seen(plan.group, plan.cut) {
            let seen = seen.len() as usize;
            by.retain(|by| matches!(by, By::Seen | By::Union));
            return Ran { rows: seen, all: seen, by, cut, ..Ran::default() };
        }
        let all = plan.rows().len();
        let rows = self.rows.as_ref().map_or(all, Vec::len);
        Ran { rows, all, by, looked_up: self.looked_up, cut, ..Ran::default() }
    }
}

/// A condition that could select, and how many rows it leaves at most.
struct Candidate {
    condition: Condition,
    rows: u64,
}

enum Condition {
    /// The keys of a dimension of the plan.
    Keys(usize, Vec<u32>),
    /// Years of the timeline.
    Years(Range<usize>),
}

pub(super) fn select(plan: &Plan<'_>, sums_only: bool) -> Selected {
    let rows = plan.rows();
    let mut exact = vec![false; plan.dimensions.len()];
    let mut found: Option<Cow<'_, RoaringBitmap>> = None;
    let mut by = Vec::new();
    for candidate in candidates(plan, rows) {
        // The first one must leave few rows; then narrowing is cheap.
        let share = match found {
            _ if sums_only => SELECTIVE_FOR_SUMS,
            Some(_) => 1,
            None if plan.is_one_cell() => SELECTIVE_FOR_ONE_CELL,
            None => SELECTIVE,
        };
        if candidate.rows.saturating_mul(share) > rows.len() as u64 {
            break;
        }
        let own = match &candidate.condition {
            Condition::Years(years) => {
                by.push(By::Years);
                union(&rows.active[years.clone()])
            }
            Condition::Keys(at, keys) => {
                exact[*at] = true;
                by.push(By::Dimension(plan.dimensions[*at].dimension));
                rows_of(plan, plan.dimensions[*at].dimension, keys, rows)
            }
        };
        found = Some(narrow(found, own));
    }
    if let Some(seen) = plan.view.seen(plan.group, plan.cut) {
        found = Some(narrow(found, Cow::Borrowed(seen)));
        by.push(By::Seen);
    }
    for own in &plan.unions {
        found = Some(narrow(found, Cow::Owned(rows_of_union(plan, own))));
        by.push(By::Union);
    }
    let rows = found.map(|bitmap| numbers(&bitmap));
    let selected = Selected { rows, exact, by, looked_up: false };
    if plan.passes() < MANY_PASSES {
        return selected;
    }
    look_up_once(plan, selected)
}

/// Looks the conditions up once for all passes: what is left is gathered and swept many times.
fn look_up_once(plan: &Plan<'_>, selected: Selected) -> Selected {
    let Selected { rows: found, mut exact, by, .. } = selected;
    let rows = plan.rows();
    let mut tests: Vec<(&Column, Vec<bool>)> = Vec::new();
    for (at, dimension) in plan.dimensions.iter().enumerate() {
        let column = rows.keys[dimension.dimension].as_ref().filter(|_| !exact[at]);
        let (Some(keys), Some(column)) = (dimension.wanted(), column) else { continue };
        tests.push((column, wanted_keys(plan, dimension.dimension, &keys)));
        exact[at] = true;
    }
    let whole = (0, plan.view.cube().months() - 1);
    let (first, last) = months(plan).unwrap_or(whole);
    if tests.is_empty() && (first, last) == whole {
        return Selected { rows: found, exact, by, looked_up: false };
    }
    let keep = |row: u32| {
        let row = row as usize;
        usize::from(rows.first_month[row]) <= last
            && usize::from(rows.last_month[row]) >= first
            && tests.iter().all(|(column, wanted)| wanted[column.get(row) as usize])
    };
    let left: Vec<u32> = match found {
        Some(found) => found.into_iter().filter(|&row| keep(row)).collect(),
        None => (0..rows.len() as u32).filter(|&row| keep(row)).collect(),
    };
    Selected { rows: Some(left), exact, by, looked_up: true }
}

/// Per key of a dimension's column, whether it is wanted; for a many-valued one, per list.
fn wanted_keys(plan: &Plan<'_>, dimension: usize, keys: &[u32]) -> Vec<bool> {
    let shape = &plan.view.cube().dimensions[dimension];
    let mut wanted = vec![false; shape.key_count];
    keys.iter().for_each(|&key| wanted[key as usize] = true);
    match &plan.rows().lists[dimension] {
        None => wanted,
        Some(lists) => {
            let any = |list| lists.get(list).iter().any(|&key| wanted[key as usize]);
            (0..lists.len()).map(any).collect()
        }
    }
}

/// The first and the last month asked for.
fn months(plan: &Plan<'_>) -> Option<(usize, usize)> {
    let months = plan.times.iter().filter_map(TimeChoice::months);
    months.reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
}

/// The conditions that bitmaps can select by, the narrowest first.
fn candidates(plan: &Plan<'_>, rows: &Rows) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (at, dimension) in plan.dimensions.iter().enumerate() {
        if let Some(keys) = dimension.wanted() {
            let rows = estimate(plan, dimension, &keys, rows);
            candidates.push(Candidate { condition: Condition::Keys(at, keys), rows });
        }
    }
    if let Some((first, last)) = months(plan) {
        let years = first / 12..last / 12 + 1;
        let rows = rows.active[years.clone()].iter().map(RoaringBitmap::len).sum();
        candidates.push(Candidate { condition: Condition::Years(years), rows });
    }
    candidates.sort_by_key(|candidate| candidate.rows);
    candidates
}

fn narrow<'a>(
    found: Option<Cow<'a, RoaringBitmap>>,
    next: Cow<'a, RoaringBitmap>,
) -> Cow<'a, RoaringBitmap> {
    match found {
        Some(found) => Cow::Owned(&*found & &*next),
        None => next,
    }
}

/// The rows of some bitmaps together; a single one is not copied.
fn union(bitmaps: &[RoaringBitmap]) -> Cow<'_, RoaringBitmap> {
    match bitmaps {
        [one] => Cow::Borrowed(one),
        _ => Cow::Owned(bitmaps.union()),
    }
}

fn numbers(bitmap: &RoaringBitmap) -> Vec<u32> {
    let mut numbers = vec![0; bitmap.len() as usize];
    let mut iter = bitmap.iter();
    let read = iter.next_many(&mut numbers).len();
    numbers.truncate(read);
    numbers
}

fn is_entity(plan: &Plan<'_>, dimension: usize) -> bool {
    plan.view.cube().groups[plan.group].uses[dimension] == Some(Use::Entity)
}

/// The rows of a union: those of each of its boxes, together.
fn rows_of_union(plan: &Plan<'_>, union: &Union) -> RoaringBitmap {
    let boxes: Vec<RoaringBitmap> = union.boxes.iter().map(|own| rows_of_box(plan, own)).collect();
    boxes.union()
}

fn rows_of_box(plan: &Plan<'_>, conditions: &[bound::Condition]) -> RoaringBitmap {
    let mut dimensions: Vec<usize> = conditions.iter().map(|own| own.dimension).collect();
    dimensions.sort_unstable();
    dimensions.dedup();
    let mut found: Option<Cow<'_, RoaringBitmap>> = None;
    let mut months = None;
    for dimension in dimensions {
        let shape = &plan.view.cube().dimensions[dimension];
        let keys = keys::allowed(shape, dimension, conditions).unwrap_or_default();
        match shape.is_time {
            true => months = Some(keys),
            false => found = Some(narrow(found, rows_of(plan, dimension, &keys, plan.rows()))),
        }
    }
    match months {
        Some(months) => reaching(plan, found, &months),
        None => found.map_or_else(RoaringBitmap::new, Cow::into_owned),
    }
}

/// Of some rows, or of all, those with a day in some months that are asked for.
fn reaching(
    plan: &Plan<'_>,
    found: Option<Cow<'_, RoaringBitmap>>,
    months: &[u32],
) -> RoaringBitmap {
    let rows = plan.rows();
    let asked = plan.time.as_ref().and_then(|time| time.allowed.as_deref());
    let is_live = |month: u32| {
        months.binary_search(&month).is_ok()
            && asked.is_none_or(|asked| asked.binary_search(&month).is_ok())
    };
    let mut before = vec![0];
    for month in 0..plan.view.cube().months() as u32 {
        before.push(before[month as usize] + u32::from(is_live(month)));
    }
    let reaches = |row: &u32| {
        let row = *row as usize;
        let (first, last) = (rows.first_month[row], rows.last_month[row]);
        before[usize::from(last) + 1] > before[usize::from(first)]
    };
    match found {
        Some(found) => found.iter().filter(reaches).collect(),
        None => (0..rows.len() as u32).filter(reaches).collect(),
    }
}

/// How many rows some keys have at most.
fn estimate(plan: &Plan<'_>, dimension: &DimensionPlan, keys: &[u32], rows: &Rows) -> u64 {
    if is_entity(plan, dimension.dimension) {
        return keys
            .iter()
            .map(|&key| {
                u64::from(rows.entity_rows[key as usize + 1] - rows.entity_rows[key as usize])
            })
            .sum();
    }
    let bitmaps = &rows.bitmaps[dimension.dimension];
    if bitmaps.is_empty() {
        return u64::MAX;
    }
    keys.iter().map(|&key| bitmaps[key as usize].len()).sum()
}

/// The rows of some keys.
fn rows_of<'a>(
    plan: &Plan<'_>,
    dimension: usize,
    keys: &[u32],
    rows: &'a Rows,
) -> Cow<'a, RoaringBitmap> {
    if is_entity(plan, dimension) {
        let mut bitmap = RoaringBitmap::new();
        for &key in keys {
            bitmap.insert_range(rows.entity_rows[key as usize]..rows.entity_rows[key as usize + 1]);
        }
        return Cow::Owned(bitmap);
    }
    let bitmaps = &rows.bitmaps[dimension];
    if let (true, Some(column)) = (bitmaps.is_empty(), &rows.keys[dimension]) {
        let wanted = wanted_keys(plan, dimension, keys);
        let own = (0..rows.len() as u32).filter(|&row| wanted[column.get(row as usize) as usize]);
        return Cow::Owned(own.collect());
    }
    match keys {
        [key] => Cow::Borrowed(&bitmaps[*key as usize]),
        _ => Cow::Owned(keys.iter().map(|&key| &bitmaps[key as usize]).union()),
    }
}
