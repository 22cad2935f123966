//! The tables as the engine reads them.

use std::fs::File;
use std::path::{Path, PathBuf};

use terning_engine::tables::{Row, RowAt, Source, TableError};

/// A folder of tables in CSV.
pub struct Tables(PathBuf);

impl Tables {
    /// The tables of a folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Tables {
        Tables(folder.to_owned())
    }

    fn open(&self, table: &str) -> Result<csv::Reader<File>, TableError> {
        let path = self.0.join(format!("{table}.csv"));
        csv::Reader::from_path(path).map_err(|error| TableError::new(table, error.to_string()))
    }
}

impl Source for Tables {
    fn columns(&self, table: &str, _: Option<&str>) -> Result<Option<Vec<String>>, TableError> {
        let mut reader = self.open(table)?;
        let heading = reader.headers();
        let heading = heading.map_err(|error| TableError::new(table, error.to_string()))?;
        Ok(Some(heading.iter().map(str::to_owned).collect()))
    }

    fn rows(
        &self,
        table: &str,
        _: Option<&str>,
        columns: &[usize],
        each: &mut dyn FnMut(RowAt, &Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let mut reader = self.open(table)?;
        let (mut record, mut line) = (csv::StringRecord::new(), 1);
        loop {
            let more = reader.read_record(&mut record);
            if !more.map_err(|error| TableError::new(table, error.to_string()))? {
                return Ok(());
            }
            line += 1;
            let row: Vec<Option<&str>> = columns.iter().map(|&at| record.get(at)).collect();
            each(RowAt::Line(line), &row)?;
        }
    }
}
