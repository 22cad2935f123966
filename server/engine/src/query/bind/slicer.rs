//! A set that narrows the question (after `WHERE`, or in an inner `SELECT`) → conditions.

use std::sync::Arc;

use super::{ErrorKind, QueryError};
use crate::cube::{Cube, Dimension, Hierarchy};
use crate::query::bound::{Condition, Factor, HierarchyRef, Member, Part};
use crate::query::evaluate::product;
use crate::query::evaluate::scope::Scope;
use crate::query::evaluate::set::Set;

/// What a set that narrows the question says.
pub(super) struct Narrowed {
    /// The condition of each hierarchy that is narrowed.
    pub(super) conditions: Vec<(HierarchyRef, Condition)>,
    /// The measure that is named.
    pub(super) measure: Option<Member>,
    /// Where cells stand: a set for each factor that names no measure.
    pub(super) stands: Vec<Arc<Set>>,
}

/// The conditions of a set, and the measure that it names.
///
/// An All member is no condition. Tuples must be all combinations of the members that they name:
/// only then do conditions on single fields say the same.
pub(super) fn read(scope: &Scope<'_>, set: &Set) -> Result<Narrowed, QueryError> {
    let mut narrowed = Narrowed { conditions: Vec::new(), measure: None, stands: Vec::new() };
    for factor in &set.factors {
        let columns = columns(scope, factor)?;
        for (column, members) in columns {
            match column {
                HierarchyRef::Measures => narrowed.measure = Some(only_measure(&members)?),
                HierarchyRef::Of { .. } => {
                    let is_calculated =
                        members.iter().any(|one| matches!(one, Member::Calculated(_)));
                    if is_calculated && members.len() > 1 {
                        let message = "et beregnet medlem kan ikke stå sammen med andre i WHERE";
                        return Err(QueryError::new(ErrorKind::Invalid, message));
                    }
                    let stand = Set::of_members(column, members.clone());
                    narrowed.stands.push(Arc::new(stand));
                    let condition = condition(scope.cube, column, members);
                    narrowed.conditions.extend(
                        condition.filter(|_| !is_calculated).map(|condition| (column, condition)),
                    );
                }
            }
        }
    }
    Ok(narrowed)
}

/// The members of each column of a factor, each once. A whole level stands as the All member.
fn columns(
    scope: &Scope<'_>,
    factor: &Factor,
) -> Result<Vec<(HierarchyRef, Vec<Member>)>, QueryError> {
    let is_whole = factor.parts.iter().any(|part| matches!(part, Part::Level { .. }));
    if is_whole {
        return Ok(vec![(factor.columns[0], vec![Member::All])]);
    }
    let written = scope.written(&Set { factors: vec![factor.clone()] })?;
    let Some(columns) = product(&written.members, written.columns.len()) else {
        let message = "kombinationerne i filteret kan ikke skrives som et krydsprodukt";
        return Err(QueryError::new(ErrorKind::Invalid, message)
            .hint("stil et spørgsmål for hver kombination"));
    };
    Ok(factor.columns.iter().copied().zip(columns).collect())
}

fn only_measure(members: &[Member]) -> Result<Member, QueryError> {
    match members {
        [one] => Ok(*one),
        _ => Err(QueryError::new(ErrorKind::Invalid, "der kan kun stå ét mål i WHERE")
            .hint("skriv målene på en akse: {[Measures].[a], [Measures].[b]} ON COLUMNS")),
    }
}

/// The condition that a hierarchy's members make: none where the All member is among them.
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
    let of_field = |member: Member| match member {
        Member::Of { field, id } => Some((field, id)),
        _ => None,
    };
    let members: Vec<(usize, u32)> = members.into_iter().filter_map(of_field).collect();
    let field = common_field(shape, hierarchy, &members)?;
    let lower = |(upper, id): (usize, u32)| match upper == field {
        true => vec![id],
        false => shape.descendants(upper, id, field),
    };
    let mut ids: Vec<u32> = members.into_iter().flat_map(lower).collect();
    ids.sort_unstable();
    ids.dedup();
    let column = &shape.fields[field];
    let is_total = || (0..shape.key_count as u32).all(|key| column.member_of(key).is_some());
    if ids.len() * 2 <= column.len() || !is_total() {
        return Some(Condition { dimension, field, members: ids, except: false });
    }
    shorter(dimension, field, ids, column.len() as u32)
}

/// The field in which members of a hierarchy can be told: their own; of several levels the lowest of
/// these, or the next one below it that leaves nothing of them out. The members for own facts alone
/// (`DataMember`) are of no level, and all others can be told by them.
fn common_field(shape: &Dimension, hierarchy: usize, members: &[(usize, u32)]) -> Option<usize> {
    let Hierarchy { levels, data, .. } = &shape.hierarchies[hierarchy];
    let Some(&(first, _)) = members.first() else { return levels.first().copied() };
    if members.iter().all(|&(field, _)| field == first) {
        return Some(first);
    }
    let depth = |&(field, _): &(usize, u32)| levels.iter().position(|&level| level == field);
    let depths: Option<Vec<usize>> = members.iter().map(depth).collect();
    let Some(lowest) = depths.and_then(|depths| depths.into_iter().max()) else { return *data };
    let has_all = |field: usize| {
        members.iter().all(|&(upper, id)| {
            let keys = shape.fields[upper].keys_of_member.get(id as usize);
            keys.iter().all(|&key| shape.fields[field].member_of(key).is_some())
        })
    };
    let mut lower = levels[lowest..].iter().copied().chain(*data);
    lower.find(|&field| has_all(field)).or(Some(levels[lowest]))
}

/// A condition in the shorter of its two forms: these members, or all but those; none where these are
/// all. Every key has a member here: in a partial field, all members are not everything.
fn shorter(dimension: usize, field: usize, ids: Vec<u32>, count: u32) -> Option<Condition> {
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
