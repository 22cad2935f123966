//! Reports of lines: figures and files are handed to the domain, and what it finds becomes a table.

pub mod fejlliste;
pub mod hand07;
mod leveret;
pub mod overview;
pub mod sammenlign;

use std::collections::BTreeMap;

use terning_engine::query::{QueryError, Table};

/// What a report of lines is made with, besides figures.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Parameters by name; one that is empty or missing narrows nothing.
    pub parameters: BTreeMap<String, String>,
    /// Attached files by the name of their parameter.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Lines, and what a reader must know about them.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The lines.
    pub table: Table,
    /// What a reader must know, in Danish.
    pub notes: Vec<String>,
    /// How many municipalities of the figures are behind.
    pub behind: u32,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportFault {
    /// The figures cannot be had.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// What was given cannot be used: one sentence, with what to do.
    #[error("{0}")]
    Given(String),
    /// A file that was sent cannot be used: its name in the call, and the same.
    #[error("{1}")]
    File(&'static str, String),
}

impl Given {
    /// The values of a parameter that is a list with commas.
    fn list(&self, name: &str) -> Vec<&str> {
        let text = self.parameters.get(name).map_or("", String::as_str);
        text.split(',').map(str::trim).filter(|value| !value.is_empty()).collect()
    }
}
