//! A value that is written in words → the members it means.

use crate::query::View;

/// Adds the members of a value: those of that caption, else those of that key; an exact match goes
/// before one that differs in case. Members that the view does not have are passed over.
pub(super) fn find(
    view: &View,
    dimension: usize,
    field: usize,
    value: &str,
    members: &mut Vec<u32>,
) {
    let column = &view.cube().dimensions[dimension].fields[field];
    let before = members.len();
    let seen = |member: &u32| view.has_member(dimension, field, *member);
    let captions = |member: &u32| column.captions.get(*member as usize) == value;
    let keys = |member: &u32| column.keys.get(*member as usize) == value;
    members.extend(column.with_caption(value).filter(captions).filter(seen));
    if members.len() == before {
        members.extend(column.with_caption(value).filter(seen));
    }
    if members.len() == before {
        members.extend(column.with_key(value).filter(keys).filter(seen));
    }
    if members.len() == before {
        members.extend(column.with_key(value).filter(seen));
    }
}
