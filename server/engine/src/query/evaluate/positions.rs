//! The positions of the axes that an answer may have.
//!
//! Of an axis that leaves out what is empty, they are those at which something is stored that the
//! measures read, if without it they are all empty; else all that exist.

use hashbrown::HashSet;

use super::Evaluator;
use super::frame::Frame;
use super::guide::{self, Nothing};
use super::set::{Set, Written};
use crate::cube::MeasureRef;
use crate::query::Cancel;
use crate::query::bound::{Axis, Bound, Condition, Factor, HierarchyRef, Member, Part};
use crate::query::cellset::AxisPositions;
use crate::query::error::QueryError;
use crate::query::execute;
use crate::query::notes::Stage;
use crate::query::plan::{self, AxisPlan, Order};

/// The positions of every axis.
pub(super) fn positions(evaluator: &Evaluator<'_>) -> Result<Vec<AxisPositions>, QueryError> {
    let bound = for_layout(evaluator.bound);
    let within = (evaluator.limits, evaluator.cancel);
    let plan = plan::layout(evaluator.scope.view, &bound, 0, &[], within)?;
    let find = |at: usize| {
        let own = &evaluator.bound.axes[at];
        evaluator.cancel.note(|noted| noted.begin(Stage::Positions(at)));
        if own.factors.iter().any(has_calculated) {
            return written(evaluator, own);
        }
        let axis = &plan.axes[at];
        let guided = match own.non_empty && !own.factors.is_empty() {
            true => guide::positions(evaluator, own)?,
            false => None,
        };
        let is_guided = guided.is_some();
        evaluator.cancel.note(|noted| noted.positions(at, is_guided));
        let codes = match guided {
            Some(found) => codes(axis, &shown(evaluator, found)?, evaluator.cancel)?,
            None => execute::that_exist(&plan, at, within)?,
        };
        match codes.len() > evaluator.limits.positions {
            true => Err(plan::too_wide(evaluator.limits)),
            false => execute::decoded(axis, &codes, evaluator.cancel),
        }
    };
    (0..plan.axes.len()).map(find).collect()
}

/// The tuples of a product outside which expressions are nothing at a cell, in the order of the
/// product; `None` where that is not known.
pub(super) fn stored(
    evaluator: &Evaluator<'_>,
    set: &Set,
    cell: &Frame,
    nothing: Nothing<'_>,
) -> Result<Option<Written>, QueryError> {
    let axis = Axis { factors: set.factors.clone(), non_empty: true };
    let found = guide::positions_of(evaluator, &axis, cell, nothing)?;
    found.map(|found| in_order(evaluator, axis, found)).transpose()
}

/// The tuples of a product outside which an axis that leaves out what is empty has no positions, in
/// the order of the product; `None` where that is not known.
pub(super) fn filled(evaluator: &Evaluator<'_>, set: &Set) -> Result<Option<Written>, QueryError> {
    let axis = Axis { factors: set.factors.clone(), non_empty: true };
    let found = guide::positions(evaluator, &axis)?;
    found.map(|found| in_order(evaluator, axis, found)).transpose()
}

/// Positions of an axis that sets have here, in the order of the axis.
fn in_order(
    evaluator: &Evaluator<'_>,
    axis: Axis,
    found: Vec<AxisPositions>,
) -> Result<Written, QueryError> {
    let found = listed(evaluator, found)?;
    let bound = evaluator.bound;
    let conditions = evaluator.conditions().chain(&bound.hidden).cloned().collect();
    let alone = Bound::stored(vec![axis], conditions, measure_of(evaluator), false);
    let within = (evaluator.limits, evaluator.cancel);
    let plan = plan::layout(evaluator.scope.view, &alone, 0, &[], within)?;
    let codes = codes(&plan.axes[0], &found, evaluator.cancel)?;
    let own = execute::decoded(&plan.axes[0], &codes, evaluator.cancel)?;
    Ok(Written { columns: own.columns, members: own.members })
}

/// Some stored measure, for a question of which only the positions matter.
fn measure_of(evaluator: &Evaluator<'_>) -> MeasureRef {
    let first = evaluator.scope.cube.measures().next();
    first.unwrap_or(MeasureRef { group: 0, measure: 0 })
}

/// The positions that sets have here.
fn listed(
    evaluator: &Evaluator<'_>,
    found: Vec<AxisPositions>,
) -> Result<Vec<AxisPositions>, QueryError> {
    let scope = &evaluator.scope;
    kept(found, scope.cancel, |columns, tuple| {
        let mut own = columns.iter().zip(tuple);
        own.all(|(column, member)| scope.lists(*column, *member))
            && scope.exists(columns, tuple, tuple.len())
    })
}

/// The question as its axes are laid out: members may also be hidden without narrowing anything.
pub(super) fn for_layout(bound: &Bound) -> Bound {
    let conditions = bound.conditions.iter().chain(&bound.hidden).cloned();
    let conditions: Vec<Condition> = conditions.collect();
    let unions = bound.unions.iter().chain(&bound.hidden_unions).cloned().collect();
    Bound { conditions, unions, ..bound.clone() }
}

/// Whether a factor names calculated members of a dimension.
pub(super) fn has_calculated(factor: &Factor) -> bool {
    let is_calculated = |(at, member): (usize, &Member)| {
        let column = factor.columns[at % factor.columns.len()];
        column != HierarchyRef::Measures && matches!(member, Member::Calculated(_))
    };
    factor.parts.iter().any(|part| match part {
        Part::Tuples(members) => members.iter().enumerate().any(is_calculated),
        Part::Level { .. } => false,
    })
}

/// The tuples of an axis, written out; those that exist.
fn written(evaluator: &Evaluator<'_>, axis: &Axis) -> Result<AxisPositions, QueryError> {
    let written = evaluator.scope.written(&Set { factors: axis.factors.clone() })?;
    if written.len() > evaluator.limits.positions {
        return Err(plan::too_wide(evaluator.limits));
    }
    let existing = evaluator.existing(
        &Set::of_tuples(written.columns.clone(), written.members.clone()),
        &evaluator.slicer,
    )?;
    let kept = match existing.get(0) {
        super::value::Value::Set(set) => evaluator.scope.written(&set)?,
        _ => written,
    };
    let count = kept.len();
    Ok(AxisPositions { columns: kept.columns, members: kept.members, count })
}

/// Without the positions of members that are hidden, which what is stored does not tell.
fn shown(
    evaluator: &Evaluator<'_>,
    found: Vec<AxisPositions>,
) -> Result<Vec<AxisPositions>, QueryError> {
    if !evaluator.bound.hides() {
        return Ok(found);
    }
    kept(found, evaluator.cancel, |columns, tuple| {
        let mut shown = columns.iter().zip(tuple);
        shown.all(|(column, member)| evaluator.scope.shows(*column, *member))
            && evaluator.scope.exists(columns, tuple, tuple.len())
    })
}

/// The positions that pass.
fn kept(
    found: Vec<AxisPositions>,
    cancel: &Cancel,
    passes: impl Fn(&[HierarchyRef], &[Member]) -> bool,
) -> Result<Vec<AxisPositions>, QueryError> {
    let of = |own: AxisPositions| {
        let (mut members, mut count) = (Vec::new(), 0);
        cancel.each(0..own.count, |at| {
            if passes(&own.columns, own.position(at)) {
                members.extend_from_slice(own.position(at));
                count += 1;
            }
        })?;
        Ok(AxisPositions { members, count, columns: own.columns })
    };
    found.into_iter().map(of).collect()
}

/// The codes of tuples, in the order of the axis.
fn codes(
    axis: &AxisPlan,
    found: &[AxisPositions],
    cancel: &Cancel,
) -> Result<Vec<u64>, QueryError> {
    let mut codes: HashSet<u64> = HashSet::new();
    for own in found {
        cancel.each(0..own.count, |position| {
            let members = own.columns.iter().zip(own.position(position));
            let part = |(hierarchy, member): (&HierarchyRef, &Member)| {
                let column = axis.columns.iter().find(|column| column.hierarchy == *hierarchy)?;
                Some(column.code_of(*member)? * column.stride)
            };
            let code: Option<u64> = members.map(part).sum();
            codes.extend(code);
        })?;
    }
    if let Some(at) = axis.measure_column() {
        let parts: Vec<u64> = axis.columns[at].measure_parts().collect();
        let all = codes.iter().flat_map(|code| parts.iter().map(move |part| code + part));
        codes = cancel.collect(all)?;
    }
    match &axis.order {
        Order::Listed(list) => {
            let mut kept = Vec::with_capacity(codes.len());
            cancel.each(list, |code| kept.extend(codes.contains(code).then_some(*code)))?;
            Ok(kept)
        }
        Order::ByCode => {
            let mut codes: Vec<u64> = cancel.collect(codes)?;
            codes.sort_unstable();
            Ok(codes)
        }
    }
}
