//! The engine, asked in the words of a pivot and answering in captions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use cube_schema::day::Month;
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use cube_schema::schema::DayCount;
use terning_engine::cube::{self, Cube};
use terning_engine::delivery::MemoryStore;
use terning_engine::load::hold::{Accept, Hold};
use terning_engine::load::{Loaded, Order, load_ordered};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::{AxisPositions, CellSet};
use terning_engine::query::names::Names;
use terning_engine::query::{self, Cancel, Limits, Question, View, names};
use terning_engine::snapshot;
use terning_oracle::{CellSet as Table, Pivot};

use crate::folder;

/// What the measures are called among the dimensions.
const MEASURES: &str = "Measures";

/// Everything between the delivery bytes and the answers.
pub struct Engine {
    /// What the load said.
    pub loaded: Loaded,
    /// The cubes.
    pub cubes: Vec<Arc<Cube>>,
    /// The files that were read.
    pub files: MemoryStore,
}

impl Engine {
    /// Loads a folder of deliveries and builds the cubes of VH.
    ///
    /// # Errors
    /// Nothing can be used.
    pub fn load(deliveries: &Path, month: Option<&str>) -> Result<Engine> {
        let month = match month {
            None => None,
            Some(text) => Some(Month::parse(text).with_context(|| format!("{text:?} no month"))?),
        };
        Engine::ordered(deliveries, &Order { limit: month, ..Order::default() })
    }

    /// Loads a folder and holds its municipalities against a former load.
    ///
    /// # Errors
    /// Nothing can be used.
    pub fn load_after(deliveries: &Path, former: &Engine, accept: &Accept) -> Result<Engine> {
        let hold = Hold {
            former: &former.loaded.standings,
            files: &former.files,
            lines: &former.loaded.report.references,
            percent: 20,
            accept,
        };
        Engine::ordered(deliveries, &Order { hold: Some(hold), ..Order::default() })
    }

    fn ordered(deliveries: &Path, order: &Order<'_>) -> Result<Engine> {
        let vh = Vh::new()?;
        let files = folder::read(deliveries)?;
        let loaded = load_ordered(&vh, &files, order, &|_| {})?;
        let build = |one| cube::build(vh.schema(), one, &loaded.star, loaded.timeline);
        let cubes = vh.schema().cubes.iter().map(build).collect::<Result<Vec<_>, _>>()?;
        Ok(Engine { loaded, cubes: cubes.into_iter().map(Arc::new).collect(), files })
    }

    /// The cubes of the records once more, under the policy that leaves out first days.
    ///
    /// # Errors
    /// A cube cannot be built.
    pub fn without_first_days(&self) -> Result<Vec<Arc<Cube>>> {
        let mut schema = Vh::new()?.schema().clone();
        schema.cubes.truncate(2);
        schema.day_count = DayCount::ExcludeStart;
        let build = |one| cube::build(&schema, one, &self.loaded.star, self.loaded.timeline);
        let cubes = schema.cubes.iter().map(build).collect::<Result<Vec<_>, _>>()?;
        Ok(cubes.into_iter().map(Arc::new).collect())
    }

    /// Answers a pivot.
    ///
    /// # Errors
    /// A name does not exist, or the answer is too large.
    pub fn pivot(&self, pivot: &Pivot) -> Result<Table> {
        ask(&self.cubes, pivot)
    }

    /// The cubes as one file.
    ///
    /// # Panics
    /// They cannot be written.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let cubes: Vec<&Cube> = self.cubes.iter().map(AsRef::as_ref).collect();
        let mut bytes = Vec::new();
        snapshot::write(&cubes, &mut bytes).expect("memory can be written");
        bytes
    }
}

/// Opens the bytes of a snapshot.
///
/// # Errors
/// They are damaged.
pub fn open(bytes: Vec<u8>) -> Result<Vec<Arc<Cube>>, snapshot::SnapshotError> {
    Ok(snapshot::open(Arc::new(bytes))?.into_iter().map(Arc::new).collect())
}

/// Asks some cubes a pivot.
///
/// # Errors
/// A name does not exist, or the answer is too large.
pub fn ask(cubes: &[Arc<Cube>], pivot: &Pivot) -> Result<Table> {
    ask_question(cubes, &Question::Pivot(&in_words_of_the_engine(pivot)))
}

/// The MDX that asks the same as a pivot (`--show mdx`).
///
/// # Errors
/// A name does not exist.
pub fn as_mdx(cubes: &[Arc<Cube>], pivot: &Pivot) -> Result<String> {
    let pivot = in_words_of_the_engine(pivot);
    Ok(query::translate(&views(cubes), &pivot, &Limits::default(), &Cancel::default())?)
}

fn in_words_of_the_engine(pivot: &Pivot) -> query::Pivot {
    query::Pivot {
        cube: pivot.cube.clone(),
        filters: pivot.filters.clone(),
        columns: pivot.columns.clone(),
        rows: pivot.rows.clone(),
        measures: pivot.measures.clone(),
        totals: pivot.totals,
        empty: pivot.empty,
    }
}

/// Asks some cubes in MDX.
///
/// # Errors
/// The text cannot be understood, or the answer is too large.
pub fn ask_mdx(cubes: &[Arc<Cube>], text: &str) -> Result<Table> {
    ask_question(cubes, &Question::Mdx(text))
}

fn ask_question(cubes: &[Arc<Cube>], question: &Question<'_>) -> Result<Table> {
    ask_views_question(&views(cubes), question)
}

/// Asks some views a pivot.
///
/// # Errors
/// A name does not exist for them, or the answer is too large.
pub fn ask_views(views: &[View], pivot: &Pivot) -> Result<Table> {
    ask_views_question(views, &Question::Pivot(&in_words_of_the_engine(pivot)))
}

fn ask_views_question(views: &[View], question: &Question<'_>) -> Result<Table> {
    let answer = query::answer(views, question, &Limits::default(), &Cancel::default())?;
    Ok(table(views[answer.view].cube(), &answer.cells))
}

/// What a role of the schema sees of some cubes.
///
/// # Panics
/// The schema has no such role.
#[must_use]
pub fn seen_by(cubes: &[Arc<Cube>], role: &str, parameter: &str) -> Vec<View> {
    let vh = Vh::new().expect("the schema is sound");
    let role = vh.schema().roles.iter().find(|one| one.name == role).expect("a role");
    query::role::views(cubes, role, parameter)
}

fn views(cubes: &[Arc<Cube>]) -> Vec<View> {
    cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect()
}

/// A cell by the dimensions of its members and the paths of captions that lead to them, and its value.
pub type Cell = (Vec<(String, Vec<String>)>, f64);

/// The cells that MDX answers with, in an order that is theirs alone.
///
/// # Errors
/// The text cannot be understood, or the answer is too large.
pub fn cells_of_mdx(cubes: &[Arc<Cube>], text: &str) -> Result<Vec<Cell>> {
    cells_of(cubes, &Question::Mdx(text))
}

/// The cells that a pivot answers with, in an order that is theirs alone.
///
/// # Errors
/// A name does not exist, or the answer is too large.
pub fn cells_of_pivot(cubes: &[Arc<Cube>], pivot: &Pivot) -> Result<Vec<Cell>> {
    cells_of(cubes, &Question::Pivot(&in_words_of_the_engine(pivot)))
}

fn cells_of(cubes: &[Arc<Cube>], question: &Question<'_>) -> Result<Vec<Cell>> {
    let views = views(cubes);
    let answer = query::answer(&views, question, &Limits::default(), &Cancel::default())?;
    Ok(cells(views[answer.view].cube(), &answer.cells))
}

/// The cells of an answer by what they are about and not by where they stand: an All member tells
/// nothing, nor does a measure where all cells are of one, and the captions of one dimension's members
/// are joined.
fn cells(cube: &Cube, answer: &CellSet) -> Vec<Cell> {
    let names = Names::new(cube, &answer.own);
    let mut found = Vec::with_capacity(answer.ordinals.len());
    for (&ordinal, &value) in answer.ordinals.iter().zip(&answer.values) {
        let mut rest = ordinal as usize;
        let mut place: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for axis in &answer.axes {
            for (&hierarchy, &member) in axis.columns.iter().zip(axis.position(rest % axis.count)) {
                let path = names::path(names, hierarchy, member);
                let known = place.entry(dimension(cube, hierarchy)).or_default();
                known.extend(
                    path.into_iter().filter(|one| !known.contains(one)).collect::<Vec<_>>(),
                );
            }
            rest /= axis.count;
        }
        place.retain(|_, path| !path.is_empty());
        found.push((place.into_iter().collect(), value));
    }
    without_the_only_measure(found)
}

fn dimension(cube: &Cube, hierarchy: HierarchyRef) -> String {
    match hierarchy {
        HierarchyRef::Measures => MEASURES.to_owned(),
        HierarchyRef::Of { dimension, .. } => cube.dimensions[dimension].name.clone(),
    }
}

fn without_the_only_measure(mut cells: Vec<Cell>) -> Vec<Cell> {
    let measure = |(place, _): &Cell| place.iter().find(|(name, _)| name == MEASURES).cloned();
    let measures: BTreeSet<_> = cells.iter().map(measure).collect();
    if measures.len() == 1 {
        cells.iter_mut().for_each(|(place, _)| place.retain(|(name, _)| name != MEASURES));
    }
    cells.sort_by(|one, other| one.0.cmp(&other.0));
    cells
}

/// An answer of two axes as captions and cells.
#[must_use]
pub fn table(cube: &Cube, cells: &CellSet) -> Table {
    let names = Names::new(cube, &cells.own);
    let axis = |axis: usize| cells.axes.get(axis).map_or_else(one_position, |a| captions(names, a));
    let (columns, rows) = (axis(0), axis(1));
    let cell = |row: usize, column: usize| cells.value(row * columns.len() + column);
    let line = |row| (0..columns.len()).map(|column| cell(row, column)).collect();
    let cells = (0..rows.len()).map(line).collect();
    Table { columns, rows, cells }
}

fn one_position() -> Vec<Vec<String>> {
    vec![Vec::new()]
}

fn captions(names: Names<'_>, axis: &AxisPositions) -> Vec<Vec<String>> {
    let caption = |(hierarchy, member): (&HierarchyRef, &Member)| {
        names::caption(names, *hierarchy, *member).to_owned()
    };
    let position = |at| axis.columns.iter().zip(axis.position(at)).map(caption).collect();
    (0..axis.count).map(position).collect()
}
