//! Plain lists: cubes, fields, versions.

use std::io::{self, Write};

use super::csv;

/// A list with named columns.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// What stands above it.
    pub title: String,
    /// The names of the columns.
    pub headers: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// Characters of a line; a longer last column goes on below itself.
const WIDTH: usize = 120;
/// Characters that the last column has at least.
const LAST: usize = 30;

/// Writes lists below each other, the columns aligned.
pub(super) fn write_tables(out: &mut dyn Write, lists: &[List]) -> io::Result<()> {
    for (place, list) in lists.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        write_table(out, list)?;
    }
    Ok(())
}

fn write_table(out: &mut dyn Write, list: &List) -> io::Result<()> {
    if !list.title.is_empty() {
        writeln!(out, "{}\n", list.title)?;
    }
    let headers: Vec<String> = list.headers.iter().map(|&header| header.to_owned()).collect();
    let widths = widths(&headers, &list.rows);
    write_wrapped(out, &headers, &widths)?;
    let rules: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
    write_padded(out, &rules, &widths)?;
    list.rows.iter().try_for_each(|row| write_wrapped(out, row, &widths))
}

/// The widths of the columns; the last has what is left of a line.
fn widths(headers: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let lines = || std::iter::once(headers).chain(rows.iter().map(Vec::as_slice));
    let width = |column: usize| lines().map(|line| line[column].chars().count()).max();
    let mut widths: Vec<usize> =
        (0..headers.len()).map(|column| width(column).unwrap_or(0)).collect();
    if let Some((last, before)) = widths.split_last_mut() {
        let used: usize = before.iter().map(|width| width + 2).sum();
        *last = (*last).min(WIDTH.saturating_sub(used).max(LAST));
    }
    widths
}

/// Writes a line, the text of its last column in as many lines as it needs.
fn write_wrapped(out: &mut dyn Write, line: &[String], widths: &[usize]) -> io::Result<()> {
    let (Some((last, before)), Some(&width)) = (line.split_last(), widths.last()) else {
        return Ok(());
    };
    let mut before = before.to_vec();
    for part in wrapped(last, width) {
        let cells: Vec<String> = before.iter().cloned().chain([part]).collect();
        write_padded(out, &cells, widths)?;
        before.iter_mut().for_each(String::clear);
    }
    Ok(())
}

/// A text in lines of at most so many characters, broken at blanks where there are any.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split(' ') {
        let needed = word.chars().count();
        if length > 0 && length + 1 + needed > width {
            lines.push(String::new());
            length = 0;
        }
        if let Some(line) = lines.last_mut() {
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += needed;
        }
    }
    lines
}

fn write_padded(out: &mut dyn Write, line: &[String], widths: &[usize]) -> io::Result<()> {
    let cells: Vec<String> =
        line.iter().zip(widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
    writeln!(out, "{}", cells.join("  ").trim_end())
}

/// Writes lists below each other as CSV, a blank line between them.
pub(super) fn write_csv(out: &mut dyn Write, lists: &[List]) -> io::Result<()> {
    out.write_all(csv::BOM)?;
    for (place, list) in lists.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        csv::write_line(out, &list.headers)?;
        list.rows.iter().try_for_each(|row| csv::write_line(out, row))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_last_column_goes_on_below_itself() {
        let list = List {
            title: String::new(),
            headers: vec!["Navn", "Beskrivelse"],
            rows: vec![vec!["x".to_owned(), "ord ".repeat(40).trim().to_owned()]],
        };
        let mut out = Vec::new();
        write_tables(&mut out, &[list]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.matches("ord").count(), 40, "{text}");
        assert_eq!(text.lines().nth(3).unwrap().find("ord"), Some(6), "{text}");
    }
}
