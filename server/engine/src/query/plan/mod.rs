//! A bound question → what has to be counted: passes over the rows, and where their cells go.
//!
//! Every hierarchy on an axis is a *column*. A column's members have codes in the order in which
//! they were asked for; the codes of a position's columns make one number, so that positions are
//! compared, sorted and found as numbers. A column that mixes levels (municipalities and their
//! total) is counted level by level: one choice of a level for every column is a *pass*, in which
//! each row belongs to one place of each single-valued dimension. So a grid with all its totals
//! takes a few sweeps, and no cell is asked for by itself.

mod columns;
mod coordinates;
pub(super) mod keys;
mod time;

pub(super) use columns::{AxisPlan, Column, Decoder, Order, measures, too_wide};
pub(super) use coordinates::{Choice, Codes, KeyMap, NONE, PlaceCodes};
pub(super) use time::TimeChoice;

use std::sync::Arc;

use super::bound::{Bound, HierarchyRef, Member, Union};
use super::error::{ErrorKind, QueryError};
use super::view::View;
use super::{Cancel, Limits};
use crate::cube::{MeasureRef, Rows, Use};
use columns::Columns;
use cube_schema::schema::MeasureKind;

/// What has to be counted.
pub(super) struct Plan<'a> {
    pub view: &'a View,
    /// The measure group that is counted.
    pub group: usize,
    /// Whether the cut rows are needed.
    pub cut: bool,
    pub axes: Vec<AxisPlan>,
    /// The dimensions other than time that are on an axis or have a condition.
    pub dimensions: Vec<DimensionPlan>,
    /// What the question says of time.
    pub time: Option<DimensionPlan>,
    /// The choices of a level for every column of time.
    pub times: Vec<TimeChoice>,
    /// The measures asked for, each with its code on every axis.
    pub measures: Vec<(MeasureRef, Codes)>,
    pub nested_totals: bool,
    /// The unions that rows must lie in. One of a single dimension is told by the keys that it leaves.
    pub unions: Vec<Arc<Union>>,
}

/// What a question says of one dimension.
pub(super) struct DimensionPlan {
    pub dimension: usize,
    /// The keys that the conditions leave; `None` is all.
    pub allowed: Option<Vec<u32>>,
    /// The keys that some position of the axes can hold; `None` is all.
    pub shown: Option<Vec<u32>>,
    /// Its columns, as (axis, position in the axis).
    pub columns: Vec<(usize, usize)>,
}

/// Plans a bound question about stored measures of one group.
pub(super) fn plan<'a>(
    view: &'a View,
    bound: &Bound,
    within: (&Limits, &Cancel),
) -> Result<Plan<'a>, QueryError> {
    let measures = single_group(&measures(bound))?;
    let group = measures.first().map_or(0, |measure| measure.group);
    let plan = layout(view, bound, group, &measures, within)?;
    let uses = &view.cube().groups[group].uses;
    let unrelated_to = |own: &&DimensionPlan| uses[own.dimension].is_none();
    match plan.dimensions.iter().chain(&plan.time).find(unrelated_to) {
        Some(missing) if !missing.is_unasked() => Err(unrelated(view, group, missing.dimension)),
        _ => {
            plan.check_unions()?;
            Ok(plan)
        }
    }
}

/// Lays out what a question shows, whatever its measures are.
pub(super) fn layout<'a>(
    view: &'a View,
    bound: &Bound,
    group: usize,
    measures: &[MeasureRef],
    within: (&Limits, &Cancel),
) -> Result<Plan<'a>, QueryError> {
    let cube = view.cube();
    let columns = Columns::new(view, bound, within)?;
    let mut dimensions = Vec::new();
    let (mut time, mut times) = (None, Vec::new());
    for (dimension, shape) in cube.dimensions.iter().enumerate() {
        let combined = bound.unions.iter().filter_map(|own| keys::of_union(shape, dimension, own));
        let allowed = keys::allowed(shape, dimension, &bound.conditions).into_iter();
        let allowed = allowed.chain(combined).reduce(|left, right| keys::common(&left, &right));
        let allowed = allowed.map(|keys| keys::seen(view, dimension, keys));
        let on_axes = columns.of_dimension(dimension);
        if shape.is_time {
            times =
                time::choices(&columns, &on_axes, shape, allowed.as_deref(), bound.nested_totals);
            time = Some(DimensionPlan { dimension, allowed, shown: None, columns: on_axes });
        } else if allowed.is_some() || !on_axes.is_empty() {
            let shown = coordinates::shown(&columns, &on_axes, shape);
            dimensions.push(DimensionPlan { dimension, allowed, shown, columns: on_axes });
        }
    }
    if time.is_none() {
        times = vec![time::whole(&columns, cube.months())];
    }
    let uses = &cube.groups[group].uses;
    let cut = dimensions.iter().any(|plan| uses[plan.dimension] == Some(Use::Step));
    let measures =
        measures.iter().map(|&measure| (measure, columns.measure_codes(measure))).collect();
    let axes = columns.into_axes();
    Ok(Plan {
        view,
        group,
        cut,
        axes,
        dimensions,
        time,
        times,
        measures,
        nested_totals: bound.nested_totals,
        unions: bound.unions.iter().filter(|own| own.dimensions().len() > 1).cloned().collect(),
    })
}

/// The measures, if they are stored ones of one group.
fn single_group(measures: &[Member]) -> Result<Vec<MeasureRef>, QueryError> {
    let stored = measures.iter().map_while(|measure| match measure {
        Member::Measure(measure) => Some(*measure),
        _ => None,
    });
    let stored: Vec<MeasureRef> = stored.collect();
    let group = stored.first().map_or(0, |measure| measure.group);
    if stored.len() < measures.len() || stored.iter().any(|measure| measure.group != group) {
        let message = "målene kan ikke tælles sammen i ét gennemløb";
        return Err(QueryError::new(ErrorKind::Invalid, message));
    }
    Ok(stored)
}

fn unrelated(view: &View, group: usize, dimension: usize) -> QueryError {
    let cube = view.cube();
    let message = format!(
        "dimensionen '{}' findes ikke for målene i '{}'",
        cube.dimensions[dimension].name, cube.groups[group].name
    );
    QueryError::new(ErrorKind::Invalid, message)
}

/// Whether a measure is one of the rows with a day in the period, whatever day that is.
fn reaches(kind: MeasureKind) -> bool {
    use MeasureKind::{Avg, Count, Distinct, Max, Min, Sum};
    matches!(kind, Distinct | Sum | Count | Min | Max | Avg)
}

impl Plan<'_> {
    /// An error where rows alone do not tell whether they lie in a union: an age is that of a period,
    /// of a many-valued dimension on an axis a row has several places, and so it has in time, unless
    /// all that counts is that it reaches the one period that is asked for.
    fn check_unions(&self) -> Result<(), QueryError> {
        let cube = self.view.cube();
        let of_time = |own: &&Arc<Union>| {
            own.boxes.iter().flatten().any(|one| cube.dimensions[one.dimension].is_time)
        };
        let is_told_by_reach = self.unions.iter().filter(of_time).count() <= 1
            && self.time.as_ref().is_none_or(|time| time.columns.is_empty())
            && self.measures.iter().all(|(measure, _)| reaches(cube.measure(*measure).kind));
        let boxes = self.unions.iter().flat_map(|own| own.boxes.iter().flatten());
        for condition in boxes {
            let dimension = condition.dimension;
            let on_axis =
                |own: &DimensionPlan| own.dimension == dimension && !own.columns.is_empty();
            let many = self.rows().lists[dimension].is_some();
            let of_period = cube.groups[self.group].births[dimension].is_some();
            let of_time = cube.dimensions[dimension].is_time && !is_told_by_reach;
            if of_time || of_period || many && self.dimensions.iter().any(on_axis) {
                let name = &cube.dimensions[dimension].name;
                let message = format!("kombinationerne med '{name}' er ikke et krydsprodukt");
                return Err(QueryError::new(ErrorKind::Invalid, message)
                    .hint("skriv mængden som {…} * {…}, eller læg delene sammen med Sum"));
            }
        }
        Ok(())
    }

    /// The rows that are counted.
    pub fn rows(&self) -> &Rows {
        let group = &self.view.cube().groups[self.group];
        group.cut.as_ref().filter(|_| self.cut).unwrap_or(&group.rows)
    }

    /// The number of passes, or somewhat more.
    pub fn passes(&self) -> usize {
        let columns = self.dimensions.iter().flat_map(|dimension| &dimension.columns);
        let levels = columns.map(|&(axis, at)| self.axes[axis].columns[at].levels.len().max(1));
        levels.product::<usize>() * self.times.len()
    }

    /// Whether one cell is asked for, of one whole period.
    pub fn is_one_cell(&self) -> bool {
        let one_period = |time: &TimeChoice| time.count == 1 && time.holes.is_none();
        self.dimensions.iter().all(|dimension| dimension.columns.is_empty())
            && self.times.len() == 1
            && self.times.iter().all(one_period)
    }
}

impl DimensionPlan {
    /// Whether the question says nothing of the dimension.
    fn is_unasked(&self) -> bool {
        self.allowed.is_none() && self.columns.is_empty()
    }

    /// The keys that count: those allowed and shown; `None` is all.
    pub fn wanted(&self) -> Option<Vec<u32>> {
        keys::both(self.allowed.as_deref(), self.shown.as_deref())
    }

    /// The choices of a level for each of the dimension's columns, as maps from keys to places.
    /// Where `selected`, the rows were chosen by the wanted keys already.
    pub fn choices(&self, plan: &Plan<'_>, selected: bool) -> Vec<Choice> {
        coordinates::choices(self, plan, selected)
    }

    /// What the dimension adds to the codes of the positions of one axis that exist: those whose
    /// members some key has that the conditions leave and the caller can see. The other axes have
    /// no say in it.
    pub fn existing(&self, plan: &Plan<'_>, axis: usize) -> Vec<u64> {
        coordinates::existing(self, plan, axis)
    }
}

/// A hierarchy's dimension and hierarchy; `None` for the measures.
fn dimension_of(column: HierarchyRef) -> Option<(usize, usize)> {
    match column {
        HierarchyRef::Measures => None,
        HierarchyRef::Of { dimension, hierarchy } => Some((dimension, hierarchy)),
    }
}
