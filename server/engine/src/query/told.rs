//! From a measure to the stored measures whose records tell of it.
//!
//! A stored measure tells of itself, or the cube does that shows its group's records. A formula is
//! made of parts, and each of these in turn. What it aggregates over a set tells of the set's members in
//! the cell alone, so the set is worked out there and becomes a condition.

use super::bind;
use super::bound::Condition;
use super::error::{ErrorKind, QueryError};
use super::view::View;
use super::{Cancel, Limits, explain};
use crate::cube::dimension::same;
use crate::cube::{Cube, MeasureRef};

/// A stored measure at a cell.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// Which of the views has it.
    pub view: usize,
    /// The measure.
    pub measure: MeasureRef,
    /// The conditions of the cell, and those under which a formula takes the measure.
    pub filters: Vec<String>,
    /// The sets over which formulas aggregate the measure.
    over: Vec<String>,
    /// How many of the filters, the last ones, are of sets.
    of_sets: usize,
    /// The parts of the formula that was asked for; none where it is no formula.
    pub parts: Vec<String>,
}

/// The stored measure that tells most of a measure; the default measure where none is named.
pub(super) fn first(
    views: &[View],
    view: usize,
    measure: &str,
    filters: &[String],
    conditions: &[Condition],
) -> Result<Told, QueryError> {
    let all = all(views, view, measure, filters, conditions)?;
    all.into_iter().next().ok_or_else(|| no_parts(measure))
}

/// The stored measures that tell of a measure, the most telling first. The cell is what filters leave
/// and conditions of the view.
pub(super) fn all(
    views: &[View],
    view: usize,
    measure: &str,
    filters: &[String],
    conditions: &[Condition],
) -> Result<Vec<Told>, QueryError> {
    let cube = views[view].cube();
    let name = measure.trim();
    let Some(number) = cube.find_calculated(name) else {
        return Ok(vec![stored(views, view, name, filters)?]);
    };
    let formula = &cube.calculated[number];
    check_all(&views[view], number, filters, conditions)?;
    let parts: Vec<String> = formula.made_of.iter().map(|part| part.measure.clone()).collect();
    let mut found = Vec::new();
    for part in &formula.made_of {
        let filters = [filters, part.filters.as_slice()].concat();
        let of_part = all(views, view, &part.measure, &filters, conditions)?;
        found.extend(of_part.into_iter().map(|one| one.over_also(part.over.as_ref())));
    }
    found.iter_mut().for_each(|one| one.parts.clone_from(&parts));
    Ok(found)
}

impl Told {
    /// The filters of the steps that somebody is told who sees some rows alone: a set that has what is
    /// theirs has all their rows. Before a rule these can have been another's, and whether the set has
    /// that one depends on the other's records (A1).
    pub(super) fn filters_of_own(&self) -> &[String] {
        &self.filters[..self.filters.len() - self.of_sets]
    }

    /// The same, aggregated over one more set.
    fn over_also(mut self, set: Option<&String>) -> Told {
        self.over.extend(set.filter(|set| !self.over.contains(set)).cloned());
        self
    }

    /// The same, in what the sets leave of the cell of the view that was asked: filters and conditions.
    ///
    /// # Errors
    /// They leave nothing, so the formula has no value; a limit was reached, or the question was cancelled.
    pub(super) fn within_sets(
        mut self,
        views: &[View],
        at: usize,
        (filters, conditions): (&[String], &[Condition]),
        within: (&Limits, &Cancel),
    ) -> Result<Told, QueryError> {
        if self.over.is_empty() {
            return Ok(self);
        }
        let (view, records) = (&views[at], views[self.view].of_records());
        let cell = filters.iter().map(|filter| bind::condition(view, filter));
        let mut cell = cell.collect::<Result<Vec<Condition>, _>>()?;
        cell.extend_from_slice(conditions);
        for set in &self.over {
            let left = bind::members_of_set(view, set, &cell, within)?;
            match left {
                Some(left) if left.members.is_empty() && !left.except => {
                    return Err(nothing_left(&self.parts));
                }
                Some(left) if !has_own(&records, view.cube(), &left) => {
                    return Err(nothing_left(&self.parts));
                }
                Some(left) => {
                    self.filters.push(in_words(view.cube(), &left));
                    self.of_sets += 1;
                }
                None => {}
            }
        }
        Ok(self)
    }
}

/// Whether a condition leaves a member that is the caller's own in the cube of the records; where the
/// caller sees all of them, all are.
fn has_own(records: &View, cube: &Cube, condition: &Condition) -> bool {
    if !records.is_restricted() {
        return true;
    }
    let (dimension, there) = (&cube.dimensions[condition.dimension], records.cube());
    let field = &dimension.fields[condition.field];
    let own = there.find_dimension(&dimension.name).and_then(|at| {
        let shape = &there.dimensions[at];
        Some(&shape.fields[shape.find_field(&field.name)?])
    });
    let Some(own) = own else { return false };
    let is_own = |member: u32| {
        let keys = own.keys_of_member.get(member as usize);
        keys.iter().any(|&key| records.is_told_of(key))
    };
    let is_named = |member: u32| {
        let key = own.keys.get(member as usize);
        condition.members.iter().any(|&one| field.keys.get(one as usize) == key)
    };
    (0..own.len() as u32).any(|member| is_own(member) && is_named(member) != condition.except)
}

/// A condition as it is written, by keys.
fn in_words(cube: &Cube, condition: &Condition) -> String {
    let dimension = &cube.dimensions[condition.dimension];
    let field = &dimension.fields[condition.field];
    let keys = condition.members.iter().map(|&member| field.keys.get(member as usize));
    let text = explain::condition(&dimension.name, &field.name, &keys.collect::<Vec<_>>());
    if condition.except { text.replacen('=', "<>", 1) } else { text }
}

fn nothing_left(parts: &[String]) -> QueryError {
    let message =
        "formlen har ingen værdi her: ingen af cellens medlemmer har alt det, som den regnes af";
    let error = QueryError::new(ErrorKind::Invalid, message);
    error.hint(format!("spørg i stedet om en af dens dele: {}", parts.join("; ")))
}

/// A stored measure, in the cube that shows its records.
fn stored(views: &[View], view: usize, name: &str, filters: &[String]) -> Result<Told, QueryError> {
    let cube = views[view].cube();
    let measure = match name {
        "" => bind::default_measure(&views[view])?,
        name => {
            let found = cube.find_measure(name);
            found.ok_or_else(|| bind::unknown_measure(&views[view], name))?
        }
    };
    let told = |view, measure| {
        let (filters, over, parts) = (filters.to_vec(), Vec::new(), Vec::new());
        Told { view, measure, filters, over, of_sets: 0, parts }
    };
    let Some(other) = &cube.groups[measure.group].records_in else {
        return Ok(told(view, measure));
    };
    let name = &cube.measure(measure).name;
    let there = views.iter().position(|view| same(&view.cube().name, other));
    let there = there.and_then(|at| Some((at, views[at].cube().find_measure(name)?)));
    let (at, measure) = there.ok_or_else(|| elsewhere(cube, name))?;
    Ok(told(at, measure))
}

/// A formula that has a value at All only is not asked for anywhere else.
fn check_all(
    view: &View,
    number: usize,
    filters: &[String],
    conditions: &[Condition],
) -> Result<(), QueryError> {
    let formula = &view.cube().calculated[number];
    let divided = |dimension: usize| {
        let dimension = &view.cube().dimensions[dimension].name;
        let message = format!("målet '{}' deles ikke op efter '{dimension}'", formula.name);
        QueryError::new(ErrorKind::Invalid, message)
    };
    for filter in filters {
        let dimension = bind::condition(view, filter)?.dimension;
        if formula.at_all.contains(&dimension) {
            return Err(divided(dimension).hint(format!("udelad betingelsen '{filter}'")));
        }
    }
    match conditions.iter().find(|one| formula.at_all.contains(&one.dimension)) {
        Some(one) => Err(divided(one.dimension).hint("udelad dimensionen af cellen")),
        None => Ok(()),
    }
}

fn no_parts(measure: &str) -> QueryError {
    let message = format!("målet '{}' er en formel uden registreringer", measure.trim());
    QueryError::new(ErrorKind::Invalid, message).hint("vælg et af de mål, som formlen bruger")
}

fn elsewhere(cube: &Cube, measure: &str) -> QueryError {
    let message = format!("rækkerne bag '{measure}' i kuben '{}' kan ikke vises her", cube.name);
    QueryError::new(ErrorKind::Invalid, message)
        .hint("de vises i en kube, som dit adgangsbevis ikke giver adgang til")
}
