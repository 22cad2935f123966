//! From a cell to the records that count in it.
//!
//! A cell is what conditions leave: those of the question and, for a cell of a grid, one per member
//! of its tuple. All rows that may be seen are looked through once; the rows of a record become
//! one line. So there are as many lines as the cell counts records, and every line is about a
//! record that the caller may see.

mod asked;
mod cell;
mod size;

use std::ops::Range;

use cube_schema::schema::Noun;

use super::bound::{Bound, Condition};
use super::disclose;
use super::error::{ErrorKind, QueryError};
use super::table::Table;
use super::told::{self, Told};
use super::view::View;
use super::{Cancel, Limits, answer, bind, explain, run};
use crate::cube::dimension::same;
use crate::cube::{Cube, Group, Measure, MeasureRef, Provenance, Use};
pub use asked::drill_mdx;
use cell::{Cell, Line};

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
    /// The first record shown, counted from 1; 0 is the first of all.
    pub first: usize,
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
    /// The default members that the cell stands at, where the conditions say nothing.
    pub stands: Vec<String>,
    /// How many records come before those shown.
    pub first: usize,
    /// The conditions that make the cell, of the cube that was asked.
    pub conditions: Vec<Condition>,
}

/// The stored measure whose records are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Of {
    /// Which of the views shows them.
    pub view: usize,
    /// The measure.
    pub measure: String,
    /// What people call a record.
    pub record: Noun,
    /// What people call what the records are about; `None` where that is not spoken of.
    pub entity: Option<Noun>,
    /// Whether rules have changed the records, so that some of them are told as they are by theirs alone.
    pub by_rules: bool,
    /// The parts of the formula that was asked for; none where it is no formula.
    pub parts: Vec<String>,
    /// Whether only some of the records may be seen.
    pub some: bool,
}

/// Finds the records of a cell of one of several cubes. The views are those of records; columns that
/// tell of the delivery are there for whoever may see it.
///
/// # Errors
/// A name that does not exist, a cube without records, too many columns or one of them twice, a table
/// that would be too large, or the question was cancelled.
pub fn drill(
    views: &[View],
    asked: &Drill,
    within: (&Limits, &Cancel),
) -> Result<(usize, Drilled), QueryError> {
    let at = answer::find(views, &asked.cube)?;
    // What the asked cube does not have is refused here, whoever then tells of the records.
    let view = &views[at];
    let said = asked.filters.iter().map(|filter| bind::condition(view, filter));
    let said = said.collect::<Result<Vec<Condition>, _>>()?;
    let conditions = bind::default_conditions(view, &said);
    let told = told::first(views, at, &asked.measure, &asked.filters, &[])?;
    check_records(views, &views[told.view], told.measure)?;
    let told = told.within_sets(views, at, (&asked.filters, &conditions), within)?;
    let cell = CellAt { filters: &told.filters, conditions: &conditions, of: view };
    let mut drilled = behind(views, &told, &cell, asked, within)?;
    drilled.stands = conditions.iter().map(|one| shown(view, one)).collect();
    drilled.conditions = [said, conditions].concat();
    Ok((at, drilled))
}

/// A condition in the words of a question.
fn shown(view: &View, condition: &Condition) -> String {
    let dimension = &view.cube().dimensions[condition.dimension];
    let field = &dimension.fields[condition.field];
    let members = condition.members.iter().map(|&member| field.captions.get(member as usize));
    format!("{}.{}={}", dimension.name, field.name, members.collect::<Vec<_>>().join(","))
}

/// A cell: what filters leave, and conditions of the view that was asked.
struct CellAt<'a> {
    filters: &'a [String],
    conditions: &'a [Condition],
    of: &'a View,
}

impl CellAt<'_> {
    /// The conditions of the cell on a view, as far as a group has to do with them.
    fn on(&self, view: &View, group: usize) -> Result<Vec<Condition>, QueryError> {
        let mut found = Vec::new();
        for condition in self.conditions {
            let own = self.carried(condition, view);
            let uses = &view.cube().groups[group].uses;
            match own {
                Some(own) if uses[own.dimension].is_some() => found.push(own),
                // Where nothing is said, a measure need not be related to it.
                _ if bind::says_nothing(self.of, condition) => {}
                _ => return Err(unrelated(self.of, condition, view)),
            }
        }
        let filters = self.filters.iter().map(|filter| bind::condition(view, filter));
        found.extend(filters.collect::<Result<Vec<_>, _>>()?);
        Ok(found)
    }

    /// The same condition on another view, of another cube by names and keys; `None` where it has no
    /// such field.
    fn carried(&self, condition: &Condition, view: &View) -> Option<Condition> {
        let dimension = &self.of.cube().dimensions[condition.dimension];
        let field = &dimension.fields[condition.field];
        let there = view.find_dimension(&dimension.name)?;
        if self.of.cube().name == view.cube().name {
            return Some(condition.clone());
        }
        let shape = &view.cube().dimensions[there];
        let at = shape.find_field(&field.name).filter(|_| !field.composite)?;
        let mut members = Vec::new();
        for &member in &condition.members {
            let (key, other) = (field.keys.get(member as usize), &shape.fields[at]);
            let own = other.with_key(key).filter(|&one| other.keys.get(one as usize) == key);
            members.extend(own);
        }
        Some(Condition { dimension: there, field: at, members, except: condition.except })
    }
}

fn unrelated(of: &View, condition: &Condition, view: &View) -> QueryError {
    let name = &of.cube().dimensions[condition.dimension].name;
    let message =
        format!("rækkerne bag målet i kuben '{}' har ikke dimensionen '{name}'", view.cube().name);
    QueryError::new(ErrorKind::Invalid, message).hint("udelad dimensionen, eller vælg et andet mål")
}

/// The records behind a stored measure, told by whoever may tell them.
fn behind(
    views: &[View],
    told: &Told,
    cell: &CellAt<'_>,
    asked: &Drill,
    within: (&Limits, &Cancel),
) -> Result<Drilled, QueryError> {
    let view = &views[told.view];
    disclose::refuse(view, "de enkelte rækker")?;
    let (own, group) = (view.of_records(), told.measure.group);
    let max = if asked.max == 0 { RECORDS } else { asked.max };
    let lines = asked.first.saturating_sub(1)..asked.first.saturating_sub(1).saturating_add(max);
    size::check_count(&asked.columns)?;
    let (conditions, columns) = (cell.on(&own, group)?, columns(&own, group, &asked.columns)?);
    size::check_different(&columns, &asked.columns)?;
    let mut drilled = match told_by(views, view, told.measure)? {
        None => records(&own, told.measure, conditions, &columns, lines, within)?,
        Some((teller, measure, step)) => {
            let filters = [cell.filters, &[step]].concat();
            let there = CellAt { filters: &filters, ..*cell };
            let names = names(&own, group, &columns);
            let columns = self::columns(&teller, measure.group, &names)?;
            let conditions = there.on(&teller, measure.group)?;
            records(&teller, measure, conditions, &columns, lines, within)?
        }
    };
    let cube = view.cube();
    drilled.of = Of {
        view: told.view,
        measure: cube.measure(told.measure).name.clone(),
        record: cube.groups[group].record_noun.clone(),
        entity: cube.groups[group].entity_noun.clone(),
        by_rules: cube.explain.is_some(),
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

/// That there are records to show behind a measure. Of the cubes that have some behind a measure of the
/// name, the one most like it is named.
fn check_records(views: &[View], view: &View, measure: MeasureRef) -> Result<(), QueryError> {
    let cube = view.cube();
    let has_records = |group: &Group| !group.provenance.is_empty() || !group.drill.is_empty();
    if has_records(&cube.groups[measure.group]) {
        return Ok(());
    }
    let message = format!("bag tallene i kuben '{}' er der ingen rækker at vise", cube.name);
    let error = QueryError::new(ErrorKind::Invalid, message);
    let others = |other: &&Cube| {
        other.dimensions.iter().filter(|one| cube.find_dimension(&one.name).is_none()).count()
    };
    let name = &cube.measure(measure).name;
    let tells = |cube: &&Cube| {
        let found = cube.find_measure(name).filter(|_| !cube.hidden);
        found.is_some_and(|found| has_records(&cube.groups[found.group]))
    };
    Err(match views.iter().map(View::cube).filter(tells).min_by_key(others) {
        Some(like) => error.hint(format!("spørg i stedet i kuben '{}'", like.name)),
        None => error.hint(
            "rækkerne kan vises, når skemaet siger, hvilke af deres kolonner der vises: provenance i målets \
             [[cube.group]]",
        ),
    })
}

/// Finds the records that a measure counts in a cell: what conditions leave. Some of them are shown.
///
/// # Errors
/// The table would be too large, or the question was cancelled.
pub fn records(
    view: &View,
    measure: MeasureRef,
    conditions: Vec<Condition>,
    columns: &[Column],
    which: Range<usize>,
    (limits, cancel): (&Limits, &Cancel),
) -> Result<Drilled, QueryError> {
    let bound = Bound::stored(Vec::new(), conditions, measure, false);
    let behind = run(view, &bound, limits, cancel)?.behind;
    let of = (measure.group, Some(view.cube().measure(measure)));
    let cell = Cell::new(view, of, &bound.conditions, columns);
    let lines = cell.lines(cancel)?;
    let same_record = |one: &Line, next: &Line| one.record == next.record;
    let all: Vec<&[Line]> = cancel.collect(lines.chunk_by(same_record))?;
    let shown = &all[which.start.min(all.len())..which.end.min(all.len())];
    Ok(Drilled {
        records: all.len(),
        entities: Cell::entities(&lines),
        table: cell.table(columns, shown, (limits, cancel))?,
        behind,
        of: Of::default(),
        stands: Vec::new(),
        first: which.start,
        conditions: Vec::new(),
    })
}

/// All records that a view has and conditions leave, whatever their days, in columns; those in the
/// order of deliveries and their lines.
///
/// # Errors
/// A name that does not exist, the table would be too large, or the question was cancelled.
pub fn all(
    view: &View,
    filters: &[String],
    asked: &[String],
    (limits, cancel): (&Limits, &Cancel),
) -> Result<Table, QueryError> {
    disclose::refuse(view, "de enkelte rækker")?;
    let (conditions, columns) = bound(view, 0, filters, asked)?;
    let cell = Cell::new(view, (0, None), &conditions, &columns);
    let lines = cell.lines(cancel)?;
    let records: Vec<&[Line]> = lines.chunk_by(|one, next| one.record == next.record).collect();
    cell.table(&columns, &records, (limits, cancel))
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
        /// Whether the keys of its members are shown, and not what is read of them.
        is_key: bool,
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
        let message =
            format!("kuben '{}' har ingen kolonner at vise af sine rækker", view.cube().name);
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
        Column::Field { dimension, field, is_key } => {
            let shape = &cube.dimensions[dimension];
            let name = format!("{}.{}", shape.name, shape.fields[field].name);
            if is_key { format!("KEY({name})") } else { name }
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
    let key = name.trim().strip_prefix("KEY(").and_then(|rest| rest.strip_suffix(')'));
    let (name, is_key) = (key.unwrap_or(name), key.is_some());
    if !name.contains('.') {
        let message = format!(
            "'{}' er hverken et felt eller en oplysning om {}",
            name.trim(),
            group.record_noun.2
        );
        let known = group.provenance.iter().filter(|column| visible(column));
        return Err(QueryError::new(ErrorKind::Unknown, message)
            .hint("skriv Dimension.Felt eller en af disse oplysninger")
            .candidates(bind::nearest(name.trim(), known.map(|column| column.name.as_str()))));
    }
    let found = bind::clause(view, name)?;
    let use_of = group.uses[found.dimension];
    if found.condition.is_some() || use_of.is_none_or(|use_of| use_of == Use::Time) {
        let message = format!("'{}' kan ikke være en kolonne her", bind::name_part(name).trim());
        return Err(QueryError::new(ErrorKind::Invalid, message)
            .hint("betingelser og tid skrives i --filter"));
    }
    Ok(Column::Field { dimension: found.dimension, field: found.field, is_key })
}
