//! Where a question stands on hierarchies that it does not name: at All, unless they have a default
//! member.

use super::Bound;
use crate::cube::Hierarchy;
use crate::query::View;
use crate::query::bound::{Condition, HierarchyRef, Member};

/// The hierarchies that stand elsewhere than at All where nothing is said.
pub(super) fn of(view: &View) -> Vec<(HierarchyRef, Member)> {
    let of = |dimension: usize, (hierarchy, own): (usize, &Hierarchy)| {
        let (field, id) = own.default?;
        Some((HierarchyRef::Of { dimension, hierarchy }, Member::Of { field, id }))
    };
    let all = view.dimensions().flat_map(|(dimension, shape)| {
        shape.shown_hierarchies().filter_map(move |own| of(dimension, own))
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
        let HierarchyRef::Of { dimension, hierarchy: own } = hierarchy else { continue };
        let levels = &view.cube().dimensions[dimension].hierarchies[own].levels;
        if !named.iter().any(|&one| one == hierarchy || is_level(one, dimension, levels)) {
            bound.sliced.push((bound.conditions.len(), hierarchy));
            let members = vec![id];
            bound.conditions.push(Condition { dimension, field, members, except: false });
        }
    }
}

/// Whether a hierarchy is that of one of some levels alone: a pivot names levels so.
fn is_level(hierarchy: HierarchyRef, of: usize, levels: &[usize]) -> bool {
    matches!(hierarchy, HierarchyRef::Of { dimension, hierarchy }
        if dimension == of && levels.contains(&hierarchy))
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
    bound.defaults = beside_conditions(view, &bound.conditions);
    stand(view, bound);
}

/// The default members of hierarchies of which conditions name no level.
pub(super) fn beside_conditions(
    view: &View,
    conditions: &[Condition],
) -> Vec<(HierarchyRef, Member)> {
    let mut found = of(view);
    found.retain(|&(hierarchy, _)| {
        let HierarchyRef::Of { dimension, hierarchy } = hierarchy else { return false };
        let levels = &view.cube().dimensions[dimension].hierarchies[hierarchy].levels;
        let is_named = |one: &Condition| one.dimension == dimension && levels.contains(&one.field);
        !conditions.iter().any(is_named)
    });
    found
}
