//! A value that is written in words → the members it means. Members that the view does not have
//! are passed over.

use crate::cube::Field;
use crate::query::View;

/// A personal number as cubes write it, of one that a person has written with a hyphen
/// (`010190-1234`); `None` of anything else, and in a field that is not personal.
fn without_hyphen(column: &Field, value: &str) -> Option<String> {
    let (birth, serial) = value.split_once('-').filter(|_| column.personal)?;
    let is_number = birth.len() == 6
        && serial.len() == 4
        && birth.bytes().all(|byte| byte.is_ascii_digit())
        && serial.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_number.then(|| format!("{birth}{serial}"))
}

/// Adds the members of a value: those of that caption, else those of that key; an exact match goes
/// before one that differs in case.
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
    if members.len() == before
        && let Some(plain) = without_hyphen(column, value)
    {
        find(view, dimension, field, &plain, members);
    }
}

/// The first member of a caption among those that pass.
pub(super) fn of_caption(
    view: &View,
    (dimension, field): (usize, usize),
    caption: &str,
    passes: impl Fn(u32) -> bool,
) -> Option<u32> {
    let column = &view.cube().dimensions[dimension].fields[field];
    let of = |caption: &str| {
        let mut seen = column
            .with_caption(caption)
            .filter(|&member| passes(member) && view.has_member(dimension, field, member));
        let first = seen.next()?;
        let exact = |member: &u32| column.captions.get(*member as usize) == caption;
        Some(std::iter::once(first).chain(seen).find(exact).unwrap_or(first))
    };
    of(caption).or_else(|| of(&without_hyphen(column, caption)?))
}

/// The first member of a key among those that pass.
pub(super) fn of_key(
    view: &View,
    (dimension, field): (usize, usize),
    key: &str,
    passes: impl Fn(u32) -> bool,
) -> Option<u32> {
    let column = &view.cube().dimensions[dimension].fields[field];
    let of = |key: &str| {
        let mut seen = column
            .with_key(key)
            .filter(|&member| passes(member) && view.has_member(dimension, field, member));
        let first = seen.next()?;
        let exact = |member: &u32| column.keys.get(*member as usize) == key;
        Some(std::iter::once(first).chain(seen).find(exact).unwrap_or(first))
    };
    of(key).or_else(|| of(&without_hyphen(column, key)?))
}

/// All members of exactly a caption among those that pass, in natural order; none of a personal field.
pub(super) fn all_of_caption(
    view: &View,
    (dimension, field): (usize, usize),
    caption: &str,
    passes: impl Fn(u32) -> bool,
) -> Vec<u32> {
    let column = &view.cube().dimensions[dimension].fields[field];
    if column.personal {
        return Vec::new();
    }
    let exact = |member: &u32| column.captions.get(*member as usize) == caption;
    let seen = column.with_caption(caption).filter(exact);
    seen.filter(|&member| passes(member) && view.has_member(dimension, field, member)).collect()
}

/// All members of the key of one among those that pass: several where a key is unique below its parent
/// only.
pub(super) fn of_same_key(
    view: &View,
    (dimension, field): (usize, usize),
    member: u32,
    passes: impl Fn(u32) -> bool,
) -> Vec<u32> {
    let column = &view.cube().dimensions[dimension].fields[field];
    if column.personal || !column.composite {
        return vec![member];
    }
    let key = column.keys.get(member as usize);
    let exact = |member: &u32| column.keys.get(*member as usize) == key;
    let seen = column.with_key(key).filter(exact);
    seen.filter(|&member| passes(member) && view.has_member(dimension, field, member)).collect()
}
