//! Bitmaps select: the rows that the conditions, the axes and the view leave.

use roaring::{MultiOps, RoaringBitmap};

use super::super::plan::{DimensionPlan, Plan};
use crate::cube::{Rows, Use};

/// A dimension selects by bitmap where it leaves at most one row in this many; a wider selection
/// costs more than looking its keys up during the sweep.
const SELECTIVE: u64 = 3;

/// The rows that a question is about.
pub(super) struct Selected {
    /// The rows, ascending; `None` is all.
    pub rows: Option<Vec<u32>>,
    /// Per dimension of the plan: whether `rows` are those of its wanted keys, and no others.
    pub exact: Vec<bool>,
}

/// The rows of some keys, and how many they are at most.
struct Candidate {
    at: usize,
    keys: Vec<u32>,
    rows: u64,
}

pub(super) fn select(plan: &Plan<'_>) -> Selected {
    let rows = plan.rows();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (at, dimension) in plan.dimensions.iter().enumerate() {
        let Some(keys) = dimension.wanted() else { continue };
        candidates.push(Candidate { at, rows: estimate(plan, dimension, &keys, rows), keys });
    }
    candidates.retain(|candidate| candidate.rows * SELECTIVE <= rows.len() as u64);
    candidates.sort_by_key(|candidate| candidate.rows);
    let mut exact = vec![false; plan.dimensions.len()];
    let mut found: Option<RoaringBitmap> = None;
    let seen = plan.view.seen(plan.group, plan.cut);
    for candidate in candidates {
        let dimension = &plan.dimensions[candidate.at];
        exact[candidate.at] = true;
        found = Some(narrow(found, rows_of(plan, dimension, &candidate.keys, rows)));
    }
    if let Some(seen) = seen {
        found = Some(narrow(found, Some(seen.clone())));
    }
    Selected { rows: found.map(|bitmap| numbers(&bitmap)), exact }
}

fn narrow(found: Option<RoaringBitmap>, next: Option<RoaringBitmap>) -> RoaringBitmap {
    match (found, next) {
        (Some(found), Some(next)) => found & next,
        (found, next) => found.or(next).unwrap_or_default(),
    }
}

fn numbers(bitmap: &RoaringBitmap) -> Vec<u32> {
    let mut numbers = vec![0; bitmap.len() as usize];
    let mut iter = bitmap.iter();
    let read = iter.next_many(&mut numbers).len();
    numbers.truncate(read);
    numbers
}

fn is_entity(plan: &Plan<'_>, dimension: &DimensionPlan) -> bool {
    plan.view.cube().groups[plan.group].uses[dimension.dimension] == Some(Use::Entity)
}

/// How many rows some keys have at most.
fn estimate(plan: &Plan<'_>, dimension: &DimensionPlan, keys: &[u32], rows: &Rows) -> u64 {
    if is_entity(plan, dimension) {
        return keys
            .iter()
            .map(|&key| {
                u64::from(rows.entity_rows[key as usize + 1] - rows.entity_rows[key as usize])
            })
            .sum();
    }
    let bitmaps = &rows.bitmaps[dimension.dimension];
    if bitmaps.is_empty() {
        return u64::MAX / SELECTIVE;
    }
    keys.iter().map(|&key| bitmaps[key as usize].len()).sum()
}

/// The rows of some keys.
fn rows_of(
    plan: &Plan<'_>,
    dimension: &DimensionPlan,
    keys: &[u32],
    rows: &Rows,
) -> Option<RoaringBitmap> {
    if is_entity(plan, dimension) {
        let mut bitmap = RoaringBitmap::new();
        for &key in keys {
            bitmap.insert_range(rows.entity_rows[key as usize]..rows.entity_rows[key as usize + 1]);
        }
        return Some(bitmap);
    }
    let bitmaps = &rows.bitmaps[dimension.dimension];
    Some(match keys {
        [key] => bitmaps[*key as usize].clone(),
        _ => keys.iter().map(|&key| &bitmaps[key as usize]).union(),
    })
}
