//! The star: the tables that a domain hands to the engine, and that any cube is built from.
//!
//! Facts point at dimension rows by position, so that no text is looked up per fact row.

use crate::day::{Day, Month};

/// A star of tables over one timeline.
#[derive(Clone, Debug, Default)]
pub struct Star {
    /// Dimension tables, found by name.
    pub dimensions: Vec<DimensionTable>,
    /// Fact tables, found by name.
    pub facts: Vec<FactTable>,
    /// Step tables (a member per series that changes over time), found by name.
    pub steps: Vec<StepTable>,
}

impl Star {
    /// The dimension table of a name.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&DimensionTable> {
        self.dimensions.iter().find(|table| table.name == name)
    }

    /// The fact table of a name.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&FactTable> {
        self.facts.iter().find(|table| table.name == name)
    }

    /// The step table of a name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<&StepTable> {
        self.steps.iter().find(|table| table.name == name)
    }
}

/// The months a cube covers: nothing before the first, nothing after the last day of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The first month.
    pub first: Month,
    /// The last month; its last day is the as-of day.
    pub last: Month,
}

impl Timeline {
    /// That of a cube whose facts have no days that are known: a month of the year 0, which no table has
    /// (there, such days stand for none).
    pub const NO_DAYS: Timeline = Timeline { first: Month(0), last: Month(0) };

    /// The last day that is shown; open intervals run to it.
    #[must_use]
    pub fn as_of(self) -> Day {
        self.last.last_day()
    }
}

/// A dimension's rows (its keys) with named text columns. An empty text is "not known".
#[derive(Clone, Debug, Default)]
pub struct DimensionTable {
    /// Its name in the schema.
    pub name: String,
    /// Named columns of equal length.
    pub columns: Vec<(String, Vec<Box<str>>)>,
}

impl DimensionTable {
    /// An empty table with these columns.
    #[must_use]
    pub fn new(name: &str, columns: &[&str]) -> DimensionTable {
        let columns = columns.iter().map(|column| ((*column).to_owned(), Vec::new())).collect();
        DimensionTable { name: name.to_owned(), columns }
    }

    /// Appends a row, one text per column, and returns its position.
    pub fn push(&mut self, values: &[&str]) -> u32 {
        debug_assert_eq!(values.len(), self.columns.len());
        let position = self.len() as u32;
        for ((_, column), value) in self.columns.iter_mut().zip(values) {
            column.push((*value).into());
        }
        position
    }

    /// The values of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&[Box<str>]> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, values)| values.as_slice())
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Facts: named columns of equal length, in any order of rows.
#[derive(Clone, Debug, Default)]
pub struct FactTable {
    /// Its name in the schema.
    pub name: String,
    /// Named columns of equal length.
    pub columns: Vec<(String, FactColumn)>,
}

impl FactTable {
    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&FactColumn> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, values)| values)
    }
}

/// The id of a fact that has none, where ids are only told apart: it is not counted.
pub const NO_ID: u32 = u32::MAX;

/// One column of facts.
#[derive(Clone, Debug)]
pub enum FactColumn {
    /// The row of a dimension table; also the series of a step table, and ids that are only told
    /// apart (a record, a code as given), of which [`NO_ID`] is none.
    Id(Vec<u32>),
    /// Several rows of a dimension table per fact.
    Ids(Lists),
    /// The same, where many facts share a list: the different lists, each ascending, and the number
    /// of each fact's.
    Shared(Lists, Vec<u32>),
    /// A day, of an interval or only shown. [`Day::MIN`] and [`Day::MAX`] are open ends, and no day
    /// where it is only shown.
    Day(Vec<Day>),
    /// A number to add up; NaN is none.
    Number(Vec<f64>),
    /// Text that is only shown (a record's own id).
    Text(Vec<Box<str>>),
    /// Text that is only shown and that many facts share (a file): the different texts, and the
    /// number of each fact's.
    Coded(Vec<Box<str>>, Vec<u32>),
}

impl FactColumn {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            FactColumn::Id(values) => values.len(),
            FactColumn::Ids(lists) => lists.len(),
            FactColumn::Shared(_, numbers) => numbers.len(),
            FactColumn::Day(values) => values.len(),
            FactColumn::Number(values) => values.len(),
            FactColumn::Text(values) => values.len(),
            FactColumn::Coded(_, values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A list of numbers per row, stored one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lists {
    /// `offsets[i]..offsets[i + 1]` is the list of row `i`; one longer than the rows.
    pub offsets: Vec<u32>,
    /// All lists.
    pub values: Vec<u32>,
}

impl Default for Lists {
    fn default() -> Lists {
        Lists { offsets: vec![0], values: Vec::new() }
    }
}

impl Lists {
    /// Appends a list.
    pub fn push(&mut self, list: impl IntoIterator<Item = u32>) {
        self.values.extend(list);
        self.offsets.push(self.values.len() as u32);
    }

    /// The list of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> &[u32] {
        &self.values[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// The number of lists.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no lists.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A member per series that changes at certain days: from `from[i]` on it is `member[i]`.
///
/// The first step of every series starts at [`Day::MIN`].
#[derive(Clone, Debug, Default)]
pub struct StepTable {
    /// Its name in the schema.
    pub name: String,
    /// The steps of a series, as positions in `from` and `member`: series `s` has those from
    /// `offsets[s]` to `offsets[s + 1]`.
    pub offsets: Vec<u32>,
    /// The first day of each step, ascending within a series.
    pub from: Vec<Day>,
    /// The row of the dimension table that holds from that day on.
    pub member: Vec<u32>,
}
