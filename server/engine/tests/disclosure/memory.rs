//! Tables in memory.

use std::collections::BTreeMap;

use terning_engine::tables::{Row, RowAt, Source, TableError};

/// Tables by name: columns, and rows of texts, of which an empty one is nothing.
#[derive(Clone, Default)]
pub struct Memory(BTreeMap<String, (Vec<String>, Vec<Vec<String>>)>);

impl Memory {
    /// Adds a table: names of columns and rows, between commas.
    pub fn add(&mut self, table: &str, columns: &str, rows: &[String]) {
        let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let rows = rows.iter().map(|row| split(row)).collect();
        self.0.insert(table.to_owned(), (split(columns), rows));
    }
}

impl Source for Memory {
    fn columns(&self, table: &str, _: Option<&str>) -> Result<Option<Vec<String>>, TableError> {
        Ok(self.0.get(table).map(|(columns, _)| columns.clone()))
    }

    fn rows(
        &self,
        table: &str,
        _: Option<&str>,
        columns: &[usize],
        each: &mut dyn FnMut(RowAt, &Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        for (number, row) in self.0[table].1.iter().enumerate() {
            let texts =
                columns.iter().map(|&at| Some(row[at].as_str()).filter(|text| !text.is_empty()));
            each(RowAt::Line(number as u64 + 2), &texts.collect::<Vec<_>>())?;
        }
        Ok(())
    }
}
