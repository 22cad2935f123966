//! A table put together from its parts: records, steps or lines of a report.

use std::sync::Arc;

use terning_proto::v1::table_part::Part as Kind;
use terning_proto::v1::{self, TableColumnType, TablePart, TableValues};

use crate::error::Error;

/// A whole table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The title.
    pub title: String,
    /// What the figures are.
    pub notes: Vec<String>,
    /// The cube that was asked.
    pub cube: String,
    /// The version that was asked.
    pub version: String,
    /// The last day that is known, `YYYY-MM-DD`.
    pub as_of: String,
    /// Municipalities in the answer whose newest delivery is older.
    pub behind: u32,
    /// Whether somebody reports to the cube.
    pub has_reporters: bool,
    /// The conditions and choices that were asked with.
    pub filters: Vec<String>,
    /// Where the source proposes it; may be empty.
    pub source: String,
    /// The language that numbers and days are shown in, as a Windows number.
    pub language: u32,
    /// The columns, each with a value per row.
    pub columns: Vec<Column>,
}

/// The unit of numbers that name something: they are shown without a point between thousands.
const ORDINAL: &str = "nr.";

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// The heading.
    pub name: String,
    /// The unit of numbers; may be empty.
    pub unit: String,
    /// Decimals shown of numbers.
    pub decimals: u8,
    /// Whether the values are personal data.
    pub personal: bool,
    /// What the values are.
    pub kind: TableColumnType,
    /// The values, one per row.
    pub values: Vec<Value>,
}

impl Column {
    /// Whether its numbers name something.
    #[must_use]
    pub fn is_ordinal(&self) -> bool {
        self.unit == ORDINAL
    }
}

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// None.
    Missing,
    /// A text.
    Text(Arc<str>),
    /// A number.
    Number(f64),
    /// A day, as days since 1970-01-01.
    Day(i32),
}

impl Table {
    /// How many municipalities are behind; `None` of a cube that nobody reports to.
    #[must_use]
    pub fn reported(&self) -> Option<u32> {
        self.has_reporters.then_some(self.behind)
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }
}

/// A table of which some parts have arrived.
#[derive(Default)]
pub struct TableAssembly {
    table: Table,
    broken: bool,
}

impl TableAssembly {
    /// Takes the next part.
    pub fn add(&mut self, part: TablePart) {
        match part.part {
            Some(Kind::Head(head)) => self.table = begin(head),
            Some(Kind::Rows(rows)) => self.add_rows(rows),
            None => {}
        }
    }

    fn add_rows(&mut self, rows: v1::TableRows) {
        let count = rows.count as usize;
        self.broken |= rows.columns.len() != self.table.columns.len();
        for (column, values) in self.table.columns.iter_mut().zip(rows.columns) {
            let before = column.values.len();
            column.values.extend(read(column.kind, values));
            self.broken |= column.values.len() != before + count;
        }
    }

    /// The table, when all parts have arrived.
    ///
    /// # Errors
    /// The parts do not fit together.
    pub fn finish(self) -> Result<Table, Error> {
        match self.broken {
            true => Err(Error::new("svaret fra serveren er ikke helt; prøv igen")),
            false => Ok(self.table),
        }
    }
}

fn begin(head: v1::ReportTable) -> Table {
    let version = head.version.unwrap_or_default();
    let columns = head.columns.into_iter().map(|column| Column {
        kind: column.r#type(),
        name: column.name,
        unit: column.unit,
        decimals: column.decimals.min(12) as u8,
        personal: column.personal,
        values: Vec::new(),
    });
    Table {
        columns: columns.collect(),
        title: head.title,
        notes: head.notes,
        cube: head.cube,
        version: version.name,
        as_of: version.as_of,
        behind: head.behind,
        has_reporters: head.has_reporters,
        filters: head.filters,
        source: head.source,
        language: head.language,
    }
}

fn read(kind: TableColumnType, values: TableValues) -> Vec<Value> {
    let texts: Vec<Arc<str>> = values.dictionary.into_iter().map(Arc::from).collect();
    let text = |number: u32| texts.get(number as usize).cloned();
    let mut read: Vec<Value> = match kind {
        TableColumnType::Number => values.numbers.into_iter().map(Value::Number).collect(),
        TableColumnType::Day => values.days.into_iter().map(Value::Day).collect(),
        TableColumnType::Text | TableColumnType::Unspecified => values
            .texts
            .into_iter()
            .map(|number| text(number).map_or(Value::Missing, Value::Text))
            .collect(),
    };
    for row in values.missing {
        if let Some(value) = read.get_mut(row as usize) {
            *value = Value::Missing;
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_rows_are_put_one_behind_the_other() {
        let mut assembly = TableAssembly::default();
        let kinds = [TableColumnType::Text, TableColumnType::Number, TableColumnType::Day];
        let columns = kinds.map(|kind| v1::TableColumn {
            name: kind.as_str_name().to_owned(),
            r#type: kind as i32,
            ..v1::TableColumn::default()
        });
        let head = v1::ReportTable { columns: columns.into(), ..v1::ReportTable::default() };
        assembly.add(TablePart { part: Some(Kind::Head(head)) });
        let text = TableValues {
            dictionary: vec!["x".to_owned()],
            texts: vec![0, 0],
            missing: vec![1],
            ..TableValues::default()
        };
        let number = TableValues { numbers: vec![1.5, 2.0], ..TableValues::default() };
        let day = TableValues { days: vec![-1, 0], ..TableValues::default() };
        let rows = v1::TableRows { count: 2, columns: vec![text, number, day] };
        assembly.add(TablePart { part: Some(Kind::Rows(rows.clone())) });
        assembly.add(TablePart { part: Some(Kind::Rows(rows)) });
        let table = assembly.finish().unwrap();
        let values = [Value::Text("x".into()), Value::Missing];
        assert_eq!(table.columns[0].values, [values.clone(), values].concat());
        assert_eq!(table.columns[1].values[..2], [Value::Number(1.5), Value::Number(2.0)]);
        assert_eq!(table.columns[2].values[2], Value::Day(-1));
    }

    #[test]
    fn a_run_that_lacks_a_column_is_refused() {
        let mut assembly = TableAssembly::default();
        assembly.add(TablePart {
            part: Some(Kind::Rows(v1::TableRows {
                count: 1,
                columns: vec![TableValues::default()],
            })),
        });
        assert!(assembly.finish().is_err());
    }
}
