//! The engine, asked in the words of a pivot and answering in captions.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use cube_schema::day::Month;
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning_engine::cube::{self, Cube};
use terning_engine::load::hold::PERCENT;
use terning_engine::load::{Accept, Hold, Loaded, Order, load, load_ordered};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::{AxisPositions, CellSet};
use terning_engine::query::names::Names;
use terning_engine::query::{self, Cancel, Limits, Question, View, names};
use terning_engine::snapshot;
use terning_oracle::{CellSet as Table, Pivot};

use crate::folder;

/// Everything between the delivery bytes and the answers.
pub struct Engine {
    /// What the load said.
    pub loaded: Loaded,
    /// The cubes.
    pub cubes: Vec<Arc<Cube>>,
}

impl Engine {
    /// Loads a folder of deliveries and builds the cubes of VH.
    ///
    /// # Errors
    /// Nothing can be used.
    pub fn load(deliveries: &Path, month: Option<&str>) -> Result<Engine> {
        let vh = Vh::new()?;
        let month = match month {
            None => None,
            Some(text) => Some(Month::parse(text).with_context(|| format!("{text:?} no month"))?),
        };
        let loaded = load(&vh, &folder::read(deliveries)?, month, &|_| {})?;
        Engine::build(&vh, loaded)
    }

    /// Loads a folder that comes after another, against which municipalities are held.
    ///
    /// # Errors
    /// Nothing can be used.
    pub fn load_after(
        deliveries: &Path,
        former: &Engine,
        former_deliveries: &Path,
        accept: &Accept,
    ) -> Result<Engine> {
        let vh = Vh::new()?;
        let files = folder::read(former_deliveries)?;
        let former = &former.loaded.standings;
        let hold = Some(Hold { former, files: &files, percent: PERCENT, accept });
        let order = Order { hold, ..Order::default() };
        let loaded = load_ordered(&vh, &folder::read(deliveries)?, &order, &|_| {})?;
        Engine::build(&vh, loaded)
    }

    fn build(vh: &Vh, loaded: Loaded) -> Result<Engine> {
        let build = |one| cube::build(vh.schema(), one, &loaded.star, loaded.timeline);
        let cubes = vh.schema().cubes.iter().map(build).collect::<Result<Vec<_>, _>>()?;
        Ok(Engine { loaded, cubes: cubes.into_iter().map(Arc::new).collect() })
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
    Ok(query::translate(&views(cubes), &in_words_of_the_engine(pivot))?)
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
    let answer = query::answer(&views(cubes), question, &Limits::default(), &Cancel::default())?;
    Ok(table(&cubes[answer.view], &answer.cells))
}

fn views(cubes: &[Arc<Cube>]) -> Vec<View> {
    cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect()
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
