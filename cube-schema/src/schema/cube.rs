//! Cubes: measure groups, calculated members, named sets.

use serde::{Deserialize, Serialize};

use super::{Disclosure, MadeOf, MeasureGroup};

/// A cube: measure groups over shared dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cube {
    /// The name (`Voksne Handicappede`).
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Whether it is left out of the list of cubes.
    #[serde(default)]
    pub hidden: bool,
    /// How its figures are explained, if they are.
    #[serde(default)]
    pub explain: Option<Explain>,
    /// Which small counts are hidden, where the operator has switched that on.
    #[serde(default)]
    pub disclosure: Option<Disclosure>,
    /// What people read of it; the name where absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// The cube that what is not said here is taken from: groups, calculated members, sets, order.
    #[serde(default)]
    pub like: Option<String>,
    /// The names of its dimensions in order; all that groups use, in the schema's order, where empty.
    #[serde(default)]
    pub dimensions: Vec<String>,
    /// The default measure; the first measure of the first group where absent.
    #[serde(default)]
    pub default_measure: Option<String>,
    /// The stored measures in the order in which they are listed; those not named come behind.
    #[serde(default)]
    pub measures: Vec<String>,
    /// Its measure groups.
    #[serde(default, rename = "group")]
    pub groups: Vec<MeasureGroup>,
    /// Its measures, and members of other hierarchies, that are calculated from others.
    #[serde(default)]
    pub calculated: Vec<CalculatedMeasure>,
    /// Sets that formulas refer to by name.
    #[serde(default, rename = "set")]
    pub sets: Vec<NamedSet>,
}

/// A measure, or a member of another hierarchy, that is calculated from others by a formula in MDX.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalculatedMeasure {
    /// The name.
    pub name: String,
    /// The formula, an expression in MDX. It is bound when a cube is made.
    pub formula: String,
    /// The unit (`kr.`).
    #[serde(default)]
    pub unit: String,
    /// The number of decimals shown; where neither these nor a format are said, up to two.
    #[serde(default)]
    pub decimals: Option<u8>,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Whether it is listed; formulas may use it in any case.
    #[serde(default = "super::yes")]
    pub visible: bool,
    /// Dimensions on which it has a value at All only.
    #[serde(default)]
    pub at_all: Vec<String>,
    /// What it is made of, the most telling part first: drill-through shows the records of that, and
    /// an explanation is of the first part that can be explained.
    #[serde(default)]
    pub made_of: Vec<MadeOf>,
    /// What people read of it; the name where absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// How its values are written (`#,##0.00`).
    #[serde(default)]
    pub format: Option<String>,
    /// Which of several calculated members of a cell is worked out last: the highest.
    #[serde(default)]
    pub solve_order: i32,
    /// For a member that is no measure: the hierarchy, or the member below which it stands, in MDX.
    #[serde(default)]
    pub parent: Option<String>,
}

/// A set with a name. A formula that uses it means those of its members that exist in the cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedSet {
    /// The name.
    pub name: String,
    /// The set, an expression in MDX.
    pub formula: String,
    /// What people read of it; the name where absent.
    #[serde(default)]
    pub caption: Option<String>,
}

/// How the figures of a cube are explained: by another, hidden cube that has the same dimensions and
/// measures, and its facts in steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// The hidden cube.
    pub cube: String,
    /// Its dimension of steps.
    pub steps: String,
    /// The field with the key of a step.
    pub step: String,
    /// The field with what people read of a step.
    pub caption: String,
    /// The field with the path that a step belongs to.
    pub path: String,
    /// The path for whoever sees all records.
    pub all: String,
    /// The path for whoever sees some of them: it tells nothing of the others.
    pub own: String,
    /// The path of the steps with one rule left out.
    #[serde(default)]
    pub without: Option<String>,
    /// The field with the rule of a step.
    pub rule: String,
    /// The rule that a path ends with; all steps where absent.
    #[serde(default)]
    pub until: Option<String>,
    /// The dimension of the steps that have changed a record, with the same field of keys.
    pub touched: String,
    /// The dimension whose conditions are the last step.
    #[serde(default)]
    pub last: Option<String>,
    /// The measure that counts records.
    pub records: String,
    /// The measure that counts entities.
    pub entities: String,
}
