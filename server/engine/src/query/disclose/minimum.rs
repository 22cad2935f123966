//! The least number that a question may be about.
//!
//! What a question is about are those that fulfil its conditions and have, of every dimension on its axes,
//! one of the members that stand there: the same whether a member is written in `WHERE`, on an axis or
//! in a formula. Each reading of stored figures on the way to an answer is such a question.

use std::sync::Arc;

use super::rules::Rules;
use crate::cube::Cube;
use crate::query::bound::{Bound, Condition, HierarchyRef, Member, Union};
use crate::query::cellset::CellSet;
use crate::query::error::{ErrorKind, QueryError};

/// A member of a field of a dimension: field and number.
type Own = (usize, u32);

/// Refuses a question about too few.
///
/// # Errors
/// It is, or they cannot be counted.
pub(super) fn check_set(
    cube: &Cube,
    rules: &Rules,
    bound: &Bound,
    answer: &CellSet,
    count: impl Fn(&Bound) -> Result<CellSet, QueryError>,
) -> Result<(), QueryError> {
    let Some(measure) = rules.counts.filter(|_| rules.minimum_set > 0) else { return Ok(()) };
    let uses = &cube.groups[measure.group].uses;
    let related = |dimension: usize| uses[dimension].is_some();
    let conditions = bound.conditions.iter().filter(|one| related(one.dimension)).cloned();
    let own = bound.unions.iter().filter(|own| own.dimensions().into_iter().all(related)).cloned();
    let of_axes = (0..cube.dimensions.len()).filter(|&one| related(one));
    let of_axes = of_axes.filter_map(|dimension| of_axes_along(answer, dimension)).map(Arc::new);
    let unions = own.chain(of_axes).collect();
    let question = Bound::stored(Vec::new(), conditions.collect(), measure, false);
    let selected = count(&Bound { unions, ..question })?;
    let selected = selected.values.first().copied().unwrap_or_default();
    if selected >= f64::from(rules.minimum_set) {
        return Ok(());
    }
    let message = format!(
        "spørgsmålet handler om færre end {}, og det besvares ikke (A3)",
        rules.minimum_set
    );
    Err(QueryError::new(ErrorKind::Hidden, message)
        .hint("brug færre eller videre betingelser, eller flere medlemmer på akserne"))
}

/// What axes select along a dimension; `None` where some position is of all of it, or it is on no axis.
fn of_axes_along(answer: &CellSet, dimension: usize) -> Option<Union> {
    let mut union: Option<Vec<Vec<Own>>> = None;
    for axis in &answer.axes {
        let is_own = |column: &HierarchyRef| matches!(column, HierarchyRef::Of { dimension: own, .. } if *own == dimension);
        let columns: Vec<usize> =
            (0..axis.columns.len()).filter(|&at| is_own(&axis.columns[at])).collect();
        if columns.is_empty() {
            continue;
        }
        let mut places: Vec<Vec<Own>> = (0..axis.count)
            .map(|position| {
                let members = columns.iter().map(|&at| axis.position(position)[at]);
                members.filter_map(own).collect()
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        if places.first().is_some_and(Vec::is_empty) {
            continue;
        }
        union.get_or_insert_default().extend(places);
    }
    Some(Union { boxes: boxes(union?, dimension), sliced: false })
}

fn own(member: Member) -> Option<Own> {
    match member {
        Member::Of { field, id } => Some((field, id)),
        _ => None,
    }
}

/// Places as boxes: members of one field alone are one condition.
fn boxes(places: Vec<Vec<Own>>, dimension: usize) -> Vec<Vec<Condition>> {
    let condition =
        |field: usize, members: Vec<u32>| Condition { dimension, field, members, except: false };
    let mut boxes: Vec<Vec<Condition>> = Vec::new();
    for place in places {
        if let [(field, id)] = place[..]
            && let Some(known) =
                boxes.iter_mut().find(|known| known.len() == 1 && known[0].field == field)
        {
            known[0].members.push(id);
            continue;
        }
        boxes.push(place.into_iter().map(|(field, id)| condition(field, vec![id])).collect());
    }
    boxes
}
