//! The positions of the axes: what exists, what is empty, and where a code stands.

use hashbrown::{HashMap, HashSet};

use super::super::Limits;
use super::super::bound::Member;
use super::super::cellset::AxisPositions;
use super::super::error::QueryError;
use super::super::plan::{AxisPlan, Column, Decoder, Order, Plan, too_wide};

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

    /// The codes that occur, ascending; `None` where nothing was noted.
    fn codes(&self) -> Option<Vec<u64>> {
        match self {
            Occurring::All => None,
            Occurring::Table(table) => {
                Some((0..table.len() as u64).filter(|code| table[*code as usize]).collect())
            }
            Occurring::Set(set) => {
                let mut codes: Vec<u64> = set.iter().copied().collect();
                codes.sort_unstable();
                Some(codes)
            }
        }
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
    /// The positions of each code.
    Map(HashMap<u64, Vec<u32>>),
}

impl Positions {
    pub fn find(
        plan: &Plan<'_>,
        occurring: &Occurring,
        axis: usize,
        cells: usize,
        limits: &Limits,
    ) -> Result<Positions, QueryError> {
        let own = &plan.axes[axis];
        let codes = match (&own.order, occurring.codes()) {
            (Order::ByCode, Some(codes)) => codes,
            (Order::Listed(list), Some(_)) => {
                list.iter().copied().filter(|code| occurring.has(*code)).collect()
            }
            (_, None) => that_exist(plan, axis, limits)?,
        };
        if codes.len() > limits.positions {
            return Err(too_wide(limits));
        }
        Ok(Positions { at: Places::new(&codes, own, cells), codes })
    }

    /// Calls `each` with every position of a code.
    pub fn each(&self, code: u64, mut each: impl FnMut(u32)) {
        match &self.at {
            Places::Table(table) => {
                if let Some(position) = table[code as usize].checked_sub(1) {
                    each(position);
                }
            }
            Places::Map(map) => map.get(&code).into_iter().flatten().for_each(|at| each(*at)),
        }
    }

    /// The positions with their members.
    pub fn named(&self, axis: &AxisPlan) -> AxisPositions {
        let decoders: Vec<Decoder> = axis.columns.iter().map(Column::decoder).collect();
        let members: Vec<Member> = self
            .codes
            .iter()
            .flat_map(|&code| decoders.iter().map(move |decoder| decoder.member(code)))
            .collect();
        let columns = axis.columns.iter().map(|column| column.hierarchy).collect();
        AxisPositions { columns, members, count: self.codes.len() }
    }
}

impl Places {
    fn new(codes: &[u64], axis: &AxisPlan, cells: usize) -> Places {
        if in_table(axis, cells.max(codes.len())) && matches!(axis.order, Order::ByCode) {
            let mut table = vec![0_u32; axis.size as usize];
            for (position, code) in codes.iter().enumerate() {
                table[*code as usize] = position as u32 + 1;
            }
            return Places::Table(table);
        }
        let mut map: HashMap<u64, Vec<u32>> = HashMap::new();
        for (position, code) in codes.iter().enumerate() {
            map.entry(*code).or_default().push(position as u32);
        }
        Places::Map(map)
    }
}

/// The codes of the positions of an axis that exist, in the order asked for.
pub(in crate::query) fn that_exist(
    plan: &Plan<'_>,
    axis: usize,
    limits: &Limits,
) -> Result<Vec<u64>, QueryError> {
    match &plan.axes[axis].order {
        Order::ByCode => existing(plan, axis, limits),
        Order::Listed(list) => Ok(keep_existing(list, plan, axis)),
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
fn existing(plan: &Plan<'_>, axis: usize, limits: &Limits) -> Result<Vec<u64>, QueryError> {
    let mut codes = vec![0_u64];
    for (_, part) in parts(plan, axis) {
        if codes.len().saturating_mul(part.len()) > limits.positions {
            return Err(too_wide(limits));
        }
        codes = codes.iter().flat_map(|code| part.iter().map(move |add| code + add)).collect();
    }
    codes.sort_unstable();
    Ok(codes)
}

/// The listed codes of positions that exist.
fn keep_existing(list: &[u64], plan: &Plan<'_>, axis: usize) -> Vec<u64> {
    let decoders: Vec<Decoder> = plan.axes[axis].columns.iter().map(Column::decoder).collect();
    let parts: Vec<(Vec<usize>, HashSet<u64>)> = parts(plan, axis)
        .into_iter()
        .map(|(columns, codes)| (columns, codes.into_iter().collect()))
        .collect();
    let exists = |code: &u64| {
        parts.iter().all(|(columns, codes)| {
            codes.contains(&columns.iter().map(|&at| decoders[at].part(*code)).sum::<u64>())
        })
    };
    list.iter().copied().filter(exists).collect()
}
