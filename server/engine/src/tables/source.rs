//! Where rows come from: the one thing that a caller provides.

/// A row: one text per column asked for; an empty field is nothing.
pub type Row<'a> = [Option<&'a str>];

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// The table or its file.
    pub table: String,
    /// The line (of a file without lines, the row), counted from 1.
    pub line: Option<u64>,
    /// What is wrong, and what to do.
    pub what: String,
}

impl std::fmt::Display for TableError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(out, "tabellen '{}', linje {line}: {}", self.table, self.what),
            None => write!(out, "tabellen '{}': {}", self.table, self.what),
        }
    }
}

impl TableError {
    /// Something wrong with a table as a whole.
    #[must_use]
    pub fn new(table: &str, what: impl Into<String>) -> TableError {
        TableError { table: table.to_owned(), line: None, what: what.into() }
    }

    /// Something wrong with a line.
    #[must_use]
    pub fn at(table: &str, line: u64, what: impl Into<String>) -> TableError {
        TableError { table: table.to_owned(), line: Some(line), what: what.into() }
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

    /// Calls `each` for every row with its line and the columns at some positions.
    ///
    /// # Errors
    /// The table cannot be read, or `each` says so.
    fn rows(
        &self,
        table: &str,
        file: Option<&str>,
        columns: &[usize],
        each: &mut dyn FnMut(u64, &Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), TableError>;
}
