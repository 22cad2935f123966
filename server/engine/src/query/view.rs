//! What a caller may see. Every entry of the engine takes a view.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::cube::Cube;

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
        self.cube.groups.iter().zip(seen.iter()).any(|(group, seen)| {
            keys.iter().any(|&key| match group.rows.bitmaps[dimension].get(key as usize) {
                Some(rows) => !rows.is_disjoint(&seen.rows),
                None => group
                    .rows
                    .entity_rows
                    .get(key as usize..key as usize + 2)
                    .is_some_and(|range| seen.rows.range_cardinality(range[0]..range[1]) > 0),
            })
        })
    }
}
