//! Who may see what.

use serde::{Deserialize, Serialize};

/// Who may see what. A cube that a role does not name does not exist for whoever has the role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The name (`kommune`).
    pub name: String,
    /// Whose eyes these are.
    #[serde(default)]
    pub description: String,
    /// What must be said of a caller besides the role: the value that `rows` are chosen by.
    #[serde(default)]
    pub parameter: Option<String>,
    /// What is seen of each cube.
    pub cubes: Vec<Sight>,
}

/// What a role sees of one cube: all of it, but for what is said here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sight {
    /// The cube's name.
    pub cube: String,
    /// Only the rows whose member of this field has the role's parameter as its key.
    #[serde(default)]
    pub rows: Option<FieldName>,
    /// Of single records, when they are shown behind a figure, only those of this field's member.
    #[serde(default)]
    pub records: Option<FieldName>,
    /// Dimensions that do not exist for the role.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// Whether the file and line that a record came from are shown with it.
    #[serde(default = "super::yes")]
    pub deliveries: bool,
}

/// A field of a dimension, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldName {
    /// The dimension's name.
    pub dimension: String,
    /// The field's name.
    pub field: String,
}
