//! Sets of tuples, kept as products as long as that says the same.
//!
//! A cross join is never written out. A union of products is: it becomes one list of tuples, in
//! which combinations of one dimension's members that do not exist are left out.

use std::ops::Range;

use hashbrown::HashSet;

use super::QueryError;
use super::context::Context;
use crate::query::bound::{Factor, HierarchyRef, Member, Part};
use crate::query::parse::Span;

/// Lists of tuples are not written out beyond this number: a question that needs more of them
/// should say it as a cross join, which is never written out.
pub(super) const MAX_TUPLES: usize = 1_000_000;

/// An ordered set of tuples: the cross product of its factors.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set {
    pub(super) factors: Vec<Factor>,
}

impl Set {
    /// Some members of one hierarchy.
    pub(super) fn of(hierarchy: HierarchyRef, parts: Vec<Part>) -> Set {
        Set { factors: vec![Factor { columns: vec![hierarchy], parts }] }
    }

    /// Listed members of one hierarchy.
    pub(super) fn of_members(hierarchy: HierarchyRef, members: Vec<Member>) -> Set {
        Set::of(hierarchy, vec![Part::Tuples(members)])
    }

    /// Listed tuples.
    pub(super) fn of_tuples(columns: Vec<HierarchyRef>, tuples: Vec<Member>) -> Set {
        Set { factors: vec![Factor { columns, parts: vec![Part::Tuples(tuples)] }] }
    }

    /// The hierarchies of each tuple.
    pub(super) fn columns(&self) -> impl Iterator<Item = HierarchyRef> {
        self.factors.iter().flat_map(|factor| factor.columns.iter().copied())
    }

    /// The number of hierarchies of each tuple.
    pub(super) fn width(&self) -> usize {
        self.factors.iter().map(|factor| factor.columns.len()).sum()
    }
}

/// The cross join of two sets. No hierarchy may be in both.
pub(super) fn cross(
    context: Context<'_>,
    mut left: Set,
    right: Set,
    span: Span,
) -> Result<Set, QueryError> {
    if let Some(twice) = right.columns().find(|&column| left.columns().any(|one| one == column)) {
        let message = format!(
            "hierarkiet {} indgår to gange i et krydsprodukt",
            context.hierarchy_name(twice)
        );
        return Err(context.invalid(message, span).hint("brug et andet hierarki af dimensionen"));
    }
    left.factors.extend(right.factors);
    Ok(left)
}

/// Puts a set behind another of the same hierarchies.
pub(super) fn append(
    context: Context<'_>,
    set: &mut Set,
    next: Set,
    span: Span,
) -> Result<(), QueryError> {
    check_alike(context, set, &next, span)?;
    if set.width() == 1 {
        let parts = &mut set.factors[0].parts;
        next.factors.into_iter().flat_map(|factor| factor.parts).for_each(|part| push(parts, part));
        return check_size(context, parts, 1, span);
    }
    if !matches!(&set.factors[..], [Factor { parts, .. }] if matches!(parts[..], [Part::Tuples(_)]))
    {
        *set = Set::of_tuples(set.columns().collect(), tuples(context, set, span)?);
    }
    let more = tuples(context, &next, span)?;
    let width = set.width();
    let parts = &mut set.factors[0].parts;
    push(parts, Part::Tuples(more));
    check_size(context, parts, width, span)
}

/// An error where two sets do not have the same hierarchies in the same order.
pub(super) fn check_alike(
    context: Context<'_>,
    left: &Set,
    right: &Set,
    span: Span,
) -> Result<(), QueryError> {
    if left.columns().eq(right.columns()) {
        return Ok(());
    }
    let names = |set: &Set| {
        set.columns().map(|column| context.hierarchy_name(column)).collect::<Vec<_>>().join(", ")
    };
    let message = format!(
        "her mødes {} og {}, men alle i en mængde skal have de samme hierarkier",
        names(left),
        names(right)
    );
    Err(context.invalid(message, span).hint("kryds mængderne med * i stedet for at samle dem"))
}

fn push(parts: &mut Vec<Part>, part: Part) {
    match (parts.last_mut(), part) {
        (Some(Part::Tuples(tuples)), Part::Tuples(more)) => tuples.extend(more),
        (_, part) => parts.push(part),
    }
}

/// An error where the tuples that were written last are too many.
fn check_size(
    context: Context<'_>,
    parts: &[Part],
    width: usize,
    span: Span,
) -> Result<(), QueryError> {
    match parts.last() {
        Some(Part::Tuples(tuples)) if tuples.len() > MAX_TUPLES * width => {
            Err(too_many(context, span))
        }
        _ => Ok(()),
    }
}

fn too_many(context: Context<'_>, span: Span) -> QueryError {
    let message = format!("mængden har flere end {MAX_TUPLES} kombinationer");
    context
        .too_large(message, span)
        .hint("skriv den som et krydsprodukt, eller vælg færre medlemmer")
}

/// The tuples of a set, written out, those that do not exist left out.
pub(super) fn tuples(
    context: Context<'_>,
    set: &Set,
    span: Span,
) -> Result<Vec<Member>, QueryError> {
    if let [only] = &set.factors[..]
        && only.columns.len() == 1
    {
        return listed(context, only, span);
    }
    let lists = set.factors.iter().map(|factor| listed(context, factor, span));
    let lists = lists.collect::<Result<_, _>>()?;
    let columns: Vec<HierarchyRef> = set.columns().collect();
    let mut done = Product { context, set, lists, columns, tuples: Vec::new(), span };
    let mut tuple = Vec::with_capacity(done.columns.len());
    done.extend(&mut tuple, 0)?;
    Ok(done.tuples)
}

/// A product being written out.
struct Product<'a> {
    context: Context<'a>,
    set: &'a Set,
    /// The tuples of each factor.
    lists: Vec<Vec<Member>>,
    columns: Vec<HierarchyRef>,
    tuples: Vec<Member>,
    span: Span,
}

impl Product<'_> {
    /// Adds every tuple that begins with `tuple`, which spans the factors before `factor`.
    fn extend(&mut self, tuple: &mut Vec<Member>, factor: usize) -> Result<(), QueryError> {
        let Some(list) = self.lists.get(factor) else {
            self.tuples.extend_from_slice(tuple);
            if self.tuples.len() > MAX_TUPLES * self.columns.len().max(1) {
                return Err(too_many(self.context, self.span));
            }
            return Ok(());
        };
        let width = self.set.factors[factor].columns.len();
        let (before, count) = (tuple.len(), list.len() / width.max(1));
        self.context.write(count, self.span)?;
        for position in 0..count {
            let next = &self.lists[factor][position * width..(position + 1) * width];
            tuple.extend_from_slice(next);
            if exists(self.context, &self.columns, tuple, width) {
                self.extend(tuple, factor + 1)?;
            }
            tuple.truncate(before);
        }
        Ok(())
    }
}

/// The tuples of a factor, one behind the other.
pub(super) fn listed(
    context: Context<'_>,
    factor: &Factor,
    span: Span,
) -> Result<Vec<Member>, QueryError> {
    let mut members = Vec::new();
    for part in &factor.parts {
        match part {
            Part::Tuples(tuples) => {
                context.write(tuples.len(), span)?;
                members.extend_from_slice(tuples);
            }
            Part::Level { field } => {
                members.extend(level(context, factor.columns[0], *field, 0..u32::MAX, span)?);
            }
        }
        if members.len() > MAX_TUPLES * factor.columns.len() {
            return Err(too_many(context, span));
        }
    }
    Ok(members)
}

/// The members of a level within a range, those that the view has.
pub(super) fn level(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    field: usize,
    range: Range<u32>,
    span: Span,
) -> Result<Vec<Member>, QueryError> {
    let HierarchyRef::Of { dimension, .. } = hierarchy else { return Ok(Vec::new()) };
    let members = context.view.members(dimension, field).skip_while(|id| *id < range.start);
    let members: Vec<Member> =
        members.take_while(|id| *id < range.end).map(|id| Member::Of { field, id }).collect();
    context.write(members.len(), span)?;
    Ok(members)
}

/// Whether the members of each dimension in a tuple have a key in common, if they had before the
/// last ones were `added`.
fn exists(context: Context<'_>, columns: &[HierarchyRef], tuple: &[Member], added: usize) -> bool {
    let members = || columns.iter().zip(tuple).filter_map(|(column, member)| of(*column, *member));
    let new = columns.iter().zip(tuple).skip(tuple.len() - added);
    new.filter_map(|(column, member)| of(*column, *member)).all(|(dimension, field, id)| {
        let others = || members().filter(move |other| other.0 == dimension);
        let shape = context.dimension(dimension);
        let keys = shape.fields[field].keys_of_member.get(id as usize);
        let has = |key: u32, field: usize| shape.fields[field].member_of_key[key as usize];
        others().nth(1).is_none()
            || keys.iter().any(|&key| {
                context.view.has_key(dimension, key)
                    && others().all(|(_, field, id)| has(key, field) == id)
            })
    })
}

fn of(hierarchy: HierarchyRef, member: Member) -> Option<(usize, usize, u32)> {
    match (hierarchy, member) {
        (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
            Some((dimension, field, id))
        }
        _ => None,
    }
}

/// A set without its tuples that occur in another, or, with `keep`, those alone.
pub(super) fn sift(
    context: Context<'_>,
    set: &Set,
    other: &Set,
    keep: bool,
    span: Span,
) -> Result<Set, QueryError> {
    check_alike(context, set, other, span)?;
    let width = set.width().max(1);
    let others = tuples(context, other, span)?;
    let others: HashSet<&[Member]> = others.chunks_exact(width).collect();
    let all = tuples(context, set, span)?;
    let left = all.chunks_exact(width).filter(|tuple| others.contains(tuple) == keep);
    let left = left.flatten().copied().collect();
    Ok(Set::of_tuples(set.columns().collect(), left))
}

/// A set in which each tuple occurs once, the first time.
pub(super) fn distinct(context: Context<'_>, set: &Set, span: Span) -> Result<Set, QueryError> {
    let width = set.width().max(1);
    let all = tuples(context, set, span)?;
    let mut seen: HashSet<&[Member]> = HashSet::new();
    let once = all.chunks_exact(width).filter(|tuple| seen.insert(tuple));
    let once = once.flatten().copied().collect();
    Ok(Set::of_tuples(set.columns().collect(), once))
}
