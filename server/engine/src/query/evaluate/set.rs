//! Sets of tuples, kept as products as long as that says the same.
//!
//! A cross join is never written out. A union of products is: it becomes one list of tuples, in
//! which combinations of one dimension's members that do not exist are left out.

use std::ops::Range;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::exist::dimensions_of;
use super::scope::Scope;
use super::value::Place;
use crate::query::bound::{Factor, HierarchyRef, Member, Part};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::names;

/// The place of calculated members among their siblings: behind the stored ones, and before a parent
/// that stands behind them all.
const AFTER_STORED: u32 = u32::MAX - 1;
/// Tuples that are gone through before the question is looked at again.
const STEP: usize = 1 << 13;

/// An ordered set of tuples: the cross product of its factors. A set without factors has no tuples
/// of any hierarchies.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Set {
    pub factors: Vec<Factor>,
}

impl Set {
    /// Some members of one hierarchy.
    pub(crate) fn of(hierarchy: HierarchyRef, parts: Vec<Part>) -> Set {
        Set { factors: vec![Factor { columns: vec![hierarchy], parts }] }
    }

    /// Listed members of one hierarchy.
    pub(crate) fn of_members(hierarchy: HierarchyRef, members: Vec<Member>) -> Set {
        Set::of(hierarchy, vec![Part::Tuples(members)])
    }

    /// Listed tuples.
    pub(crate) fn of_tuples(columns: Vec<HierarchyRef>, tuples: Vec<Member>) -> Set {
        if columns.is_empty() {
            return Set::default();
        }
        Set { factors: vec![Factor { columns, parts: vec![Part::Tuples(tuples)] }] }
    }

    /// One tuple; each member is a factor of its own.
    pub(crate) fn of_tuple(tuple: &[Place]) -> Set {
        let factors = tuple.iter().map(|&(hierarchy, member)| Factor {
            columns: vec![hierarchy],
            parts: vec![Part::Tuples(vec![member])],
        });
        Set { factors: factors.collect() }
    }

    /// The hierarchies of each tuple.
    pub(crate) fn columns(&self) -> impl Iterator<Item = HierarchyRef> {
        self.factors.iter().flat_map(|factor| factor.columns.iter().copied())
    }

    /// The number of hierarchies of each tuple.
    pub(crate) fn width(&self) -> usize {
        self.factors.iter().map(|factor| factor.columns.len()).sum()
    }
}

/// A set written out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    pub columns: Vec<HierarchyRef>,
    /// The tuples, one behind the other.
    pub members: Vec<Member>,
}

impl Written {
    /// How many tuples there are.
    pub(crate) fn len(&self) -> usize {
        self.members.len() / self.columns.len().max(1)
    }

    /// The members of a tuple.
    pub(crate) fn tuple(&self, number: usize) -> &[Member] {
        &self.members[number * self.columns.len()..(number + 1) * self.columns.len()]
    }

    /// All tuples in turn.
    pub(crate) fn tuples(&self) -> impl Iterator<Item = &[Member]> + Clone {
        self.members.chunks_exact(self.columns.len().max(1))
    }

    /// A tuple with its hierarchies.
    pub(crate) fn places(&self, number: usize) -> Vec<Place> {
        self.columns.iter().copied().zip(self.tuple(number).iter().copied()).collect()
    }

    /// Some of the tuples, in the order given.
    pub(crate) fn choose(&self, numbers: impl IntoIterator<Item = usize>) -> Set {
        let members = numbers.into_iter().flat_map(|number| self.tuple(number)).copied();
        let members = members.collect();
        Set::of_tuples(self.columns.clone(), members)
    }
}

impl Scope<'_> {
    /// The cross join of two sets. No hierarchy may be in both.
    pub(crate) fn cross(&self, mut left: Set, right: &Set) -> Result<Set, QueryError> {
        if let Some(twice) = right.columns().find(|&column| left.columns().any(|one| one == column))
        {
            let name = self.hierarchy_name(twice);
            let message = format!("hierarkiet {name} indgår to gange i et krydsprodukt");
            return Err(QueryError::new(ErrorKind::Invalid, message)
                .hint("brug et andet hierarki af dimensionen"));
        }
        if left.factors.is_empty() || right.factors.is_empty() {
            return Ok(Set::default());
        }
        left.factors.extend(right.factors.iter().cloned());
        Ok(left)
    }

    /// Puts a set behind another of the same hierarchies.
    pub(crate) fn append(&self, set: &mut Set, next: &Set) -> Result<(), QueryError> {
        if next.factors.is_empty() {
            return Ok(());
        }
        if set.factors.is_empty() {
            set.clone_from(next);
            return Ok(());
        }
        self.check_alike(set, next)?;
        if set.width() == 1 {
            let parts = &mut set.factors[0].parts;
            let more = next.factors.iter().flat_map(|factor| &factor.parts);
            more.for_each(|part| push(parts, part));
            return self.check_size(parts, 1);
        }
        let is_list = matches!(&set.factors[..],
            [Factor { parts, .. }] if matches!(parts[..], [Part::Tuples(_)]));
        if !is_list {
            let all = self.written(set)?;
            *set = Set::of_tuples(all.columns, all.members);
        }
        let more = self.written(next)?;
        let width = set.width();
        let parts = &mut set.factors[0].parts;
        push(parts, &Part::Tuples(more.members));
        self.check_size(parts, width)
    }

    /// An error where two sets do not have the same hierarchies in the same order.
    pub(crate) fn check_alike(&self, left: &Set, right: &Set) -> Result<(), QueryError> {
        let either_is_empty = left.factors.is_empty() || right.factors.is_empty();
        if either_is_empty || left.columns().eq(right.columns()) {
            return Ok(());
        }
        let names = |set: &Set| {
            let names = set.columns().map(|column| self.hierarchy_name(column));
            names.collect::<Vec<_>>().join(", ")
        };
        let message = format!(
            "her mødes {} og {}, men alle i en mængde skal have de samme hierarkier",
            names(left),
            names(right)
        );
        Err(QueryError::new(ErrorKind::Invalid, message)
            .hint("kryds mængderne med * i stedet for at samle dem"))
    }

    /// A set written out, tuples that do not exist left out.
    pub(crate) fn written(&self, set: &Set) -> Result<Written, QueryError> {
        self.beginning(set, usize::MAX)
    }

    /// The first tuples of a set, so many if it has them.
    pub(crate) fn beginning(&self, set: &Set, most: usize) -> Result<Written, QueryError> {
        let columns: Vec<HierarchyRef> = set.columns().collect();
        if set.factors.is_empty() {
            return Ok(Written { columns, members: Vec::new() });
        }
        if let [only] = &set.factors[..]
            && only.columns.len() == 1
        {
            let mut members = self.tuples_of(only)?;
            members.truncate(most);
            return Ok(Written { columns, members });
        }
        let lists = set.factors.iter().map(|factor| self.tuples_of(factor));
        let lists: Vec<Vec<Member>> = lists.collect::<Result<_, _>>()?;
        if most == usize::MAX {
            self.check_product(set, &lists)?;
        }
        let mut done = Product { scope: self, set, lists, columns, tuples: Vec::new(), most };
        let mut tuple = Vec::with_capacity(done.columns.len());
        done.extend(&mut tuple, 0)?;
        Ok(Written { columns: done.columns, members: done.tuples })
    }

    /// An error where a product is too large to be written out: all its tuples exist, and so are not
    /// written before they are known to be too many.
    fn check_product(&self, set: &Set, lists: &[Vec<Member>]) -> Result<(), QueryError> {
        if has_a_dimension_twice(set) {
            return Ok(());
        }
        let counts =
            set.factors.iter().zip(lists).map(|(own, list)| list.len() / own.columns.len());
        match counts.fold(1, usize::saturating_mul) {
            usize::MAX => Err(self.too_many()),
            count if count > self.limits.tuples => {
                let message = format!(
                    "mængden har {count} kombinationer, og der kan skrives {} ud",
                    self.limits.tuples
                );
                Err(QueryError { message, ..self.too_many() })
            }
            _ => Ok(()),
        }
    }

    /// How many tuples a set has. They are written out only where a dimension is in several factors.
    pub(crate) fn count(&self, set: &Set) -> Result<usize, QueryError> {
        if set.factors.is_empty() || has_a_dimension_twice(set) {
            return Ok(self.written(set)?.len());
        }
        let one = |factor: &Factor| self.written(&Set { factors: vec![factor.clone()] });
        set.factors
            .iter()
            .try_fold(1, |count: usize, factor| Ok(count.saturating_mul(one(factor)?.len())))
    }

    /// The tuples of a factor, one behind the other; hidden members are left out.
    fn tuples_of(&self, factor: &Factor) -> Result<Vec<Member>, QueryError> {
        let (mut members, width) = (Vec::new(), factor.columns.len());
        for part in &factor.parts {
            match part {
                Part::Tuples(tuples) => {
                    self.write(tuples.len())?;
                    let shown = |tuple: &&[Member]| {
                        factor.columns.iter().zip(*tuple).all(|(own, one)| self.lists(*own, *one))
                    };
                    members.extend(tuples.chunks_exact(width).filter(shown).flatten());
                }
                Part::Level { field } => {
                    let own = self.level(factor.columns[0], *field, 0..u32::MAX)?.into_iter();
                    members.extend(own.filter(|one| self.lists(factor.columns[0], *one)));
                }
            }
            if members.len() > self.limits.tuples * width {
                return Err(self.too_many());
            }
        }
        Ok(members)
    }

    /// The members of a level within a range, those that exist for the question.
    pub(crate) fn level(
        &self,
        hierarchy: HierarchyRef,
        field: usize,
        range: Range<u32>,
    ) -> Result<Vec<Member>, QueryError> {
        let HierarchyRef::Of { dimension, .. } = hierarchy else { return Ok(Vec::new()) };
        let ids = self.view.members(dimension, field).skip_while(|id| *id < range.start);
        let ids = ids.take_while(|id| *id < range.end);
        let members = ids.map(|id| Member::Of { field, id });
        let members: Vec<Member> =
            members.filter(|member| self.shows(hierarchy, *member)).collect();
        self.write(members.len())?;
        Ok(members)
    }

    /// An error where the tuples that were written last are too many.
    fn check_size(&self, parts: &[Part], width: usize) -> Result<(), QueryError> {
        match parts.last() {
            Some(Part::Tuples(tuples)) if tuples.len() > self.limits.tuples * width => {
                Err(self.too_many())
            }
            _ => Ok(()),
        }
    }

    fn too_many(&self) -> QueryError {
        let message = format!("mængden har flere end {} kombinationer", self.limits.tuples);
        QueryError::new(ErrorKind::TooLarge, message)
            .hint("skriv NonEmpty om krydsproduktet, eller vælg færre medlemmer")
    }

    /// A set without its tuples that occur in another, or, with `keep`, those alone. A visual total is
    /// the member that it shows; of the two, what is kept is the total.
    pub(crate) fn sift(&self, set: &Set, other: &Arc<Set>, keep: bool) -> Result<Set, QueryError> {
        self.check_alike(set, other)?;
        let (mut all, others) = (self.written(set)?, self.listed(other)?);
        if !self.has_visuals() {
            let mut kept = Vec::new();
            for at in 0..all.len() {
                if at.is_multiple_of(STEP) {
                    self.cancel.check()?;
                }
                if others.position(all.tuple(at), self.cancel)?.is_some() == keep {
                    kept.push(at);
                }
            }
            return Ok(all.choose(kept));
        }
        let others = &others.written;
        let plain = |written: &Written, at: usize| {
            let places = written.places(at).into_iter();
            places.map(|place| self.plain(place).1).collect::<Vec<Member>>()
        };
        let known = (0..others.len()).rev().map(|at| (plain(others, at), at));
        let known: HashMap<Vec<Member>, usize> = self.cancel.collect(known)?;
        let width = all.columns.len();
        let mut kept = Vec::new();
        for at in 0..all.len() {
            self.cancel.check()?;
            let own = plain(&all, at);
            let found = known.get(&own);
            if found.is_some() == keep {
                kept.push(at);
            }
            if let Some(&found) = found.filter(|_| own == all.tuple(at)) {
                all.members[at * width..(at + 1) * width].copy_from_slice(others.tuple(found));
            }
        }
        Ok(all.choose(kept))
    }

    /// A set in which each tuple occurs once, the first time.
    pub(crate) fn distinct(&self, set: &Set) -> Result<Set, QueryError> {
        let all = self.written(set)?;
        let mut seen: HashSet<&[Member]> = HashSet::new();
        let mut kept = Vec::new();
        for at in 0..all.len() {
            if at.is_multiple_of(STEP) {
                self.cancel.check()?;
            }
            if seen.insert(all.tuple(at)) {
                kept.push(at);
            }
        }
        self.cancel.check()?;
        Ok(all.choose(kept))
    }

    /// Where a tuple stands in its hierarchies: for each member its lineage from the top, one more
    /// than each number, and a last number that puts the member before those it contains, or behind
    /// them (`post`).
    pub(crate) fn order_key(&self, tuple: &[Place], post: bool) -> Vec<u32> {
        let mut key = Vec::with_capacity(tuple.len() * 4);
        for place in tuple {
            let (hierarchy, member) = self.plain(*place);
            match (hierarchy, member) {
                (_, Member::Of { .. }) => self.put_lineage((hierarchy, member), &mut key),
                (_, Member::Measure(measure)) => {
                    key.extend([measure.group as u32 + 1, measure.measure as u32 + 1]);
                }
                (_, Member::Calculated(number)) => {
                    if let Some(above) = self.parent((hierarchy, member)) {
                        self.put_lineage(above, &mut key);
                    }
                    key.extend([AFTER_STORED, number as u32 + 1]);
                }
                _ => {}
            }
            key.push(if post { u32::MAX } else { 0 });
        }
        key
    }

    /// Puts where a member of a level stands, from the top.
    fn put_lineage(&self, place: Place, key: &mut Vec<u32>) {
        let (HierarchyRef::Of { dimension, hierarchy }, Member::Of { field, id }) = place else {
            return;
        };
        let shape = &self.cube.dimensions[dimension];
        let ranks = &shape.hierarchies[hierarchy].ranks;
        let lineage = names::lineage(shape, hierarchy, field, id);
        key.extend(lineage.map(|(field, id)| match ranks {
            None => id + 1,
            Some(ranks) => {
                let keys = shape.fields[field].keys_of_member.get(id as usize);
                keys.iter().map(|&key| ranks[key as usize] + 1).min().unwrap_or(0)
            }
        }));
    }
}

fn push(parts: &mut Vec<Part>, part: &Part) {
    match (parts.last_mut(), part) {
        (Some(Part::Tuples(tuples)), Part::Tuples(more)) => tuples.extend(more),
        (_, part) => parts.push(part.clone()),
    }
}

/// Whether hierarchies of one dimension are in several factors: not all combinations need exist.
fn has_a_dimension_twice(set: &Set) -> bool {
    let of = |factor: &Factor| dimensions_of(&factor.columns);
    let mut all: Vec<usize> = set.factors.iter().flat_map(of).collect();
    all.sort_unstable();
    all.windows(2).any(|two| two[0] == two[1])
}

/// A product being written out.
struct Product<'a> {
    scope: &'a Scope<'a>,
    set: &'a Set,
    /// The tuples of each factor.
    lists: Vec<Vec<Member>>,
    columns: Vec<HierarchyRef>,
    tuples: Vec<Member>,
    /// How many tuples are enough.
    most: usize,
}

impl Product<'_> {
    fn is_enough(&self) -> bool {
        self.tuples.len() / self.columns.len().max(1) >= self.most
    }

    /// Adds every tuple that begins with `tuple`, which spans the factors before `factor`.
    fn extend(&mut self, tuple: &mut Vec<Member>, factor: usize) -> Result<(), QueryError> {
        let Some(list) = self.lists.get(factor) else {
            self.tuples.extend_from_slice(tuple);
            if self.tuples.len() > self.scope.limits.tuples * self.columns.len().max(1) {
                return Err(self.scope.too_many());
            }
            return Ok(());
        };
        let width = self.set.factors[factor].columns.len();
        let (before, count) = (tuple.len(), list.len() / width.max(1));
        self.scope.write(count)?;
        for position in 0..count {
            if self.is_enough() {
                break;
            }
            if position.is_multiple_of(STEP) {
                self.scope.cancel.check()?;
            }
            let next = &self.lists[factor][position * width..(position + 1) * width];
            tuple.extend_from_slice(next);
            if self.scope.exists(&self.columns, tuple, width) {
                self.extend(tuple, factor + 1)?;
            }
            tuple.truncate(before);
        }
        Ok(())
    }
}

impl Scope<'_> {
    /// Whether the members of each dimension in a tuple have a key in common, if they had before
    /// the last ones were `added`.
    pub(crate) fn exists(&self, columns: &[HierarchyRef], tuple: &[Member], added: usize) -> bool {
        let of = |hierarchy: HierarchyRef, member: Member| match (hierarchy, member) {
            (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
                Some((dimension, field, id))
            }
            _ => None,
        };
        let members =
            || columns.iter().zip(tuple).filter_map(|(column, member)| of(*column, *member));
        let new = columns.iter().zip(tuple).skip(tuple.len() - added);
        new.filter_map(|(column, member)| of(*column, *member)).all(|(dimension, field, id)| {
            let others = || members().filter(move |other| other.0 == dimension);
            let shape = &self.cube.dimensions[dimension];
            let keys = shape.fields[field].keys_of_member.get(id as usize);
            let has = |key: u32, field: usize| shape.fields[field].member_of_key[key as usize];
            others().nth(1).is_none()
                || keys.iter().any(|&key| {
                    self.has_key(dimension, key)
                        && self.slices_in(dimension, key)
                        && others().all(|(_, field, id)| has(key, field) == id)
                })
        })
    }
}
