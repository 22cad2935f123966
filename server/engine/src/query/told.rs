//! From a measure to the stored measures whose records tell of it.
//!
//! A stored measure tells of itself, or the cube does that shows its group's records. A formula is
//! made of parts, and each of these in turn.

use super::bind;
use super::bound::Condition;
use super::error::{ErrorKind, QueryError};
use super::view::View;
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
        found.extend(all(views, view, &part.measure, &filters, conditions)?);
    }
    found.iter_mut().for_each(|one| one.parts.clone_from(&parts));
    Ok(found)
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
    let told = |view, measure| Told { view, measure, filters: filters.to_vec(), parts: Vec::new() };
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
    let message = format!("ydelserne bag '{measure}' i kuben '{}' kan ikke vises her", cube.name);
    QueryError::new(ErrorKind::Invalid, message)
        .hint("de vises i en kube, som dit adgangsbevis ikke giver adgang til")
}
