//! From counted cells to positions and ordinals: what exists, what is empty, and where it stands.

use hashbrown::{HashMap, HashSet};

use super::super::Limits;
use super::super::bound::Member;
use super::super::cellset::{AxisPositions, CellSet};
use super::super::error::{ErrorKind, QueryError};
use super::super::plan::{AxisPlan, Codes, Decoder, Order, Plan, TimeChoice, too_wide};
use super::groups::Groups;
use super::place::Place;
use super::sweep::Counts;

/// Positions of an axis with up to this many codes are found in a table.
const TABLE_CODES: u64 = 1 << 22;

/// The cells counted so far: for each, its code on every axis, and its value.
pub(super) struct Counted {
    axes: usize,
    codes: Vec<u64>,
    values: Vec<f64>,
    decimals: Vec<u8>,
}

/// A measure in a pass: its grid, its codes on the axes and its decimals.
pub(super) struct Asked<'a> {
    pub grid: &'a Counts,
    pub codes: &'a Codes,
    pub decimals: u8,
}

impl Counted {
    pub fn new(axes: usize) -> Counted {
        Counted { axes, codes: Vec::new(), values: Vec::new(), decimals: Vec::new() }
    }

    /// Leaves out the cells at tuples that were not listed: members are counted in every
    /// combination, and an axis must not keep a position for a cell that is not in the answer.
    fn keep_listed(&mut self, axes: &[AxisPlan]) {
        for (axis, plan) in axes.iter().enumerate() {
            let Order::Listed(list) = &plan.order else { continue };
            let listed: HashSet<u64> = list.iter().copied().collect();
            let mut kept = 0;
            for cell in 0..self.values.len() {
                if listed.contains(&self.codes[cell * self.axes + axis]) {
                    self.codes
                        .copy_within(cell * self.axes..(cell + 1) * self.axes, kept * self.axes);
                    self.values[kept] = self.values[cell];
                    self.decimals[kept] = self.decimals[cell];
                    kept += 1;
                }
            }
            self.codes.truncate(kept * self.axes);
            self.values.truncate(kept);
            self.decimals.truncate(kept);
        }
    }

    /// The codes of all cells on one axis.
    fn on_axis(&self, axis: usize) -> impl Iterator<Item = u64> {
        self.codes.iter().skip(axis).step_by(self.axes.max(1)).copied()
    }
}

/// Takes the cells of one pass in which some row is active.
pub(super) fn collect(
    places: &[Place<'_>],
    groups: &Groups,
    time: &TimeChoice,
    activity: &Counts,
    measures: &[Asked<'_>],
    counted: &mut Counted,
    limits: &Limits,
) -> Result<(), QueryError> {
    let mut base = vec![0_u64; counted.axes];
    for group in 0..groups.count() {
        let active = activity.of(group);
        if active.iter().all(|count| *count == 0) {
            continue;
        }
        base.fill(0);
        add_places(places, groups.code(group), &mut base);
        for (period, _) in active.iter().enumerate().filter(|(_, count)| **count > 0) {
            for measure in measures {
                let start = counted.codes.len();
                counted.codes.extend(base.iter().zip(measure.codes).map(|(code, add)| code + add));
                time.codes.add(period as u64, &mut counted.codes[start..]);
                counted
                    .values
                    .push(f64::from(measure.grid.of(group).get(period).copied().unwrap_or(0)));
                counted.decimals.push(measure.decimals);
            }
        }
        if counted.values.len() > limits.cells {
            return Err(too_large(limits));
        }
    }
    Ok(())
}

fn add_places(places: &[Place<'_>], mut code: u64, codes: &mut [u64]) {
    for place in places {
        place.codes.add(code % place.size, codes);
        code /= place.size;
    }
}

/// Finds the positions of every axis and puts the cells where they stand.
pub(super) fn assemble(
    plan: &Plan<'_>,
    mut counted: Counted,
    limits: &Limits,
) -> Result<CellSet, QueryError> {
    counted.keep_listed(&plan.axes);
    let counted = &counted;
    let mut axes = Vec::new();
    for axis in 0..plan.axes.len() {
        axes.push(Positions::find(plan, counted, axis, limits)?);
    }
    let cells: usize = axes
        .iter()
        .map(|axis| axis.codes.len())
        .try_fold(1_usize, usize::checked_mul)
        .filter(|cells| *cells <= limits.cells)
        .ok_or_else(|| too_large(limits))?;
    let (ordinals, entries) = ordinals(&axes, counted, cells);
    Ok(CellSet {
        values: entries.iter().map(|&entry| counted.values[entry as usize]).collect(),
        decimals: entries.iter().map(|&entry| counted.decimals[entry as usize]).collect(),
        ordinals,
        axes: plan.axes.iter().zip(&axes).map(|(plan, positions)| named(plan, positions)).collect(),
        behind: behind(plan),
    })
}

/// The positions of one axis, as codes in the order of the answer.
struct Positions {
    codes: Vec<u64>,
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
    fn find(
        plan: &Plan<'_>,
        counted: &Counted,
        axis: usize,
        limits: &Limits,
    ) -> Result<Positions, QueryError> {
        let own = &plan.axes[axis];
        let non_empty = own.non_empty && !own.columns.is_empty();
        let codes = match &own.order {
            Order::ByCode if non_empty => occurring(counted, axis, own.size),
            Order::ByCode => existing(plan, axis, limits)?,
            Order::Listed(list) if non_empty => {
                let found: HashSet<u64> = counted.on_axis(axis).collect();
                list.iter().copied().filter(|code| found.contains(code)).collect()
            }
            Order::Listed(list) => keep_existing(list, plan, axis),
        };
        if codes.len() > limits.positions {
            return Err(too_wide(limits));
        }
        Ok(Positions { at: Places::new(&codes, own), codes })
    }
}

impl Places {
    fn new(codes: &[u64], axis: &AxisPlan) -> Places {
        if axis.size <= TABLE_CODES && matches!(axis.order, Order::ByCode) {
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

    /// Calls `each` with every position of a code.
    fn each(&self, code: u64, mut each: impl FnMut(u32)) {
        match self {
            Places::Table(table) => table[code as usize].checked_sub(1).into_iter().for_each(each),
            Places::Map(map) => map.get(&code).into_iter().flatten().for_each(|at| each(*at)),
        }
    }
}

/// The different codes of an axis that some cell has, ascending.
fn occurring(counted: &Counted, axis: usize, size: u64) -> Vec<u64> {
    if size <= TABLE_CODES {
        let mut found = vec![false; size as usize];
        counted.on_axis(axis).for_each(|code| found[code as usize] = true);
        return (0..size).filter(|code| found[*code as usize]).collect();
    }
    let mut codes: Vec<u64> = counted.on_axis(axis).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
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
    let measures = plan.axes[axis].measure_column();
    parts.extend(
        measures.map(|at| (vec![at], distinct(plan.measures.iter().map(|(_, codes)| codes[axis])))),
    );
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
    let decoders: Vec<Decoder> =
        plan.axes[axis].columns.iter().map(|column| column.decoder()).collect();
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

/// The ordinal of every cell that is not empty, ascending, and which counted cell it shows.
fn ordinals(axes: &[Positions], counted: &Counted, cells: usize) -> (Vec<u32>, Vec<u32>) {
    let mut strides = Vec::new();
    let mut stride = 1_u32;
    for axis in axes {
        strides.push(stride);
        stride = stride.saturating_mul(axis.codes.len() as u32);
    }
    let each = |mut put: Box<dyn FnMut(u32, u32) + '_>| {
        for entry in 0..counted.values.len() {
            let codes = &counted.codes[entry * counted.axes..(entry + 1) * counted.axes];
            place_entry(axes, &strides, codes, 0, &mut |ordinal| put(ordinal, entry as u32));
        }
    };
    if cells <= counted.values.len() * 8 + (1 << 16) {
        let mut table = vec![u32::MAX; cells];
        each(Box::new(|ordinal, entry| table[ordinal as usize] = entry));
        let full = || table.iter().enumerate().filter(|(_, entry)| **entry != u32::MAX);
        return (
            full().map(|(ordinal, _)| ordinal as u32).collect(),
            full().map(|(_, entry)| *entry).collect(),
        );
    }
    let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(counted.values.len());
    each(Box::new(|ordinal, entry| pairs.push((ordinal, entry))));
    pairs.sort_unstable();
    pairs.into_iter().unzip()
}

fn place_entry(
    axes: &[Positions],
    strides: &[u32],
    codes: &[u64],
    ordinal: u32,
    put: &mut dyn FnMut(u32),
) {
    let Some((first, rest)) = axes.split_first() else { return put(ordinal) };
    first.at.each(codes[0], |position| {
        place_entry(rest, &strides[1..], &codes[1..], ordinal + position * strides[0], put);
    });
}

fn named(axis: &AxisPlan, positions: &Positions) -> AxisPositions {
    let decoders: Vec<Decoder> = axis.columns.iter().map(|column| column.decoder()).collect();
    let members: Vec<Member> = positions
        .codes
        .iter()
        .flat_map(|&code| decoders.iter().map(move |decoder| decoder.member(code)))
        .collect();
    let columns = axis.columns.iter().map(|column| column.hierarchy).collect();
    AxisPositions { columns, members, count: positions.codes.len() }
}

/// How many reporters in the answer delivered before, but not for the as-of month.
fn behind(plan: &Plan<'_>) -> u32 {
    let cube = plan.view.cube();
    let Some(freshness) = &cube.freshness else { return 0 };
    let newest = cube.months() as u16 - 1;
    let late = |key: usize| freshness.newest[key].is_some_and(|month| month < newest);
    let own = plan.dimensions.iter().find(|own| own.dimension == freshness.dimension);
    let count = match own.and_then(|own| own.wanted()) {
        Some(keys) => keys.into_iter().filter(|&key| late(key as usize)).count(),
        None => (0..freshness.newest.len()).filter(|&key| late(key)).count(),
    };
    count as u32
}

fn too_large(limits: &Limits) -> QueryError {
    let message = format!("svaret ville få over {} celler", limits.cells);
    QueryError::new(ErrorKind::TooLarge, message)
        .hint("spørg om færre felter ad gangen, eller begræns felterne med betingelser")
}
