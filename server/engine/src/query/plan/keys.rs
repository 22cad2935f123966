//! Conditions → the keys of a dimension that are left.

use super::super::bound::{Condition, Union};
use super::super::view::View;
use crate::cube::Dimension;

/// The keys of a dimension that all its conditions leave, ascending; `None` where it has none.
pub(in crate::query) fn allowed(
    shape: &Dimension,
    dimension: usize,
    conditions: &[Condition],
) -> Option<Vec<u32>> {
    let own = conditions.iter().filter(|condition| condition.dimension == dimension);
    own.map(|condition| of_condition(shape, condition)).reduce(|left, right| common(&left, &right))
}

/// The keys of a dimension that a union leaves, ascending; `None` where conditions on the single
/// fields say the same.
pub(in crate::query) fn of_union(
    shape: &Dimension,
    dimension: usize,
    union: &Union,
) -> Option<Vec<u32>> {
    if !union.combines(dimension) {
        return None;
    }
    let mut keys = Vec::new();
    for one in &union.boxes {
        keys.extend(allowed(shape, dimension, one)?);
    }
    keys.sort_unstable();
    keys.dedup();
    Some(keys)
}

fn of_condition(shape: &Dimension, condition: &Condition) -> Vec<u32> {
    let field = &shape.fields[condition.field];
    let members = condition.members.iter();
    let mut keys: Vec<u32> =
        members.flat_map(|&member| field.keys_of_member.get(member as usize)).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    if condition.except { complement(&keys, shape.key_count) } else { keys }
}

fn complement(keys: &[u32], count: usize) -> Vec<u32> {
    let mut left_out = keys.iter().peekable();
    (0..count as u32).filter(|key| left_out.next_if_eq(&key).is_none()).collect()
}

/// Those of some ascending keys that the view has.
pub(super) fn seen(view: &View, dimension: usize, keys: Vec<u32>) -> Vec<u32> {
    match view.visible_keys(dimension) {
        Some(visible) => common(&keys, visible),
        None => keys,
    }
}

/// The keys in both of two ascending lists; `None` is all.
pub(super) fn both(left: Option<&[u32]>, right: Option<&[u32]>) -> Option<Vec<u32>> {
    match (left, right) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one.to_vec()),
        (Some(left), Some(right)) => Some(common(left, right)),
    }
}

/// The numbers in both of two ascending lists.
pub(super) fn common(left: &[u32], right: &[u32]) -> Vec<u32> {
    left.iter().copied().filter(|key| right.binary_search(key).is_ok()).collect()
}
