//! A schema file (TOML) and its checked form: tables, dimensions, cubes, measures, roles.
//!
//! The file says what a star's tables mean; it holds no data. [`Schema::parse`] returns a schema
//! in which every name that is referred to exists, so that the engine need not doubt it. The
//! format is told in `docs/skema.md`.

mod check;
mod cube;
mod dimension;
mod disclosure;
pub mod expression;
mod group;
mod level;
mod like;
mod made_of;
mod measures;
mod problem;
mod reading;
mod records;
mod role;
mod tables;

use serde::{Deserialize, Serialize};

use crate::language::Language;

pub use cube::{CalculatedMeasure, Cube, Explain, NamedSet};
pub use dimension::{Dimension, DimensionKind, Field, Grain, Hierarchy, Sort};
pub use disclosure::{Counted, Disclosure, Tied};
pub use group::{
    Bridge, DayCount, DimensionUse, Measure, MeasureGroup, MeasureKind, Noun, Provenance,
};
pub use level::{Hide, Level, LevelUse, Period, Property, ValueType};
pub use problem::{Place, Problem, Problems, SchemaError};
pub use records::MadeOf;
pub use role::{FieldName, Role, Sight};
pub use tables::{Join, Table};

/// A checked schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// A short name (`vh`).
    pub name: String,
    /// The first month of the timeline, `YYYY-MM`. A star of tables without days can do without.
    #[serde(default)]
    pub first_month: String,
    /// The last month of the timeline, where it is not read off the data.
    #[serde(default)]
    pub last_month: Option<String>,
    /// The language that numbers and days are shown in: `da` or `en`.
    #[serde(default)]
    pub language: Language,
    /// The caption of the All member of every hierarchy, and of pivot totals.
    #[serde(default = "all_caption")]
    pub all: String,
    /// The caption (and key) of the member that stands for "not known". It sorts last.
    #[serde(default = "unknown_caption")]
    pub unknown: String,
    /// The name (and key) of the member that stands for a missing key, in a star of tables. It sorts
    /// first.
    #[serde(default = "null_caption")]
    pub null: String,
    /// Which days of a record count where days are added up: a policy of all cubes.
    #[serde(default)]
    pub day_count: DayCount,
    /// What is to be known of the tables besides their names.
    #[serde(default, rename = "table")]
    pub tables: Vec<Table>,
    /// The dimensions, shared by all cubes.
    #[serde(rename = "dimension")]
    pub dimensions: Vec<Dimension>,
    /// The cubes.
    #[serde(rename = "cube")]
    pub cubes: Vec<Cube>,
    /// Who may see what of them.
    #[serde(default, rename = "role")]
    pub roles: Vec<Role>,
}

fn all_caption() -> String {
    "I alt".to_owned()
}

fn unknown_caption() -> String {
    "Ukendt".to_owned()
}

fn null_caption() -> String {
    "#null".to_owned()
}

fn yes() -> bool {
    true
}

impl Schema {
    /// Reads and checks a schema file.
    ///
    /// # Errors
    /// All promises that do not hold, with their lines.
    pub fn parse(text: &str) -> Result<Schema, SchemaError> {
        Schema::parse_with(text, |_, _| ())
    }

    /// The same, with what somebody else finds wrong: `further` sees the schema whatever of its promises
    /// does not hold, so that all is told at once.
    ///
    /// # Errors
    /// As [`Schema::parse`].
    pub fn parse_with(
        text: &str,
        further: impl FnOnce(&Schema, &mut Problems<'_>),
    ) -> Result<Schema, SchemaError> {
        let mut schema = reading::read(text)?;
        let mut problems = Problems::new(text);
        schema.fill_names();
        schema.resolve_likes(&mut problems);
        schema.check(&mut problems);
        further(&schema, &mut problems);
        problems.finish()?;
        Ok(schema)
    }

    /// Names that need not be written: of a hierarchy its dimension's, of a group its fact table's.
    fn fill_names(&mut self) {
        for dimension in &mut self.dimensions {
            for hierarchy in &mut dimension.hierarchies {
                if hierarchy.name.is_empty() {
                    hierarchy.name.clone_from(&dimension.name);
                }
            }
        }
        for group in self.cubes.iter_mut().flat_map(|cube| &mut cube.groups) {
            if group.name.is_empty() {
                group.name.clone_from(&group.facts);
            }
        }
    }

    /// The dimension of a name.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|dimension| dimension.name == name)
    }

    /// What is said of a table besides its name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Whether the star is made of plain tables by this schema alone.
    #[must_use]
    pub fn is_of_tables(&self) -> bool {
        !self.tables.is_empty() || self.dimensions.iter().any(|dimension| dimension.key.is_some())
    }
}

#[cfg(test)]
mod tests;
