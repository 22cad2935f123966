//! Star + schema → an immutable cube: ordered rows, dense columns, one bitmap per key.
//!
//! A row is a *piece* of a record. Rows are ordered once, by (entity, first day), so that all rows
//! of an entity are neighbours and their intervals come in order, whatever the cell: exact
//! distinct counts then need no hashing. Fields of a dimension are functions of its key; a
//! many-valued dimension is a list of keys per row. The timeline is a dimension whose keys are the
//! months.

pub mod age;
pub mod array;
pub mod dimension;
pub mod rows;
pub mod sort;
mod build;

pub use build::{BuildError, build};
pub use dimension::{Dimension, Field, Hierarchy, NO_MEMBER};
pub use rows::{NO_PLACE, Order, PARTS, Rows};

use cube_schema::day::Day;
use cube_schema::language::Language;
use cube_schema::schema::{DayCount, Explain, MadeOf, MeasureKind, Noun};
use cube_schema::table::Timeline;
use serde::{Deserialize, Serialize};

use array::{Array, Column, Lists, Texts};

/// Numbers that are added up are kept as integers with so many decimals, where they are not too large
/// for it: a sum is then the same in whatever order it is made, and øre are exact.
pub const DIGITS: u8 = 6;

/// Into how many parts a one is divided in integers with so many decimals.
#[must_use]
pub fn parts_of_one(digits: u8) -> f64 {
    10_f64.powi(i32::from(digits))
}

/// A number that is missing: no value is added up, counted or compared.
pub const NULL: i64 = i64::MIN;

/// A cube that never changes.
pub struct Cube {
    /// The name.
    pub name: String,
    /// What people read of it.
    pub caption: String,
    /// What it is.
    pub description: String,
    /// The caption of All members.
    pub all: String,
    /// The language that its numbers and days are shown in.
    pub language: Language,
    /// The months covered.
    pub timeline: Timeline,
    /// The dimensions, in the order of the schema.
    pub dimensions: Vec<Dimension>,
    /// Whether it is left out of the list of cubes.
    pub hidden: bool,
    /// How its figures are explained, if they are.
    pub explain: Option<Explain>,
    /// The measure groups.
    pub groups: Vec<Group>,
    /// The default measure.
    pub default_measure: DefaultMeasure,
    /// All stored measures in the order in which they are listed.
    pub order: Vec<MeasureRef>,
    /// The measures that are calculated from others, by formulas.
    pub calculated: Vec<Calculated>,
    /// The members of other hierarchies that are calculated.
    pub members: Vec<CalculatedMember>,
    /// Sets that formulas refer to by name.
    pub sets: Vec<NamedSet>,
    /// For each key of one dimension, the newest month delivered: who is behind.
    pub freshness: Option<Freshness>,
}

/// The measure of a cell that names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DefaultMeasure {
    /// A stored measure.
    Stored(MeasureRef),
    /// A calculated one, by position.
    Calculated(usize),
}

/// The newest month that was delivered for each key of a dimension.
pub struct Freshness {
    /// A position in the cube's dimensions.
    pub dimension: usize,
    /// Per key: months from the start of the timeline, or `None` where nothing was delivered.
    pub newest: Vec<Option<u16>>,
}

/// One fact table with its measures.
pub struct Group {
    /// The name.
    pub name: String,
    /// How the rows point at each dimension of the cube; `None` where they do not.
    pub uses: Vec<Option<Use>>,
    /// The measures.
    pub measures: Vec<Measure>,
    /// The number of entities.
    pub entity_count: usize,
    /// Per dimension of the cube: where it is an age, the birth of each entity as [`age`] stores it.
    pub births: Vec<Option<Array<i32>>>,
    /// Which days of a record count where days are added up.
    pub day_count: DayCount,
    /// The rows, one per piece.
    pub rows: Rows,
    /// The rows cut further where a member changes over time; asked only when such a dimension is.
    pub cut: Option<Rows>,
    /// The number of the record that each fact came from; `None` where every fact is one.
    pub record: Option<Array<u32>>,
    /// What tells of the record that each fact came from.
    pub provenance: Vec<Provenance>,
    /// What drill-through shows where nothing is named.
    pub drill: Vec<String>,
    /// The cube that shows and explains the records of this group.
    pub records_in: Option<String>,
    /// What people call a record of it.
    pub record_noun: Noun,
    /// What people call an entity of it; `None` where entities are not spoken of.
    pub entity_noun: Option<Noun>,
}

/// How rows point at a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Use {
    /// By their interval of days.
    Time,
    /// One key per row.
    Single,
    /// One key per row, which is also the entity: its rows are neighbours.
    Entity,
    /// A list of keys per row, stored once per different list.
    Many,
    /// One key per row of the cut rows.
    Step,
    /// By the age of the entity on the last day of a cell's period.
    Age,
}

/// A stored measure.
pub struct Measure {
    /// The name.
    pub name: String,
    /// What it counts.
    pub description: String,
    /// The unit.
    pub unit: String,
    /// Decimals shown.
    pub decimals: u8,
    /// How it is counted.
    pub kind: MeasureKind,
    /// Which order of the rows counts its key: `None` for the entity itself.
    pub order: Option<usize>,
    /// Which of the rows' numbers it adds up, counts or compares, if it does.
    pub column: Option<usize>,
    /// The decimals that these numbers have as integers.
    pub digits: u8,
    /// What people read of it.
    pub caption: String,
    /// How its values are written; empty where only `decimals` says it.
    pub format: String,
    /// Whether it is listed among the measures; one that is not can still be named.
    pub visible: bool,
}

/// A measure that is calculated from others. What its formula means is a matter of questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calculated {
    /// The name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The unit.
    pub unit: String,
    /// Decimals shown.
    pub decimals: u8,
    /// Whether the schema says neither these nor a format: of a value that is not whole, two are shown.
    pub free: bool,
    /// Whether it is listed.
    pub visible: bool,
    /// The formula, an expression in MDX.
    pub formula: String,
    /// The dimensions, by position, on which it has a value at All only.
    pub at_all: Vec<usize>,
    /// What it is made of, the most telling part first.
    pub made_of: Vec<MadeOf>,
    /// What people read of it.
    pub caption: String,
    /// How its values are written; empty where the schema does not say.
    pub format: String,
    /// Of several calculated members of a cell, the highest is worked out last.
    pub solve_order: i32,
}

/// A calculated member of a hierarchy other than the measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalculatedMember {
    /// The name, the formula and what else is said of it; it has a value on every dimension.
    pub member: Calculated,
    /// The hierarchy, or the member below which it stands: an expression in MDX.
    pub parent: String,
}

/// A set of a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedSet {
    /// The name.
    pub name: String,
    /// What people read of it.
    pub caption: String,
    /// The set, an expression in MDX.
    pub formula: String,
}

/// A column that tells of the record that a fact came from.
pub struct Provenance {
    /// The heading.
    pub name: String,
    /// Whether it is shown only to whoever may see the delivery.
    pub delivery: bool,
    /// The values, by position of the fact in its table.
    pub values: ProvenanceValues,
    /// The values that are shown instead to whoever sees some records only.
    pub own: Option<ProvenanceValues>,
}

/// Values of provenance.
pub enum ProvenanceValues {
    /// A text per fact.
    Text(Texts),
    /// Texts that facts share, and the number of each fact's.
    Coded(Texts, Column),
    /// A number per fact.
    Number(Array<u32>),
    /// A day per fact, as days since 1970; the ends of the calendar are no day.
    Day(Array<i32>),
}

impl Cube {
    /// The dimension of a name, upper and lower case being equal.
    #[must_use]
    pub fn find_dimension(&self, name: &str) -> Option<usize> {
        self.dimensions.iter().position(|dimension| dimension::same(&dimension.name, name))
    }

    /// The measure of a name, upper and lower case being equal.
    #[must_use]
    pub fn find_measure(&self, name: &str) -> Option<MeasureRef> {
        self.measures().find(|&found| dimension::same(&self.measure(found).name, name))
    }

    /// The calculated measure of a name, upper and lower case being equal.
    #[must_use]
    pub fn find_calculated(&self, name: &str) -> Option<usize> {
        self.calculated.iter().position(|found| dimension::same(&found.name, name))
    }

    /// The set of a name, upper and lower case being equal.
    #[must_use]
    pub fn find_set(&self, name: &str) -> Option<&NamedSet> {
        self.sets.iter().find(|found| dimension::same(&found.name, name))
    }

    /// All measures that are stored, in the order of the schema.
    pub fn measures(&self) -> impl Iterator<Item = MeasureRef> {
        self.groups.iter().enumerate().flat_map(|(group, measures)| {
            (0..measures.measures.len()).map(move |measure| MeasureRef { group, measure })
        })
    }

    /// The measures that are listed, in their order.
    pub fn listed_measures(&self) -> impl Iterator<Item = MeasureRef> {
        self.order.iter().copied().filter(|&found| self.measure(found).visible)
    }

    /// A measure.
    #[must_use]
    pub fn measure(&self, found: MeasureRef) -> &Measure {
        &self.groups[found.group].measures[found.measure]
    }

    /// The key of an entity in a dimension that is an age, on the last day of a month of the timeline;
    /// `None` where the dimension is none.
    #[must_use]
    pub fn age_key(
        &self,
        group: usize,
        dimension: usize,
        entity: u32,
        month: usize,
    ) -> Option<u32> {
        let births = self.groups[group].births[dimension].as_ref()?;
        let unknown = self.dimensions[dimension].key_count as u32 - 1;
        let age = age::Birth::of(births[entity as usize])
            .map(|birth| birth.age(self.timeline.first.0 + month as i32));
        Some(age.and_then(|age| u32::try_from(age).ok()).map_or(unknown, |age| age.min(unknown)))
    }

    /// Whether rows of some group have a list of keys of a dimension: it may be empty, so that they have
    /// none of its members.
    #[must_use]
    pub fn is_many_valued(&self, dimension: usize) -> bool {
        self.groups.iter().any(|group| group.uses[dimension] == Some(Use::Many))
    }

    /// The caption of the All member of a hierarchy.
    #[must_use]
    pub fn all_caption(&self, dimension: usize, hierarchy: usize) -> &str {
        let own = self.dimensions.get(dimension).and_then(|one| one.hierarchies.get(hierarchy));
        own.and_then(|own| own.all.as_deref()).unwrap_or(&self.all)
    }

    /// The last day that it tells of; `None` of a cube without time.
    #[must_use]
    pub fn as_of(&self) -> Option<Day> {
        let has_calendar = self.dimensions.iter().any(|dimension| dimension.is_time);
        let has_time = self.dimensions.iter().any(|dimension| dimension.of_time);
        let has_days = has_calendar || (has_time && self.timeline != Timeline::NO_DAYS);
        has_days.then(|| self.timeline.as_of())
    }

    /// The number of months of the timeline.
    #[must_use]
    pub fn months(&self) -> usize {
        (self.timeline.last.0 - self.timeline.first.0 + 1).max(0) as usize
    }
}

/// Where a measure stands in its cube.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeasureRef {
    /// The position of its group.
    pub group: usize,
    /// Its position in the group.
    pub measure: usize,
}

/// The different lists of keys of a many-valued dimension.
pub type KeyLists = Lists;
