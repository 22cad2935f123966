//! What was found while tables were read: the load report of a star.

use cube_schema::language::Language;
use serde::{Deserialize, Serialize};

use super::source::RowAt;

/// What became of the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// The tables with their rows, in the order read; a fact table once per group.
    pub tables: Vec<TableRows>,
    /// Facts without a row of a dimension: they are counted on the member for a missing key.
    pub unmatched: Vec<Unmatched>,
    /// Facts that end before they begin: no measure counts them.
    #[serde(default)]
    pub backwards: Vec<Backwards>,
    /// Facts that no month of their cube reaches: no measure counts them.
    #[serde(default)]
    pub outside: Vec<Outside>,
}

/// A table that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// The table.
    pub table: String,
    /// The dimension, or the cube and group, that it was read for.
    pub part: String,
    /// Its rows.
    pub rows: u64,
}

/// Facts whose key is missing in a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// The cube.
    pub cube: String,
    /// The fact table.
    pub table: String,
    /// The dimension's name in the cube.
    pub dimension: String,
    /// Facts without a key.
    pub without: u64,
    /// Facts with a key that the dimension does not have.
    pub unknown: u64,
    /// One of these keys.
    pub example: Option<String>,
}

/// Facts of a group whose last day lies before their first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backwards {
    /// The cube.
    pub cube: String,
    /// The fact table.
    pub table: String,
    /// Its columns of first and last days.
    pub columns: [String; 2],
    /// How many there are.
    pub rows: u64,
    /// The first of them.
    pub first: Vec<RowAt>,
}

/// Facts of a group whose days all lie outside the months of their cube.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// The cube.
    pub cube: String,
    /// The fact table.
    pub table: String,
    /// The first and the last month of the cube.
    pub months: [String; 2],
    /// Facts that end before the first month.
    pub before: u64,
    /// Facts that begin after the last.
    pub after: u64,
}

impl Outside {
    fn to_text(&self) -> String {
        let Outside { cube, table, months: [first, last], before, after } = self;
        let count = rows(before + after);
        let [before, after] = [*before, *after].map(|count| Language::Danish.whole(count));
        format!(
            "kuben '{cube}': {count} i '{table}' ligger uden for kubens måneder, {first} til {last}, og er \
             ikke med i noget mål ({before} før, {after} efter); ret 'first_month' eller 'last_month' i skemaet, \
             hvis de skal med\n"
        )
    }
}

/// A number of rows.
fn rows(count: u64) -> String {
    Language::Danish.counted(count, "række", "rækker")
}

/// Places of one finding that are told.
const PLACES: usize = 10;

impl Backwards {
    /// Notes one more fact.
    pub(super) fn note(&mut self, at: RowAt) {
        self.rows += 1;
        if self.first.len() < PLACES {
            self.first.push(at);
        }
    }

    fn to_text(&self) -> String {
        let Backwards { cube, table, columns: [first, last], rows: count, first: places } = self;
        let mut told = places.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if places.len() < *count as usize {
            told += " …";
        }
        let (count, they) = (rows(*count), if *count == 1 { "den" } else { "de" });
        format!(
            "kuben '{cube}': {count} i '{table}' slutter, før {they} begynder, og er ikke med i noget \
             mål ({told}); ret '{first}' eller '{last}' i tabellen\n"
        )
    }
}

impl Findings {
    /// The findings for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for TableRows { table, part, rows: count } in &self.tables {
            text += &format!("{part}: tabellen '{table}', {}\n", rows(*count));
        }
        for found in &self.unmatched {
            let Unmatched { cube, table, dimension, without, unknown, example } = found;
            let count = rows(without + unknown);
            let [without, unknown] =
                [*without, *unknown].map(|count| Language::Danish.whole(count));
            text += &format!(
                "kuben '{cube}': {count} i '{table}' har ingen plads i '{dimension}' og tælles på \
                 medlemmet for manglende nøgler ({without} uden nøgle, {unknown} med en ukendt nøgle"
            );
            text += &example
                .as_ref()
                .map_or(")\n".to_owned(), |key| format!(", for eksempel {key})\n"));
        }
        text.extend(self.backwards.iter().map(Backwards::to_text));
        text.extend(self.outside.iter().map(Outside::to_text));
        text
    }
}
