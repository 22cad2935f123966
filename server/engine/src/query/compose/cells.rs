//! The cells of a question: where the axes have spots, and which combinations of them exist.

use hashbrown::HashMap;

use super::super::bound::{Bound, Condition, HierarchyRef, Member};
use super::super::plan::{AxisPlan, Column, Plan};
use super::place::dimension_of;
use crate::cube::Cube;

/// The spots of the axes: their positions without the measure.
pub(super) struct Cells {
    /// Per axis the codes of its spots.
    pub spots: Vec<Vec<u64>>,
    /// Per axis and dimension on it: whether each spot stands at All.
    at_all: Vec<Vec<(usize, Vec<bool>)>>,
    /// The dimensions that several axes have, or that a set is compared with.
    dimensions: HashMap<usize, Spread>,
    nested_totals: bool,
}

/// A dimension over the axes.
struct Spread {
    /// Per axis: the class of each spot; nothing where the axis does not have the dimension.
    class_of_spot: Vec<Vec<u32>>,
    /// Per axis and class: the members of the dimension, outermost first.
    members: Vec<Vec<Vec<Member>>>,
    /// Per axis and class: the keys that have all these members.
    keys: Vec<Vec<Keys>>,
    /// The keys that the conditions leave.
    allowed: Keys,
}

/// A set of keys, a bit for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Keys(Vec<u64>);

impl Keys {
    fn all(count: usize) -> Keys {
        let mut keys = Keys(vec![0; count.div_ceil(64)]);
        (0..count).for_each(|key| keys.put(key));
        keys
    }

    pub fn none(count: usize) -> Keys {
        Keys(vec![0; count.div_ceil(64)])
    }

    pub fn put(&mut self, key: usize) {
        self.0[key / 64] |= 1 << (key % 64);
    }

    pub fn has(&self, key: usize) -> bool {
        self.0[key / 64] >> (key % 64) & 1 == 1
    }

    pub fn keep(&mut self, other: &Keys) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= other);
    }

    pub fn add(&mut self, other: &Keys) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    pub fn meets(&self, other: &Keys) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & other != 0)
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

impl Cells {
    pub fn new(plan: &Plan<'_>, bound: &Bound, spots: Vec<Vec<u64>>) -> Cells {
        let cube = plan.view.cube();
        let at_all = plan.axes.iter().zip(&spots).map(|(axis, spots)| at_all(axis, spots));
        let (at_all, nested_totals) = (at_all.collect(), bound.nested_totals);
        let mut cells = Cells { spots, at_all, dimensions: HashMap::new(), nested_totals };
        for dimension in 0..cube.dimensions.len() {
            let on = |axis: &AxisPlan| {
                axis.columns.iter().any(|one| dimension_of(one.hierarchy) == Some(dimension))
            };
            if plan.axes.iter().filter(|axis| on(axis)).count() > 1 {
                cells.spread(plan, bound, dimension);
            }
        }
        cells
    }

    /// Whether a cell stands at All on some dimensions.
    pub fn is_at_all(&self, dimensions: &[usize], at: &[usize]) -> bool {
        self.at_all.iter().zip(at).all(|(own, &spot)| {
            own.iter().all(|(dimension, at_all)| at_all[spot] || !dimensions.contains(dimension))
        })
    }

    /// Sees to it that a dimension is known.
    pub fn spread(&mut self, plan: &Plan<'_>, bound: &Bound, dimension: usize) {
        if self.dimensions.contains_key(&dimension) {
            return;
        }
        let cube = plan.view.cube();
        let mut own = Spread {
            class_of_spot: Vec::new(),
            members: Vec::new(),
            keys: Vec::new(),
            allowed: allowed(cube, dimension, &bound.conditions),
        };
        if let Some(visible) = plan.view.visible_keys(dimension) {
            let mut seen = Keys::none(cube.dimensions[dimension].key_count);
            visible.iter().for_each(|&key| seen.put(key as usize));
            own.allowed.keep(&seen);
        }
        for (axis, spots) in plan.axes.iter().zip(&self.spots) {
            let columns = axis.columns.iter();
            let columns = columns.filter(|one| dimension_of(one.hierarchy) == Some(dimension));
            let decoders: Vec<_> = columns.map(Column::decoder).collect();
            let mut classes: HashMap<Vec<Member>, u32> = HashMap::new();
            let (mut members, mut class_of_spot) = (Vec::new(), Vec::new());
            for &spot in spots.iter().filter(|_| !decoders.is_empty()) {
                let tuple: Vec<Member> =
                    decoders.iter().map(|decoder| decoder.member(spot)).collect();
                let next = members.len() as u32;
                let class = *classes.entry(tuple.clone()).or_insert(next);
                if class == next {
                    members.push(tuple);
                }
                class_of_spot.push(class);
            }
            let keys = members.iter().map(|tuple| keys_of(cube, dimension, tuple)).collect();
            own.class_of_spot.push(class_of_spot);
            own.members.push(members);
            own.keys.push(keys);
        }
        self.dimensions.insert(dimension, own);
    }

    /// Whether a cell exists: for every dimension that several axes have, some key has all the
    /// members.
    pub fn exists(&self, at: &[usize]) -> bool {
        self.dimensions.values().all(|own| {
            let mut classes = own.classes(at);
            match (classes.next(), classes.next()) {
                (Some(_), Some(_)) => {
                    !self.breaks_totals(own, at)
                        && (own.is_total(at) || own.keys(at).meets(&own.allowed))
                }
                _ => true,
            }
        })
    }

    /// Whether an inner total is missing under an outer one.
    fn breaks_totals(&self, own: &Spread, at: &[usize]) -> bool {
        if !self.nested_totals {
            return false;
        }
        let tuples = own.classes(at).map(|(axis, class)| &own.members[axis][class]);
        let mut members = tuples.flatten().skip_while(|member| **member != Member::All);
        members.any(|member| *member != Member::All)
    }

    /// The keys of a dimension that the cell has.
    pub fn keys(&self, dimension: usize, at: &[usize]) -> Keys {
        self.dimensions[&dimension].keys(at)
    }

    /// A number that cells share whose keys of a dimension are the same.
    pub fn class(&self, dimension: usize, at: &[usize]) -> u64 {
        let own = &self.dimensions[&dimension];
        own.classes(at).fold(0_u64, |sum, (axis, class)| {
            sum.wrapping_mul(own.members[axis].len() as u64 + 1) + class as u64
        })
    }
}

/// Per dimension on an axis: whether each spot stands at All on it.
fn at_all(axis: &AxisPlan, spots: &[u64]) -> Vec<(usize, Vec<bool>)> {
    let of_column = |column: &Column| {
        let decoder = column.decoder();
        let at_all = spots.iter().map(|&spot| decoder.member(spot) == Member::All);
        Some((dimension_of(column.hierarchy)?, at_all.collect()))
    };
    axis.columns.iter().filter_map(of_column).collect()
}

impl Spread {
    /// Axis and class of a cell, for each axis that has the dimension.
    fn classes(&self, at: &[usize]) -> impl Iterator<Item = (usize, usize)> {
        let classes = self.class_of_spot.iter().zip(at).enumerate();
        classes
            .filter(|(_, (of_spot, _))| !of_spot.is_empty())
            .map(|(axis, (of_spot, &spot))| (axis, of_spot[spot] as usize))
    }

    fn is_total(&self, at: &[usize]) -> bool {
        let mut tuples = self.classes(at).map(|(axis, class)| &self.members[axis][class]);
        tuples.all(|tuple| tuple.iter().all(|member| *member == Member::All))
    }

    fn keys(&self, at: &[usize]) -> Keys {
        let mut own = self.classes(at).map(|(axis, class)| &self.keys[axis][class]);
        let mut keys = match own.next() {
            Some(first) => first.clone(),
            None => self.allowed.clone(),
        };
        own.for_each(|other| keys.keep(other));
        keys
    }
}

/// The keys of a dimension that have all of some members.
pub(super) fn keys_of(cube: &Cube, dimension: usize, members: &[Member]) -> Keys {
    let shape = &cube.dimensions[dimension];
    let mut keys = Keys::all(shape.key_count);
    for member in members {
        if let Member::Of { field, id } = member {
            let mut own = Keys::none(shape.key_count);
            let of = shape.fields[*field].keys_of_member.get(*id as usize);
            of.iter().for_each(|&key| own.put(key as usize));
            keys.keep(&own);
        }
    }
    keys
}

/// The keys of a dimension that conditions leave.
pub(super) fn allowed(cube: &Cube, dimension: usize, conditions: &[Condition]) -> Keys {
    let shape = &cube.dimensions[dimension];
    let mut keys = Keys::all(shape.key_count);
    for condition in conditions.iter().filter(|one| one.dimension == dimension) {
        let mut own = Keys::none(shape.key_count);
        for &member in &condition.members {
            let of = shape.fields[condition.field].keys_of_member.get(member as usize);
            of.iter().for_each(|&key| own.put(key as usize));
        }
        for key in (0..shape.key_count).filter(|&key| own.has(key) == condition.except) {
            keys.0[key / 64] &= !(1 << (key % 64));
        }
    }
    keys
}

/// The keys of each tuple of some hierarchies, dimension by dimension.
pub(super) fn keys_of_tuple(
    cube: &Cube,
    columns: &[HierarchyRef],
    tuple: &[Member],
    dimension: usize,
) -> Keys {
    let own = columns.iter().zip(tuple);
    let own = own.filter(|(column, _)| dimension_of(**column) == Some(dimension));
    let members: Vec<Member> = own.map(|(_, member)| *member).collect();
    keys_of(cube, dimension, &members)
}
