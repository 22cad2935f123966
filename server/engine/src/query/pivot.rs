//! A pivot question in the words it is written with.

/// A pivot: texts as on the command line, such as `Tid.År=2020` and `Handle kommune.Kommune`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pivot {
    /// The cube.
    pub cube: String,
    /// Conditions that all must hold.
    pub filters: Vec<String>,
    /// The fields of the columns, outermost first, each perhaps with a condition.
    pub columns: Vec<String>,
    /// The fields of the rows, outermost first, each perhaps with a condition.
    pub rows: Vec<String>,
    /// The measures; the cube's default measure where none is named.
    pub measures: Vec<String>,
    /// Whether each field gets the member `I alt`.
    pub totals: bool,
    /// Whether positions that are empty throughout are kept.
    pub empty: bool,
}
