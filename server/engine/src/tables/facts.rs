//! The facts of one measure group: keys become positions, numbers numbers, days days.

use cube_schema::day::{Day, Month};
use cube_schema::schema::{DimensionUse, MeasureGroup, MeasureKind, Schema};
use cube_schema::table::{FactColumn, FactTable, Timeline};

use super::TablesError;
use super::bridge::Bridged;
use super::column::Getter;
use super::dimension::Keyed;
use super::finding::{Backwards, Findings, Outside, TableRows, Unmatched};
use super::ids::Ids;
use super::lookup::{MAX_PROBLEMS, Tables, Wanted};
use super::source::{Row, TableError};

/// Facts as columns, and the group that says how to read them.
pub(super) struct Facts {
    pub table: FactTable,
    pub group: MeasureGroup,
    /// The last month with a day in it, where facts have days.
    pub last_month: Option<Month>,
}

/// The column of facts that are all of one entity.
const ONE: &str = "en";
/// The columns of days.
const FIRST: &str = "første dag";
const LAST: &str = "sidste dag";
/// The columns that say whether a fact has a first and a last day.
const STARTS: &str = "begynder";
const ENDS: &str = "slutter";

/// Reads the facts of a group of a cube.
pub(super) fn read(
    cube: &str,
    group: &MeasureGroup,
    schema: &Schema,
    tables: &mut Tables<'_>,
    dimensions: &mut [Keyed],
    findings: &mut Findings,
) -> Result<Facts, TablesError> {
    let mut wanted = Wanted::of(&group.facts);
    let mut columns = columns(group, schema, tables, dimensions, &mut wanted)?;
    let mut rows = 0_u64;
    let mut problems = Vec::new();
    let mut backwards = Backwards::default();
    let days = [FIRST, LAST].map(|name| columns.iter().position(|column| column.name == name));
    let read = tables.rows(&wanted, &mut |at, row| {
        rows += 1;
        let before = problems.len();
        for column in &mut columns {
            if let Err(what) = column.take(row, dimensions) {
                let what = format!("{what} ({})", column.told(group));
                problems.push(TableError::at(&group.facts, at, what));
            }
        }
        if problems.len() == before && is_backwards(&columns, days) {
            backwards.note(at);
        }
        if problems.len() < MAX_PROBLEMS { Ok(()) } else { Err(problems[0].clone()) }
    });
    if !problems.is_empty() {
        return Err(TablesError::Tables(problems));
    }
    read?;
    let part = format!("gruppen '{}' i kuben '{cube}'", group.name);
    findings.tables.push(TableRows { table: group.facts.clone(), part, rows });
    for column in &columns {
        findings.unmatched.extend(column.unmatched(cube, group));
    }
    if backwards.rows > 0 {
        let (cube, table) = (cube.to_owned(), group.facts.clone());
        let columns = [group.first.clone(), group.last.clone()];
        findings.backwards.push(Backwards { cube, table, columns, ..backwards });
    }
    Ok(finish(group, columns, rows))
}

/// One column that is read.
struct Column {
    name: String,
    /// As the schema names it.
    path: String,
    getter: Getter,
    kind: Kind,
}

/// What a column becomes.
enum Kind {
    /// Positions in a dimension, by its place in the schema.
    Key { dimension: usize, role: String, positions: Vec<u32>, missed: Missed },
    /// Lists of positions.
    Bridge { role: String, bridged: Box<Bridged> },
    /// Numbers that are only told apart.
    Ids(Ids),
    /// Numbers.
    Numbers { values: Vec<f64>, counted: bool },
    /// Days; an open end where there is none.
    Days { open: Day, days: Vec<Day> },
}

/// Facts without a row of a dimension.
#[derive(Default)]
struct Missed {
    without: u64,
    unknown: u64,
    example: Option<String>,
}

fn columns(
    group: &MeasureGroup,
    schema: &Schema,
    tables: &mut Tables<'_>,
    dimensions: &[Keyed],
    wanted: &mut Wanted,
) -> Result<Vec<Column>, TableError> {
    let mut columns: Vec<Column> = Vec::new();
    for usage in &group.dimensions {
        let Some(path) = &usage.column else { continue };
        let kind = key_kind(usage, schema, tables, dimensions)?;
        let getter = tables.getter(wanted, path)?;
        columns.push(Column { name: key_name(usage), path: path.clone(), getter, kind });
    }
    let mut add = |name: String, path: &str, kind: Kind, wanted: &mut Wanted| {
        if !columns.iter().any(|known| known.name == name) {
            let getter = tables.getter(wanted, path)?;
            columns.push(Column { name, path: path.to_owned(), getter, kind });
        }
        Ok::<(), TableError>(())
    };
    for path in group.measures.iter().flat_map(|measure| &measure.key) {
        add(id_name(path), path, Kind::Ids(Ids::default()), wanted)?;
    }
    for column in &group.provenance {
        add(shown_name(&column.column), &column.column, Kind::Ids(Ids::default()), wanted)?;
    }
    for measure in &group.measures {
        let Some(path) = &measure.column else { continue };
        let counted = measure.kind == MeasureKind::Count;
        let kind = Kind::Numbers { values: Vec::new(), counted };
        add(number_name(path, counted), path, kind, wanted)?;
    }
    if !group.first.is_empty() {
        let last = if group.last.is_empty() { &group.first } else { &group.last };
        for (name, path, open) in [(FIRST, &group.first, Day::MIN), (LAST, last, Day::MAX)] {
            add(name.to_owned(), path, Kind::Days { open, days: Vec::new() }, wanted)?;
        }
    }
    Ok(columns)
}

fn key_kind(
    usage: &DimensionUse,
    schema: &Schema,
    tables: &mut Tables<'_>,
    dimensions: &[Keyed],
) -> Result<Kind, TableError> {
    let mut all = schema.dimensions.iter();
    let dimension = all.position(|one| one.name == usage.dimension).unwrap_or(0);
    let role = usage.name().to_owned();
    match &usage.bridge {
        Some(bridge) => {
            let bridged = Bridged::read(bridge, &dimensions[dimension], tables)?;
            Ok(Kind::Bridge { role, bridged: Box::new(bridged) })
        }
        None => {
            let (positions, missed) = (Vec::new(), Missed::default());
            Ok(Kind::Key { dimension, role, positions, missed })
        }
    }
}

/// Whether the fact that was read last ends before it begins, by its columns of days.
fn is_backwards(columns: &[Column], days: [Option<usize>; 2]) -> bool {
    let last_of = |at: Option<usize>| match &columns[at?].kind {
        Kind::Days { days, .. } => days.last().copied(),
        _ => None,
    };
    let [first, last] = days.map(last_of);
    first.zip(last).is_some_and(|(first, last)| last < first)
}

/// The facts of a group that no month of the cube reaches.
pub(super) fn outside(
    (cube, group): (&str, &MeasureGroup),
    table: &FactTable,
    timeline: Timeline,
) -> Option<Outside> {
    let day = |name: &str| match table.column(name) {
        Some(FactColumn::Day(days)) if !group.first.is_empty() => days.as_slice(),
        _ => &[],
    };
    let (begin, end) = (timeline.first.first_day(), timeline.last.last_day());
    let days = || day(FIRST).iter().zip(day(LAST)).filter(|(first, last)| first <= last);
    let before = days().filter(|(_, last)| **last < begin).count() as u64;
    let after = days().filter(|(first, _)| **first > end).count() as u64;
    (before + after > 0).then(|| Outside {
        cube: cube.to_owned(),
        table: group.facts.clone(),
        months: [timeline.first, timeline.last].map(|month| month.to_string()),
        before,
        after,
    })
}

fn key_name(usage: &DimensionUse) -> String {
    format!("nøgle {}", usage.name())
}

fn id_name(path: &str) -> String {
    format!("id {path}")
}

/// Of a column that is shown; it can be one that is counted too.
fn shown_name(path: &str) -> String {
    format!("vist {path}")
}

pub(super) fn number_name(path: &str, counted: bool) -> String {
    format!("{} {path}", if counted { "antal" } else { "tal" })
}

impl Column {
    fn take(&mut self, row: &Row<'_>, dimensions: &mut [Keyed]) -> Result<(), String> {
        let text = self.getter.get(row)?;
        let text = text.as_deref();
        match &mut self.kind {
            Kind::Key { dimension, positions, missed, .. } => {
                let own = &mut dimensions[*dimension];
                let found = text.and_then(|key| own.position(key));
                positions.push(found.unwrap_or_else(|| {
                    missed.note(text);
                    own.missing()
                }));
            }
            Kind::Bridge { bridged, .. } => bridged.push(text),
            Kind::Ids(ids) => ids.push(text),
            Kind::Numbers { values, counted: true } => {
                values.push(text.map_or(f64::NAN, |_| 1.0));
            }
            Kind::Numbers { values, counted: false } => values.push(number(text)?),
            Kind::Days { open, days } => days.push(day(text, *open)?),
        }
        Ok(())
    }

    /// The column as the schema names it, and what of the schema it is read for.
    fn told(&self, group: &MeasureGroup) -> String {
        let of = |measure: &&cube_schema::schema::Measure| {
            measure.column.as_ref().is_some_and(|path| *path == self.path)
        };
        match (&self.kind, group.measures.iter().find(of)) {
            (Kind::Numbers { .. }, Some(measure)) => {
                format!("kolonnen '{}', målet '{}'", self.path, measure.name)
            }
            (Kind::Days { .. }, _) if self.name == FIRST => {
                format!("kolonnen '{}', gruppens 'first'", self.path)
            }
            (Kind::Days { .. }, _) => format!("kolonnen '{}', gruppens 'last'", self.path),
            _ => format!("kolonnen '{}'", self.path),
        }
    }

    fn unmatched(&self, cube: &str, group: &MeasureGroup) -> Option<Unmatched> {
        let (role, missed) = match &self.kind {
            Kind::Key { role, missed, .. } => {
                (role, (missed.without, missed.unknown, &missed.example))
            }
            Kind::Bridge { role, bridged } => (role, (0, bridged.unknown, &None)),
            _ => return None,
        };
        let (without, unknown, example) = missed;
        (without + unknown > 0).then(|| Unmatched {
            cube: cube.to_owned(),
            table: group.facts.clone(),
            dimension: role.clone(),
            without,
            unknown,
            example: example.clone(),
        })
    }

    fn into_facts(self) -> (String, FactColumn) {
        let column = match self.kind {
            Kind::Key { positions, .. } => FactColumn::Id(positions),
            Kind::Bridge { bridged, .. } => bridged.into_column(),
            Kind::Ids(ids) => FactColumn::Id(ids.rows),
            Kind::Numbers { values, .. } => FactColumn::Number(values),
            Kind::Days { days, .. } => FactColumn::Day(days),
        };
        (self.name, column)
    }
}

impl Missed {
    fn note(&mut self, key: Option<&str>) {
        match key {
            None => self.without += 1,
            Some(key) => {
                self.unknown += 1;
                self.example.get_or_insert_with(|| key.to_owned());
            }
        }
    }
}

/// A number; NaN where there is nothing.
fn number(text: Option<&str>) -> Result<f64, String> {
    let Some(text) = text else { return Ok(f64::NAN) };
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ if text.contains(',') => {
            Err(format!("'{text}' er ikke et tal; skriv decimaler efter et punktum, som i 1234.5"))
        }
        _ => Err(format!("'{text}' er ikke et tal")),
    }
}

/// A day, with or without a time of day behind it.
fn day(text: Option<&str>, open: Day) -> Result<Day, String> {
    let Some(text) = text else { return Ok(open) };
    text.get(..10)
        .and_then(Day::parse)
        .ok_or_else(|| format!("'{text}' er ikke en dato, for eksempel 2020-01-31"))
}

/// The facts, and the group as the star's columns are called.
fn finish(written: &MeasureGroup, columns: Vec<Column>, rows: u64) -> Facts {
    let mut group = written.clone();
    let mut table = FactTable { name: written.facts.clone(), columns: Vec::new() };
    group.entity = entity(written, &columns);
    for usage in group.dimensions.iter_mut().filter(|usage| usage.column.is_some()) {
        usage.column = Some(key_name(usage));
    }
    for measure in &mut group.measures {
        let counted = measure.kind == MeasureKind::Count;
        measure.column = measure.column.as_ref().map(|path| number_name(path, counted));
        measure.key.iter_mut().for_each(|path| *path = id_name(path));
    }
    let mut last_month = None;
    for column in &columns {
        let Kind::Days { days, .. } = &column.kind else { continue };
        let ends = days.iter().filter(|day| ![Day::MIN, Day::MAX].contains(day));
        last_month = last_month.max(ends.max().map(|day| day.month()));
    }
    for column in &mut group.provenance {
        column.column = shown_name(&column.column);
    }
    let shown: Vec<String> = group.provenance.iter().map(|column| column.column.clone()).collect();
    for column in columns {
        table.columns.push(match column {
            Column { name, kind: Kind::Ids(ids), .. } if shown.contains(&name) => {
                (name, with_texts(ids))
            }
            column => column.into_facts(),
        });
    }
    table.columns.push((ONE.to_owned(), FactColumn::Id(vec![0; rows as usize])));
    set_days(&mut group, &mut table, rows as usize);
    Facts { table, group, last_month }
}

/// Texts that are shown. Nothing is an empty text.
fn with_texts(ids: Ids) -> FactColumn {
    let mut texts = ids.texts();
    let none = texts.len() as u32;
    texts.push(Box::default());
    FactColumn::Coded(texts, ids.rows.into_iter().map(|id| id.min(none)).collect())
}

/// The entity: what the schema says, or the first thing that is counted by itself. Where a fact has
/// none of it, all facts are of one.
fn entity(group: &MeasureGroup, columns: &[Column]) -> String {
    let whole = |path: &&str| {
        let name = id_name(path);
        columns.iter().any(|column| {
            column.name == name && matches!(&column.kind, Kind::Ids(ids) if ids.is_whole())
        })
    };
    let alone = group.measures.iter().filter(|measure| measure.key.len() == 1);
    let named = Some(group.entity.as_str()).filter(|name| !name.is_empty());
    let mut all = named.into_iter().chain(alone.map(|measure| measure.key[0].as_str()));
    all.find(whole).map_or(ONE.to_owned(), id_name)
}

/// Facts without days have one day, which nobody asks for.
fn set_days(group: &mut MeasureGroup, table: &mut FactTable, rows: usize) {
    if group.first.is_empty() {
        table.columns.push((FIRST.to_owned(), FactColumn::Day(vec![Day::MIN; rows])));
        table.columns.push((LAST.to_owned(), FactColumn::Day(vec![Day::MAX; rows])));
    }
    group.first = FIRST.to_owned();
    group.last = LAST.to_owned();
    for (name, of, open, flag) in
        [(STARTS, FIRST, Day::MIN, &mut group.starts), (ENDS, LAST, Day::MAX, &mut group.ends)]
    {
        let Some(FactColumn::Day(days)) = table.column(of) else { continue };
        let has = days.iter().map(|day| u32::from(*day != open)).collect();
        table.columns.push((name.to_owned(), FactColumn::Id(has)));
        *flag = Some(name.to_owned());
    }
}
