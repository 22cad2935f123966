//! Sets of keys of a dimension, as bits: what exists where.

use std::sync::Arc;

use crate::cube::{Cube, Dimension};
use crate::query::bound::{Condition, Member, Union};
use crate::query::plan;

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

    pub(crate) fn of(count: usize, keys: &[u32]) -> Keys {
        let mut all = Keys::none(count);
        keys.iter().for_each(|&key| all.put(key as usize));
        all
    }

    /// The same with room for so many keys.
    pub(crate) fn grown(mut self, count: usize) -> Keys {
        self.0.resize(self.0.len().max(count.div_ceil(64)), 0);
        self
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

    /// Room for keys: their number, rounded up to whole words.
    pub(crate) fn len(&self) -> usize {
        self.0.len() * 64
    }

    /// The number of keys that it has.
    pub(crate) fn size(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn is_within(&self, other: &Keys) -> bool {
        self.0.iter().zip(&other.0).all(|(own, other)| own & !other == 0)
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

/// The keys that members of some hierarchies of a dimension have in common, put among others.
pub(crate) fn put_common(
    keys: &mut Keys,
    shape: &Dimension,
    members: impl Iterator<Item = Member>,
) {
    let mut fields = members.filter_map(|member| match member {
        Member::Of { field, id } => Some((field, id)),
        _ => None,
    });
    let Some((field, id)) = fields.next() else { return *keys = Keys::all(shape.key_count) };
    let others: Vec<(usize, u32)> = fields.collect();
    for &key in shape.fields[field].keys_of_member.get(id as usize) {
        if others.iter().all(|&(field, id)| shape.fields[field].member_of(key) == Some(id)) {
            keys.put(key as usize);
        }
    }
}

/// Of each dimension, the keys that conditions and unions leave; `None` where they say nothing of it.
pub(crate) fn left(
    cube: &Cube,
    conditions: &[Condition],
    unions: &[Arc<Union>],
) -> Vec<Option<Keys>> {
    let of_dimension = |(dimension, shape): (usize, &Dimension)| {
        let own = plan::keys::allowed(shape, dimension, conditions).into_iter();
        let combined = unions.iter().filter_map(|one| plan::keys::of_union(shape, dimension, one));
        let all = own.chain(combined).map(|keys| Keys::of(shape.key_count, &keys));
        all.reduce(|mut left, right| {
            left.keep(&right);
            left
        })
    };
    cube.dimensions.iter().enumerate().map(of_dimension).collect()
}
