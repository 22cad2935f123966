//! Dimensions: fields, levels, hierarchies.

use serde::{Deserialize, Serialize};

use super::level::{Level, LevelUse, ValueType};

/// A dimension: fields that are functions of one key, or of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// The name (`Handle kommune`).
    pub name: String,
    /// What people read of it; the name where absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// What it is, for the people who choose fields.
    #[serde(default)]
    pub description: String,
    /// What its members are.
    #[serde(default, rename = "type")]
    pub kind: DimensionKind,
    /// The dimension table of the star; absent for the time dimension.
    #[serde(default)]
    pub table: Option<String>,
    /// The column of the table that facts point at it by, where the star is made of tables: each of
    /// its values stands there once.
    #[serde(default)]
    pub key: Option<String>,
    /// Whether a member exists only through facts that one may see (citizens, institutions). Where the
    /// star is made of tables every dimension is so, but for time and for one that is a `reference`.
    #[serde(default)]
    pub observed: bool,
    /// Whether all members of a dimension of a star that is made of tables exist for everybody, also for
    /// a role that sees no fact of them.
    #[serde(default)]
    pub reference: bool,
    /// The column with the newest month delivered per key: it tells who is behind.
    #[serde(default)]
    pub newest: Option<String>,
    /// The fields, each an attribute hierarchy of its own.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Hierarchies of several levels.
    #[serde(default)]
    pub hierarchies: Vec<Hierarchy>,
}

impl Dimension {
    /// Whether the members are periods of the built-in calendar.
    #[must_use]
    pub fn is_time(&self) -> bool {
        self.table.is_none()
    }

    /// The levels that its hierarchies define themselves, with the position of each hierarchy.
    pub fn own_levels(&self) -> impl Iterator<Item = (usize, &Level)> {
        let hierarchies = self.hierarchies.iter().enumerate();
        hierarchies.flat_map(|(at, one)| {
            one.levels.iter().filter_map(move |level| Some((at, level.own()?)))
        })
    }
}

/// A field of a dimension: a level, or an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name (`Kommunenummer`).
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// For a time field: the length of its periods.
    #[serde(default)]
    pub grain: Option<Grain>,
    /// The column of the dimension table that holds the member's key.
    #[serde(default)]
    pub key: String,
    /// The column that holds the caption; the key itself where absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// How the members are ordered.
    #[serde(default)]
    pub sort: Sort,
    /// What its values are.
    #[serde(default, rename = "type")]
    pub value: ValueType,
    /// Whether the values are personal data.
    #[serde(default)]
    pub personal: bool,
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// Calendar years, `2020`.
    Year,
    /// Quarters, `2020K1`.
    Quarter,
    /// Months, `2020-01`.
    Month,
}

/// What the members of a dimension are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DimensionKind {
    /// Anything.
    #[default]
    Regular,
    /// Periods: a table of days with the periods that they lie in.
    Time,
}

/// The order of a field's members; the unknown member is last in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// By caption, as Danish sorts (Æ, Ø, Å last; aa as å).
    #[default]
    Danish,
    /// By the numbers in the key (`1.8.1` before `1.12.0.1`).
    Number,
    /// As the dimension table stands.
    Table,
    /// By the key: numbers by size, other values as text without regard to case.
    Key,
}

/// Levels from the top down; each member of a level has one parent in the level above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hierarchy {
    /// The name (`Geografi`); the dimension's name where absent.
    #[serde(default)]
    pub name: String,
    /// What people read of it; the name where absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// From the top down: names of fields, or levels of its own.
    pub levels: Vec<LevelUse>,
    /// Whether there is an All member above the first level.
    #[serde(default = "super::yes")]
    pub has_all: bool,
    /// The caption of the All member; the schema's where absent.
    #[serde(default)]
    pub all: Option<String>,
    /// The keys of the default member, from the top level down. Where absent, the All member, or the
    /// first member of the first level.
    #[serde(default)]
    pub default: Vec<String>,
}

impl Hierarchy {
    /// The level of a parent-child hierarchy.
    #[must_use]
    pub fn parent_child(&self) -> Option<&Level> {
        self.levels.iter().filter_map(LevelUse::own).find(|level| level.parent.is_some())
    }
}
