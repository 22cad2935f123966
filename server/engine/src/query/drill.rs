//! From a cell to the records that count in it.
//!
//! A cell is what conditions leave: those of the question and, for a cell of a grid, one per member
//! of its tuple. All rows that may be seen are looked through once; the rows of a record become
//! one line. So there are as many lines as the cell counts records, and every line is about a
//! record that the caller may see.

mod cell;

use super::bound::{Bound, Condition};
use super::error::{ErrorKind, QueryError};
use super::table::Table;
use super::told::{self, Told};
use super::view::View;
use super::{Cancel, Limits, answer, bind, explain, run};
use crate::cube::dimension::same;
use crate::cube::{Cube, Group, Measure, MeasureRef, Provenance, Use};
use cell::{Cell, Line, When};

/// Records shown where no number is given.
const RECORDS: usize = 1000;

/// A question for records, in the words it is written with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drill {
    /// The cube.
    pub cube: String,
    /// The conditions that make the cell; all must hold.
    pub filters: Vec<String>,
    /// The measure of the cell; the default measure where it is empty.
    pub measure: String,
    /// Fields, headings of columns of records, and measures that add up numbers; the cube's choice
    /// where none is named.
    pub columns: Vec<String>,
    /// At most so many records; 0 is a thousand.
    pub max: usize,
}

/// The records of a cell.
#[derive(Clone, Debug)]
pub struct Drilled {
    /// A row per record, in the order of deliveries and their lines; no more than were asked for.
    pub table: Table,
    /// How many records count in the cell.
    pub records: usize,
    /// How many entities (citizens) they are about.
    pub entities: usize,
    /// How many municipalities of the cell are behind.
    pub behind: u32,
    /// What the records are behind.
    pub of: Of,
}

/// The stored measure whose records are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Of {
    /// Which of the views shows them.
    pub view: usize,
    /// The measure.
    pub measure: String,
    /// Its group, where that is not the first of its cube: what its facts are called.
    pub group: Option<String>,
    /// The parts of the formula that was asked for; none where it is no formula.
    pub parts: Vec<String>,
    /// Whether only some of the records may be seen.
    pub some: bool,
}

/// Finds the records of a cell of one of several cubes. The views are those of records; columns that
/// tell of the delivery are there for whoever may see it.
///
/// # Errors
/// A name that does not exist, a cube without records, or the question was cancelled.
pub fn drill(
    views: &[View],
    asked: &Drill,
    cancel: &Cancel,
) -> Result<(usize, Drilled), QueryError> {
    let at = answer::find(views, &asked.cube)?;
    // What the asked cube does not have is refused here, whoever then tells of the records.
    asked.filters.iter().try_for_each(|filter| bind::condition(&views[at], filter).map(drop))?;
    let told = told::first(views, at, &asked.measure, &asked.filters)?;
    check_records(views, &views[told.view], told.measure.group)?;
    let drilled = behind(views, &told, asked, cancel)?;
    Ok((at, drilled))
}

/// The records behind a stored measure, told by whoever may tell them.
fn behind(
    views: &[View],
    told: &Told,
    asked: &Drill,
    cancel: &Cancel,
) -> Result<Drilled, QueryError> {
    let view = &views[told.view];
    let (own, group) = (view.of_records(), told.measure.group);
    let max = if asked.max == 0 { RECORDS } else { asked.max };
    let (conditions, columns) = bound(&own, group, &told.filters, &asked.columns)?;
    let mut drilled = match told_by(views, view, told.measure)? {
        None => records(&own, told.measure, conditions, &columns, max, cancel)?,
        Some((teller, measure, step)) => {
            let filters = [told.filters.as_slice(), &[step]].concat();
            let names = names(&own, group, &columns);
            let (conditions, columns) = bound(&teller, measure.group, &filters, &names)?;
            records(&teller, measure, conditions, &columns, max, cancel)?
        }
    };
    let cube = view.cube();
    drilled.of = Of {
        view: told.view,
        measure: cube.measure(told.measure).name.clone(),
        group: (group > 0).then(|| cube.groups[group].name.clone()),
        parts: told.parts.clone(),
        some: own.is_restricted() && !view.is_restricted(),
    };
    Ok(drilled)
}

/// The words of a question for records, on a view.
fn bound(
    view: &View,
    group: usize,
    filters: &[String],
    asked: &[String],
) -> Result<(Vec<Condition>, Vec<Column>), QueryError> {
    let conditions = filters.iter().map(|filter| bind::condition(view, filter));
    Ok((conditions.collect::<Result<_, _>>()?, columns(view, group, asked)?))
}

/// Where the caller sees all figures of a cube and only some records: what tells of these. It is the
/// last step of what explains the cube by these records alone, and a condition that chooses it.
/// The cube's own rows would tell what rules over all records have done; so where the caller lacks
/// the other, nothing is told.
fn told_by(
    views: &[View],
    view: &View,
    measure: MeasureRef,
) -> Result<Option<(View, MeasureRef, String)>, QueryError> {
    let how = view.cube().explain.as_ref();
    let how = how.filter(|_| view.of_records().is_restricted() && !view.is_restricted());
    let Some(how) = how else { return Ok(None) };
    let hidden = explain::hidden(views, how).filter(|hidden| hidden.is_restricted());
    let name = &view.cube().measure(measure).name;
    let found = hidden.and_then(|hidden| Some((hidden, hidden.cube().find_measure(name)?)));
    let (hidden, measure) = found.ok_or_else(|| explain::withheld(view.cube()))?;
    let path = explain::path(hidden.cube(), how, &how.own);
    let (key, ..) = path.last().ok_or_else(|| explain::withheld(view.cube()))?;
    let step = explain::condition(&how.steps, &how.step, &[key]);
    Ok(Some((hidden.of_records(), measure, step)))
}

/// That there are records behind the figures of a group. Of the cubes that have some, the one most
/// like it is named.
fn check_records(views: &[View], view: &View, group: usize) -> Result<(), QueryError> {
    let cube = view.cube();
    let has_records = |group: &Group| !group.provenance.is_empty() || !group.drill.is_empty();
    if has_records(&cube.groups[group]) {
        return Ok(());
    }
    let message = format!("bag tallene i kuben '{}' er der ingen ydelser at vise", cube.name);
    let error = QueryError::new(ErrorKind::Invalid, message);
    let others = |other: &&Cube| {
        other.dimensions.iter().filter(|one| cube.find_dimension(&one.name).is_none()).count()
    };
    let known = views.iter().map(View::cube);
    let known = known.filter(|cube| !cube.hidden && cube.groups.first().is_some_and(has_records));
    Err(match known.min_by_key(others) {
        Some(like) => error.hint(format!("spørg i stedet i kuben '{}'", like.name)),
        None => error,
    })
}

/// Finds the records that a measure counts in a cell: what conditions leave. At most `max` of them
/// are shown.
///
/// # Errors
/// The question was cancelled.
pub fn records(
    view: &View,
    measure: MeasureRef,
    conditions: Vec<Condition>,
    columns: &[Column],
    max: usize,
    cancel: &Cancel,
) -> Result<Drilled, QueryError> {
    let bound = Bound::stored(Vec::new(), conditions, measure, false);
    let behind = run(view, &bound, &Limits::default(), cancel)?.behind;
    let when = When::of(view.cube().measure(measure).kind);
    let cell = Cell::new(view, measure.group, &bound.conditions, columns, when);
    let lines = cell.lines(cancel)?;
    let same_record = |one: &Line, next: &Line| one.record == next.record;
    let shown: Vec<&[Line]> = lines.chunk_by(same_record).collect();
    Ok(Drilled {
        records: shown.len(),
        entities: Cell::entities(&lines),
        table: cell.table(columns, &shown[..shown.len().min(max)]),
        behind,
        of: Of::default(),
    })
}

/// All records that a view has and conditions leave, whatever their days, in columns; those in the
/// order of deliveries and their lines.
///
/// # Errors
/// A name that does not exist, or the question was cancelled.
pub fn all(
    view: &View,
    filters: &[String],
    asked: &[String],
    cancel: &Cancel,
) -> Result<Table, QueryError> {
    let (conditions, columns) = bound(view, 0, filters, asked)?;
    let cell = Cell::new(view, 0, &conditions, &columns, When::Always);
    let lines = cell.lines(cancel)?;
    let records: Vec<&[Line]> = lines.chunk_by(|one, next| one.record == next.record).collect();
    Ok(cell.table(&columns, &records))
}

// What is shown.

/// A column of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A field of a dimension other than time.
    Field {
        /// The position of the dimension in the cube.
        dimension: usize,
        /// The position of the field in the dimension.
        field: usize,
    },
    /// A column of records, by its position.
    Record(usize),
    /// The number that a measure adds up, by its position in the group.
    Number(usize),
}

/// The columns asked for, or those that the cube shows.
fn columns(view: &View, group: usize, asked: &[String]) -> Result<Vec<Column>, QueryError> {
    let group = &view.cube().groups[group];
    let visible = |column: &Provenance| view.sees_deliveries() || !column.delivery;
    let find = |name: &String| {
        let found = group.provenance.iter().position(|column| same(&column.name, name.trim()));
        match found.filter(|&found| visible(&group.provenance[found])) {
            Some(found) => Ok(Column::Record(found)),
            None => match number(group, name) {
                Some(measure) => Ok(Column::Number(measure)),
                None => field(view, group, name, &visible),
            },
        }
    };
    if !asked.is_empty() {
        return asked.iter().map(find).collect();
    }
    if !group.drill.is_empty() {
        let hidden = |name: &String| {
            let mut columns = group.provenance.iter();
            let is_hidden = columns.any(|column| column.name == *name && !visible(column));
            is_hidden || (name.contains('.') && bind::clause(view, name).is_err())
        };
        return group.drill.iter().filter(|name| !hidden(name)).map(find).collect();
    }
    let all = group.provenance.iter().enumerate().filter(|(_, column)| visible(column));
    let all: Vec<Column> = all.map(|(at, _)| Column::Record(at)).collect();
    if all.is_empty() {
        let message = format!("kuben '{}' har ingen registreringer at vise", view.cube().name);
        return Err(QueryError::new(ErrorKind::Invalid, message)
            .hint("vælg felter med --columns, for eksempel Dimension.Felt"));
    }
    Ok(all)
}

/// The measure of a group whose numbers can be shown.
fn number(group: &Group, name: &str) -> Option<usize> {
    let adds_up = |measure: &Measure| measure.column.is_some() && same(&measure.name, name.trim());
    group.measures.iter().position(adds_up)
}

/// What columns of a view are called in a question.
fn names(view: &View, group: usize, columns: &[Column]) -> Vec<String> {
    let cube = view.cube();
    let name = |column: &Column| match *column {
        Column::Field { dimension, field } => {
            let shape = &cube.dimensions[dimension];
            format!("{}.{}", shape.name, shape.fields[field].name)
        }
        Column::Record(at) => cube.groups[group].provenance[at].name.clone(),
        Column::Number(at) => cube.groups[group].measures[at].name.clone(),
    };
    columns.iter().map(name).collect()
}

fn field(
    view: &View,
    group: &Group,
    name: &str,
    visible: &dyn Fn(&Provenance) -> bool,
) -> Result<Column, QueryError> {
    if !name.contains('.') {
        let message =
            format!("'{}' er hverken et felt eller en oplysning om en ydelse", name.trim());
        let known = group.provenance.iter().filter(|column| visible(column));
        return Err(QueryError::new(ErrorKind::Unknown, message)
            .hint("skriv Dimension.Felt eller en af disse oplysninger")
            .candidates(known.map(|column| column.name.clone()).collect()));
    }
    let found = bind::clause(view, name)?;
    let use_of = group.uses[found.dimension];
    if found.condition.is_some() || use_of.is_none_or(|use_of| use_of == Use::Time) {
        let message = format!("'{}' kan ikke være en kolonne her", bind::name_part(name).trim());
        return Err(QueryError::new(ErrorKind::Invalid, message)
            .hint("betingelser og tid skrives i --filter"));
    }
    Ok(Column::Field { dimension: found.dimension, field: found.field })
}
