//! What an answer shows of persons, told to the access log before it goes out.

use hashbrown::HashSet;
use terning_engine::cube::Cube;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::{CellSet, Property, Special};
use terning_engine::query::shape::{self, Shape};
use terning_engine::query::table::{TableColumn, Values};
use terning_engine::query::{Answer, Cancel, Drilled, Prepared, QueryError, Table, View};

use super::call::Sight;
use crate::audit::{Entry, Question, numbers};

/// Numbers from here on may be a personal number that was made a number, up to the largest of them.
const NUMBERS: std::ops::RangeInclusive<f64> = 100_000_000.0..=9_999_999_999.0;

/// Citizens that are told between two looks at whether the question goes on.
const UNCHECKED: usize = 4096;

impl Sight {
    /// Tells that a cube is asked.
    pub(super) fn tell_cube_asked(&self, view: &View) {
        let personal = is_personal(view);
        self.visit.note(|entry| {
            entry.version = self.version.name.to_string();
            entry.cube.clone_from(&view.cube().name);
            entry.personal |= personal;
        });
    }

    /// Tells what a question asks.
    pub(super) fn tell_question(&self, prepared: &Prepared) {
        if !self.visit.is_kept() {
            return;
        }
        let shape = prepared.shape(&self.views, &|value| self.visit.asks(value));
        if let Some(view) = self.views.iter().find(|view| view.cube().name == shape.cube) {
            self.tell_cube_asked(view);
        }
        let Shape { axes, filters, measure, formulas, .. } = shape;
        let axes = axes.iter().map(|axis| free(axis)).collect();
        let (filters, formulas) = (free(&filters), free(&formulas));
        self.tell_asked(|question| {
            *question = Question { axes, filters, measure, formulas, ..std::mem::take(question) };
        });
    }

    /// Tells the conditions of a cell that is asked for.
    pub(super) fn tell_filters(&self, view: &View, filters: &[String], measure: &str) {
        if !self.visit.is_kept() {
            return;
        }
        self.tell_cube_asked(view);
        self.visit.note(|entry| entry.personal = true);
        let told = free(&shape::filters(view, filters, &|value| self.visit.asks(value)));
        let measure = view.cube().find_measure(measure);
        let measure = measure.map(|found| view.cube().measure(found).name.clone());
        self.tell_asked(|question| {
            question.filters = told;
            question.measure = measure.unwrap_or_default();
        });
    }

    /// Tells the records that are shown behind a cell of a cube.
    pub(super) fn tell_records(&self, view: &View, drilled: &Drilled) {
        if !self.visit.is_kept() {
            return;
        }
        self.tell_cube_asked(view);
        self.visit.note(|entry| entry.personal = true);
        let hide = |value: &str| self.visit.asks(value);
        let filters = free(&shape::conditions(view, &drilled.conditions, &hide));
        self.tell_asked(|question| {
            question.filters = filters;
            question.measure.clone_from(&drilled.of.measure);
        });
        self.tell_table(&drilled.table, |_| true);
    }

    /// Tells whom a table shows. In the personal columns that `names` chooses every value is a person;
    /// in the others what looks like one is.
    pub(super) fn tell_table(&self, table: &Table, names: impl Fn(&TableColumn) -> bool) {
        if !self.visit.is_kept() {
            return;
        }
        self.visit.note(|entry| entry.rows = Some(table.rows() as u64));
        for column in table.columns.iter().filter(|column| column.personal) {
            let Values::Text(texts) = &column.values else { continue };
            let all = names(column);
            let different: HashSet<&str> = texts
                .iter()
                .flatten()
                .map(|text| &**text)
                .filter(|text| !text.is_empty())
                .collect();
            match all {
                true => self.visit.shows(different),
                false => {
                    different.iter().for_each(|text| self.visit.shows(numbers(text.as_bytes())));
                }
            }
        }
    }

    /// Tells whom a table names in any of its texts.
    pub(super) fn tell_texts(&self, table: &Table) {
        if !self.visit.is_kept() {
            return;
        }
        for column in &table.columns {
            if let Values::Text(texts) = &column.values {
                let found = texts.iter().flatten().flat_map(|text| numbers(text.as_bytes()));
                self.visit.shows(found);
            }
        }
    }

    /// Tells whom cells show: on the axes, in texts, and in numbers that may be made of one.
    ///
    /// # Errors
    /// The question was ended.
    pub(super) fn tell_cells(&self, answer: &Answer, cancel: &Cancel) -> Result<(), QueryError> {
        if !self.visit.is_kept() {
            return Ok(());
        }
        let (view, cells) = (&self.views[answer.view], &answer.cells);
        self.visit.note(|entry| entry.cells = Some(cells.ordinals.len() as u64));
        if is_personal(view) {
            self.tell_citizens(&on_axes(view.cube(), cells, cancel)?, cancel)?;
            self.tell_citizens(&in_cells(cells, cancel)?, cancel)?;
        }
        Ok(())
    }

    fn tell_citizens(
        &self,
        citizens: &[impl AsRef<str>],
        cancel: &Cancel,
    ) -> Result<(), QueryError> {
        for some in citizens.chunks(UNCHECKED) {
            cancel.check()?;
            self.visit.shows(some);
        }
        Ok(())
    }

    /// Tells what was asked for.
    pub(super) fn tell_asked(&self, tell: impl FnOnce(&mut Question)) {
        self.visit.note(|entry| tell(entry.question.get_or_insert_default()));
    }
}

/// Whether there are persons one by one in what a view shows.
pub(super) fn is_personal(view: &View) -> bool {
    view.dimensions().any(|(_, dimension)| dimension.fields.iter().any(|field| field.personal))
}

/// Names of the cube are no personal data, but what stands in its lists may look like it.
fn free(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| Entry::free(text)).collect()
}

/// The members of personal fields.
fn on_axes<'a>(
    cube: &'a Cube,
    cells: &CellSet,
    cancel: &Cancel,
) -> Result<Vec<&'a str>, QueryError> {
    let mut seen = HashSet::new();
    for axis in &cells.axes {
        let dimensions: Vec<Option<usize>> =
            axis.columns.iter().map(|&one| of_persons(cube, one)).collect();
        if dimensions.iter().all(Option::is_none) {
            continue;
        }
        cancel.each(axis.members.chunks_exact(dimensions.len()), |tuple| {
            seen.extend(dimensions.iter().zip(tuple).filter_map(
                |(dimension, member)| match member {
                    Member::Of { field, id } => Some((((*dimension)?), *field, *id)),
                    _ => None,
                },
            ));
        })?;
    }
    let fields = seen.into_iter().map(|(at, field, id)| (&cube.dimensions[at].fields[field], id));
    let personal = fields.filter(|(field, _)| field.personal);
    cancel.collect(personal.map(|(field, id)| field.keys.get(id as usize)))
}

/// The dimension of a hierarchy, if it has persons.
fn of_persons(cube: &Cube, hierarchy: HierarchyRef) -> Option<usize> {
    match hierarchy {
        HierarchyRef::Measures => None,
        HierarchyRef::Of { dimension, .. } => {
            let fields = &cube.dimensions[dimension].fields;
            fields.iter().any(|field| field.personal).then_some(dimension)
        }
    }
}

/// What looks like a personal number in texts, numbers, properties and formats.
fn in_cells(cells: &CellSet, cancel: &Cancel) -> Result<Vec<String>, QueryError> {
    let mut found = Vec::new();
    cancel.each(cells.special.values(), |special| match special {
        Special::Text(text) => found.extend(numbers(text.as_bytes())),
        Special::Error(error) => found.extend(numbers(error.to_string().as_bytes())),
        Special::Truth(_) | Special::Day(_) | Special::Hidden => {}
    })?;
    let properties = cells.properties.iter().flat_map(|axis| axis.members.values()).flatten();
    cancel.each(properties.flatten(), |property| match property {
        Property::Text(text) => found.extend(numbers(text.as_bytes())),
        Property::Number(number) => found.extend(of_number(*number)),
        Property::Truth(_) | Property::Day(_) => {}
    })?;
    let formats: HashSet<&str> = cells.formats.iter().flatten().map(|own| &**own).collect();
    cancel.each(formats, |format| found.extend(numbers(format.as_bytes())))?;
    cancel.each(&cells.values, |&value| found.extend(of_number(value)))?;
    Ok(found)
}

fn of_number(number: f64) -> Option<String> {
    (NUMBERS.contains(&number) && number.fract() == 0.0).then(|| format!("{number:010}"))
}
