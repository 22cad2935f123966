//! What was asked for, whether anything is there or not.
//!
//! Cells that are empty are no cells of the table, and there can be very many. So of each reading it is kept
//! what stood on its axes: what was asked for and has no cell is empty, and everybody sees it.

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::region::{Place, Region, Sets};
use super::session::too_large;
use crate::cube::MeasureRef;
use crate::query::bound::Member;
use crate::query::error::QueryError;
use crate::query::limits::Cancel;

/// Places of all axes together that are kept, some 120 bytes each: no axis alone has more.
const MOST_PLACES: usize = 1_000_000;

/// The readings so far, each once.
#[derive(Clone)]
pub(super) struct Reads {
    all: Vec<Read>,
    /// Their axes, each once.
    axes: Vec<Arc<Axis>>,
    /// How many places of these are kept.
    most: usize,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Read {
    base: Region,
    /// The measure, where it is on no axis.
    measure: Option<MeasureRef>,
    /// Axes that have no dimension in common, by number.
    axes: Vec<usize>,
}

/// The sets of some dimensions that stand together, perhaps with a measure.
#[derive(PartialEq, Eq)]
struct Axis {
    dimensions: Vec<usize>,
    has_measures: bool,
    places: HashSet<Standing>,
    /// The sets of each dimension, and the measures.
    sets: Vec<BTreeSet<u32>>,
    measures: HashSet<MeasureRef>,
}

/// What one reading asked for among some sets and measures: regions that have one of its sets of every dimension.
pub(super) struct Among<'r> {
    reads: &'r Reads,
    read: &'r Read,
    pub sets: Vec<Vec<u32>>,
    pub measures: Vec<MeasureRef>,
}

/// A set of each dimension of an axis, and the measure.
type Standing = (Box<[u32]>, Option<MeasureRef>);

impl Default for Reads {
    fn default() -> Reads {
        Reads { all: Vec::new(), axes: Vec::new(), most: MOST_PLACES }
    }
}

impl Reads {
    /// Keeps a reading.
    ///
    /// # Errors
    /// It is too large, together with those before it, or the question was ended.
    pub fn put(
        &mut self,
        (base, measure): (&Region, Member),
        axes: &[Vec<(Place, Option<Member>)>],
        sets: &mut Sets,
        cancel: &Cancel,
    ) -> Result<(), QueryError> {
        let mut own: Vec<Axis> = Vec::new();
        for axis in axes {
            let mut next = Axis::of(base, axis, sets, cancel)?;
            while let Some(other) = own.iter().position(|one| one.meets(&next)) {
                next = own.swap_remove(other).with(&next, self.most, sets, cancel)?;
            }
            own.push(next);
        }
        let on_axis = own.iter().any(|axis| axis.has_measures);
        let measure = stored(measure).filter(|_| !on_axis);
        let axes: Result<Vec<usize>, QueryError> =
            own.into_iter().map(|axis| self.number(axis)).collect();
        let read = Read { base: base.clone(), measure, axes: axes? };
        if !self.all.contains(&read) {
            self.all.push(read);
        }
        Ok(())
    }

    fn number(&mut self, axis: Axis) -> Result<usize, QueryError> {
        if let Some(known) = self.axes.iter().position(|own| **own == axis) {
            return Ok(known);
        }
        let kept: usize = self.axes.iter().map(|axis| axis.places.len()).sum();
        if kept + axis.places.len() > self.most {
            return Err(too_large());
        }
        self.axes.push(Arc::new(axis));
        Ok(self.axes.len() - 1)
    }

    /// Whether a measure was asked for in a region.
    pub fn has(&self, region: &[u32], measure: MeasureRef) -> bool {
        self.all.iter().any(|read| self.is_of(read, region, measure))
    }

    fn is_of(&self, read: &Read, region: &[u32], measure: MeasureRef) -> bool {
        let is_on_axis =
            |dimension: usize| self.axes(read).any(|axis| axis.dimensions.contains(&dimension));
        self.is_about(read, measure)
            && (0..region.len()).all(|one| region[one] == read.base[one] || is_on_axis(one))
            && self.axes(read).all(|axis| axis.has(region, measure))
    }

    /// The number of readings.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The readings that asked for some of these sets of every dimension, and of these measures.
    pub fn among<'r>(
        &'r self,
        sets: &'r [Vec<u32>],
        measures: &'r [MeasureRef],
    ) -> impl Iterator<Item = Among<'r>> {
        self.all.iter().filter_map(move |read| {
            let measures = measures.iter().copied().filter(|one| self.is_about(read, *one));
            let measures: Vec<MeasureRef> = measures.collect();
            let of_dimension = |(dimension, sets): (usize, &Vec<u32>)| {
                let own = self.sets_of(read, dimension);
                let met = sets.iter().copied().filter(|set| match own {
                    Some(own) => own.contains(set),
                    None => *set == read.base[dimension],
                });
                Some(met.collect::<Vec<u32>>()).filter(|met| !met.is_empty())
            };
            let sets: Vec<Vec<u32>> = sets.iter().enumerate().map_while(of_dimension).collect();
            let is_all = sets.len() == read.base.len() && !measures.is_empty();
            is_all.then_some(Among { reads: self, read, sets, measures })
        })
    }

    /// The sets of a dimension that were asked for.
    pub fn sets(&self, dimension: usize) -> BTreeSet<u32> {
        let mut sets = BTreeSet::new();
        for read in &self.all {
            match self.sets_of(read, dimension) {
                Some(own) => sets.extend(own),
                None => sets.extend([read.base[dimension]]),
            }
        }
        sets
    }

    fn axes<'r>(&'r self, read: &'r Read) -> impl Iterator<Item = &'r Axis> {
        read.axes.iter().map(move |&axis| &*self.axes[axis])
    }

    /// The sets of a dimension that stand on an axis of a reading; `None` where the dimension is on none.
    fn sets_of<'r>(&'r self, read: &'r Read, dimension: usize) -> Option<&'r BTreeSet<u32>> {
        let at = |axis: &Axis| axis.dimensions.iter().position(|own| *own == dimension);
        self.axes(read).find_map(|axis| Some(&axis.sets[at(axis)?]))
    }

    /// Whether a reading asked for a measure anywhere.
    fn is_about(&self, read: &Read, measure: MeasureRef) -> bool {
        match read.measure {
            Some(own) => own == measure,
            None => self.axes(read).any(|axis| axis.measures.contains(&measure)),
        }
    }
}

impl Among<'_> {
    /// Whether it asked for a measure in a region.
    pub fn has(&self, region: &[u32], measure: MeasureRef) -> bool {
        self.reads.is_of(self.read, region, measure)
    }
}

impl Axis {
    fn new(dimensions: Vec<usize>, has_measures: bool, places: HashSet<Standing>) -> Axis {
        let mut sets = vec![BTreeSet::new(); dimensions.len()];
        let mut measures = HashSet::new();
        for (own, measure) in &places {
            own.iter().zip(&mut sets).for_each(|(set, all)| {
                all.insert(*set);
            });
            measures.extend(measure);
        }
        Axis { dimensions, has_measures, places, sets, measures }
    }

    fn of(
        base: &Region,
        positions: &[(Place, Option<Member>)],
        sets: &mut Sets,
        cancel: &Cancel,
    ) -> Result<Axis, QueryError> {
        let first = positions.first();
        let of_first = first.iter().flat_map(|(place, _)| place);
        let dimensions: Vec<usize> = of_first.map(|(dimension, _)| *dimension).collect();
        let has_measures = first.is_some_and(|(_, measure)| measure.is_some());
        let is_stored = |measure: &Option<Member>| measure.is_none_or(|own| stored(own).is_some());
        let mut places = HashSet::new();
        cancel.each(positions.iter().filter(|(_, measure)| is_stored(measure)), |own| {
            let (place, measure) = own;
            let met = place.iter().map(|&(one, set)| sets.some_of(one, base[one], set));
            if let Some(met) = met.collect() {
                places.insert((met, measure.and_then(stored)));
            }
        })?;
        Ok(Axis::new(dimensions, has_measures, places))
    }

    fn meets(&self, other: &Axis) -> bool {
        self.dimensions.iter().any(|own| other.dimensions.contains(own))
    }

    /// Two axes as one: all that stands on one with all that stands on the other, but for what has nothing in
    /// common.
    fn with(
        &self,
        other: &Axis,
        most: usize,
        sets: &mut Sets,
        cancel: &Cancel,
    ) -> Result<Axis, QueryError> {
        let own = |at: &usize| self.dimensions.iter().position(|own| *own == other.dimensions[*at]);
        let all = 0..other.dimensions.len();
        let (common, more): (Vec<usize>, Vec<usize>) = all.partition(|at| own(at).is_some());
        let places_in_own: Vec<usize> = common.iter().filter_map(own).collect();
        let alike = other.by_sets(&common, cancel)?;
        let (mut places, mut pace) = (HashSet::new(), cancel.pace());
        for (one, measure) in &self.places {
            for (shared, others) in &alike {
                pace.step(1)?;
                let Some(met) = self.narrowed(one, (&places_in_own[..], &shared[..]), sets) else {
                    continue;
                };
                for (two, beside) in others {
                    pace.step(1)?;
                    let standing = met.iter().copied().chain(more.iter().map(|&at| two[at]));
                    places.insert((standing.collect(), measure.or(*beside)));
                    if places.len() > most {
                        return Err(too_large());
                    }
                }
            }
        }
        let more = more.iter().map(|&at| other.dimensions[at]);
        let dimensions = self.dimensions.iter().copied().chain(more).collect();
        Ok(Axis::new(dimensions, self.has_measures || other.has_measures, places))
    }

    /// What stands on it, by the sets of some of its dimensions.
    fn by_sets(
        &self,
        dimensions: &[usize],
        cancel: &Cancel,
    ) -> Result<HashMap<Vec<u32>, Vec<&Standing>>, QueryError> {
        let mut alike: HashMap<Vec<u32>, Vec<&Standing>> = HashMap::new();
        cancel.each(&self.places, |standing| {
            let own = dimensions.iter().map(|&at| standing.0[at]).collect();
            alike.entry(own).or_default().push(standing);
        })?;
        Ok(alike)
    }

    /// What some sets have in common with others at some of their places; `None` where that is nothing.
    fn narrowed(
        &self,
        own: &[u32],
        (places, others): (&[usize], &[u32]),
        sets: &mut Sets,
    ) -> Option<Vec<u32>> {
        let mut met = own.to_vec();
        for (&at, &other) in places.iter().zip(others) {
            met[at] = sets.some_of(self.dimensions[at], met[at], other)?;
        }
        Some(met)
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::query::error::ErrorKind;

    const COUNT: MeasureRef = MeasureRef { group: 0, measure: 0 };
    /// Keys of the first dimension, each of which is a set of its own.
    const KEYS: u32 = 300;

    /// Readings with room for so many places, and the sets of two dimensions.
    fn reads(most: usize) -> (Reads, Sets) {
        (Reads { most, ..Reads::default() }, Sets::of_keys(&[KEYS as usize, 2]))
    }

    fn all(dimension: usize, sets: std::ops::RangeInclusive<u32>) -> Vec<(Place, Option<Member>)> {
        sets.map(|set| (vec![(dimension, set)], None)).collect()
    }

    /// The sets of the first dimension on two axes, with those of the other on one of them.
    fn across() -> [Vec<(Place, Option<Member>)>; 2] {
        let both = |set| (1..=2).map(move |other| (vec![(0, set), (1, other)], None));
        [all(0, 1..=KEYS), (1..=KEYS).flat_map(both).collect()]
    }

    fn put(
        reads: &mut Reads,
        sets: &mut Sets,
        base: [u32; 3],
        cancel: &Cancel,
    ) -> Option<ErrorKind> {
        let read = (&Region::from(base), Member::Measure(COUNT));
        reads.put(read, &across(), sets, cancel).err().map(|error| error.kind)
    }

    #[test]
    fn sets_without_anything_in_common_are_nowhere_and_take_no_room() {
        let (room, cancel) = (2 * KEYS as usize, Cancel::default());
        let (mut reads, mut sets) = reads(room);
        assert_eq!(put(&mut reads, &mut sets, [0; 3], &cancel), None);
        assert!(reads.has(&[7, 2, 0], COUNT) && !reads.has(&[7, 0, 0], COUNT));
        assert_eq!(reads.sets(0).len(), KEYS as usize);
        let (mut reads, mut sets) = self::reads(room - 1);
        assert_eq!(put(&mut reads, &mut sets, [0; 3], &cancel), Some(ErrorKind::TooLarge));
    }

    #[test]
    fn readings_with_the_same_axes_keep_them_once() {
        let (mut reads, mut sets) = reads(2 * KEYS as usize);
        for union in 0..50 {
            assert_eq!(put(&mut reads, &mut sets, [0, 0, union], &Cancel::default()), None);
        }
        assert!(reads.has(&[7, 2, 49], COUNT) && !reads.has(&[7, 2, 50], COUNT));
        // Of one key alone.
        assert_eq!(
            put(&mut reads, &mut sets, [3, 0, 0], &Cancel::default()),
            Some(ErrorKind::TooLarge)
        );
    }

    #[test]
    fn only_the_readings_that_can_have_asked_for_something_are_looked_through() {
        let (mut reads, mut sets) = reads(MOST_PLACES);
        for key in [0, 3, 4, 5] {
            let base = Region::from([key, 0, 0]);
            let read = (&base, Member::Measure(COUNT));
            reads.put(read, &[all(1, 1..=2)], &mut sets, &Cancel::default()).unwrap();
        }
        let found = |own: &[Vec<u32>], measure: MeasureRef| -> Vec<(Vec<Vec<u32>>, usize)> {
            let among = reads.among(own, std::slice::from_ref(&measure));
            among.map(|one| (one.sets.clone(), one.measures.len())).collect()
        };
        let own = [vec![0, 3], vec![0, 2], vec![0]];
        let of_key = |key| (vec![vec![key], vec![2], vec![0]], 1);
        assert_eq!(found(&own, COUNT), [of_key(0), of_key(3)]);
        assert_eq!(found(&own, MeasureRef { measure: 1, ..COUNT }), []);
        assert_eq!(found(&[vec![0, 3], vec![0], vec![0]], COUNT), []);
        let both = &own;
        assert!(reads.among(both, &[COUNT]).all(|one| one.has(&[one.sets[0][0], 2, 0], COUNT)));
        assert!(!reads.among(both, &[COUNT]).any(|one| one.has(&[4, 2, 0], COUNT)));
    }

    #[test]
    fn a_question_that_is_ended_keeps_no_reading() {
        let looks = Arc::new(AtomicUsize::new(0));
        let own = Arc::clone(&looks);
        let cancel = Cancel::watched(move || {
            own.fetch_add(1, Ordering::Relaxed);
        });
        let (mut reads, mut sets) = reads(MOST_PLACES);
        assert_eq!(put(&mut reads, &mut sets, [0; 3], &cancel), None);
        // 90,000 pairs are looked through, some 8,000 at a time.
        assert!(looks.load(Ordering::Relaxed) > 10, "{looks:?}");
        cancel.raise();
        assert_eq!(put(&mut reads, &mut sets, [0; 3], &cancel), Some(ErrorKind::Cancelled));
    }
}
