//! The row of worlds from the older version to the newer one, each counted as any answer is.

use hashbrown::HashMap;
use roaring::RoaringBitmap;

use super::ledger::{Classes, Split};
use super::{Cause, Heading, Identity, Side, Tellers, is_own, told};
use crate::cube::Cube;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::cellset::{AxisPositions, CellSet};
use crate::query::error::QueryError;
use crate::query::names::{self, Names};
use crate::query::pivot::Pivot;
use crate::query::view::{Seen, View};
use crate::query::{Cancel, Limits, bind, run as ask};

/// A cell by the unique names of its members.
pub(super) type Place = Vec<String>;

/// The classes that are left out of the older version one after the other, and come back in the newer
/// one the other way round. Between them lie time, and the approvals, which time does not touch.
const CLASSES: [Cause; 5] =
    [Cause::Vanished, Cause::Changed, Cause::Codes, Cause::Judged, Cause::Time];

/// An answer by places.
#[derive(Clone, Default)]
pub(super) struct Grid {
    pub headings: Vec<Heading>,
    pub order: Vec<Place>,
    pub captions: HashMap<Place, Vec<String>>,
    pub cells: HashMap<Place, f64>,
    pub decimals: u8,
    pub behind: u32,
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

    fn add(&mut self, cause: Cause, grid: Grid) {
        let from = self.grids.len() - 1;
        self.grids.push(grid);
        self.steps.push(Step { cause, from, to: from + 1 });
    }

    /// Adds worlds that another row goes on with, and why it does.
    fn append(&mut self, cause: Cause, other: Ran) {
        let (last, offset) = (self.grids.len() - 1, self.grids.len());
        self.grids.extend(other.grids);
        self.steps.push(Step { cause, from: last, to: offset });
        let moved = |step: Step| Step { from: step.from + offset, to: step.to + offset, ..step };
        self.steps.extend(other.steps.into_iter().map(moved));
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
        return between(&older(&own.before), &newer(&own.after));
    }
    let mut ran = Ran { grids: vec![older(asked.0).count(&[], None)?], steps: Vec::new() };
    if let Some(own) = tellers {
        ran.append(Cause::Rest, between(&older(&own.before), &newer(&own.after))?);
    }
    ran.add(Cause::Rest, newer(asked.1).count(&[], None)?);
    Ok(ran)
}

/// The row of worlds between two versions. Time is what lies between the months of both and all months
/// of the newer one, over the records that were delivered and are judged alike.
fn between(older: &World<'_>, newer: &World<'_>) -> Result<Ran, QueryError> {
    let last = older.cube().timeline.last.min(newer.cube().timeline.last);
    let cut = |world: &World<'_>| (world.cube().timeline.last > last).then_some(last.0);
    let (earlier, later) = (cut(older), cut(newer));
    let mut ran = Ran { grids: vec![older.count(&[], None)?], steps: Vec::new() };
    let mut without = Vec::new();
    for cause in CLASSES {
        without.push(cause);
        if older.split.has(cause) {
            ran.add(cause, older.count(&without, None)?);
        }
    }
    if earlier.is_some() {
        ran.add(Cause::Time, older.count(&without, earlier)?);
    }
    without.push(Cause::Approval);
    if older.split.has(Cause::Approval) {
        ran.add(Cause::Approval, older.count(&without, earlier)?);
    }
    without.push(Cause::New);
    ran.add(Cause::Rest, newer.count(&without, later)?);
    without.retain(|left| *left != Cause::Approval);
    if newer.split.has(Cause::Approval) {
        ran.add(Cause::Approval, newer.count(&without, later)?);
    }
    if later.is_some() {
        ran.add(Cause::Time, newer.count(&without, None)?);
    }
    let back = CLASSES.into_iter().rev().filter(|cause| *cause != Cause::Vanished);
    for cause in back.chain([Cause::New]) {
        without.retain(|left| *left != cause);
        if newer.split.has(cause) {
            ran.add(cause, newer.count(&without, None)?);
        }
    }
    Ok(ran)
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
    ) -> World<'a> {
        let split = classes.rows(view, side.views, identity);
        World { side, view: view.clone(), pivot, month: identity.month, split, within }
    }

    fn cube(&self) -> &Cube {
        self.view.cube()
    }

    /// The answer without some classes, and, where a month is given, without the days after it.
    fn count(&self, without: &[Cause], until: Option<i32>) -> Result<Grid, QueryError> {
        let view = self.view.keeping(self.kept(without));
        let mut pivot = Pivot { cube: self.cube().name.clone(), ..self.pivot.clone() };
        pivot.filters.extend(until.map(|until| self.not_after(until)));
        let (limits, cancel) = self.within;
        let answered =
            bind::pivot(&view, &pivot).and_then(|bound| ask(&view, &bound, limits, cancel));
        let cells = answered.map_err(|error| told(error, self.side))?;
        Ok(grid(self.cube(), &cells))
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

/// The cells of an answer by places.
fn grid(cube: &Cube, cells: &CellSet) -> Grid {
    let names = Names::new(cube, &cells.own);
    let mut grid = Grid { behind: cells.behind, ..Grid::default() };
    grid.headings = cells.axes.iter().rev().flat_map(|axis| headings(cube, axis)).collect();
    grid.decimals = cells.decimals.iter().copied().max().unwrap_or_default();
    for (at, (&ordinal, &value)) in cells.ordinals.iter().zip(&cells.values).enumerate() {
        if cells.special.contains_key(&at) || value.is_nan() {
            continue;
        }
        let mut rest = ordinal as usize;
        let positions = cells.axes.iter().map(|axis| {
            let position = rest % axis.count;
            rest /= axis.count;
            axis.columns.iter().copied().zip(axis.position(position).iter().copied())
        });
        let positions: Vec<_> = positions.map(Iterator::collect::<Vec<_>>).collect();
        let members = || positions.iter().rev().flatten();
        let place: Place = members().map(|&(h, m)| names::unique_name(names, h, m)).collect();
        let captions = members().map(|&(h, m)| names::caption(names, h, m).to_owned()).collect();
        grid.captions.insert(place.clone(), captions);
        grid.cells.insert(place.clone(), value);
        grid.order.push(place);
    }
    grid
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
