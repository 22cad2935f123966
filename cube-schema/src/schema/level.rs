//! Levels that a hierarchy defines itself: identity, order, holes, properties.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::Sort;

/// A level of a hierarchy: a field of the dimension by its name, or a level of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum LevelUse {
    /// A field.
    Field(String),
    /// A level that this hierarchy alone has.
    Own(Box<Level>),
}

impl LevelUse {
    /// The level's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            LevelUse::Field(name) => name,
            LevelUse::Own(level) => &level.name,
        }
    }

    /// The level, where it is the hierarchy's own.
    #[must_use]
    pub fn own(&self) -> Option<&Level> {
        match self {
            LevelUse::Field(_) => None,
            LevelUse::Own(level) => Some(level),
        }
    }
}

/// By hand, so that an unknown key inside a level is named.
impl<'de> Deserialize<'de> for LevelUse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LevelUse, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = LevelUse;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("navnet på et felt eller et niveau { name = …, key = … }")
            }

            fn visit_str<E>(self, name: &str) -> Result<LevelUse, E> {
                Ok(LevelUse::Field(name.to_owned()))
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<LevelUse, M::Error> {
                let level = Level::deserialize(MapAccessDeserializer::new(map))?;
                Ok(LevelUse::Own(Box::new(level)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A level. Its members are told apart by the keys of their ancestors and their own key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// The name (`Store City`).
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// The column with the member's key.
    pub key: String,
    /// The column with the member's name; the key itself where absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// How siblings are ordered.
    #[serde(default = "by_key")]
    pub sort: Sort,
    /// The column that siblings are ordered by, numbers by size; `sort` decides where absent.
    #[serde(default)]
    pub order: Option<String>,
    /// What its keys are.
    #[serde(default, rename = "type")]
    pub value: ValueType,
    /// Whether the key alone tells members apart.
    #[serde(default)]
    pub unique: bool,
    /// Which periods its members are, for a dimension of time.
    #[serde(default)]
    pub period: Period,
    /// Which members are left out, their children hanging below the nearest ancestor.
    #[serde(default)]
    pub hide: Hide,
    /// The column with the key of a member's parent: this level alone is then a hierarchy, as deep
    /// as its members are.
    #[serde(default)]
    pub parent: Option<String>,
    /// What stands in `parent` for a member without a parent, besides nothing.
    #[serde(default)]
    pub root: Option<String>,
    /// Further columns of the member.
    #[serde(default)]
    pub properties: Vec<Property>,
    /// Whether the values are personal data.
    #[serde(default)]
    pub personal: bool,
}

fn by_key() -> Sort {
    Sort::Key
}

/// A further column of a level's members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// The name (`Store Manager`).
    pub name: String,
    /// The column.
    pub column: String,
    /// What its values are.
    #[serde(default, rename = "type")]
    pub value: ValueType,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// Text.
    #[default]
    Text,
    /// Numbers.
    Number,
    /// Days, `2020-01-31`, a time of day behind them being left out.
    Date,
    /// `true` or `false`.
    Bool,
}

/// Which periods the members of a level are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// None.
    #[default]
    None,
    /// Years.
    Years,
    /// Quarters.
    Quarters,
    /// Months.
    Months,
    /// Weeks.
    Weeks,
    /// Days.
    Days,
}

/// Which members of a level are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hide {
    /// None.
    #[default]
    Never,
    /// Those without a name.
    Blank,
    /// Those with the name of their parent.
    Parent,
}
