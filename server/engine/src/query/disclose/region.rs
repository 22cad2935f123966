//! Where cells stand, whatever the question called it: of every dimension a set of keys.
//!
//! The same citizens can be asked for in many ways: by a condition, on an axis, in a formula, by two
//! fields of one dimension. As sets of keys they are one, and parts and totals are seen by the sets
//! alone.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::cube::{Cube, Use};
use crate::query::bound::{Bound, HierarchyRef, Member, Union};
use crate::query::cellset::CellSet;
use crate::query::error::QueryError;
use crate::query::evaluate::keys::{self, Keys};
use crate::query::limits::Cancel;

/// A set of keys for every dimension, by number, and behind them the number of what is no product.
pub(super) type Region = Box<[u32]>;

/// Pairs of sets of which it is kept what they have in common; some 30 bytes each.
const MOST_MET: usize = 1_000_000;

/// The sets of keys that were met, numbered; 0 is all that there is. Where a row can have no key of a
/// dimension, that is one more than all its keys: all members together leave such rows out.
#[derive(Clone, Default)]
pub(super) struct Sets {
    all: Vec<Vec<Keys>>,
    numbers: Vec<HashMap<Keys, u32>>,
    met: HashMap<(usize, u32, u32), u32>,
    unions: Vec<Vec<Arc<Union>>>,
    /// The dimensions that rows can have no key of.
    has_none: Vec<bool>,
    /// What sets have beside the parts that were asked for, or beside those that are shown.
    rests: HashMap<(usize, u32, bool), u32>,
}

/// Of a position, or of all of a question: dimensions and their sets.
pub(super) type Place = Vec<(usize, u32)>;

/// Where a position of an axis stands, and its measure, if it has one.
pub(super) type Position = (Place, Option<Member>);

impl Sets {
    pub fn new(cube: &Cube) -> Sets {
        let has_none = (0..cube.dimensions.len()).map(|one| has_none(cube, one));
        let has_none: Vec<bool> = has_none.collect();
        let counts = cube.dimensions.iter().zip(&has_none);
        let counts = counts.map(|(one, none)| one.key_count + usize::from(*none));
        Sets::of_counts(counts, has_none.clone())
    }

    fn of_counts(counts: impl Iterator<Item = usize>, has_none: Vec<bool>) -> Sets {
        let all: Vec<Vec<Keys>> = counts.map(|count| vec![Keys::all(count)]).collect();
        let number = |own: &Vec<Keys>| own.iter().cloned().map(|keys| (keys, 0)).collect();
        Sets {
            numbers: all.iter().map(number).collect(),
            all,
            met: HashMap::new(),
            unions: vec![Vec::new()],
            has_none,
            rests: HashMap::new(),
        }
    }

    /// The sets of a dimension.
    pub fn of(&self, dimension: usize) -> &[Keys] {
        &self.all[dimension]
    }

    /// The number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.all.len()
    }

    /// What a set has beside the parts that were asked for, or beside those that are shown: a set of its own,
    /// whose keys nobody needs.
    pub fn rest(&mut self, dimension: usize, of: u32, beside_shown: bool) -> u32 {
        let all = &mut self.all[dimension];
        *self.rests.entry((dimension, of, beside_shown)).or_insert_with(|| {
            all.push(Keys::none(all[0].len()));
            all.len() as u32 - 1
        })
    }

    /// Whether a set is all that there is but for the rows without a key of a dimension.
    pub fn leaves_none(&self, dimension: usize, set: u32) -> bool {
        let all = &self.all[dimension];
        self.has_none[dimension] && set != 0 && all[set as usize].size() + 1 == all[0].size()
    }

    fn number(&mut self, dimension: usize, keys: Keys) -> u32 {
        let all = &mut self.all[dimension];
        let keys = keys.grown(all[0].len());
        *self.numbers[dimension].entry(keys).or_insert_with_key(|keys| {
            all.push(keys.clone());
            all.len() as u32 - 1
        })
    }

    /// What two sets have in common.
    pub fn meet(&mut self, dimension: usize, left: u32, right: u32) -> u32 {
        if left == 0 || right == 0 || left == right {
            return left.max(right);
        }
        if let Some(&known) = self.met.get(&(dimension, left, right)) {
            return known;
        }
        let mut keys = self.all[dimension][left as usize].clone();
        keys.keep(&self.all[dimension][right as usize]);
        let met = self.number(dimension, keys);
        if self.met.len() >= MOST_MET {
            self.met.clear();
        }
        self.met.insert((dimension, left, right), met);
        met
    }

    /// What two sets have in common, if that is anything.
    pub fn some_of(&mut self, dimension: usize, left: u32, right: u32) -> Option<u32> {
        let met = self.meet(dimension, left, right);
        (!self.all[dimension][met as usize].is_empty()).then_some(met)
    }

    /// The set of the last key alone: the month that something is counted at the end of.
    pub fn last(&mut self, dimension: usize, set: u32) -> u32 {
        let keys = &self.all[dimension][set as usize];
        let count = keys.len();
        let last = (0..count).rev().find(|&key| keys.has(key));
        let only: Vec<u32> = last.map(|key| key as u32).into_iter().collect();
        self.number(dimension, Keys::of(count, &only))
    }

    /// The first and the last key of a set without holes.
    pub fn period(&self, dimension: usize, set: u32) -> Option<(usize, usize)> {
        let keys = &self.all[dimension][set as usize];
        let first = (0..keys.len()).find(|&key| keys.has(key))?;
        let last = (first..keys.len()).rev().find(|&key| keys.has(key))?;
        (last - first + 1 == keys.size()).then_some((first, last))
    }

    /// Whether some sets together are all of another.
    pub fn fill(&self, dimension: usize, parts: impl Iterator<Item = u32>, of: u32) -> bool {
        let all = &self.all[dimension];
        let mut keys = Keys::none(all[0].len());
        parts.for_each(|part| keys.add(&all[part as usize]));
        all[of as usize].is_within(&keys)
    }

    /// Where a question stands, but for its axes.
    pub fn base(&mut self, cube: &Cube, bound: &Bound) -> Region {
        let left = keys::left(cube, &bound.conditions, &[]);
        let numbers = left.into_iter().enumerate();
        let mut base: Vec<u32> = numbers
            .map(|(dimension, keys)| keys.map_or(0, |keys| self.number(dimension, keys)))
            .collect();
        let known = self.unions.iter().position(|own| *own == bound.unions);
        base.push(known.unwrap_or(self.unions.len()) as u32);
        if known.is_none() {
            self.unions.push(bound.unions.clone());
        }
        base.into()
    }

    /// Where the positions of every axis stand, and their measures.
    ///
    /// # Errors
    /// The question was ended.
    pub fn positions(
        &mut self,
        cube: &Cube,
        cells: &CellSet,
        cancel: &Cancel,
    ) -> Result<Vec<Vec<Position>>, QueryError> {
        let mut pace = cancel.pace();
        let mut known: HashMap<(usize, Member), u32> = HashMap::new();
        let mut axes = Vec::with_capacity(cells.axes.len());
        for axis in &cells.axes {
            let mut all = Vec::with_capacity(axis.count);
            for position in 0..axis.count {
                pace.step(1)?;
                let (mut place, mut measure): (Place, _) = (Vec::new(), None);
                for (column, member) in axis.columns.iter().zip(axis.position(position)) {
                    let HierarchyRef::Of { dimension, .. } = *column else {
                        measure = Some(*member);
                        continue;
                    };
                    let set = match known.get(&(dimension, *member)) {
                        Some(set) => *set,
                        None => {
                            let of = |member| keys::of_member(cube, dimension, member);
                            let set = match *member {
                                Member::Of { .. } => self.number(dimension, of(*member)),
                                _ => 0,
                            };
                            known.insert((dimension, *member), set);
                            set
                        }
                    };
                    match place.iter_mut().find(|(own, _)| *own == dimension) {
                        Some((_, own)) => *own = self.meet(dimension, *own, set),
                        None => place.push((dimension, set)),
                    }
                }
                all.push((place, measure));
            }
            axes.push(all);
        }
        Ok(axes)
    }

    /// Whether a region has no key of some dimension: nothing can be there.
    pub fn is_nowhere(&self, region: &[u32]) -> bool {
        self.all.iter().zip(region).any(|(all, &set)| all[set as usize].is_empty())
    }

    /// A place within a region.
    pub fn within(&mut self, region: &mut [u32], place: &[(usize, u32)]) {
        for &(dimension, set) in place {
            region[dimension] = self.meet(dimension, region[dimension], set);
        }
    }
}

/// Whether there can be rows without a key of a dimension. Of months every row has its own.
fn has_none(cube: &Cube, dimension: usize) -> bool {
    let is_none = |own: Option<Use>| matches!(own, None | Some(Use::Many));
    !cube.dimensions[dimension].is_time
        && cube.groups.iter().any(|group| is_none(group.uses[dimension]))
}

#[cfg(test)]
impl Sets {
    /// Sets of some dimensions with so many keys, each of which is a set of its own: the first is 1.
    pub fn of_keys(counts: &[usize]) -> Sets {
        let mut sets = Sets::of_counts(counts.iter().copied(), vec![false; counts.len()]);
        for (dimension, &count) in counts.iter().enumerate() {
            for key in 0..count as u32 {
                sets.number(dimension, Keys::of(count, &[key]));
            }
        }
        sets
    }
}
