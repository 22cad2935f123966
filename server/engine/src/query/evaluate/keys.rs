//! Sets of keys of a dimension, as bits: what exists where.

use crate::cube::Cube;
use crate::query::bound::{Condition, Member};

/// A set of keys, a bit for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Keys(Vec<u64>);

impl Keys {
    pub(crate) fn all(count: usize) -> Keys {
        let mut keys = Keys(vec![u64::MAX; count.div_ceil(64)]);
        if let Some(last) = keys.0.last_mut().filter(|_| !count.is_multiple_of(64)) {
            *last = (1 << (count % 64)) - 1;
        }
        keys
    }

    pub(crate) fn none(count: usize) -> Keys {
        Keys(vec![0; count.div_ceil(64)])
    }

    pub(crate) fn put(&mut self, key: usize) {
        self.0[key / 64] |= 1 << (key % 64);
    }

    pub(crate) fn has(&self, key: usize) -> bool {
        self.0[key / 64] >> (key % 64) & 1 == 1
    }

    pub(crate) fn keep(&mut self, other: &Keys) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= other);
    }

    pub(crate) fn add(&mut self, other: &Keys) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    pub(crate) fn meets(&self, other: &Keys) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & other != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// The keys of a dimension that a member has.
pub(crate) fn of_member(cube: &Cube, dimension: usize, member: Member) -> Keys {
    let shape = &cube.dimensions[dimension];
    let Member::Of { field, id } = member else { return Keys::all(shape.key_count) };
    let mut keys = Keys::none(shape.key_count);
    let of = shape.fields[field].keys_of_member.get(id as usize);
    of.iter().for_each(|&key| keys.put(key as usize));
    keys
}

/// The keys of a dimension that conditions leave.
pub(crate) fn allowed(cube: &Cube, dimension: usize, conditions: &[Condition]) -> Keys {
    let shape = &cube.dimensions[dimension];
    let mut keys = Keys::all(shape.key_count);
    for condition in conditions.iter().filter(|one| one.dimension == dimension) {
        let mut own = Keys::none(shape.key_count);
        for &member in &condition.members {
            let of = shape.fields[condition.field].keys_of_member.get(member as usize);
            of.iter().for_each(|&key| own.put(key as usize));
        }
        if condition.except {
            own.0.iter_mut().for_each(|word| *word = !*word);
        }
        keys.keep(&own);
    }
    keys
}
