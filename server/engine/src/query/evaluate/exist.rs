//! What exists: which keys of a dimension a cell has, and which tuples of a set are among them.

use std::sync::Arc;

use super::Evaluator;
use super::frame::{At, Frame, Stand};
use super::keys::{self, Keys};
use super::set::{Set, Written};
use super::value::{Column, Value};
use crate::cube::Cube;
use crate::query::bound::{HierarchyRef, Member, Part};
use crate::query::error::QueryError;

/// Keys of a dimension that are gone through in one step: there are 64 in a word.
const KEYS_PER_STEP: usize = 256;

/// A set written out, the tuples of it that exist in each class of cells, and the class of each row.
type Existing = (Arc<Written>, Vec<Vec<usize>>, Arc<[u32]>);

impl Evaluator<'_> {
    /// The keys of a dimension that cells have; those of one combination of stands once, and which
    /// of them each row has.
    ///
    /// # Errors
    /// The question was ended.
    pub(crate) fn keys(
        &self,
        frame: &Frame,
        dimension: usize,
    ) -> Result<(Vec<Keys>, Arc<[u32]>), QueryError> {
        let own = |hierarchy: HierarchyRef| of_dimension(hierarchy, dimension);
        let (first, of_row) = frame.different(own, self.cancel)?;
        let start = self.keys_of_all(dimension);
        let (mut pace, count) =
            (self.cancel.pace(), self.scope.cube.dimensions[dimension].key_count);
        let keys = first.iter().map(|&row| {
            pace.step(1 + count / KEYS_PER_STEP)?;
            let mut keys = start.clone();
            let stands = frame.stands().iter().filter(|(hierarchy, _)| own(*hierarchy));
            let stands = stands.map(|(hierarchy, stand)| (Some(*hierarchy), stand));
            let within = frame.within.iter().map(|stand| (None, stand));
            self.keep(&mut keys, dimension, stands.chain(within), row as usize);
            Ok(keys)
        });
        Ok((keys.collect::<Result<_, QueryError>>()?, of_row))
    }

    /// The keys of a dimension that exist for the question.
    fn keys_of_all(&self, dimension: usize) -> Keys {
        let count = self.scope.cube.dimensions[dimension].key_count;
        let mut all = self.scope.subspace[dimension].clone().unwrap_or_else(|| Keys::all(count));
        if let Some(visible) = self.scope.view.visible_keys(dimension) {
            let mut seen = Keys::none(count);
            visible.iter().for_each(|&key| seen.put(key as usize));
            all.keep(&seen);
        }
        all
    }

    /// Keeps the keys that all stands of a row have; a stand of no hierarchy is one on all that its
    /// set has.
    fn keep<'f>(
        &self,
        keys: &mut Keys,
        dimension: usize,
        stands: impl Iterator<Item = (Option<HierarchyRef>, &'f Stand)>,
        row: usize,
    ) {
        let mut sets: Vec<(u32, Vec<HierarchyRef>)> = Vec::new();
        for (hierarchy, stand) in stands {
            match stand.at(row) {
                At::One(member) => keys.keep(&keys::of_member(self.scope.cube, dimension, member)),
                At::Together(number) => {
                    let set = self.set_of(number);
                    let columns = set.columns().filter(|column| of_dimension(*column, dimension));
                    let columns = columns.filter(|own| hierarchy.is_none_or(|one| one == *own));
                    match sets.iter_mut().find(|(own, _)| *own == number && hierarchy.is_some()) {
                        Some((_, known)) => known.extend(columns),
                        None => sets.push((number, columns.collect())),
                    }
                }
            }
        }
        for (number, columns) in sets {
            self.keep_together(keys, &self.set_of(number), &columns, dimension);
        }
    }

    /// Keeps the keys that some tuple of a set has, on some of its hierarchies.
    fn keep_together(
        &self,
        keys: &mut Keys,
        set: &Set,
        columns: &[HierarchyRef],
        dimension: usize,
    ) {
        let shape = &self.scope.cube.dimensions[dimension];
        for factor in &set.factors {
            let named =
                (0..factor.columns.len()).filter(|&at| columns.contains(&factor.columns[at]));
            let named: Vec<usize> = named.collect();
            if named.is_empty() || self.scope.has_every_key(factor) {
                continue;
            }
            let mut own = Keys::none(shape.key_count);
            for part in &factor.parts {
                match part {
                    Part::Level { field } => {
                        let field = &shape.fields[*field];
                        let keys = 0..shape.key_count as u32;
                        let keys = keys.filter(|&key| field.member_of(key).is_some());
                        keys.for_each(|key| own.put(key as usize));
                    }
                    Part::Tuples(members) => {
                        for tuple in members.chunks_exact(factor.columns.len()) {
                            let tuple = named.iter().map(|&at| tuple[at]);
                            keys::put_common(&mut own, shape, tuple);
                        }
                    }
                }
            }
            keys.keep(&own);
        }
    }

    /// Of every row, the tuples of a set that exist in its cell.
    pub(crate) fn existing(&self, set: &Set, frame: &Frame) -> Result<Column, QueryError> {
        let (written, tuples_of_class, of_row) = self.existing_tuples(set, frame)?;
        let sets = tuples_of_class.into_iter().map(|tuples| {
            self.cancel.check()?;
            Ok(Value::set(written.choose(tuples)))
        });
        Ok(Column::Coded(sets.collect::<Result<_, QueryError>>()?, of_row))
    }

    /// The tuples of a set that exist in cells: a list for each class of cells, and the class of
    /// each row.
    pub(crate) fn existing_tuples(&self, set: &Set, frame: &Frame) -> Result<Existing, QueryError> {
        let written = Arc::new(self.scope.written(set)?);
        let dimensions = dimensions_of(&written.columns);
        let matters =
            |hierarchy: HierarchyRef| dimensions.iter().any(|one| of_dimension(hierarchy, *one));
        let (first, of_row) = frame.different(matters, self.cancel)?;
        let few = frame.select(&first);
        let mut passing = vec![vec![true; written.len()]; first.len()];
        for &dimension in &dimensions {
            let (keys, class) = self.keys(&few, dimension)?;
            let cube = self.scope.cube;
            let meets = keys.iter().map(|keys| {
                let tuples = written.tuples();
                let own = tuples.map(|one| meets(cube, &written.columns, one, dimension, keys));
                self.cancel.collect(own)
            });
            let meets: Vec<Vec<bool>> = meets.collect::<Result<_, _>>()?;
            for (row, passing) in passing.iter_mut().enumerate() {
                self.cancel.check()?;
                let own = &meets[class[row] as usize];
                passing.iter_mut().zip(own).for_each(|(passes, own)| *passes &= own);
            }
        }
        let chosen = passing.into_iter().map(|passing| {
            self.cancel.check()?;
            Ok((0..written.len()).filter(|&tuple| passing[tuple]).collect())
        });
        let chosen = chosen.collect::<Result<_, QueryError>>()?;
        Ok((written, chosen, of_row))
    }

    /// Of every row, whether its cell exists: for every dimension with several stands, some key has
    /// all of them. With nested totals, an outer total goes with inner totals only.
    ///
    /// # Errors
    /// The question was ended.
    pub(crate) fn exist(
        &self,
        frame: &Frame,
        dimensions: &[usize],
    ) -> Result<Vec<bool>, QueryError> {
        let mut exist = vec![true; frame.rows];
        for &dimension in dimensions {
            let (keys, of_row) = self.keys(frame, dimension)?;
            let some: Vec<bool> = keys.iter().map(|keys| !keys.is_empty()).collect();
            let stands: Vec<&Stand> = frame
                .stands()
                .iter()
                .filter(|(own, _)| of_dimension(*own, dimension))
                .map(|(_, stand)| stand)
                .collect();
            let is_total =
                |row: usize| stands.iter().all(|stand| stand.at(row) == At::One(Member::All));
            self.cancel.each(exist.iter_mut().enumerate(), |(row, exists)| {
                *exists &= some[of_row[row] as usize] || is_total(row);
                if self.bound.nested_totals {
                    let inner = stands.iter().map(|stand| stand.at(row));
                    let mut inner = inner.skip_while(|at| *at != At::One(Member::All));
                    *exists &= inner.all(|at| at == At::One(Member::All));
                }
            })?;
        }
        Ok(exist)
    }
}

/// Whether one of some keys of a dimension has all members of a tuple.
fn meets(
    cube: &Cube,
    columns: &[HierarchyRef],
    tuple: &[Member],
    dimension: usize,
    keys: &Keys,
) -> bool {
    let own = || {
        let own = columns.iter().zip(tuple).filter(|(one, _)| of_dimension(**one, dimension));
        own.filter_map(|(_, member)| match *member {
            Member::Of { field, id } => Some((field, id)),
            _ => None,
        })
    };
    let fields = &cube.dimensions[dimension].fields;
    let Some((field, id)) = own().next() else { return !keys.is_empty() };
    fields[field].keys_of_member.get(id as usize).iter().any(|&key| {
        let has = |(field, id): (usize, u32)| {
            let of_key: &[u32] = &fields[field].member_of_key;
            of_key[key as usize] == id
        };
        keys.has(key as usize) && own().skip(1).all(has)
    })
}

pub(crate) fn of_dimension(hierarchy: HierarchyRef, dimension: usize) -> bool {
    matches!(hierarchy, HierarchyRef::Of { dimension: own, .. } if own == dimension)
}

/// The dimensions of some hierarchies, each once.
pub(crate) fn dimensions_of(columns: &[HierarchyRef]) -> Vec<usize> {
    let mut found: Vec<usize> = columns
        .iter()
        .filter_map(|column| match column {
            HierarchyRef::Of { dimension, .. } => Some(*dimension),
            HierarchyRef::Measures => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
