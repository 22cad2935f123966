//! Measure groups: a fact table, how it points at dimensions, and what is counted in it.

use serde::{Deserialize, Serialize};

/// One fact table with its measures. Rows are intervals of days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureGroup {
    /// The name; the fact table's where absent.
    #[serde(default)]
    pub name: String,
    /// The group that what is not said here is taken from: `Cube` (its first group) or `Cube/Group`.
    #[serde(default)]
    pub like: Option<String>,
    /// Of the measures taken from there, those of these names, in this order; all where empty.
    #[serde(default)]
    pub only: Vec<String>,
    /// The fact table of the star.
    #[serde(default)]
    pub facts: String,
    /// The column whose value orders the rows and that distinct counts are about (a citizen). A star
    /// of tables can do without.
    #[serde(default)]
    pub entity: String,
    /// The column with the first day; a star of tables without days can do without.
    #[serde(default)]
    pub first: String,
    /// The column with the last day; of events, the same as `first`, and of tables then left out.
    #[serde(default)]
    pub last: String,
    /// The column that is 1 where a fact is the first piece of a record that has a first day, else 0.
    #[serde(default)]
    pub starts: Option<String>,
    /// The column that is 1 where a fact is the last piece of a record that has a last day, not after
    /// the as-of day, else 0.
    #[serde(default)]
    pub ends: Option<String>,
    /// How the facts point at the dimensions.
    #[serde(default)]
    pub dimensions: Vec<DimensionUse>,
    /// The measures.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// The column with the number of the record that a fact came from; the pieces of a record
    /// share it. Without it every fact is a record of its own.
    #[serde(default)]
    pub record: Option<String>,
    /// Columns that tell of the record that a fact came from: drill-through shows them.
    #[serde(default)]
    pub provenance: Vec<Provenance>,
    /// What drill-through shows where nothing is named: fields such as `Køn.Køn`, and headings of
    /// `provenance`. Empty is all of `provenance`.
    #[serde(default)]
    pub drill: Vec<String>,
    /// The cube with the same facts that shows and explains the records of this group; it has the
    /// group's dimensions and measures.
    #[serde(default)]
    pub records_in: Option<String>,
    /// What people call a record of the group (`["ydelse", "ydelser", "ydelserne"]`); a row where absent.
    #[serde(default)]
    pub record_noun: Option<Noun>,
    /// What people call an entity of the group (`["borger", "borgere", "borgerne"]`); where it is absent
    /// entities are not spoken of.
    #[serde(default)]
    pub entity_noun: Option<Noun>,
}

/// A noun as people read it: one, several, and those that were spoken of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noun(
    /// One of it (`ydelse`).
    pub String,
    /// Several (`ydelser`).
    pub String,
    /// Those that were spoken of (`ydelserne`).
    pub String,
);

impl Default for Noun {
    /// What a fact is called that the schema has no noun for: a row.
    fn default() -> Noun {
        Noun("række".to_owned(), "rækker".to_owned(), "rækkerne".to_owned())
    }
}

impl Noun {
    /// The noun behind a number.
    #[must_use]
    pub fn behind(&self, count: u64) -> &str {
        if count == 1 { &self.0 } else { &self.1 }
    }
}

/// A column that tells of the record that a fact came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The heading (`Ydelsesid`).
    pub name: String,
    /// The fact column.
    pub column: String,
    /// The fact column that is shown instead to whoever sees some records only, so that it tells
    /// nothing of the others.
    #[serde(default)]
    pub own: Option<String>,
    /// Whether it is shown only to whoever may see the delivery.
    #[serde(default)]
    pub delivery: bool,
}

/// Which days of a record count where days are added up ([`MeasureKind::Days`] and
/// [`MeasureKind::CoveredDays`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayCount {
    /// The first day and the last, so that a whole year is 1 and periods add up.
    #[default]
    Inclusive,
    /// The first day of a record does not count in the period that it lies in, unless it is the first
    /// day of that period.
    ExcludeStart,
}

/// A fact column that points at a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionUse {
    /// The dimension's name.
    pub dimension: String,
    /// Its name in the cube, where that is another: one dimension can play several parts.
    #[serde(default, rename = "as")]
    pub role: Option<String>,
    /// The table between, where a fact can have several members.
    #[serde(default)]
    pub bridge: Option<Bridge>,
    /// The fact column; absent for the time dimension, whose key is the interval, and for age.
    #[serde(default)]
    pub column: Option<String>,
    /// The fact column with the entity's day of birth ([`crate::day::Day::MIN`] is not known), where
    /// the key is the age on the last day of a cell's period: row `k` of the dimension table is `k`
    /// whole years, its last row an age that is not known or not in the table.
    #[serde(default)]
    pub age: Option<String>,
    /// The step table, where the column is a series whose member changes over time.
    #[serde(default)]
    pub steps: Option<String>,
}

impl DimensionUse {
    /// The dimension's name in the cube.
    #[must_use]
    pub fn name(&self) -> &str {
        self.role.as_deref().unwrap_or(&self.dimension)
    }
}

/// A table between facts and a dimension: a fact has every member that its key stands beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bridge {
    /// The table.
    pub table: String,
    /// Its column with the value of the fact's column.
    pub key: String,
    /// Its column with the key of the dimension.
    pub column: String,
}

/// A stored measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// The name (`Antal Unikke Borgere`).
    pub name: String,
    /// How it is counted.
    pub kind: MeasureKind,
    /// For distinct kinds and covered days: the columns that together are counted. The first is the
    /// entity, unless the kind is `distinct`.
    #[serde(default)]
    pub key: Vec<String>,
    /// For sums, means and extremes: the column of numbers. For `count`: the column whose values are
    /// counted; rows are counted where it is absent.
    #[serde(default)]
    pub column: Option<String>,
    /// The unit (`borgere`).
    #[serde(default)]
    pub unit: String,
    /// The number of decimals shown.
    #[serde(default)]
    pub decimals: u8,
    /// What it counts.
    #[serde(default)]
    pub description: String,
    /// What people read of it; the name where absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// How its values are written (`#,##0.00`).
    #[serde(default)]
    pub format: Option<String>,
    /// Whether it is listed among the measures; one that is not can still be named.
    #[serde(default = "super::yes")]
    pub visible: bool,
}

/// How a measure is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// Different keys with an active row in the period.
    Distinct,
    /// Different keys with a row that is active on the last day of the period.
    DistinctAtEnd,
    /// Records whose first day lies in the period.
    Starts,
    /// Records whose last day lies in the period.
    Ends,
    /// The days of every row in the period, over the days of the period.
    Days,
    /// For each key the different days of its rows in the period, over the days of the period.
    CoveredDays,
    /// The sum of a column over the rows with a day in the period.
    Sum,
    /// The sum of a column over the rows that are active on the last day of the period.
    SumAtEnd,
    /// The sum of a column over the rows with a day in the period, over the number of the period's
    /// months in which the cell has a row.
    MeanOverMonths,
    /// The number of rows with a day in the period, or of those with a value in a column.
    Count,
    /// The smallest value of a column over the rows with a day in the period.
    Min,
    /// The largest value.
    Max,
    /// The mean of the values.
    Avg,
}
