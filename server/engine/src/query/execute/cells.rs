//! Counted grids → the cells of an answer, each where it stands.

use super::super::cellset::CellSet;
use super::super::error::{ErrorKind, QueryError};
use super::super::plan::{AxisPlan, Codes, DimensionPlan, Order, Plan, TimeChoice};
use super::super::{Cancel, Limits};
use super::counts::Counts;
use super::groups::Groups;
use super::place::Place;
use super::positions::{Occurring, Positions};
use hashbrown::HashSet;

/// Cells that are mostly empty are put in order so many places at a time, a power of two: they are
/// sorted in some milliseconds.
const SORTED_BITS: u32 = 16;

/// What one pass counted.
pub(super) struct Counted<'a> {
    pub places: Vec<Place<'a>>,
    pub groups: Groups,
    pub grids: Vec<Counts>,
    pub measures: Vec<Asked>,
}

/// A measure of a pass.
pub(super) struct Asked {
    /// Its grid.
    pub grid: usize,
    /// The grid that tells which cells are active.
    pub activity: usize,
    /// What each period and the measure add to the code of each axis.
    pub codes: Vec<u64>,
    /// Decimals shown.
    pub decimals: u8,
}

impl Asked {
    pub fn new(
        grid: usize,
        activity: usize,
        measure: &Codes,
        decimals: u8,
        time: &TimeChoice,
    ) -> Asked {
        let mut codes = Vec::with_capacity(time.count * measure.len());
        for period in 0..time.count {
            let start = codes.len();
            codes.extend_from_slice(measure);
            time.codes.add(period as u64, &mut codes[start..]);
        }
        Asked { grid, activity, codes, decimals }
    }
}

impl Counted<'_> {
    /// The number of cells that are not empty, or somewhat more.
    fn cells(&self) -> usize {
        self.measures.iter().map(|measure| self.grids[measure.activity].active()).sum()
    }

    /// Calls `each` with the codes, the value and the decimals of every cell that is not empty.
    ///
    /// # Errors
    /// The question was cancelled.
    fn each(
        &self,
        axes: usize,
        cancel: &Cancel,
        mut each: impl FnMut(&[u64], f64, u8),
    ) -> Result<(), QueryError> {
        let (mut base, mut cell) = (vec![0_u64; axes], vec![0_u64; axes]);
        let (mut active, mut pace) = (Vec::new(), cancel.pace());
        for group in 0..self.groups.count() {
            pace.step(1)?;
            let mut known = None;
            for measure in &self.measures {
                if known.replace(measure.activity) != Some(measure.activity) {
                    self.grids[measure.activity].active_periods(group, &mut active);
                }
                if active.is_empty() {
                    continue;
                }
                pace.step(active.len())?;
                base.fill(0);
                self.add_places(self.groups.code(group), &mut base);
                let grid = &self.grids[measure.grid];
                for &period in &active {
                    let adds = &measure.codes[period * axes..(period + 1) * axes];
                    for ((cell, base), add) in cell.iter_mut().zip(&base).zip(adds) {
                        *cell = base + add;
                    }
                    if let Some(value) = grid.value(group, period) {
                        each(&cell, value, measure.decimals);
                    }
                }
            }
        }
        Ok(())
    }

    fn add_places(&self, mut code: u64, codes: &mut [u64]) {
        for place in &self.places {
            place.codes.add(code % place.size, codes);
            code /= place.size;
        }
    }
}

/// Finds the positions of every axis and puts the cells where they stand.
pub(super) fn assemble(
    plan: &Plan<'_>,
    counted: &[Counted<'_>],
    limits: &Limits,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    let width = plan.axes.len();
    let listed = Listed::new(&plan.axes, cancel)?;
    let mut most = 0_usize;
    for pass in counted {
        cancel.check()?;
        most += pass.cells();
    }
    if most > limits.cells {
        return Err(too_large(limits));
    }
    let mut occurring: Vec<Occurring> =
        plan.axes.iter().map(|axis| Occurring::new(axis, most)).collect();
    let mut full = 0_usize;
    for pass in counted {
        pass.each(width, cancel, |codes, _, _| {
            if listed.has(codes) {
                full += 1;
                occurring.iter_mut().zip(codes).for_each(|(axis, code)| axis.note(*code));
            }
        })?;
    }
    let axes = (0..width)
        .map(|axis| Positions::find(plan, &occurring[axis], axis, most, (limits, cancel)));
    let axes: Vec<Positions> = axes.collect::<Result<_, _>>()?;
    let lengths = axes.iter().map(|axis| axis.codes.len());
    let cells = lengths.fold(1_usize, usize::saturating_mul);
    if cells > limits.cells {
        return Err(too_large(limits));
    }
    let mut target = Target::new(cells, full, cancel)?;
    let strides = strides(&axes);
    for pass in counted {
        pass.each(width, cancel, |codes, value, decimals| {
            place(&axes, &strides, codes, 0, &mut |ordinal| target.put(ordinal, value, decimals));
        })?;
    }
    let (ordinals, values, decimals) = target.finish(full, cancel)?;
    let named = plan.axes.iter().zip(&axes).map(|(plan, positions)| positions.named(plan, cancel));
    let (axes, behind) = (named.collect::<Result<_, _>>()?, behind(plan));
    Ok(CellSet { axes, ordinals, values, decimals, behind, ..CellSet::default() })
}

/// The tuples of axes that were listed: members are counted in every combination, and a cell at a
/// tuple that was not listed is not in the answer.
struct Listed(Vec<Option<HashSet<u64>>>);

impl Listed {
    fn new(axes: &[AxisPlan], cancel: &Cancel) -> Result<Listed, QueryError> {
        let listed = axes.iter().map(|axis| match &axis.order {
            Order::ByCode => Ok(None),
            Order::Listed(list) => cancel.collect(list.iter().copied()).map(Some),
        });
        Ok(Listed(listed.collect::<Result<_, _>>()?))
    }

    fn has(&self, codes: &[u64]) -> bool {
        let axes = self.0.iter().zip(codes);
        axes.into_iter().all(|(list, code)| list.as_ref().is_none_or(|list| list.contains(code)))
    }
}

/// How far apart neighbours of each axis stand; the first axis varies fastest.
fn strides(axes: &[Positions]) -> Vec<u32> {
    let mut stride = 1_u32;
    let strides = axes.iter().map(|axis| {
        let own = stride;
        stride = stride.saturating_mul(axis.codes.len() as u32);
        own
    });
    strides.collect()
}

/// Calls `put` with every ordinal of a cell: several, where a member stands twice on an axis.
fn place(
    axes: &[Positions],
    strides: &[u32],
    codes: &[u64],
    ordinal: u32,
    put: &mut impl FnMut(u32),
) {
    match (axes, codes) {
        ([columns, rows], [column, row]) => columns.each(*column, |column| {
            rows.each(*row, |row| put(ordinal + column * strides[0] + row * strides[1]));
        }),
        ([first, rest @ ..], [code, codes @ ..]) => {
            let mut found = Vec::new();
            first.each(*code, |position| found.push(position));
            for position in found {
                place(rest, &strides[1..], codes, ordinal + position * strides[0], put);
            }
        }
        _ => put(ordinal),
    }
}

/// Ordinals, values and decimals of cells.
type Columns = (Vec<u32>, Vec<f64>, Vec<u8>);

/// Where cells are put.
enum Target {
    /// A place for every cell of the answer; an empty one is no number.
    Table(Vec<(f64, u8)>),
    /// The cells of some places each, in any order, for an answer that is mostly empty.
    Found(Vec<Vec<(u32, f64, u8)>>),
}

impl Target {
    fn new(cells: usize, full: usize, cancel: &Cancel) -> Result<Target, QueryError> {
        if cells <= full * 8 + (1 << 16) {
            return Ok(Target::Table(cancel.filled(&(f64::NAN, 0), cells)?));
        }
        Ok(Target::Found(vec![Vec::new(); (cells >> SORTED_BITS) + 1]))
    }

    fn put(&mut self, ordinal: u32, value: f64, decimals: u8) {
        match self {
            Target::Table(table) => table[ordinal as usize] = (value, decimals),
            Target::Found(found) => {
                found[(ordinal >> SORTED_BITS) as usize].push((ordinal, value, decimals));
            }
        }
    }

    /// Ordinals, values and decimals, by ordinal: of so many cells, or a few more.
    fn finish(self, full: usize, cancel: &Cancel) -> Result<Columns, QueryError> {
        let mut cells =
            (Vec::with_capacity(full), Vec::with_capacity(full), Vec::with_capacity(full));
        let mut put = |ordinal: u32, value: f64, decimals: u8| {
            cells.0.push(ordinal);
            cells.1.push(value);
            cells.2.push(decimals);
        };
        match self {
            Target::Table(table) => cancel.each((0_u32..).zip(table), |(ordinal, cell)| {
                if !cell.0.is_nan() {
                    put(ordinal, cell.0, cell.1);
                }
            })?,
            Target::Found(found) => {
                for mut own in found {
                    cancel.check()?;
                    own.sort_unstable_by_key(|cell| cell.0);
                    own.into_iter().for_each(|cell| put(cell.0, cell.1, cell.2));
                }
            }
        }
        Ok(cells)
    }
}

/// How many reporters in the answer delivered before, but not for the as-of month: those that the
/// conditions leave and the caller is told of. One that never delivered has no newest delivery.
pub(in crate::query) fn behind(plan: &Plan<'_>) -> u32 {
    let cube = plan.view.cube();
    let Some(freshness) = &cube.freshness else { return 0 };
    let newest = cube.months() as u16 - 1;
    let late = |key: usize| {
        plan.view.is_told_of(key as u32)
            && freshness.newest[key].is_some_and(|month| month < newest)
    };
    let own = plan.dimensions.iter().find(|own| own.dimension == freshness.dimension);
    let count = match own.and_then(DimensionPlan::wanted) {
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
