//! What was asked for, whether anything is there or not.
//!
//! Cells that are empty are no cells of the table, and there can be very many. So of each reading it is kept
//! what stood on its axes: what was asked for and has no cell is empty, and everybody sees it.

use std::collections::BTreeSet;

use hashbrown::HashSet;

use super::region::{Place, Region};
use crate::cube::MeasureRef;
use crate::query::bound::Member;

/// The readings so far, each once.
#[derive(Clone, Default)]
pub(super) struct Reads(Vec<Read>);

#[derive(Clone, PartialEq, Eq)]
struct Read {
    base: Region,
    /// The measure, where it is on no axis.
    measure: Option<MeasureRef>,
    /// Axes that have no dimension in common.
    axes: Vec<Axis>,
}

/// The sets of some dimensions that stand together, perhaps with a measure.
#[derive(Clone, PartialEq, Eq)]
struct Axis {
    dimensions: Vec<usize>,
    has_measures: bool,
    places: HashSet<(Vec<u32>, Option<MeasureRef>)>,
}

impl Reads {
    /// Keeps a reading. `meet` gives what two sets of a dimension have in common.
    pub fn put(
        &mut self,
        base: &Region,
        measure: Member,
        axes: &[Vec<(Place, Option<Member>)>],
        meet: &mut dyn FnMut(usize, u32, u32) -> u32,
    ) {
        let mut own: Vec<Axis> = Vec::new();
        for axis in axes {
            let mut next = Axis::of(base, axis, meet);
            while let Some(other) = own.iter().position(|one| one.meets(&next)) {
                next = own.swap_remove(other).with(&next, meet);
            }
            own.push(next);
        }
        let on_axis = own.iter().any(|axis| axis.has_measures);
        let measure = stored(measure).filter(|_| !on_axis);
        let read = Read { base: base.clone(), measure, axes: own };
        if !self.0.contains(&read) {
            self.0.push(read);
        }
    }

    /// Whether a measure was asked for in a region.
    pub fn has(&self, region: &[u32], measure: MeasureRef) -> bool {
        self.0.iter().any(|read| read.has(region, measure))
    }

    /// The number of readings.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The sets of a dimension that were asked for.
    pub fn sets(&self, dimension: usize) -> BTreeSet<u32> {
        let mut sets = BTreeSet::new();
        for read in &self.0 {
            let at = |axis: &Axis| axis.dimensions.iter().position(|own| *own == dimension);
            match read.axes.iter().find_map(|axis| Some((axis, at(axis)?))) {
                Some((axis, at)) => sets.extend(axis.places.iter().map(|(own, _)| own[at])),
                None => sets.extend([read.base[dimension]]),
            }
        }
        sets
    }
}

impl Read {
    fn has(&self, region: &[u32], measure: MeasureRef) -> bool {
        let is_on_axis =
            |dimension: &usize| self.axes.iter().any(|axis| axis.dimensions.contains(dimension));
        self.measure.is_none_or(|own| own == measure)
            && (0..region.len()).all(|one| region[one] == self.base[one] || is_on_axis(&one))
            && self.axes.iter().all(|axis| axis.has(region, measure))
            && (self.measure.is_some() || self.axes.iter().any(|axis| axis.has_measures))
    }
}

impl Axis {
    fn of(
        base: &Region,
        positions: &[(Place, Option<Member>)],
        meet: &mut dyn FnMut(usize, u32, u32) -> u32,
    ) -> Axis {
        let first = positions.first();
        let of_first = first.iter().flat_map(|(place, _)| place);
        let dimensions: Vec<usize> = of_first.map(|(dimension, _)| *dimension).collect();
        let has_measures = first.is_some_and(|(_, measure)| measure.is_some());
        let is_stored = |measure: &Option<Member>| measure.is_none_or(|own| stored(own).is_some());
        let places = positions.iter().filter(|(_, measure)| is_stored(measure));
        let places = places.map(|(place, measure)| {
            let sets = place.iter().map(|&(one, set)| meet(one, base[one], set)).collect();
            (sets, measure.and_then(stored))
        });
        Axis { dimensions, has_measures, places: places.collect() }
    }

    fn meets(&self, other: &Axis) -> bool {
        self.dimensions.iter().any(|own| other.dimensions.contains(own))
    }

    /// Two axes as one.
    fn with(&self, other: &Axis, meet: &mut dyn FnMut(usize, u32, u32) -> u32) -> Axis {
        let mut dimensions = self.dimensions.clone();
        let more = other.dimensions.iter().filter(|own| !self.dimensions.contains(own));
        dimensions.extend(more);
        let mut places = HashSet::new();
        for (one, own) in &self.places {
            for (two, measure) in &other.places {
                let mut sets = one.clone();
                for (&dimension, &set) in other.dimensions.iter().zip(two) {
                    match self.dimensions.iter().position(|own| *own == dimension) {
                        Some(at) => sets[at] = meet(dimension, sets[at], set),
                        None => sets.push(set),
                    }
                }
                places.insert((sets, own.or(*measure)));
            }
        }
        Axis { dimensions, has_measures: self.has_measures || other.has_measures, places }
    }

    fn has(&self, region: &[u32], measure: MeasureRef) -> bool {
        let sets = self.dimensions.iter().map(|&one| region[one]).collect();
        self.places.contains(&(sets, Some(measure).filter(|_| self.has_measures)))
    }
}

fn stored(measure: Member) -> Option<MeasureRef> {
    match measure {
        Member::Measure(measure) => Some(measure),
        _ => None,
    }
}
