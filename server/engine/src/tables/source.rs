//! Where rows come from: the one thing that a caller provides.

use serde::{Deserialize, Serialize};

/// A row: one text per column asked for; an empty field is nothing.
pub type Row<'a> = [Option<&'a str>];

/// Where a row stands in its file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowAt {
    /// The line on which it begins; the header is on the first line that is not blank.
    Line(u64),
    /// Which row it is, in a file without lines.
    Row(u64),
}

impl std::fmt::Display for RowAt {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RowAt::Line(line) => write!(out, "linje {line}"),
            RowAt::Row(row) => write!(out, "række {row}"),
        }
    }
}

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// The table or its file.
    pub table: String,
    /// The row that it is about.
    pub at: Option<RowAt>,
    /// What is wrong, and what to do.
    pub what: String,
}

impl std::fmt::Display for TableError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some(at) => write!(out, "tabellen '{}', {at}: {}", self.table, self.what),
            None => write!(out, "tabellen '{}': {}", self.table, self.what),
        }
    }
}

impl TableError {
    /// Something wrong with a table as a whole.
    #[must_use]
    pub fn new(table: &str, what: impl Into<String>) -> TableError {
        TableError { table: table.to_owned(), at: None, what: what.into() }
    }

    /// Something wrong with a row.
    #[must_use]
    pub fn at(table: &str, at: RowAt, what: impl Into<String>) -> TableError {
        TableError { table: table.to_owned(), at: Some(at), what: what.into() }
    }
}

/// Tables by name.
pub trait Source {
    /// The names of a table's columns; `None` where there is no such table. `file` is the name of its
    /// file, where the schema says it.
    ///
    /// # Errors
    /// The table is there and cannot be read.
    fn columns(&self, table: &str, file: Option<&str>) -> Result<Option<Vec<String>>, TableError>;

    /// Calls `each` for every row with its place in the file and the columns at some positions.
    ///
    /// # Errors
    /// The table cannot be read, or `each` says so.
    fn rows(
        &self,
        table: &str,
        file: Option<&str>,
        columns: &[usize],
        each: &mut dyn FnMut(RowAt, &Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), TableError>;
}
