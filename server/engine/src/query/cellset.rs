//! An answer: axes of positions, and cells as columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bound::{HierarchyRef, Member};
use super::error::QueryError;

/// The answer to a question. Members are numbers; the cube has their names.
#[derive(Clone, Debug, PartialEq)]
pub struct CellSet {
    /// The axes, columns first.
    pub axes: Vec<AxisPositions>,
    /// The cells that are not empty: ordinals, ascending. The first axis varies fastest.
    pub ordinals: Vec<u32>,
    /// The value of each of them; of one that is no number, NaN.
    pub values: Vec<f64>,
    /// For each of them, the decimals that its measure is shown with.
    pub decimals: Vec<u8>,
    /// What those are that are no numbers, by their position among the values.
    pub special: BTreeMap<usize, Special>,
    /// For each value, the format it is shown in, where a formula says one; nothing where none does.
    pub formats: Vec<Option<Arc<str>>>,
    /// How many keys of the reporting dimension in the answer have no delivery for the as-of
    /// month, though they delivered before.
    pub behind: u32,
    /// The names of the calculated measures that the question itself defines; they are numbered
    /// behind those of the cube.
    pub own: Vec<String>,
}

/// What a cell has that is no number.
#[derive(Clone, Debug, PartialEq)]
pub enum Special {
    /// A text.
    Text(Arc<str>),
    /// What is wrong with this cell alone.
    Error(Arc<QueryError>),
}

/// The positions of one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisPositions {
    /// The hierarchies of each position.
    pub columns: Vec<HierarchyRef>,
    /// The members of all positions, one position behind the other.
    pub members: Vec<Member>,
    /// The number of positions; an axis without hierarchies has one.
    pub count: usize,
}

impl AxisPositions {
    /// The members of a position.
    #[must_use]
    pub fn position(&self, position: usize) -> &[Member] {
        let width = self.columns.len();
        &self.members[position * width..(position + 1) * width]
    }
}

impl CellSet {
    /// The number of cells, the empty ones included.
    #[must_use]
    pub fn cell_count(&self) -> usize {
        self.axes.iter().map(|axis| axis.count).product()
    }

    /// The value of a cell; `None` where it is empty.
    #[must_use]
    pub fn value(&self, ordinal: usize) -> Option<f64> {
        let at = self.ordinals.binary_search(&u32::try_from(ordinal).ok()?).ok()?;
        Some(self.values[at])
    }
}
