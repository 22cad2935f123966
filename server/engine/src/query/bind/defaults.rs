//! Where a question stands on hierarchies that it does not name: at All, unless they have a default
//! member.

use super::Bound;
use crate::cube::Cube;
use crate::query::View;
use crate::query::bound::{Condition, HierarchyRef, Member};

/// The hierarchies that stand elsewhere than at All where nothing is said.
pub(super) fn of(view: &View) -> Vec<(HierarchyRef, Member)> {
    let of = |dimension: usize, hierarchy: usize| {
        let (field, id) = view.default_of(dimension, hierarchy)?;
        Some((HierarchyRef::Of { dimension, hierarchy }, Member::Of { field, id }))
    };
    let all = view.dimensions().flat_map(|(dimension, shape)| {
        shape.shown_hierarchies().filter_map(move |(own, _)| of(dimension, own))
    });
    all.collect()
}

/// Adds the conditions of default members of hierarchies that are not named.
pub(super) fn stand(view: &View, bound: &mut Bound) {
    let axes = bound.axes.iter().flat_map(|axis| &axis.factors);
    let mut named: Vec<HierarchyRef> =
        axes.flat_map(|factor| factor.columns.iter().copied()).collect();
    named.extend(bound.slicer.iter().flat_map(|set| set.columns()));
    for (hierarchy, member) in bound.defaults.clone() {
        let Member::Of { field, id } = member else { continue };
        let HierarchyRef::Of { dimension, .. } = hierarchy else { continue };
        if !is_named(view.cube(), hierarchy, |one| named.contains(&one)) {
            bound.sliced.push((bound.conditions.len(), hierarchy));
            let members = vec![id];
            bound.conditions.push(Condition { dimension, field, members, except: false });
        }
    }
}

/// Whether a hierarchy is named, itself or by the hierarchy of one of its levels alone: a pivot names
/// levels so.
pub(in crate::query) fn is_named(
    cube: &Cube,
    own: HierarchyRef,
    names: impl Fn(HierarchyRef) -> bool,
) -> bool {
    let HierarchyRef::Of { dimension, hierarchy } = own else { return names(own) };
    let levels = &cube.dimensions[dimension].hierarchies[hierarchy].levels;
    let of_level = |&level: &usize| HierarchyRef::Of { dimension, hierarchy: level };
    names(own) || levels.iter().map(of_level).any(names)
}

/// The conditions of the default members of a cell: those of hierarchies of which its conditions name
/// no level.
pub(in crate::query) fn beside(view: &View, conditions: &[Condition]) -> Vec<Condition> {
    let found = of(view).into_iter().filter_map(|(hierarchy, member)| match (hierarchy, member) {
        (HierarchyRef::Of { dimension, hierarchy }, Member::Of { field, id }) => {
            let levels = &view.cube().dimensions[dimension].hierarchies[hierarchy].levels;
            let names = |one: &Condition| one.dimension == dimension && levels.contains(&one.field);
            let condition = Condition { dimension, field, members: vec![id], except: false };
            (!conditions.iter().any(names)).then_some(condition)
        }
        _ => None,
    });
    found.collect()
}

/// Whether a condition says what is so where nothing is said.
pub(in crate::query) fn says_nothing(view: &View, condition: &Condition) -> bool {
    let is_default = |(hierarchy, member): (HierarchyRef, Member)| match (hierarchy, member) {
        (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
            *condition == Condition { dimension, field, members: vec![id], except: false }
        }
        _ => false,
    };
    of(view).into_iter().any(is_default)
}

/// The default members of a pivot: those of hierarchies of which it names no level, in its fields or
/// in its conditions.
pub(super) fn stand_of_pivot(view: &View, bound: &mut Bound) {
    let factors = bound.axes.iter().flat_map(|axis| &axis.factors);
    let columns = factors.flat_map(|factor| factor.columns.iter().copied()).collect();
    bound.defaults = unnamed(view, columns, &bound.conditions);
    stand(view, bound);
}

/// The default members of hierarchies of which conditions name no level.
pub(super) fn beside_conditions(
    view: &View,
    conditions: &[Condition],
) -> Vec<(HierarchyRef, Member)> {
    unnamed(view, Vec::new(), conditions)
}

/// The default members of hierarchies that neither columns nor conditions name.
fn unnamed(
    view: &View,
    mut named: Vec<HierarchyRef>,
    conditions: &[Condition],
) -> Vec<(HierarchyRef, Member)> {
    named.extend(conditions.iter().map(|one| {
        let (dimension, hierarchy) = (one.dimension, one.field);
        HierarchyRef::Of { dimension, hierarchy }
    }));
    let mut found = of(view);
    found.retain(|(own, _)| !is_named(view.cube(), *own, |one| named.contains(&one)));
    found
}
