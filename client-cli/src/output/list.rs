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
    let lines = || std::iter::once(&headers).chain(&list.rows);
    let width = |column: usize| lines().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..headers.len()).map(|column| width(column).unwrap_or(0)).collect();
    for (number, line) in lines().enumerate() {
        write_padded(out, line, &widths)?;
        if number == 0 {
            let rules: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
            write_padded(out, &rules, &widths)?;
        }
    }
    Ok(())
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
