//! What a schema says of tables: their files, the tables that they point at, computed columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Place, Problems, Schema, expression};

/// A table, where more is to be known of it than its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The name that the schema refers to it by.
    pub name: String,
    /// The file in the folder of tables; `NAME.csv` or `NAME.parquet` where absent.
    #[serde(default)]
    pub file: Option<String>,
    /// The tables that it points at. A column of one is written `table.column`.
    #[serde(default)]
    pub joins: Vec<Join>,
    /// Columns that are worked out from others of the same row, by name.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
}

/// A table that another points at: each row of the other has one row of it, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The table.
    pub table: String,
    /// The column that points at it.
    pub column: String,
    /// The column pointed at, whose values are all different; `column` where absent.
    #[serde(default)]
    pub key: Option<String>,
    /// The name that its columns are referred to by; the table's where absent.
    #[serde(default, rename = "as")]
    pub role: Option<String>,
}

impl Join {
    /// The name that its columns are referred to by.
    #[must_use]
    pub fn name(&self) -> &str {
        self.role.as_deref().unwrap_or(&self.table)
    }

    /// The column pointed at.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.column)
    }
}

impl Table {
    /// The join of a name.
    #[must_use]
    pub fn join(&self, name: &str) -> Option<&Join> {
        self.joins.iter().find(|join| join.name() == name)
    }
}

impl Schema {
    /// What is said of tables: names once, expressions that can be read, joins that are written down.
    pub(super) fn check_tables(&self, problems: &mut Problems<'_>) {
        for (at, table) in self.tables.iter().enumerate() {
            let place = Place::top().nth("table", at);
            let twice = self.tables[..at].iter().any(|one| one.name == table.name);
            problems.ensure(!twice, &place, || {
                format!("tabellen '{}' er beskrevet to gange; saml det i én [[table]]", table.name)
            });
            for (position, join) in table.joins.iter().enumerate() {
                let twice = table.joins[..position].iter().any(|one| one.name() == join.name());
                problems.ensure(!twice, &place.nth("joins", position), || {
                    let name = join.name();
                    format!(
                        "tabellen '{}' har to 'joins' med navnet '{name}'; giv den ene 'as'",
                        table.name
                    )
                });
            }
            for (column, text) in &table.columns {
                if let Err(error) = expression::parse(text) {
                    let what = format!("kolonnen '{column}' i tabellen '{}': {error}", table.name);
                    problems.add(&place.key("columns"), what);
                }
            }
        }
    }
}
