//! The tables in a rule's text, as a test runs them.
//!
//! A text is Markdown. Every table in it is a table of examples: one that only explains something
//! could drift from the code unseen.

/// A table of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<'a> {
    /// The captions of its columns.
    pub columns: Vec<&'a str>,
    /// Its rows.
    pub rows: Vec<Example<'a>>,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example<'a> {
    /// The line of the text, counted from 1.
    pub line: usize,
    cells: Vec<(&'a str, &'a str)>,
}

impl<'a> Example<'a> {
    /// The cell of a column; `None` where the table has no such column.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&'a str> {
        self.cells.iter().find(|(name, _)| *name == column).map(|(_, cell)| *cell)
    }

    /// The cell of a column; empty where the table has no such column.
    #[must_use]
    pub fn text(&self, column: &str) -> &'a str {
        self.get(column).unwrap_or("")
    }
}

impl<'a> Table<'a> {
    /// The rows in groups that have the same cell in a column, as they stand.
    pub fn groups<'t>(&'t self, column: &'t str) -> impl Iterator<Item = &'t [Example<'a>]> {
        self.rows.chunk_by(move |one, next| one.text(column) == next.text(column))
    }
}

/// The tables of a text.
///
/// # Errors
/// There is none, one has no rows, or a row has not as many cells as its table has columns.
pub fn tables(text: &str) -> Result<Vec<Table<'_>>, String> {
    let mut tables: Vec<Table<'_>> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        let Some(cells) = cells(line) else {
            inside = false;
            continue;
        };
        match tables.last_mut().filter(|_| inside) {
            None => tables.push(Table { columns: cells, rows: Vec::new() }),
            Some(_) if is_rule(line) => {}
            Some(table) if table.columns.len() == cells.len() => {
                let cells = table.columns.iter().copied().zip(cells).collect();
                table.rows.push(Example { line: number, cells });
            }
            Some(table) => {
                let (found, columns) = (cells.len(), table.columns.len());
                return Err(format!("linje {number} har {found} celler, tabellen {columns}"));
            }
        }
        inside = true;
    }
    if tables.is_empty() || tables.iter().any(|table| table.rows.is_empty()) {
        return Err("teksten har ingen tabel, eller en tabel er tom".to_owned());
    }
    Ok(tables)
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().trim_matches('`')).collect())
}

fn is_rule(line: &str) -> bool {
    line.chars().all(|letter| "|-: ".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# T\n\n| Nr | Svar |\n|---|---|\n| 1 | `Ja` |\n| 1 | |\n| 2 | Nej |\n\ntekst\n";

    #[test]
    fn tables_are_read_by_column() {
        let tables = tables(TEXT).unwrap();
        assert_eq!(tables.len(), 1);
        assert_eq!(tables[0].columns, ["Nr", "Svar"]);
        assert_eq!(tables[0].rows[0].get("Svar"), Some("Ja"));
        assert_eq!(tables[0].rows[1].get("Svar"), Some(""));
        assert_eq!(tables[0].rows[2].get("Andet"), None);
        assert_eq!(tables[0].rows[2].line, 7);
        assert_eq!(tables[0].groups("Nr").map(<[Example<'_>]>::len).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn a_text_without_examples_is_an_error() {
        for text in ["# T\n", "| Nr |\n|---|\n", "| Nr | Svar |\n|---|---|\n| 1 |\n"] {
            assert!(tables(text).is_err(), "{text}");
        }
    }
}
