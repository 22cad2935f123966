//! What a caller may see. Every entry of the engine takes a view.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::cube::{Cube, Group, Use};

/// A cube, and the rows of it that may be seen.
#[derive(Clone)]
pub struct View {
    cube: Arc<Cube>,
    /// Per measure group: rows, and cut rows. `None` is everything.
    seen: Option<Arc<Vec<Seen>>>,
}

/// The rows of a measure group that may be seen.
pub struct Seen {
    /// Of the rows.
    pub rows: RoaringBitmap,
    /// Of the cut rows.
    pub cut: RoaringBitmap,
}

impl View {
    /// A view of everything.
    #[must_use]
    pub fn everything(cube: Arc<Cube>) -> View {
        View { cube, seen: None }
    }

    /// A view of some rows: one entry per measure group.
    #[must_use]
    pub fn of_rows(cube: Arc<Cube>, seen: Vec<Seen>) -> View {
        View { cube, seen: Some(Arc::new(seen)) }
    }

    /// The cube.
    #[must_use]
    pub fn cube(&self) -> &Cube {
        &self.cube
    }

    /// Whether some rows may not be seen.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        self.seen.is_some()
    }

    /// The rows of a measure group that may be seen; `None` is all.
    #[must_use]
    pub fn seen(&self, group: usize, cut: bool) -> Option<&RoaringBitmap> {
        let seen = &self.seen.as_ref()?[group];
        Some(if cut { &seen.cut } else { &seen.rows })
    }

    /// Whether a member exists for whoever has this view: always in a listed dimension, through a
    /// row that may be seen in an observed one.
    #[must_use]
    pub fn has_member(&self, dimension: usize, field: usize, member: u32) -> bool {
        let Some(seen) = &self.seen else { return true };
        let shape = &self.cube.dimensions[dimension];
        if !shape.observed {
            return true;
        }
        let keys = shape.fields[field].keys_of_member.get(member as usize);
        self.cube
            .groups
            .iter()
            .zip(seen.iter())
            .any(|(group, seen)| keys.iter().any(|&key| has_key(group, seen, dimension, key)))
    }

    /// The keys of an observed dimension that some row has which may be seen, ascending; `None`
    /// where all are there.
    pub(super) fn visible_keys(&self, dimension: usize) -> Option<Vec<u32>> {
        let shape = &self.cube.dimensions[dimension];
        let seen = self.seen.as_ref().filter(|_| shape.observed)?;
        let mut visible = vec![false; shape.key_count];
        for (group, seen) in self.cube.groups.iter().zip(seen.iter()) {
            let (rows, seen) = match group.uses[dimension] {
                Some(Use::Step) => (group.cut.as_ref().unwrap_or(&group.rows), &seen.cut),
                _ => (&group.rows, &seen.rows),
            };
            let keys = rows.keys[dimension].as_ref();
            for row in seen {
                match (keys, &rows.lists[dimension]) {
                    (Some(keys), Some(lists)) => {
                        for &key in lists.get(keys.get(row as usize) as usize) {
                            visible[key as usize] = true;
                        }
                    }
                    (Some(keys), None) => visible[keys.get(row as usize) as usize] = true,
                    _ => {}
                }
            }
        }
        Some((0..shape.key_count as u32).filter(|&key| visible[key as usize]).collect())
    }
}

/// Whether some row that may be seen has a key.
fn has_key(group: &Group, seen: &Seen, dimension: usize, key: u32) -> bool {
    let (rows, seen) = match group.uses[dimension] {
        Some(Use::Step) => (group.cut.as_ref().unwrap_or(&group.rows), &seen.cut),
        Some(Use::Entity) => {
            let range =
                group.rows.entity_rows[key as usize]..group.rows.entity_rows[key as usize + 1];
            return seen.rows.range_cardinality(range) > 0;
        }
        _ => (&group.rows, &seen.rows),
    };
    match (rows.bitmaps[dimension].get(key as usize), &rows.keys[dimension]) {
        (Some(own), _) => !own.is_disjoint(seen),
        // A dimension too long for a bitmap per key.
        (None, Some(keys)) => seen.iter().any(|row| keys.get(row as usize) == key),
        (None, None) => false,
    }
}
