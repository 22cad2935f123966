//! The positions of the axes: what exists, what is empty, and where a code stands.

use hashbrown::{HashMap, HashSet};

use super::super::bound::Member;
use super::super::cellset::AxisPositions;
use super::super::error::QueryError;
use super::super::plan::{AxisPlan, Column, Decoder, Order, Plan, too_wide};
use super::super::{Cancel, Limits};

/// Positions of an axis with few codes are found in a table: up to so many, and so many more for
/// each cell.
const TABLE_CODES: u64 = 1 << 14;
const TABLE_CODES_PER_CELL: u64 = 8;

/// Whether a table is worth its room for an axis of an answer with so many cells.
fn in_table(axis: &AxisPlan, cells: usize) -> bool {
    axis.size <= TABLE_CODES + TABLE_CODES_PER_CELL * cells as u64
}

/// The codes of one axis that some cell has.
pub(super) enum Occurring {
    /// Every position is kept: nothing need be noted.
    All,
    /// Per code, whether it occurs.
    Table(Vec<bool>),
    /// The codes that occur.
    Set(HashSet<u64>),
}

impl Occurring {
    /// For an axis of an answer with so many cells that are not empty.
    pub fn new(axis: &AxisPlan, cells: usize) -> Occurring {
        if !axis.non_empty || axis.columns.is_empty() {
            return Occurring::All;
        }
        if in_table(axis, cells) {
            return Occurring::Table(vec![false; axis.size as usize]);
        }
        Occurring::Set(HashSet::new())
    }

    pub fn note(&mut self, code: u64) {
        match self {
            Occurring::All => {}
            Occurring::Table(table) => table[code as usize] = true,
            Occurring::Set(set) => {
                set.insert(code);
            }
        }
    }

    fn has(&self, code: u64) -> bool {
        match self {
            Occurring::All => true,
            Occurring::Table(table) => table[code as usize],
            Occurring::Set(set) => set.contains(&code),
        }
    }

    /// The codes that were noted, ascending.
    fn codes(&self, (limits, cancel): (&Limits, &Cancel)) -> Result<Vec<u64>, QueryError> {
        let mut codes = Vec::new();
        match self {
            Occurring::All => {}
            Occurring::Table(table) => cancel.each((0_u64..).zip(table), |(code, occurs)| {
                if *occurs {
                    codes.push(code);
                }
            })?,
            Occurring::Set(set) if set.len() > limits.positions => return Err(too_wide(limits)),
            Occurring::Set(set) => {
                codes = cancel.collect(set.iter().copied())?;
                codes.sort_unstable();
            }
        }
        Ok(codes)
    }
}

/// The positions of one axis, as codes in the order of the answer.
pub(super) struct Positions {
    pub codes: Vec<u64>,
    at: Places,
}

/// From a code to the positions that have it.
enum Places {
    /// One more than the position of each code.
    Table(Vec<u32>),
    /// The first position of each code, and the others of those that have several.
    Map(HashMap<u64, u32>, HashMap<u64, Vec<u32>>),
}

impl Positions {
    pub fn find(
        plan: &Plan<'_>,
        occurring: &Occurring,
        axis: usize,
        cells: usize,
        within: (&Limits, &Cancel),
    ) -> Result<Positions, QueryError> {
        let own = &plan.axes[axis];
        let codes = match (&own.order, occurring) {
            (_, Occurring::All) => that_exist(plan, axis, within)?,
            (Order::Listed(list), _) => kept(list, |code| occurring.has(code), within.1)?,
            (Order::ByCode, _) => occurring.codes(within)?,
        };
        if codes.len() > within.0.positions {
            return Err(too_wide(within.0));
        }
        Ok(Positions { at: Places::new(&codes, own, cells, within.1)?, codes })
    }

    /// Calls `each` with every position of a code.
    pub fn each(&self, code: u64, mut each: impl FnMut(u32)) {
        match &self.at {
            Places::Table(table) => {
                if let Some(position) = table[code as usize].checked_sub(1) {
                    each(position);
                }
            }
            Places::Map(first, others) => {
                let Some(position) = first.get(&code) else { return };
                each(*position);
                others.get(&code).into_iter().flatten().for_each(|at| each(*at));
            }
        }
    }

    /// The positions with their members.
    ///
    /// # Errors
    /// The question was ended.
    pub fn named(&self, axis: &AxisPlan, cancel: &Cancel) -> Result<AxisPositions, QueryError> {
        decoded(axis, &self.codes, cancel)
    }
}

impl Places {
    fn new(
        codes: &[u64],
        axis: &AxisPlan,
        cells: usize,
        cancel: &Cancel,
    ) -> Result<Places, QueryError> {
        let count = codes.len();
        let codes = (0_u32..).zip(codes);
        if in_table(axis, cells.max(count)) && matches!(axis.order, Order::ByCode) {
            let mut table = vec![0_u32; axis.size as usize];
            cancel.each(codes, |(position, code)| table[*code as usize] = position + 1)?;
            return Ok(Places::Table(table));
        }
        let mut first: HashMap<u64, u32> = HashMap::with_capacity(count);
        let mut others: HashMap<u64, Vec<u32>> = HashMap::new();
        cancel.each(codes, |(position, code)| {
            if *first.entry(*code).or_insert(position) != position {
                others.entry(*code).or_default().push(position);
            }
        })?;
        Ok(Places::Map(first, others))
    }
}

/// The members of codes of an axis.
///
/// # Errors
/// The question was ended.
pub(in crate::query) fn decoded(
    axis: &AxisPlan,
    codes: &[u64],
    cancel: &Cancel,
) -> Result<AxisPositions, QueryError> {
    let decoders: Vec<Decoder> = axis.columns.iter().map(Column::decoder).collect();
    let mut members: Vec<Member> = Vec::with_capacity(codes.len() * decoders.len());
    cancel.each(codes, |&code| members.extend(decoders.iter().map(|own| own.member(code))))?;
    let columns = axis.columns.iter().map(|column| column.hierarchy).collect();
    Ok(AxisPositions { columns, members, count: codes.len() })
}

/// The codes of the positions of an axis that exist, in the order asked for.
pub(in crate::query) fn that_exist(
    plan: &Plan<'_>,
    axis: usize,
    within: (&Limits, &Cancel),
) -> Result<Vec<u64>, QueryError> {
    match &plan.axes[axis].order {
        Order::ByCode => existing(plan, axis, within),
        Order::Listed(list) => keep_existing(list, plan, axis, within.1),
    }
}

/// What each dimension can add to the code of a position of an axis, and the columns it has there.
fn parts(plan: &Plan<'_>, axis: usize) -> Vec<(Vec<usize>, Vec<u64>)> {
    let mut parts = Vec::new();
    for dimension in plan.dimensions.iter().chain(&plan.time) {
        let columns: Vec<usize> =
            dimension.columns.iter().filter(|place| place.0 == axis).map(|place| place.1).collect();
        if !columns.is_empty() {
            parts.push((columns, distinct(dimension.existing(plan, axis).into_iter())));
        }
    }
    if let Some(at) = plan.axes[axis].measure_column() {
        let codes = plan.axes[axis].columns[at].measure_parts();
        parts.push((vec![at], distinct(codes)));
    }
    parts
}

fn distinct(codes: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut codes: Vec<u64> = codes.collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The codes of all positions that exist, whether anything was counted there or not.
fn existing(
    plan: &Plan<'_>,
    axis: usize,
    (limits, cancel): (&Limits, &Cancel),
) -> Result<Vec<u64>, QueryError> {
    let mut codes = vec![0_u64];
    for (_, part) in parts(plan, axis) {
        if codes.len().saturating_mul(part.len()) > limits.positions {
            return Err(too_wide(limits));
        }
        let all = codes.iter().flat_map(|code| part.iter().map(move |add| code + add));
        codes = cancel.collect(all)?;
    }
    codes.sort_unstable();
    Ok(codes)
}

/// The listed codes of positions that exist.
fn keep_existing(
    list: &[u64],
    plan: &Plan<'_>,
    axis: usize,
    cancel: &Cancel,
) -> Result<Vec<u64>, QueryError> {
    let decoders: Vec<Decoder> = plan.axes[axis].columns.iter().map(Column::decoder).collect();
    let parts: Vec<(Vec<usize>, HashSet<u64>)> = parts(plan, axis)
        .into_iter()
        .map(|(columns, codes)| (columns, codes.into_iter().collect()))
        .collect();
    let exists = |code: u64| {
        parts.iter().all(|(columns, codes)| {
            codes.contains(&columns.iter().map(|&at| decoders[at].part(code)).sum::<u64>())
        })
    };
    kept(list, exists, cancel)
}

/// The codes that pass.
fn kept(
    codes: &[u64],
    passes: impl Fn(u64) -> bool,
    cancel: &Cancel,
) -> Result<Vec<u64>, QueryError> {
    let mut kept = Vec::new();
    cancel.each(codes, |&code| {
        if passes(code) {
            kept.push(code);
        }
    })?;
    Ok(kept)
}
