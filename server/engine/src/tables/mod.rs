//! Plain tables and a schema → one cube after the other: columns found, keys looked up, facts typed.
//!
//! The other way to a star than a domain's deliveries. Tables are read row by row through a
//! [`Source`]; of facts only the columns that the schema needs stay, as numbers. Whatever the
//! schema promises of the tables is checked first, and all that is broken is told at once.

mod bridge;
mod column;
mod dimension;
mod facts;
mod finding;
mod ids;
mod lookup;
mod plan;
mod source;

use cube_schema::day::Month;
use cube_schema::schema::{self, DimensionKind, Place, Problem, Problems, Schema, SchemaError};
use cube_schema::table::{FactColumn, FactTable, Star, Timeline};

use crate::cube::{BuildError, Cube, build};
use crate::delivery::Progress;
use dimension::Keyed;
use lookup::{MAX_PROBLEMS, Tables};
use plan::Plan;

pub use finding::{Backwards, Findings, Outside, TableRows, Unmatched};
pub use source::{Row, RowAt, Source, TableError};

/// Why tables do not become cubes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TablesError {
    /// The schema says of the tables what does not hold.
    #[error("{0}")]
    Schema(#[from] SchemaError),
    /// The tables cannot be read, or hold what they must not.
    #[error("{}", lines(.0))]
    Tables(Vec<TableError>),
    /// Schema and tables together make no cube.
    #[error("kuben '{cube}': {error}")]
    Build {
        /// The cube.
        cube: String,
        /// What is wrong.
        error: BuildError,
    },
}

fn lines(errors: &[TableError]) -> String {
    match errors {
        [one] => one.to_string(),
        all => {
            let lines: Vec<String> = all.iter().map(|error| format!("\n  {error}")).collect();
            let of_table = |table: &str| all.iter().filter(|one| one.table == table).count();
            let more = all.iter().any(|one| of_table(&one.table) >= MAX_PROBLEMS);
            let (least, shown) = match more {
                true => {
                    ("mindst ", format!(", hvoraf de første {MAX_PROBLEMS} af en tabel er vist"))
                }
                false => ("", String::new()),
            };
            let count = all.len();
            format!(
                "tabellerne kan ikke bruges; de har {least}{count} fejl{shown}:{}",
                lines.concat()
            )
        }
    }
}

impl From<TableError> for TablesError {
    fn from(error: TableError) -> TablesError {
        TablesError::Tables(vec![error])
    }
}

/// Builds the cubes of a schema from tables. `text` is the schema's own, for the lines of what does
/// not hold; `take` is given each cube when it is done, so that they need not be held together.
///
/// # Errors
/// Everything that does not hold of the schema; else what is wrong in the tables of dimensions, of every
/// one of them; else what is wrong in the facts of every cube.
pub fn build_cubes(
    schema: &Schema,
    text: &str,
    source: &dyn Source,
    progress: &(dyn Fn(Progress) + Sync),
    mut take: impl FnMut(Cube),
) -> Result<Findings, TablesError> {
    let plan = check(schema, text, source)?;
    let mut findings = Findings::default();
    let mut steps = Steps { progress, done: 0, of: schema.dimensions.len() + plan.group_count() };
    let mut tables = Tables::new(schema, source);
    let mut dimensions = Vec::with_capacity(schema.dimensions.len());
    let mut wrong = Wrong::default();
    for dimension in &schema.dimensions {
        steps.next();
        let read = Keyed::read(dimension, &mut tables, &mut findings);
        dimensions.extend(wrong.note(read)?);
    }
    wrong.finish()?;
    let mut wrong = Wrong::default();
    for cube in &schema.cubes {
        let built =
            build_cube(schema, cube, &mut tables, &mut dimensions, &mut steps, &mut findings);
        let built = built.map_err(|error| placed(error, schema, text));
        if let Some(built) = wrong.note(built)? {
            take(built);
        }
    }
    wrong.finish()?;
    Ok(findings)
}

/// What the tables do not hold of what the schema says, with its line there.
fn placed(error: TablesError, schema: &Schema, text: &str) -> TablesError {
    let TablesError::Build { error: broken, .. } = &error else { return error };
    let Some(place) = place_of(schema, broken) else { return error };
    let mut problems = Problems::new(text);
    problems.add(&place, broken.to_string());
    problems.finish().err().map_or(error, TablesError::Schema)
}

/// What is wrong with numbers, with the table and column as the schema names them.
fn outer(cube: &schema::Cube, error: BuildError) -> BuildError {
    let BuildError::Number { table, column } = &error else { return error };
    let names = cube.groups.iter().enumerate().flat_map(|(at, group)| {
        let columns = group.measures.iter().filter_map(|measure| measure.column.as_ref());
        columns.map(move |path| (at, group, path))
    });
    let mut names = names.filter(|(at, group, path)| {
        plan::group_table(&group.facts, *at) == *table && facts::number_name(path, false) == *column
    });
    let found = names.next().map(|(_, group, path)| (group.facts.clone(), path.clone()));
    found.map_or(error, |(table, column)| BuildError::Number { table, column })
}

/// Where a schema says what its tables do not hold.
fn place_of(schema: &Schema, error: &BuildError) -> Option<Place> {
    let hierarchies = schema.dimensions.iter().enumerate().flat_map(|(at, dimension)| {
        let place = move |one: usize| Place::top().nth("dimension", at).nth("hierarchies", one);
        dimension.hierarchies.iter().enumerate().map(move |(one, all)| (dimension, all, place(one)))
    });
    match error {
        BuildError::NotUnique { level, .. } => {
            hierarchies.into_iter().find_map(|(_, all, place)| {
                let is_it = |one: &schema::LevelUse| {
                    one.own().is_some_and(|own| own.name == *level && own.unique)
                };
                let found = all.levels.iter().position(is_it)?;
                Some(place.nth("levels", found).key("unique"))
            })
        }
        BuildError::NoDefault { hierarchy, .. } => {
            let mut with_default =
                hierarchies.into_iter().filter(|(_, all, _)| !all.default.is_empty());
            let is_it = |name: &str, dimension: &str| {
                name == hierarchy || (name.is_empty() && dimension == hierarchy)
            };
            let found = with_default.find(|(dimension, all, _)| is_it(&all.name, &dimension.name));
            found.map(|(.., place)| place.key("default"))
        }
        BuildError::Number { table, column } => {
            let groups = schema.cubes.iter().enumerate().flat_map(|(at, cube)| {
                let place = move |one| Place::top().nth("cube", at).nth("group", one);
                cube.groups.iter().enumerate().map(move |(one, group)| (group, place(one)))
            });
            let mut groups = groups.filter(|(group, _)| group.facts == *table);
            groups.find_map(|(group, place)| {
                let of = |measure: &schema::Measure| measure.column.as_ref() == Some(column);
                Some(place.nth("measures", group.measures.iter().position(of)?))
            })
        }
        _ => None,
    }
}

/// What is wrong with several tables, or with what the schema says of them, each thing once.
#[derive(Default)]
struct Wrong {
    tables: Vec<TableError>,
    schema: Vec<Problem>,
}

impl Wrong {
    /// What was made of a table, or nothing where something is wrong with it.
    fn note<T>(&mut self, made: Result<T, TablesError>) -> Result<Option<T>, TablesError> {
        match made {
            Ok(made) => Ok(Some(made)),
            Err(TablesError::Tables(errors)) => {
                add_new(&mut self.tables, errors);
                Ok(None)
            }
            Err(TablesError::Schema(error)) => {
                add_new(&mut self.schema, error.problems);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn finish(self) -> Result<(), TablesError> {
        if !self.tables.is_empty() {
            return Err(TablesError::Tables(self.tables));
        }
        match self.schema.is_empty() {
            true => Ok(()),
            false => Err(SchemaError { problems: self.schema }.into()),
        }
    }
}

fn add_new<T: PartialEq>(known: &mut Vec<T>, found: Vec<T>) {
    for one in found {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

/// Reads a schema file and looks for every column that it names: all that does not hold of either is
/// told at once.
///
/// # Errors
/// Promises that do not hold, or a table that cannot be read.
pub fn read_schema(text: &str, source: &dyn Source) -> Result<Schema, TablesError> {
    let mut unread = None;
    let schema = Schema::parse_with(text, |schema, problems| {
        unread = Plan::of(schema, source, problems).err();
    })?;
    match unread {
        Some(error) => Err(error.into()),
        None => Ok(schema),
    }
}

/// That every column that the schema names is there.
fn check(schema: &Schema, text: &str, source: &dyn Source) -> Result<Plan, TablesError> {
    let mut problems = Problems::new(text);
    let plan = Plan::of(schema, source, &mut problems)?;
    problems.finish()?;
    Ok(plan)
}

struct Steps<'a> {
    progress: &'a (dyn Fn(Progress) + Sync),
    done: usize,
    of: usize,
}

impl Steps<'_> {
    fn next(&mut self) {
        (self.progress)(Progress { stage: "læser tabeller", done: self.done, of: self.of });
        self.done += 1;
    }
}

fn build_cube(
    schema: &Schema,
    cube: &schema::Cube,
    tables: &mut Tables<'_>,
    dimensions: &mut [Keyed],
    steps: &mut Steps<'_>,
    findings: &mut Findings,
) -> Result<Cube, TablesError> {
    let mut own = cube.clone();
    let mut star = Star::default();
    let mut last: Option<Month> = None;
    let mut of_tables: Option<Month> = None;
    for (at, group) in own.groups.iter_mut().enumerate() {
        steps.next();
        if at == 0 {
            plan::count_rows(group);
        }
        let shown = |name: &str| {
            cube.dimensions.is_empty() || cube.dimensions.iter().any(|one| one == name)
        };
        group.dimensions.retain(|usage| shown(usage.name()));
        let read = facts::read(&cube.name, group, schema, tables, dimensions, findings)?;
        last = last.max(read.last_month);
        of_tables = of_tables.max(last_month(schema, &read, dimensions));
        star.facts.push(FactTable { name: plan::group_table(&group.facts, at), ..read.table });
        *group = read.group;
    }
    star.dimensions = dimensions.iter_mut().map(Keyed::lend).collect();
    let (lowered, timeline) = plan::lowered(schema, own, last, of_tables);
    for (group, table) in cube.groups.iter().zip(&star.facts) {
        findings.outside.extend(facts::outside((&cube.name, group), table, timeline));
    }
    let built = build(&lowered, &lowered.cubes[0], &star, timeline);
    for (dimension, table) in dimensions.iter_mut().zip(star.dimensions) {
        dimension.take_back(table);
    }
    built.map_err(|error| TablesError::Build { cube: cube.name.clone(), error: outer(cube, error) })
}

/// The last month of the facts of a group, by the tables of dimensions of time.
fn last_month(schema: &Schema, read: &facts::Facts, dimensions: &[Keyed]) -> Option<Month> {
    let months = read.group.dimensions.iter().filter_map(|usage| {
        let at = schema.dimensions.iter().position(|one| one.name == usage.dimension)?;
        let dimension = &schema.dimensions[at];
        let is_time = dimension.kind == DimensionKind::Time;
        match read.table.column(usage.column.as_deref().filter(|_| is_time)?) {
            Some(FactColumn::Id(used)) => dimensions[at].last_month(dimension, used),
            _ => None,
        }
    });
    months.max()
}

/// The months of a cube without days: the last one of its facts, or any, if they have none.
fn no_days(last: Option<Month>) -> Timeline {
    last.map_or(Timeline::NO_DAYS, |only| Timeline { first: only, last: only })
}
