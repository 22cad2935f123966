//! A table as an answer: a row per record, step or line, in columns.

use std::ops::Range;
use std::sync::Arc;

use cube_schema::day::Day;

/// The unit of numbers that name something (a line of a file): they are shown without a point
/// between thousands.
pub const ORDINAL: &str = "nr.";

/// Columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, in the order in which they are shown.
    pub columns: Vec<TableColumn>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// The heading.
    pub name: String,
    /// The unit of numbers; may be empty.
    pub unit: String,
    /// Decimals shown of numbers.
    pub decimals: u8,
    /// Whether the values are personal data.
    pub personal: bool,
    /// The values, one per row.
    pub values: Values,
}

/// The values of a column. `None` is no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Texts; equal ones may share their letters.
    Text(Vec<Option<Arc<str>>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
    /// Days.
    Day(Vec<Option<Day>>),
}

impl Values {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Values::Text(values) => values.len(),
            Values::Number(values) => values.len(),
            Values::Day(values) => values.len(),
        }
    }

    /// Some of the rows.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Values {
        match self {
            Values::Text(values) => Values::Text(values[rows].to_vec()),
            Values::Number(values) => Values::Number(values[rows].to_vec()),
            Values::Day(values) => Values::Day(values[rows].to_vec()),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Table {
    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The column of a name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|column| column.name == name).map(|column| &column.values)
    }

    /// Adds a column of texts; an empty one is no value.
    pub fn text<T: Into<Arc<str>>>(&mut self, name: &str, texts: impl IntoIterator<Item = T>) {
        let texts = texts.into_iter().map(Into::into);
        let values = texts.map(|text: Arc<str>| (!text.is_empty()).then_some(text)).collect();
        self.push(name, "", 0, Values::Text(values));
    }

    /// Adds a column of numbers.
    pub fn number(
        &mut self,
        name: &str,
        unit: &str,
        decimals: u8,
        numbers: impl IntoIterator<Item = Option<f64>>,
    ) {
        self.push(name, unit, decimals, Values::Number(numbers.into_iter().collect()));
    }

    fn push(&mut self, name: &str, unit: &str, decimals: u8, values: Values) {
        let (name, unit) = (name.to_owned(), unit.to_owned());
        self.columns.push(TableColumn { name, unit, decimals, personal: false, values });
    }
}
