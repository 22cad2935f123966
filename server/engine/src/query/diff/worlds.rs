//! The row of worlds from the older version to the newer one, each counted as any answer is.

use std::sync::Arc;

use hashbrown::HashMap;
use roaring::RoaringBitmap;

use super::ledger::{Classes, Split};
use super::{Cause, Heading, Identity, Side, Tellers, is_own, told};
use crate::cube::Cube;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::cellset::{AxisPositions, CellSet};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::names::{self, Names};
use crate::query::pivot::Pivot;
use crate::query::view::{Seen, View};
use crate::query::{Cancel, Limits, bind, run as ask};

/// The classes that are left out of the older version one after the other, and come back in the newer
/// one the other way round. Between them lie time, and the approvals, which time does not touch.
const CLASSES: [Cause; 5] =
    [Cause::Vanished, Cause::Changed, Cause::Codes, Cause::Judged, Cause::Time];

/// What a cell takes of memory, as so many numbers of eight bytes: its names, and what is told of it.
const NUMBERS_PER_CELL: usize = 48;

/// The cells of all worlds, numbered as they are met. A cell is known by the unique names of its members.
#[derive(Default)]
pub(super) struct Cells {
    members: HashMap<String, u32>,
    /// What people read of each member, in the newest world that has it.
    captions: Vec<String>,
    numbers: HashMap<Arc<[u32]>, u32>,
    /// The members of each cell.
    of: Vec<Arc<[u32]>>,
}

impl Cells {
    /// The number of the cell of members, each with its unique name and what people read of it.
    #[cfg(test)]
    pub(super) fn number(&mut self, members: impl Iterator<Item = (String, String)>) -> u32 {
        let members: Vec<u32> = members.map(|(name, caption)| self.member(name, caption)).collect();
        self.cell(&members)
    }

    fn member(&mut self, name: String, caption: String) -> u32 {
        let next = self.captions.len() as u32;
        let number = *self.members.entry(name).or_insert(next);
        match number == next {
            true => self.captions.push(caption),
            false => self.captions[number as usize] = caption,
        }
        number
    }

    fn cell(&mut self, members: &[u32]) -> u32 {
        if let Some(known) = self.numbers.get(members) {
            return *known;
        }
        let (number, members) = (self.of.len() as u32, Arc::<[u32]>::from(members));
        self.numbers.insert(Arc::clone(&members), number);
        self.of.push(members);
        number
    }

    /// What people read of the members of a cell.
    pub(super) fn captions(&self, cell: u32) -> Vec<String> {
        let members = self.of[cell as usize].iter();
        members.map(|&member| self.captions[member as usize].clone()).collect()
    }
}

/// An answer by cells.
#[derive(Clone, Default)]
pub(super) struct Grid {
    pub headings: Vec<Heading>,
    /// The value of each cell by its number; no number where there is none.
    pub values: Vec<f64>,
    /// The cells that have a value, in the order of the answer.
    pub order: Vec<u32>,
    pub decimals: u8,
    pub behind: u32,
}

impl Grid {
    /// The value of a cell.
    pub(super) fn value(&self, cell: u32) -> Option<f64> {
        self.values.get(cell as usize).copied().filter(|value| !value.is_nan())
    }
}

/// From one world to the next, and why.
pub(super) struct Step {
    pub cause: Cause,
    pub from: usize,
    pub to: usize,
}

/// All worlds, and the steps between them, in order.
pub(super) struct Ran {
    pub grids: Vec<Grid>,
    pub steps: Vec<Step>,
    pub cells: Cells,
}

impl Ran {
    /// The older version.
    pub(super) fn first(&self) -> &Grid {
        &self.grids[0]
    }

    /// The newer version.
    pub(super) fn last(&self) -> &Grid {
        &self.grids[self.grids.len() - 1]
    }

    /// Counts the first world.
    fn begin(world: &World<'_>) -> Result<Ran, QueryError> {
        let mut ran = Ran { grids: Vec::new(), steps: Vec::new(), cells: Cells::default() };
        ran.count(world, &[], None)?;
        Ok(ran)
    }

    /// Counts a further world, and says why it is another.
    fn add(
        &mut self,
        cause: Cause,
        world: &World<'_>,
        without: &[Cause],
        until: Option<i32>,
    ) -> Result<(), QueryError> {
        self.count(world, without, until)?;
        let to = self.grids.len() - 1;
        self.steps.push(Step { cause, from: to - 1, to });
        Ok(())
    }

    fn count(
        &mut self,
        world: &World<'_>,
        without: &[Cause],
        until: Option<i32>,
    ) -> Result<(), QueryError> {
        let grid = world.count(without, until, &mut self.cells)?;
        self.grids.push(grid);
        let limits = world.within.0;
        let numbers = self.cells.of.len().saturating_mul(NUMBERS_PER_CELL + self.grids.len());
        match numbers > limits.grid_numbers {
            true => Err(QueryError::new(
                ErrorKind::TooLarge,
                "sammenligningen har for mange celler til at kunne holdes",
            )
            .hint("spørg om færre felter ad gangen, eller begræns felterne med betingelser")),
            false => Ok(()),
        }
    }
}

/// Counts all worlds. Where others tell of records than the views that are asked, the row goes from
/// what is asked to what tells, and back at its end.
pub(super) fn run(
    sides: (Side<'_>, Side<'_>),
    asked: (&View, &View),
    tellers: Option<&Tellers>,
    pivot: &Pivot,
    (identity, classes): (&Identity<'_>, &Classes),
    within: (&Limits, &Cancel),
) -> Result<Ran, QueryError> {
    let older = |view| World::new(sides.0, view, pivot, identity, classes, within);
    let newer = |view| World::new(sides.1, view, pivot, identity, classes, within);
    let is_told = |one: &View| tellers.is_some() && !is_own(one);
    if let Some(own) = tellers.filter(|_| is_told(asked.0) && is_told(asked.1)) {
        let (older, newer) = (older(&own.before)?, newer(&own.after)?);
        let mut ran = Ran::begin(&older)?;
        between(&mut ran, &older, &newer)?;
        return Ok(ran);
    }
    let mut ran = Ran::begin(&older(asked.0)?)?;
    if let Some(own) = tellers {
        let (older, newer) = (older(&own.before)?, newer(&own.after)?);
        ran.add(Cause::Rest, &older, &[], None)?;
        between(&mut ran, &older, &newer)?;
    }
    ran.add(Cause::Rest, &newer(asked.1)?, &[], None)?;
    Ok(ran)
}

/// The row of worlds between two versions, the older of which was counted last. Time is what lies
/// between the months of both and all months of the newer one, over the records that were delivered and
/// are judged alike.
fn between(ran: &mut Ran, older: &World<'_>, newer: &World<'_>) -> Result<(), QueryError> {
    let last = older.cube().timeline.last.min(newer.cube().timeline.last);
    let cut = |world: &World<'_>| (world.cube().timeline.last > last).then_some(last.0);
    let (earlier, later) = (cut(older), cut(newer));
    let mut without = Vec::new();
    for cause in CLASSES {
        without.push(cause);
        if older.split.has(cause) {
            ran.add(cause, older, &without, None)?;
        }
    }
    if earlier.is_some() {
        ran.add(Cause::Time, older, &without, earlier)?;
    }
    without.push(Cause::Approval);
    if older.split.has(Cause::Approval) {
        ran.add(Cause::Approval, older, &without, earlier)?;
    }
    without.push(Cause::New);
    ran.add(Cause::Rest, newer, &without, later)?;
    without.retain(|left| *left != Cause::Approval);
    if newer.split.has(Cause::Approval) {
        ran.add(Cause::Approval, newer, &without, later)?;
    }
    if later.is_some() {
        ran.add(Cause::Time, newer, &without, None)?;
    }
    let back = CLASSES.into_iter().rev().filter(|cause| *cause != Cause::Vanished);
    for cause in back.chain([Cause::New]) {
        without.retain(|left| *left != cause);
        if newer.split.has(cause) {
            ran.add(cause, newer, &without, None)?;
        }
    }
    Ok(())
}

/// A version, of whose records some classes can be left out.
struct World<'a> {
    side: Side<'a>,
    view: View,
    pivot: &'a Pivot,
    month: &'a str,
    split: Split,
    within: (&'a Limits, &'a Cancel),
}

impl<'a> World<'a> {
    fn new(
        side: Side<'a>,
        view: &View,
        pivot: &'a Pivot,
        identity: &'a Identity<'_>,
        classes: &Classes,
        within: (&'a Limits, &'a Cancel),
    ) -> Result<World<'a>, QueryError> {
        let split = classes.rows(view, side.views, (identity, within.1))?;
        Ok(World { side, view: view.clone(), pivot, month: identity.month, split, within })
    }

    fn cube(&self) -> &Cube {
        self.view.cube()
    }

    /// The answer without some classes, and, where a month is given, without the days after it.
    fn count(
        &self,
        without: &[Cause],
        until: Option<i32>,
        known: &mut Cells,
    ) -> Result<Grid, QueryError> {
        let view = self.view.keeping(self.kept(without));
        let mut pivot = Pivot { cube: self.cube().name.clone(), ..self.pivot.clone() };
        pivot.filters.extend(until.map(|until| self.not_after(until)));
        let (limits, cancel) = self.within;
        let answered =
            bind::pivot(&view, &pivot).and_then(|bound| ask(&view, &bound, limits, cancel));
        let cells = answered.map_err(|error| told(error, self.side))?;
        grid(self.cube(), &cells, known, cancel)
    }

    fn kept(&self, without: &[Cause]) -> Vec<Seen> {
        let groups = self.cube().groups.iter().zip(&self.split.0);
        let all = |count: usize| {
            let mut all = RoaringBitmap::new();
            all.insert_range(0..count as u32);
            all
        };
        let kept = |count: usize, split: &HashMap<Cause, RoaringBitmap>| {
            let left_out = without.iter().filter_map(|cause| split.get(cause));
            left_out.fold(all(count), |kept, rows| kept - rows)
        };
        let seen = groups.map(|(group, [rows, cut])| Seen {
            rows: kept(group.rows.len(), rows),
            cut: kept(group.cut.as_ref().map_or(0, crate::cube::Rows::len), cut),
        });
        seen.collect()
    }

    /// A condition that leaves out the months after one.
    fn not_after(&self, until: i32) -> String {
        let later = (until + 1)..=self.cube().timeline.last.0;
        let names = later.map(|month| cube_schema::day::Month(month).to_string());
        format!("{}<>{}", self.month, names.collect::<Vec<_>>().join(","))
    }
}

/// The cells of an answer by their numbers.
fn grid(
    cube: &Cube,
    cells: &CellSet,
    known: &mut Cells,
    cancel: &Cancel,
) -> Result<Grid, QueryError> {
    let names = Names::new(cube, &cells.own);
    let mut grid = Grid { behind: cells.behind, ..Grid::default() };
    grid.headings = cells.axes.iter().rev().flat_map(|axis| headings(cube, axis)).collect();
    grid.decimals = cells.decimals.iter().copied().max().unwrap_or_default();
    let mut members: Vec<Vec<u32>> = Vec::new();
    for axis in &cells.axes {
        let columns = axis.columns.iter().copied().cycle().zip(axis.members.iter().copied());
        members.push(cancel.collect(columns.map(|(own, member)| {
            let name = names::unique_name(names, own, member);
            known.member(name, names::caption(names, own, member).to_owned())
        }))?);
    }
    let mut place = Vec::new();
    let all = cells.ordinals.iter().zip(&cells.values).enumerate();
    cancel.each(all, |(at, (&ordinal, &value))| {
        if cells.special.contains_key(&at) || value.is_nan() {
            return;
        }
        place.clear();
        let (mut rest, mut stride) = (ordinal as usize, cells.cell_count());
        for (axis, members) in cells.axes.iter().zip(&members).rev() {
            stride /= axis.count;
            let (position, width) = (rest / stride, axis.columns.len());
            rest %= stride;
            place.extend_from_slice(&members[position * width..(position + 1) * width]);
        }
        let cell = known.cell(&place);
        let own = cell as usize;
        grid.values.resize(grid.values.len().max(own + 1), f64::NAN);
        grid.values[own] = value;
        grid.order.push(cell);
    })?;
    Ok(grid)
}

/// What stands over the members of each hierarchy of an axis.
fn headings(cube: &Cube, axis: &AxisPositions) -> Vec<Heading> {
    let heading = |(column, &hierarchy): (usize, &HierarchyRef)| match hierarchy {
        HierarchyRef::Measures => Heading { name: "Mål".to_owned(), personal: false },
        HierarchyRef::Of { dimension, hierarchy } => {
            let shape = &cube.dimensions[dimension];
            let is_person = |member: &Member| match member {
                Member::Of { field, .. } => shape.fields[*field].personal,
                _ => false,
            };
            let personal = (0..axis.count).any(|at| is_person(&axis.position(at)[column]));
            Heading { name: shape.hierarchies[hierarchy].name.clone(), personal }
        }
    };
    axis.columns.iter().enumerate().map(heading).collect()
}
