//! A set that narrows the question (after `WHERE`, or in an inner `SELECT`) → conditions.

use super::QueryError;
use super::context::Context;
use super::resolve::levels_below;
use super::sets::{self, Set};
use crate::cube::Cube;
use crate::query::bound::{Condition, Factor, HierarchyRef, Member, Part};
use crate::query::parse::Span;

/// What a set that narrows the question says.
pub(super) struct Narrowed {
    /// The condition of each hierarchy that is narrowed.
    pub(super) conditions: Vec<(HierarchyRef, Condition)>,
    /// The measure that is named.
    pub(super) measure: Option<Member>,
}

/// The conditions of a set, and the measure that it names.
///
/// An All member is no condition. Tuples must be all combinations of the members that they name:
/// only then do conditions on single fields say the same.
pub(super) fn read(context: Context<'_>, set: &Set, span: Span) -> Result<Narrowed, QueryError> {
    let mut narrowed = Narrowed { conditions: Vec::new(), measure: None };
    for factor in &set.factors {
        for (column, members) in columns(context, factor, span)? {
            match column {
                HierarchyRef::Measures => {
                    narrowed.measure = Some(only_measure(context, &members, span)?);
                }
                HierarchyRef::Of { .. } => {
                    let condition = condition(context.cube, column, members);
                    narrowed.conditions.extend(condition.map(|condition| (column, condition)));
                }
            }
        }
    }
    Ok(narrowed)
}

/// The members of each column of a factor, each once. A whole level stands as no members at all.
fn columns(
    context: Context<'_>,
    factor: &Factor,
    span: Span,
) -> Result<Vec<(HierarchyRef, Vec<Member>)>, QueryError> {
    if let [column] = factor.columns[..] {
        let whole = factor.parts.iter().any(|part| matches!(part, Part::Level { .. }));
        let members = match whole {
            true => vec![Member::All],
            false => sets::listed(context, factor, span)?,
        };
        return Ok(vec![(column, members)]);
    }
    let tuples = sets::listed(context, factor, span)?;
    let width = factor.columns.len();
    let column = |position: usize| {
        let mut members: Vec<Member> =
            tuples.iter().skip(position).step_by(width).copied().collect();
        members.sort_unstable_by_key(order);
        members.dedup();
        members
    };
    let columns: Vec<Vec<Member>> = (0..width).map(column).collect();
    let mut different: Vec<&[Member]> = tuples.chunks_exact(width).collect();
    different.sort_unstable_by(|left, right| left.iter().map(order).cmp(right.iter().map(order)));
    different.dedup();
    let combinations = columns.iter().try_fold(1_usize, |sum, one| sum.checked_mul(one.len()));
    if combinations != Some(different.len()) {
        let message = "kombinationerne i filteret kan ikke skrives som et krydsprodukt";
        return Err(context.invalid(message, span).hint("stil et spørgsmål for hver kombination"));
    }
    Ok(factor.columns.iter().copied().zip(columns).collect())
}

fn order(member: &Member) -> (usize, usize) {
    match *member {
        Member::All => (0, 0),
        Member::Of { field, id } => (field + 1, id as usize),
        Member::Measure(measure) => (measure.group, measure.measure),
        Member::Calculated(number) => (usize::MAX, number),
    }
}

fn only_measure(
    context: Context<'_>,
    members: &[Member],
    span: Span,
) -> Result<Member, QueryError> {
    match members {
        [one] => Ok(*one),
        _ => Err(context
            .invalid("der kan kun stå ét mål i WHERE", span)
            .hint("skriv målene på en akse: {[Measures].[a], [Measures].[b]} ON COLUMNS")),
    }
}

/// The condition that a hierarchy's members make: none where the All member is among them.
/// Members of several levels are narrowed down to the lowest of these.
pub(crate) fn condition(
    cube: &Cube,
    column: HierarchyRef,
    members: Vec<Member>,
) -> Option<Condition> {
    let HierarchyRef::Of { dimension, hierarchy } = column else { return None };
    if members.contains(&Member::All) {
        return None;
    }
    let shape = &cube.dimensions[dimension];
    let levels = &shape.hierarchies[hierarchy].levels;
    let depth = |member: &Member| match member {
        Member::Of { field, .. } => levels.iter().position(|level| level == field),
        _ => None,
    };
    let field = *levels.get(members.iter().filter_map(depth).max().unwrap_or(0))?;
    let lower = |member: Member| match member {
        Member::Of { field: upper, id }
            if levels_below(shape, hierarchy, upper).contains(&field) =>
        {
            shape.descendants(upper, id, field)
        }
        Member::Of { id, .. } => vec![id],
        _ => Vec::new(),
    };
    let mut ids: Vec<u32> = members.into_iter().flat_map(lower).collect();
    ids.sort_unstable();
    ids.dedup();
    shorter(dimension, field, ids, shape.fields[field].len() as u32)
}

/// A condition in the shorter of its two forms: these members, or all but those.
fn shorter(dimension: usize, field: usize, ids: Vec<u32>, count: u32) -> Option<Condition> {
    if ids.len() * 2 <= count as usize {
        return Some(Condition { dimension, field, members: ids, except: false });
    }
    let mut next = ids.iter().copied().peekable();
    let members: Vec<u32> = (0..count).filter(|id| next.next_if_eq(id).is_none()).collect();
    match members.is_empty() {
        true => None,
        false if members.len() < ids.len() => {
            Some(Condition { dimension, field, members, except: true })
        }
        false => Some(Condition { dimension, field, members: ids, except: false }),
    }
}
