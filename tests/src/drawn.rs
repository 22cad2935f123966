//! An answer of any number of axes as the table of a Markdown page, and whether it is the expected one.
//!
//! Columns are the first axis. Rows are the others, the last varying slowest, and its captions first.

use terning_engine::cube::Cube;
use terning_engine::query::Cancel;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::{AxisPositions, CellSet, Special};
use terning_engine::query::names::{self, Names};

/// How far a number of a page, which has four decimals, can be from the value that it stands for.
const ROUNDING: f64 = 0.000_051;

/// Draws an answer, its cells as values or as they are shown; no table at all where there is no cell.
#[must_use]
pub fn draw(cube: &Cube, cells: &CellSet, formatted: bool) -> String {
    let names = Names::new(cube, &cells.own);
    let (columns, rows) = (columns(names, cells), rows(names, cells));
    if columns.is_empty() || rows.is_empty() {
        return "Ingen celler.\n".to_owned();
    }
    let captions = rows[0].len();
    let head = vec![String::new(); captions].into_iter().chain(columns.iter().cloned());
    let rule = (0..captions).map(|_| "---").chain(columns.iter().map(|_| "---:"));
    let mut lines = vec![head.collect::<Vec<_>>(), rule.map(str::to_owned).collect()];
    let mut texts = vec![String::new(); cells.cell_count()];
    let formats = || cells.formatted(cube.language, &Cancel::default()).unwrap_or_default();
    let shown = if formatted { formats() } else { values(cells) };
    for (&ordinal, text) in cells.ordinals.iter().zip(shown) {
        texts[ordinal as usize] = text;
    }
    for (row, cells) in rows.iter().zip(texts.chunks(columns.len())) {
        lines.push(row.iter().chain(cells).cloned().collect());
    }
    lines.iter().map(|line| format!("| {} |\n", line.join(" | "))).collect()
}

fn values(cells: &CellSet) -> Vec<String> {
    let value = |(place, value): (usize, &f64)| match cells.special.get(&place) {
        None => number(*value),
        Some(Special::Text(text)) => text.replace('|', "\\|"),
        Some(Special::Truth(truth)) => u8::from(*truth).to_string(),
        Some(Special::Day(day)) => day.to_string(),
        Some(Special::Error(_)) => "#fejl".to_owned(),
        Some(Special::Hidden) => "*".to_owned(),
    };
    cells.values.iter().enumerate().map(value).collect()
}

/// Whole numbers as such, others with four decimals.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.4}").replace('.', ",") }
}

fn columns(names: Names<'_>, cells: &CellSet) -> Vec<String> {
    let axis = cells.axes.first().map_or_else(|| vec![Vec::new()], |axis| captions(names, axis));
    axis.iter().map(|position| position.join(" · ")).collect()
}

/// The captions of every row: a row is a position on each axis but the first.
fn rows(names: Names<'_>, cells: &CellSet) -> Vec<Vec<String>> {
    let mut rows = vec![Vec::new()];
    for axis in cells.axes.iter().skip(1) {
        let positions = captions(names, axis);
        let with = |position: &Vec<String>| {
            rows.iter().map(|row| position.iter().chain(row).cloned().collect()).collect::<Vec<_>>()
        };
        rows = positions.iter().flat_map(with).collect();
    }
    if rows.first().is_some_and(Vec::is_empty) {
        return vec![vec![String::new()]];
    }
    rows
}

fn captions(names: Names<'_>, axis: &AxisPositions) -> Vec<Vec<String>> {
    let caption = |(hierarchy, member): (&HierarchyRef, &Member)| {
        names::caption(names, *hierarchy, *member).replace('|', "\\|")
    };
    let position = |at| axis.columns.iter().zip(axis.position(at)).map(caption).collect();
    (0..axis.count).map(position).collect()
}

/// Whether two tables are the same but for the rounding of numbers.
#[must_use]
pub fn same(expected: &str, found: &str) -> bool {
    let (expected, found) = (split(expected), split(found));
    expected.len() == found.len()
        && expected.iter().zip(&found).all(|(expected, found)| {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| same_cell(expected, found))
        })
}

fn split(table: &str) -> Vec<Vec<&str>> {
    table.trim().lines().map(|line| line.split(" | ").collect()).collect()
}

fn same_cell(expected: &str, found: &str) -> bool {
    let number = |text: &str| text.trim_matches(['|', ' ']).replace(',', ".").parse::<f64>().ok();
    match (number(expected), number(found)) {
        (Some(expected), Some(found)) => {
            (expected - found).abs() <= ROUNDING + 1e-9 * expected.abs()
        }
        _ => expected == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_the_same_but_for_rounding() {
        let table = |number: &str| format!("|  | a |\n| --- | ---: |\n| x | {number} |\n");
        assert!(same(&table("0,3333"), &table("0,3333")));
        assert!(!same(&table("0,3333"), &table("0,3335")));
        assert!(same(&table("1,0001"), &table("1,00005")));
        assert!(!same(&table("1"), &table("")));
        assert!(!same(&table("1"), &table("2")));
        assert!(!same(&table("ja"), &table("nej")));
        assert!(!same(&table("1"), "Ingen celler.\n"));
    }
}
