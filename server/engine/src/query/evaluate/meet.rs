//! Which tuples of a set exist together with tuples of another: in every dimension that both have,
//! some key has the members of both.

use super::exist::dimensions_of;
use super::keys::Keys;
use super::scope::Scope;
use super::set::Written;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::QueryError;

impl Scope<'_> {
    /// Of each tuple of a set, whether it exists together with one of others.
    ///
    /// # Errors
    /// Too many pairs would have to be tried, or the question was cancelled.
    pub(crate) fn meeting(&self, set: &Written, others: &Written) -> Result<Vec<bool>, QueryError> {
        let own = dimensions_of(&set.columns);
        let mut shared = dimensions_of(&others.columns);
        shared.retain(|dimension| own.contains(dimension));
        match shared[..] {
            [] => Ok(vec![others.len() > 0; set.len()]),
            [only] => self.meeting_in(set, others, only),
            _ => self.meeting_in_pairs(set, others),
        }
    }

    /// Where they have one dimension in common, it is enough to know the keys of all others.
    fn meeting_in(
        &self,
        set: &Written,
        others: &Written,
        dimension: usize,
    ) -> Result<Vec<bool>, QueryError> {
        let mut keys = Keys::none(self.cube.dimensions[dimension].key_count);
        for other in others.tuples() {
            match self.keys_in(&others.columns, other, dimension)? {
                None => return Ok(vec![true; set.len()]),
                Some(own) => own.into_iter().for_each(|key| keys.put(key as usize)),
            }
        }
        let meets = |tuple| {
            let own = self.keys_in(&set.columns, tuple, dimension)?;
            Ok(own.map_or(others.len() > 0, |own| own.iter().any(|&key| keys.has(key as usize))))
        };
        set.tuples().map(meets).collect()
    }

    /// The keys of a dimension that have all members of a tuple; `None` where it has no member there.
    fn keys_in(
        &self,
        columns: &[HierarchyRef],
        tuple: &[Member],
        dimension: usize,
    ) -> Result<Option<Vec<u32>>, QueryError> {
        let shape = &self.cube.dimensions[dimension];
        let own =
            columns.iter().zip(tuple).filter_map(|(column, member)| match (column, *member) {
                (HierarchyRef::Of { dimension: own, .. }, Member::Of { field, id })
                    if *own == dimension =>
                {
                    Some((field, id))
                }
                _ => None,
            });
        let own: Vec<(usize, u32)> = own.collect();
        let Some(&(field, id)) = own.first() else { return Ok(None) };
        let keys = shape.fields[field].keys_of_member.get(id as usize);
        self.step(keys.len())?;
        let has = |key: u32| {
            let member =
                |&(field, id): &(usize, u32)| shape.fields[field].member_of_key[key as usize] == id;
            self.has_key(dimension, key) && self.slices_in(dimension, key) && own.iter().all(member)
        };
        Ok(Some(keys.iter().copied().filter(|&key| has(key)).collect()))
    }

    fn meeting_in_pairs(&self, set: &Written, others: &Written) -> Result<Vec<bool>, QueryError> {
        let columns: Vec<HierarchyRef> =
            set.columns.iter().chain(&others.columns).copied().collect();
        let mut pair = vec![Member::All; columns.len()];
        let mut meets = vec![false; set.len()];
        for (tuple, meets) in set.tuples().zip(&mut meets) {
            pair[..tuple.len()].copy_from_slice(tuple);
            for other in others.tuples() {
                self.step(1)?;
                pair[tuple.len()..].copy_from_slice(other);
                if self.exists(&columns, &pair, columns.len()) {
                    *meets = true;
                    break;
                }
            }
        }
        Ok(meets)
    }
}
