//! Grids: stored measures counted for all cells at once, and looked up by position.

use hashbrown::HashMap;

use super::super::bound::{Bound, Member};
use super::super::cellset::{AxisPositions, CellSet};
use super::super::plan::{AxisPlan, Decoder};
use super::place::{Iteration, Place, Treatment, dimension_of};
use crate::cube::{Cube, MeasureRef};

/// No position of a grid.
const NONE: u32 = u32::MAX;

/// Values are kept in a table where at most this many places are for each that has a value.
const TABLE_PLACES_PER_VALUE: usize = 8;
/// See [`TABLE_PLACES_PER_VALUE`]: a table of this length is made in any case.
const TABLE_PLACES: usize = 1 << 16;

/// Some measures of one group at one place.
pub(super) struct Grid {
    pub place: Place,
    pub measures: Vec<MeasureRef>,
    /// What was counted; none before, and where the measures have no value at all.
    counted: Option<Counted>,
    pub is_counted: bool,
    /// Whether it is known where the spots of the axes stand.
    pub is_settled: bool,
}

/// A grid that was counted.
struct Counted {
    cells: CellSet,
    values: Values,
    /// Per axis and open iteration, per spot or tuple: what it adds to the ordinal, or [`NONE`].
    adds: Vec<Vec<u32>>,
    /// What the number of a measure is multiplied by.
    measure_stride: usize,
}

enum Values {
    /// By ordinal; an empty one is no number.
    Table(Vec<f64>),
    /// As in the cells.
    Found,
}

impl Grid {
    pub fn new(place: Place, measures: Vec<MeasureRef>) -> Grid {
        Grid { place, measures, counted: None, is_counted: false, is_settled: false }
    }

    /// How many numbers it holds: values, and where they stand.
    pub fn numbers(&self) -> usize {
        let Some(counted) = &self.counted else { return 0 };
        let values = match &counted.values {
            Values::Table(table) => table.len(),
            Values::Found => counted.cells.values.len(),
        };
        values + counted.adds.iter().map(Vec::len).sum::<usize>()
    }

    pub fn group(&self) -> usize {
        self.measures.first().map_or(0, |measure| measure.group)
    }

    /// Takes what was counted; `None` where the measures have no value anywhere.
    pub fn take(&mut self, cells: Option<CellSet>) {
        self.is_counted = true;
        self.counted = cells.map(|cells| {
            let count = cells.cell_count();
            let last = cells.axes.last().map_or(1, |axis| axis.count.max(1));
            let table = count <= cells.values.len() * TABLE_PLACES_PER_VALUE + TABLE_PLACES;
            let values = if table { Values::Table(table_of(&cells, count)) } else { Values::Found };
            Counted { measure_stride: count / last, cells, values, adds: Vec::new() }
        });
    }

    /// Finds where each spot of the axes and each tuple of the open iterations stands.
    pub fn settle(
        &mut self,
        cube: &Cube,
        axes: &[AxisPlan],
        spots: &[Vec<u64>],
        all: &[Iteration],
    ) {
        let group = self.group();
        self.is_settled = true;
        let Some(counted) = &mut self.counted else { return };
        let mut stride = 1_u32;
        let mut adds = Vec::new();
        for (at, own) in counted.cells.axes.iter().enumerate() {
            let found = match (axes.get(at), self.place.iterations.get(at.wrapping_sub(axes.len())))
            {
                (Some(axis), _) => {
                    let of = OfAxis { cube, place: &self.place, group, axis };
                    of.positions(own, &spots[at])
                }
                (None, Some(&number)) => {
                    of_iteration(cube, &self.place, group, (number, &all[number]), own)
                }
                _ => break,
            };
            let add = |position: u32| if position == NONE { NONE } else { position * stride };
            adds.push(found.into_iter().map(add).collect());
            stride = stride.saturating_mul(own.count as u32);
        }
        counted.adds = adds;
    }

    /// The value of a measure, by position in the grid, at spots and tuples; no number where empty.
    pub fn value(&self, measure: usize, at: &[usize]) -> f64 {
        let Some(counted) = &self.counted else { return f64::NAN };
        let mut ordinal = measure * counted.measure_stride;
        for (adds, &place) in counted.adds.iter().zip(at) {
            match adds[place] {
                NONE => return f64::NAN,
                add => ordinal += add as usize,
            }
        }
        match &counted.values {
            Values::Table(table) => table[ordinal],
            Values::Found => counted.cells.value(ordinal).unwrap_or(f64::NAN),
        }
    }

    /// The codes on an axis of all spots that have a value; none where some column of the axis is
    /// free, for then the grid tells nothing of it.
    pub fn guide(&self, cube: &Cube, bound: &Bound, axis: (usize, &AxisPlan)) -> Option<Vec<u64>> {
        let (at, plan) = axis;
        if bound.nested_totals && !self.place.iterations.is_empty() {
            return None;
        }
        let (mut at_all, mut has_all) = (0_u64, true);
        for column in &plan.columns {
            match self.place.treatment(cube, self.group(), column.hierarchy) {
                Treatment::Free if dimension_of(column.hierarchy).is_some() => return None,
                Treatment::AllOnly => match column.code_of(Member::All) {
                    Some(code) => at_all += code * column.stride,
                    None => has_all = false,
                },
                _ => {}
            }
        }
        let Some(counted) = self.counted.as_ref().filter(|_| has_all) else {
            return Some(Vec::new());
        };
        let own = &counted.cells.axes[at];
        Some((0..own.count).map(|position| code(plan, own, position) + at_all).collect())
    }
}

fn table_of(cells: &CellSet, count: usize) -> Vec<f64> {
    let mut table = vec![f64::NAN; count];
    for (&ordinal, &value) in cells.ordinals.iter().zip(&cells.values) {
        table[ordinal as usize] = value;
    }
    table
}

/// The code on an axis of a grid's position, as far as the grid has its hierarchies.
fn code(plan: &AxisPlan, own: &AxisPositions, position: usize) -> u64 {
    let members = own.columns.iter().zip(own.position(position));
    let part = |(hierarchy, member): (&_, &Member)| {
        let column = plan.columns.iter().find(|column| column.hierarchy == *hierarchy)?;
        Some(column.code_of(*member)? * column.stride)
    };
    members.filter_map(part).sum()
}

/// An axis as a grid sees it.
struct OfAxis<'a> {
    cube: &'a Cube,
    place: &'a Place,
    group: usize,
    axis: &'a AxisPlan,
}

impl OfAxis<'_> {
    /// The position of each spot in the grid.
    fn positions(&self, own: &AxisPositions, spots: &[u64]) -> Vec<u32> {
        let (mut kept, mut at_all): (Vec<Decoder>, Vec<Decoder>) = (Vec::new(), Vec::new());
        for column in &self.axis.columns {
            match self.place.treatment(self.cube, self.group, column.hierarchy) {
                Treatment::Kept => kept.push(column.decoder()),
                Treatment::AllOnly => at_all.push(column.decoder()),
                Treatment::Free => {}
            }
        }
        let places =
            (0..own.count).map(|position| (code(self.axis, own, position), position as u32));
        let places: HashMap<u64, u32> = places.collect();
        let position = |&spot: &u64| {
            if at_all.iter().any(|column| column.member(spot) != Member::All) {
                return NONE;
            }
            let code = kept.iter().map(|column| column.part(spot)).sum::<u64>();
            places.get(&code).copied().unwrap_or(NONE)
        };
        spots.iter().map(position).collect()
    }
}

/// The position of each tuple of an iteration in the grid.
fn of_iteration(
    cube: &Cube,
    place: &Place,
    group: usize,
    (number, iteration): (usize, &Iteration),
    own: &AxisPositions,
) -> Vec<u32> {
    let treatment = |hierarchy| place.treatment_of_iteration(cube, group, (number, hierarchy));
    let treatments: Vec<Treatment> = iteration.columns.iter().map(|&one| treatment(one)).collect();
    let places = (0..own.count).map(|position| (own.position(position), position as u32));
    let places: HashMap<&[Member], u32> = places.collect();
    let position = |tuple: &[Member]| {
        let mut kept = Vec::with_capacity(tuple.len());
        for (member, treatment) in tuple.iter().zip(&treatments) {
            match treatment {
                Treatment::Kept => kept.push(*member),
                Treatment::AllOnly if *member != Member::All => return NONE,
                _ => {}
            }
        }
        places.get(&kept[..]).copied().unwrap_or(NONE)
    };
    (0..iteration.len()).map(|number| position(iteration.tuple(number))).collect()
}
