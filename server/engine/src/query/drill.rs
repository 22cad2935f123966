//! From a cell to the records that count in it.
//!
//! A cell is what conditions leave: those of the question and, for a cell of a grid, one per member
//! of its tuple. All rows that may be seen are looked through once; the rows of a record become
//! one line. So there are as many lines as the cell counts records, and every line is about a
//! record that the caller may see.

use std::sync::Arc;

use cube_schema::day::Day;

use super::bound::{Bound, Condition};
use super::error::{ErrorKind, QueryError};
use super::plan::keys;
use super::table::{Table, TableColumn, Values};
use super::view::View;
use super::{Cancel, Limits, answer, bind, explain, run};
use crate::cube::array::{Lists, Texts};
use crate::cube::dimension::same;
use crate::cube::{Cube, Group, NO_MEMBER, Provenance, ProvenanceValues, Rows, Use};

/// Records shown where no number is given.
const RECORDS: usize = 1000;
/// Rows between two looks at whether the question was cancelled.
const CHECK: usize = 1 << 16;
/// Between the captions of one record in one column.
const SEPARATOR: &str = ", ";

/// A question for records, in the words it is written with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drill {
    /// The cube.
    pub cube: String,
    /// The conditions that make the cell; all must hold.
    pub filters: Vec<String>,
    /// Fields, and headings of columns of records; the cube's choice where none is named.
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
    check_records(views, &views[at])?;
    let own = views[at].of_records();
    let max = if asked.max == 0 { RECORDS } else { asked.max };
    // What the asked cube does not have is refused here, whoever then tells of the records.
    let (conditions, columns) = bound(&own, &asked.filters, &asked.columns)?;
    let Some((told, step)) = told_by(views, &views[at]) else {
        return Ok((at, records(&own, conditions, &columns, max, cancel)?));
    };
    let filters = [asked.filters.as_slice(), &[step]].concat();
    let (conditions, columns) = bound(&told, &filters, &names(&own, &columns))?;
    Ok((at, records(&told, conditions, &columns, max, cancel)?))
}

/// The words of a question for records, on a view.
fn bound(
    view: &View,
    filters: &[String],
    asked: &[String],
) -> Result<(Vec<Condition>, Vec<Column>), QueryError> {
    let conditions = filters.iter().map(|filter| bind::condition(view, filter));
    Ok((conditions.collect::<Result<_, _>>()?, columns(view, asked)?))
}

/// Where the caller sees all figures of a cube and only some records: what tells of these. It is the
/// last step of what explains the cube by these records alone, and a condition that chooses it.
fn told_by(views: &[View], view: &View) -> Option<(View, String)> {
    let how = view.cube().explain.as_ref();
    let how = how.filter(|_| view.of_records().is_restricted() && !view.is_restricted())?;
    let hidden = explain::hidden(views, how)?;
    let path = explain::path(hidden.cube(), how, &how.own);
    let (key, ..) = path.last()?;
    Some((hidden.of_records(), explain::condition(&how.steps, &how.step, &[key])))
}

/// That there are records behind the figures of a cube. Of the cubes that have some, the one most
/// like it is named.
fn check_records(views: &[View], view: &View) -> Result<(), QueryError> {
    let cube = view.cube();
    let has_records =
        |cube: &Cube| cube.groups.first().is_some_and(|group| !group.provenance.is_empty());
    if has_records(cube) {
        return Ok(());
    }
    let message = format!("bag tallene i kuben '{}' er der ingen ydelser at vise", cube.name);
    let error = QueryError::new(ErrorKind::Invalid, message);
    let others = |other: &&Cube| {
        other.dimensions.iter().filter(|one| cube.find_dimension(&one.name).is_none()).count()
    };
    let known = views.iter().map(View::cube).filter(|cube| !cube.hidden && has_records(cube));
    Err(match known.min_by_key(others) {
        Some(like) => error.hint(format!("spørg i stedet i kuben '{}'", like.name)),
        None => error,
    })
}

/// Finds the records of a cell: what conditions leave. At most `max` of them are shown.
///
/// # Errors
/// The question was cancelled.
pub fn records(
    view: &View,
    conditions: Vec<Condition>,
    columns: &[Column],
    max: usize,
    cancel: &Cancel,
) -> Result<Drilled, QueryError> {
    let measure = bind::default_measure(view)?;
    let bound = Bound::stored(Vec::new(), conditions, measure, false);
    let behind = run(view, &bound, &Limits::default(), cancel)?.behind;
    let cell = Cell::new(view, &bound.conditions, columns);
    let lines = cell.lines(cancel)?;
    let same_record = |one: &Line, next: &Line| one.record == next.record;
    let shown: Vec<&[Line]> = lines.chunk_by(same_record).collect();
    Ok(Drilled {
        records: shown.len(),
        entities: cell.entities(&lines),
        table: cell.table(columns, &shown[..shown.len().min(max)]),
        behind,
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
    let (conditions, columns) = bound(view, filters, asked)?;
    let cell = Cell { every_day: true, ..Cell::new(view, &conditions, &columns) };
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
}

/// The columns asked for, or those that the cube shows.
fn columns(view: &View, asked: &[String]) -> Result<Vec<Column>, QueryError> {
    let group = &view.cube().groups[0];
    let visible = |column: &Provenance| view.sees_deliveries() || !column.delivery;
    let find = |name: &String| {
        let found = group.provenance.iter().position(|column| same(&column.name, name.trim()));
        match found.filter(|&found| visible(&group.provenance[found])) {
            Some(found) => Ok(Column::Record(found)),
            None => field(view, group, name, &visible),
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

/// What columns of a view are called in a question.
fn names(view: &View, columns: &[Column]) -> Vec<String> {
    let cube = view.cube();
    let name = |column: &Column| match *column {
        Column::Field { dimension, field } => {
            let shape = &cube.dimensions[dimension];
            format!("{}.{}", shape.name, shape.fields[field].name)
        }
        Column::Record(at) => cube.groups[0].provenance[at].name.clone(),
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

// What is in the cell.

/// The rows of a cell.
struct Cell<'a> {
    view: &'a View,
    group: &'a Group,
    rows: &'a Rows,
    cut: bool,
    /// Per dimension with conditions: whether the keys (or lists) of its column are in the cell.
    tests: Vec<(usize, Vec<bool>)>,
    /// Whether each month of the timeline is in the cell.
    months: Vec<bool>,
    /// Whether records without a day on the timeline are in it as well.
    every_day: bool,
}

/// A row of the cell and the record that it is a piece of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    /// The record's number, and whose it is.
    record: (u32, u32),
    row: u32,
}

impl<'a> Cell<'a> {
    fn new(view: &'a View, conditions: &[Condition], columns: &[Column]) -> Cell<'a> {
        let cube = view.cube();
        let group = &cube.groups[0];
        let conditioned = conditions.iter().map(|condition| condition.dimension);
        let shown = columns.iter().filter_map(|column| match column {
            Column::Field { dimension, .. } => Some(*dimension),
            Column::Record(_) => None,
        });
        let cut = conditioned.chain(shown).any(|at| group.uses[at] == Some(Use::Step));
        let rows = group.cut.as_ref().filter(|_| cut).unwrap_or(&group.rows);
        let mut cell = Cell {
            view,
            group,
            rows,
            cut,
            tests: Vec::new(),
            months: vec![true; cube.months()],
            every_day: false,
        };
        for (dimension, shape) in cube.dimensions.iter().enumerate() {
            let Some(allowed) = keys::allowed(shape, dimension, conditions) else { continue };
            let mut wanted = vec![false; shape.key_count];
            allowed.iter().for_each(|&key| wanted[key as usize] = true);
            if shape.is_time {
                cell.months = wanted;
            } else {
                let wanted = rows.lists[dimension].as_ref().map_or(wanted.clone(), |lists| {
                    let any = |list| lists.get(list).iter().any(|&key| wanted[key as usize]);
                    (0..lists.len()).map(any).collect()
                });
                cell.tests.push((dimension, wanted));
            }
        }
        cell
    }

    /// The rows of the cell that may be seen, by record.
    fn lines(&self, cancel: &Cancel) -> Result<Vec<Line>, QueryError> {
        let before = counted_before(&self.months);
        let seen = self.view.seen(0, self.cut);
        let mut lines = Vec::new();
        for row in 0..self.rows.len() {
            if row.is_multiple_of(CHECK) {
                cancel.check()?;
            }
            let number = row as u32;
            if self.holds(row, &before) && seen.is_none_or(|seen| seen.contains(number)) {
                lines.push(Line { record: self.record(row), row: number });
            }
        }
        lines.sort_unstable();
        Ok(lines)
    }

    /// Whether a row has a day in the period, and keys that the conditions leave.
    fn holds(&self, row: usize, before: &[u32]) -> bool {
        let (first, last) = (self.rows.first_month[row], self.rows.last_month[row]);
        let active = self.every_day
            || first <= last && before[usize::from(last) + 1] > before[usize::from(first)];
        let has = |(dimension, wanted): &(usize, Vec<bool>)| {
            self.key(*dimension, row).is_some_and(|key| wanted[key as usize])
        };
        active && self.tests.iter().all(has)
    }

    /// The key of a row in a dimension, or the number of its list; of an age that at the end of the
    /// cell's period.
    fn key(&self, dimension: usize, row: usize) -> Option<u32> {
        match &self.rows.keys[dimension] {
            Some(keys) => Some(keys.get(row)),
            None => {
                let last = self.months.iter().rposition(|counts| *counts)?;
                self.view.cube().age_key(0, dimension, self.rows.entity[row], last)
            }
        }
    }

    fn record(&self, row: usize) -> (u32, u32) {
        let fact = self.rows.fact[row];
        let record = self.group.record.as_ref().map_or(fact, |records| records[fact as usize]);
        (record, self.rows.entity[row])
    }

    fn entities(&self, lines: &[Line]) -> usize {
        let mut entities: Vec<u32> = lines.iter().map(|line| line.record.1).collect();
        entities.sort_unstable();
        entities.dedup();
        entities.len()
    }

    // How it is shown.

    fn table(&self, columns: &[Column], records: &[&[Line]]) -> Table {
        let columns = columns.iter().map(|column| match column {
            Column::Field { dimension, field } => self.field(*dimension, *field, records),
            Column::Record(at) => self.told(&self.group.provenance[*at], records),
        });
        Table { columns: columns.collect() }
    }

    /// The captions of the members that the rows of each record have.
    fn field(&self, dimension: usize, field: usize, records: &[&[Line]]) -> TableColumn {
        let shape = &self.view.cube().dimensions[dimension];
        let field = &shape.fields[field];
        let mut known = Known::default();
        let texts = records.iter().map(|lines| {
            let mut members: Vec<u32> =
                lines.iter().flat_map(|line| self.keys(dimension, line.row as usize)).collect();
            members.iter_mut().for_each(|key| *key = field.member_of_key[*key as usize]);
            members.retain(|&member| member != NO_MEMBER);
            members.sort_unstable();
            members.dedup();
            let captions = members.iter().map(|&member| field.captions.get(member as usize));
            Some(known.text(&captions.collect::<Vec<_>>().join(SEPARATOR)))
        });
        TableColumn {
            values: Values::Text(texts.collect()),
            name: format!("{}.{}", shape.name, field.name),
            unit: String::new(),
            decimals: 0,
            personal: field.personal,
        }
    }

    fn keys(&self, dimension: usize, row: usize) -> Vec<u32> {
        let Some(key) = self.key(dimension, row) else { return Vec::new() };
        self.rows.lists[dimension]
            .as_ref()
            .map_or_else(|| vec![key], |lists: &Lists| lists.get(key as usize).to_vec())
    }

    /// What a column tells of each record.
    fn told(&self, column: &Provenance, records: &[&[Line]]) -> TableColumn {
        let own = column.own.as_ref().filter(|_| self.view.is_restricted());
        let facts = records.iter().map(|lines| self.rows.fact[lines[0].row as usize] as usize);
        let values = match own.unwrap_or(&column.values) {
            ProvenanceValues::Text(texts) => {
                Values::Text(facts.map(|fact| text(texts, fact)).collect())
            }
            ProvenanceValues::Coded(texts, numbers) => {
                let shared: Vec<Option<Arc<str>>> =
                    (0..texts.len()).map(|at| text(texts, at)).collect();
                Values::Text(facts.map(|fact| shared[numbers.get(fact) as usize].clone()).collect())
            }
            ProvenanceValues::Number(numbers) => {
                // Lines are counted from 1: one that may not be seen is 0.
                let number = |number: u32| Some(number).filter(|&one| one > 0 || !column.delivery);
                Values::Number(facts.map(|fact| number(numbers[fact]).map(f64::from)).collect())
            }
            ProvenanceValues::Day(days) => {
                let day = |day: Day| Some(day).filter(|&day| day != Day::MIN && day != Day::MAX);
                Values::Day(facts.map(|fact| day(Day(days[fact]))).collect())
            }
        };
        let (name, unit) = (column.name.clone(), String::new());
        TableColumn { name, unit, decimals: 0, personal: false, values }
    }
}

/// A text; an empty one is none.
fn text(texts: &Texts, at: usize) -> Option<Arc<str>> {
    Some(texts.get(at)).filter(|text| !text.is_empty()).map(Arc::from)
}

/// Per month, how many months before it are in the cell; one longer than the timeline.
fn counted_before(months: &[bool]) -> Vec<u32> {
    let mut count = 0;
    let counts = months.iter().map(|&counts| {
        count += u32::from(counts);
        count
    });
    [0].into_iter().chain(counts).collect()
}

/// Texts met so far: equal ones share their letters.
#[derive(Default)]
struct Known(hashbrown::HashSet<Arc<str>>);

impl Known {
    fn text(&mut self, text: &str) -> Arc<str> {
        Arc::clone(self.0.get_or_insert_with(text, |text| Arc::from(text)))
    }
}
